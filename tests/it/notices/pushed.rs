//! What WeChat pushes: believed only if it is signed, counted once, and acted on.

use aes::Aes256;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockEncryptMut, KeyIvInit};
use kepu::domain::wechat::OpenId;
use sha1::{Digest, Sha1};

use super::*;
use crate::support::eventually;
use crate::support::server::{Answer, Server};

struct House {
    server: Server,
    played: Played,
}

fn signature(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    Sha1::digest(parts.concat()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The query that WeChat sends at an instant.
fn query(timestamp: i64) -> String {
    let time = timestamp.to_string();
    format!("signature={}&timestamp={time}&nonce=1514711492", signature(&[PUSH_TOKEN, &time, "1514711492"]))
}

fn encrypt(text: &str, app: &str) -> String {
    let key = BASE64_STANDARD.decode(format!("{PUSH_KEY}=")).or_else(|_| {
        // The last letter holds two bits that the key has no room for.
        let (letters, last) = PUSH_KEY.split_at(42);
        assert_eq!(last, "G");
        BASE64_STANDARD.decode(format!("{letters}E="))
    });
    let key: [u8; 32] = key.unwrap().try_into().unwrap();
    let mut bytes = b"aaaabbbbccccdddd".to_vec();
    bytes.extend((text.len() as u32).to_be_bytes());
    bytes.extend(text.bytes().chain(app.bytes()));
    let padding = 32 - bytes.len() % 32;
    bytes.extend(std::iter::repeat_n(padding as u8, padding));
    let (length, iv) = (bytes.len(), <[u8; 16]>::try_from(&key[..16]).unwrap());
    let encryptor = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    BASE64_STANDARD.encode(encryptor.encrypt_padded_mut::<NoPadding>(&mut bytes, length).unwrap())
}

impl House {
    async fn open(store: Store) -> Self {
        let played = played(true);
        let fresh = Arc::new(Fresh::new(store, Holds::Seeds));
        let settings = kepu::server::MiniPrograms::Configured(played.settings.clone());
        Self { server: Server::over_with(fresh, settings).await, played }
    }

    /// A person who has logged in, by id and openid in a mini-program.
    async fn person(&self, app: &str, name: &str) -> (PersonId, OpenId) {
        let site = &self.server.site;
        let body = json!({ "appId": app, "code": format!("demo-{name}") });
        let answer = site.send(site.client.post(site.url("/v1/auth/wechat")).json(&body)).await;
        assert_eq!(answer.status, 200);
        let app = self.played.app(app);
        let openid = app.code_to_session(&format!("demo-{name}")).await.unwrap().openid;
        let known =
            |conn: &mut AnyConn| wechat_identities::person_of_openid(conn, &vault(), app.id(), &openid);
        (self.server.running.db.read(known).unwrap().unwrap(), openid)
    }

    async fn push(&self, app: &str, query: &str, body: String) -> Answer {
        let site = &self.server.site;
        let address = site.url(&format!("/v1/wechat/{app}/push?{query}&openid=o1"));
        site.send(site.client.post(address).body(body)).await
    }

    /// A push that must be taken in.
    async fn takes(&self, app: &str, query: &str, body: String) {
        let answer = self.push(app, query, body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "success"));
        assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    }

    fn credits(&self, person: PersonId) -> i64 {
        let held = format!(
            "SELECT CAST(coalesce(sum(credits), 0) AS BIGINT) AS n FROM message_credits WHERE person_id = {}",
            person.get()
        );
        self.server.running.db.read(|conn| rows::<Number>(conn, &held)).unwrap()[0].n
    }
}

fn event(openid: &OpenId, name: &str, at: i64, list: Value) -> String {
    json!({
        "ToUserName": "gh_1", "FromUserName": openid.expose(), "CreateTime": at, "MsgType": "event",
        "Event": name, "List": list,
    })
    .to_string()
}

fn answered(template: &str, status: &str) -> Value {
    json!({ "TemplateId": template, "SubscribeStatusString": status, "PopupScene": "0" })
}

const POPUP: &str = "subscribe_msg_popup_event";

on_both_stores! {
    async fn an_agreement_is_counted_once_however_often_it_is_pushed(store: Store) {
        let house = House::open(store).await;
        let (lan, openid) = house.person(CITY, "lan").await;
        let now = NOW.timestamp();
        let both = json!([answered("demo-signup", "accept"), answered("demo-change", "reject")]);
        let push = event(&openid, POPUP, now, both);
        for _ in 0..3 {
            house.takes(CITY, &query(now), push.clone()).await;
        }
        assert_eq!(house.credits(lan), 1);
        let later = event(&openid, POPUP, now + 1, answered("demo-signup", "accept"));
        house.takes(CITY, &query(now + 1), later).await;
        assert_eq!(house.credits(lan), 2, "another tap");

        house.takes(CITY, &query(now), event(&openid, POPUP, now, answered("unheard-of", "accept"))).await;
        let stranger = OpenId::from("o000000000000000000000000000");
        house.takes(CITY, &query(now), event(&stranger, POPUP, now, answered("demo-signup", "accept"))).await;
        assert_eq!(house.credits(lan), 2);

        let change = "subscribe_msg_change_event";
        house.takes(CITY, &query(now), event(&openid, change, now + 2, answered("demo-signup", "reject"))).await;
        assert_eq!(house.credits(lan), 0, "what is refused in the settings takes all back");
        house.takes(CITY, &query(now), json!({ "FromUserName": "o1", "MsgType": "text" }).to_string()).await;
    }

    async fn an_encrypted_push_in_xml_says_the_same(store: Store) {
        let house = House::open(store).await;
        let (lan, openid) = house.person(MUSEUM, "lan").await;
        let now = NOW.timestamp();
        let xml = format!(
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{}]]></FromUserName>\
             <CreateTime>{now}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{POPUP}]]></Event>\
             <SubscribeMsgPopupEvent><List><TemplateId><![CDATA[demo-signup]]></TemplateId>\
             <SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString></List></SubscribeMsgPopupEvent></xml>",
            openid.expose()
        );
        let time = now.to_string();
        let sealed = |text: &str, app: &str| {
            let encrypted = encrypt(text, app);
            let signed = signature(&[PUSH_TOKEN, &time, "1514711492", &encrypted]);
            let body = format!("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>");
            (format!("{}&encrypt_type=aes&msg_signature={signed}", query(now)), body)
        };
        let (good, body) = sealed(&xml, MUSEUM);
        house.takes(MUSEUM, &good, body.clone()).await;
        assert_eq!(house.credits(lan), 1);

        let (foreign, of_another) = sealed(&xml, CITY);
        let (_, changed) = sealed(&xml.replace("demo-signup", "demo-change"), MUSEUM);
        for (query, body) in [(foreign, of_another), (good.clone(), changed), (query(now), body), (query(now), xml)] {
            let answer = house.push(MUSEUM, &query, body).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &json!("pushRejected")));
        }
        assert_eq!(house.credits(lan), 1);
    }

    async fn wechat_tells_what_became_of_a_message(store: Store) {
        let house = House::open(store).await;
        let (lan, openid) = house.person(CITY, "lan").await;
        let now = NOW.timestamp();
        let db = &house.server.running.db;
        let session = a_session(db);
        house.takes(CITY, &query(now), event(&openid, POPUP, now, answered("demo-signup", "accept"))).await;
        house.takes(CITY, &query(now), event(&openid, POPUP, now + 1, answered("demo-signup", "accept"))).await;
        // WeChat takes the message and its answer is lost.
        house.played.doors.fail(MESSAGES, Some(2), json!({ "status": 502 })).await;
        let confirmed = notice(lan, Purpose::Confirmed, &session);
        tell(db, &[confirmed.clone(), confirmed]);
        let kept = || db.read(|conn| {
            rows::<Kept>(conn, "SELECT purpose, state, reason FROM notices ORDER BY id")
        }).unwrap().into_iter().map(|kept| (kept.state, kept.reason)).collect::<Vec<_>>();
        let unknown = ("unknown".to_owned(), None);
        eventually("both are unknown", async || (kept() == [unknown.clone(), unknown.clone()]).then_some(())).await;

        let sent = |number: &str, code: &str| event(&openid, "subscribe_msg_sent_event", now + 2, json!({
            "TemplateId": "demo-signup", "MsgID": number, "ErrorCode": code, "ErrorStatus": "as it is",
        }));
        house.takes(CITY, &query(now), sent("1", "0")).await;
        let arrived = ("sent".to_owned(), None);
        assert_eq!(kept(), [arrived.clone(), unknown.clone()]);
        // The same message once more, under another time: its number is known.
        house.takes(CITY, &query(now), sent("1", "0").replace(&(now + 2).to_string(), &(now + 3).to_string())).await;
        assert_eq!(kept(), [arrived.clone(), unknown]);
        house.takes(CITY, &query(now), sent("2", "43101")).await;
        assert_eq!(kept(), [arrived, ("failed".to_owned(), Some("undelivered".to_owned()))]);
    }
}

#[actix_web::test]
async fn the_address_is_shown_to_be_ours() {
    let house = House::open(Store::Sqlite).await;
    let now = NOW.timestamp();
    let ask = async |app: &str, query: &str| {
        house.server.get(&format!("/v1/wechat/{app}/push?{query}&echostr=5837397041930485921")).await
    };
    let answer = ask(CITY, &query(now)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "5837397041930485921"));
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    assert_eq!(ask(CITY, &query(now - 599)).await.status, 200);
    for (query, why) in [
        (query(now).replace("nonce=1", "nonce=2"), "forged"),
        (query(now).replace("signature=", "signature=0"), "forged"),
        (query(now - 601), "old"),
        (query(now + 601), "of the future"),
        ("signature=&timestamp=soon&nonce=1".to_owned(), "no time"),
    ] {
        let answer = ask(CITY, &query).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &json!("pushRejected")), "{why}");
    }
    assert_eq!(ask("wx0123456789abcdef", &query(now)).await.status, 404);
    assert_eq!(house.server.get(&format!("/v1/wechat/{CITY}/push")).await.status, 400);
}

#[actix_web::test]
async fn a_forged_push_changes_nothing() {
    let house = House::open(Store::Sqlite).await;
    let (lan, openid) = house.person(CITY, "lan").await;
    let now = NOW.timestamp();
    let push = event(&openid, POPUP, now, answered("demo-signup", "accept"));
    for query in [query(now).replace("nonce=1", "nonce=2"), query(now - 601)] {
        assert_eq!(house.push(CITY, &query, push.clone()).await.status, 403);
    }
    assert_eq!(house.push(CITY, &query(now), "{".to_owned()).await.status, 400);
    assert_eq!(house.push(CITY, "", push.clone()).await.status, 400);
    assert_eq!(house.credits(lan), 0);
    // Where WeChat itself tells, a phone's word adds nothing.
    let clock: Arc<dyn Clock> = Arc::new(house.server.clock.clone());
    let wechat = Wechat::new(house.played.settings.clone(), &clock).unwrap();
    let agreements = Agreements::new(house.server.running.db.clone(), vault());
    let accepted = [("demo-signup".to_owned(), Answered::Accept)];
    let counts = agreements.report(wechat.app(CITY).unwrap(), lan, &accepted, None).unwrap();
    assert_eq!((counts, house.credits(lan)), (vec![0], 0));
}
