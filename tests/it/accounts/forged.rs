//! Access tokens that were made elsewhere, or changed on the way.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kepu::domain::access::{Caller, Keys, SigningKey};
use kepu::domain::ids::{LoginId, PersonId, SystemRandom};
use serde_json::{Value, json};

use super::*;
use crate::support::server::{SIGNING_KEY, keys};

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(part: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The public half of a key, as anybody may know it.
fn public(seed: &str) -> [u8; 32] {
    let seed = base64::prelude::BASE64_STANDARD.decode(seed).unwrap().try_into().unwrap();
    ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes()
}

#[actix_web::test]
async fn a_forged_token_opens_nothing() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let other = log_in(&server, CITY, "ming").await.access;
    let [header, claims, signature] = access.split('.').collect::<Vec<_>>().try_into().unwrap();
    let kid = read(header)["kid"].as_str().unwrap().to_owned();
    let (lan, ming) = (read(claims), read(other.split('.').nth(1).unwrap()));

    let mut longer = lan.clone();
    longer["exp"] = json!(NOW.timestamp() + 86_400);
    let mut somebody = lan.clone();
    somebody["sub"] = ming["sub"].clone();
    let none = part(&json!({ "alg": "none", "typ": "JWT", "kid": kid }));
    let of = |algorithm| Header { kid: Some(kid.clone()), ..Header::new(algorithm) };
    let by_public_half = |algorithm| {
        let key = EncodingKey::from_secret(&public(SIGNING_KEY));
        jsonwebtoken::encode(&of(algorithm), &lan, &key).unwrap()
    };
    let caller = keys().verify(&access, NOW).unwrap();
    let strange = Keys::new(vec![SigningKey::fresh(&SystemRandom)]).unwrap();
    let strange = strange.issue(caller, NOW).unwrap().expose().to_owned();
    let [_, strange_claims, strange_signature] = strange.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut last = signature.chars();
    let first_letter = last.next().unwrap();
    let bent = format!("{}{}", if first_letter == 'A' { 'B' } else { 'A' }, last.as_str());

    for (what, token) in [
        ("no algorithm", format!("{none}.{claims}.")),
        ("no algorithm, with a signature", format!("{none}.{claims}.{signature}")),
        ("HS256 by the public half", by_public_half(Algorithm::HS256)),
        ("HS512 by the public half", by_public_half(Algorithm::HS512)),
        ("another's key", strange.clone()),
        ("another's key under our name", format!("{header}.{strange_claims}.{strange_signature}")),
        ("no key's name", format!("{}.{claims}.{signature}", part(&json!({ "alg": "EdDSA", "typ": "JWT" })))),
        ("a later end", format!("{header}.{}.{signature}", part(&longer))),
        ("another's name", format!("{header}.{}.{signature}", part(&somebody))),
        ("no signature", format!("{header}.{claims}.")),
        ("a bent signature", format!("{header}.{claims}.{bent}")),
        ("a signature of other claims", format!("{header}.{claims}.{}", other.split('.').nth(2).unwrap())),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{access}.{signature}")),
        ("nothing like it", "token".to_owned()),
        ("too much of it", "a".repeat(4000)),
    ] {
        let answer = me(&server, &token).await;
        assert_eq!(answer.status, 401, "{what}");
        assert_problem(&answer, 401, "accessTokenInvalid");
        assert!(answer.header("www-authenticate").unwrap().ends_with("error=\"invalid_token\""), "{what}");
    }
    assert_eq!(me(&server, &access).await.status, 200, "the genuine one is good all the while");
}

#[actix_web::test]
async fn a_genuine_token_of_another_login_or_time_opens_nothing() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let other = log_in(&server, CITY, "ming").await.access;
    let [lan, ming] = [&access, &other].map(|token| keys().verify(token, NOW).unwrap());
    let issue = |caller, now| keys().issue(caller, now).unwrap().expose().to_owned();
    for caller in [
        Caller { person: ming.person, login: lan.login },
        Caller { person: PersonId::from_slug("nobody"), login: lan.login },
        Caller { person: lan.person, login: LoginId::from_slug("no login") },
    ] {
        assert_problem(&me(&server, &issue(caller, NOW)).await, 401, "loginEnded");
    }
    let old = issue(lan, NOW - chrono::TimeDelta::minutes(15));
    assert_problem(&me(&server, &old).await, 401, "accessTokenExpired");
    let newest = issue(lan, NOW - chrono::TimeDelta::seconds(899));
    assert_eq!(me(&server, &newest).await.status, 200);
}

#[actix_web::test]
async fn only_a_bearer_is_let_in_and_the_public_needs_none() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let with = async |path: &str, value: &str| {
        server.send(server.client.get(server.url(path)).header("Authorization", value)).await
    };
    assert_problem(&server.get("/v1/me").await, 401, "unauthenticated");
    for value in ["", "Bearer", "Basic bGFuOmxhbg==", &access] {
        assert_problem(&with("/v1/me", value).await, 401, "unauthenticated");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(with("/v1/me", &format!("{scheme} {access}")).await.status, 200);
    }
    let public = server.get("/v1/events").await;
    for value in ["Bearer wrong", "Basic x", &format!("Bearer {access}")] {
        let answer = with("/v1/events", value).await;
        assert_eq!((answer.status.as_u16(), &answer.text), (200, &public.text));
        assert_eq!(answer.header("etag"), public.header("etag"));
    }
}
