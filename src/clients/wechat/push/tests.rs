use cbc::cipher::BlockEncryptMut;

use super::*;

/// The vector of the official page on message push.
const TOKEN: &str = "AAAAA";

/// The vector that WeChat's libraries share.
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP: &str = "wxb11529c136998cb6";
const ENCRYPTED: &str =
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";

fn app() -> AppId {
    APP.parse().unwrap()
}

fn key() -> PushKey {
    PushKey::parse(KEY).unwrap()
}

fn query() -> Signed {
    Signed {
        timestamp: "1714036504".into(),
        nonce: "1514711492".into(),
        signature: "f464b24fc39322e44b38aa78f5edd27bd1441696".into(),
        msg_signature: None,
    }
}

/// Encrypts as WeChat does.
fn encrypt(text: &[u8], app: &str) -> String {
    let mut bytes = b"aaaabbbbccccdddd".to_vec();
    bytes.extend((text.len() as u32).to_be_bytes());
    bytes.extend(text);
    bytes.extend(app.as_bytes());
    let padding = BLOCK - bytes.len() % BLOCK;
    bytes.extend(std::iter::repeat_n(padding as u8, padding));
    let length = bytes.len();
    let iv = key().0.first_chunk::<16>().copied().unwrap();
    let encryptor = cbc::Encryptor::<Aes256>::new(&key().0.into(), &iv.into());
    STANDARD.encode(encryptor.encrypt_padded_mut::<NoPadding>(&mut bytes, length).unwrap())
}

#[test]
fn the_published_signature_is_accepted_and_no_other() {
    let token = PushToken::from(TOKEN);
    assert!(query().is_from_wechat(&token));
    assert!(!query().is_from_wechat(&PushToken::from("AAAAB")));
    for signature in
        ["", "f464b24fc39322e44b38aa78f5edd27bd1441697", "F464B24FC39322E44B38AA78F5EDD27BD1441696"]
    {
        assert!(!Signed { signature: signature.into(), ..query() }.is_from_wechat(&token), "{signature}");
    }
    assert!(!Signed { nonce: "1514711493".into(), ..query() }.is_from_wechat(&token));
}

#[test]
fn the_published_cipher_is_read() {
    assert_eq!(key().decrypt(ENCRYPTED, &app()).unwrap(), "我是中文abcd123".as_bytes());
    assert_eq!(encrypt("我是中文abcd123".as_bytes(), APP), ENCRYPTED, "the tests encrypt as WeChat does");
}

/// Paddings of 17 to 32 bytes are more than AES knows of.
#[test]
fn every_length_of_padding_is_read() {
    for length in 0..=64 {
        let text = vec![b'x'; length];
        assert_eq!(key().decrypt(&encrypt(&text, APP), &app()).unwrap(), text, "{length}");
    }
}

#[test]
fn what_is_encrypted_for_others_is_not_read() {
    let text = b"{}".as_slice();
    assert_eq!(key().decrypt(&encrypt(text, "wxb11529c136998cb7"), &app()), Err(Unread::App));
    assert_eq!(key().decrypt(&encrypt(text, ""), &app()), Err(Unread::App));
    let other = PushKey::parse(&KEY.replace('a', "b")).unwrap();
    assert!(other.decrypt(ENCRYPTED, &app()).is_err());
    for broken in ["", "!", "AAAA", &ENCRYPTED[4..], &STANDARD.encode([0; 32]), &STANDARD.encode([33; 64])] {
        assert!(key().decrypt(broken, &app()).is_err(), "{broken}");
    }
    assert!(PushKey::parse("short").is_none() && PushKey::parse(&"!".repeat(43)).is_none());
}

#[test]
fn a_plain_push_is_read_by_its_signature() {
    let token = PushToken::from(TOKEN);
    assert_eq!(query().open(&token, None, &app(), b"{\"a\":1}").unwrap(), b"{\"a\":1}");
    let forged = Signed { signature: "0".repeat(40), ..query() };
    assert_eq!(forged.open(&token, None, &app(), b"{}"), Err(Unread::Signature));
}

#[test]
fn an_encrypted_push_is_read_by_its_own_signature() {
    let token = PushToken::from(TOKEN);
    let encrypted = encrypt(b"{\"Event\":\"a\"}", APP);
    let body = serde_json::json!({ "ToUserName": "gh_1", "Encrypt": encrypted }).to_string();
    let mut signed = query();
    assert_eq!(
        signed.open(&token, Some(&key()), &app(), body.as_bytes()),
        Err(Unread::Signature),
        "the signature of plain mode does not cover the body"
    );
    signed.msg_signature = Some(signature(&[TOKEN, &signed.timestamp, &signed.nonce, &encrypted]));
    assert_eq!(signed.open(&token, Some(&key()), &app(), body.as_bytes()).unwrap(), b"{\"Event\":\"a\"}");
    let xml = format!("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>");
    assert_eq!(signed.open(&token, Some(&key()), &app(), xml.as_bytes()).unwrap(), b"{\"Event\":\"a\"}");
    assert_eq!(signed.open(&token, Some(&key()), &app(), b"{\"Event\":\"a\"}"), Err(Unread::Plain));
}

#[test]
fn keys_are_not_printed() {
    assert_eq!(format!("{:?} {:?}", PushToken::from(TOKEN), key()), "PushToken(***) PushKey(***)");
}

#[test]
fn a_word_is_what_the_console_takes() {
    assert_eq!(PushToken::parse("AAAAA"), Some(PushToken::from(TOKEN)));
    for word in ["", "ab", "a b c", "a:b:c", &"x".repeat(33)] {
        assert_eq!(PushToken::parse(word), None, "{word}");
    }
    assert_eq!(query().at().map(|at| at.timestamp()), Some(1_714_036_504));
}
