//! The client: what it repeats, what it never repeats, and what it reads.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::clients::wechat::messages::Message;
use kepu::clients::wechat::moderation::{Scene as Place, Suggestion};
use kepu::clients::wechat::{AppSecret, Error, Reason, Wechat};
use kepu::domain::text::Lang;
use kepu::domain::wechat::{OpenId, Scene};
use kepu::wechat_simulator::EVENT_PAGE;
use serde_json::json;
use std::sync::Arc;

use super::simulator::{CITY, CODES, MESSAGES, MUSEUM, PHONES, Played, TOKENS};

/// The number's meaning in a refusal.
fn reason<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Reason {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.reason(),
        other => panic!("not refused: {other:?}"),
    }
}

fn scene(text: &str) -> Scene {
    Scene::new(text).unwrap()
}

async fn openid(played: &Played, name: &str) -> OpenId {
    played.app(CITY).code_to_session(&format!("demo-{name}")).await.unwrap().openid
}

fn message<'a>(to: &'a OpenId, fields: &'a [(String, String)]) -> Message<'a> {
    Message { to, template: "demo-change", page: Some("pages/event/event?id=1"), fields, lang: Lang::ZhHk }
}

fn fields() -> Vec<(String, String)> {
    [("thing1", "甲虫王国"), ("time2", "2026年11月28日 14:00"), ("thing3", "改到二楼")]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
}

#[actix_web::test]
async fn a_code_is_exchanged_once_and_in_time() {
    let played = Played::start();
    let code = played.doors.code("lan", CITY).await;
    assert_eq!(reason(played.app(MUSEUM).code_to_session(&code).await), Reason::Code, "another's code");
    let session = played.app(CITY).code_to_session(&code).await.unwrap();
    assert_eq!(reason(played.app(CITY).code_to_session(&code).await), Reason::Code, "a used code");
    assert_eq!(session.openid, openid(&played, "lan").await);

    let museum = played.app(MUSEUM).code_to_session("demo-lan").await.unwrap();
    assert_ne!(museum.openid, session.openid);
    assert!(museum.unionid.is_some() && museum.unionid == session.unionid, "one person");

    let late = played.doors.code("lan", CITY).await;
    played.clock.advance(TimeDelta::minutes(5));
    assert_eq!(reason(played.app(CITY).code_to_session(&late).await), Reason::Code, "a late code");
}

#[actix_web::test]
async fn a_token_is_asked_for_once_however_many_wait() {
    let played = Played::start();
    let numbers = join_all((0..64).map(|_| played.app(CITY).phone_number("demo-lan"))).await;
    assert!(numbers.iter().all(Result::is_ok), "{numbers:?}");
    assert_eq!(played.doors.calls(TOKENS).await, 1);
    played.app(MUSEUM).phone_number("demo-lan").await.unwrap();
    assert_eq!(played.doors.calls(TOKENS).await, 2, "each mini-program has its own");
}

#[actix_web::test]
async fn a_token_is_renewed_before_its_end() {
    let played = Played::start();
    played.app(CITY).phone_number("demo-lan").await.unwrap();
    played.clock.advance(TimeDelta::seconds(6899));
    played.app(CITY).phone_number("demo-lan").await.unwrap();
    assert_eq!(played.doors.calls(TOKENS).await, 1, "it still has five minutes");
    played.clock.advance(TimeDelta::seconds(1));
    played.app(CITY).phone_number("demo-lan").await.unwrap();
    assert_eq!((played.doors.calls(TOKENS).await, played.doors.calls(PHONES).await), (2, 3));
}

#[actix_web::test]
async fn an_expired_token_is_replaced_once_for_all() {
    let played = Played::start();
    played.app(CITY).phone_number("demo-lan").await.unwrap();
    played.doors.expire_tokens().await;
    let numbers = join_all((0..16).map(|_| played.app(CITY).phone_number("demo-lan"))).await;
    assert!(numbers.iter().all(Result::is_ok), "{numbers:?}");
    assert_eq!(played.doors.calls(TOKENS).await, 2);
    let calls = played.doors.calls(PHONES).await;
    assert!((18..=33).contains(&calls), "each is repeated at most once: {calls}");
}

#[actix_web::test]
async fn a_token_that_stays_refused_is_forced_out_once() {
    let played = Played::start();
    played.doors.fail(PHONES, Some(1), json!({ "errcode": 40001 })).await;
    played.app(CITY).phone_number("demo-lan").await.unwrap();
    assert_eq!(played.doors.calls(TOKENS).await, 3, "the first, the same again, the forced one");

    played.doors.fail(PHONES, None, json!({ "errcode": 40001 })).await;
    assert_eq!(reason(played.app(CITY).phone_number("demo-lan").await), Reason::Token);
    assert_eq!(reason(played.app(CITY).phone_number("demo-lan").await), Reason::Token);
    assert!(played.doors.calls(TOKENS).await <= 6, "and not again for five minutes");
}

#[actix_web::test]
async fn a_busy_wechat_is_asked_a_second_time_and_no_third() {
    let played = Played::start();
    played.doors.fail(CODES, Some(1), json!({ "errcode": -1 })).await;
    played.app(CITY).code(EVENT_PAGE, scene("a")).await.unwrap();
    assert_eq!(played.doors.calls(CODES).await, 2);
    played.doors.fail(CODES, Some(3), json!({ "errcode": -1 })).await;
    assert_eq!(reason(played.app(CITY).code(EVENT_PAGE, scene("b")).await), Reason::Busy);
    assert_eq!(played.doors.calls(CODES).await, 4);
}

#[actix_web::test]
async fn a_message_is_sent_at_most_once() {
    let played = Played::start();
    let (lan, fields) = (openid(&played, "lan").await, fields());
    let credits = json!({ "templateId": "demo-change", "count": 5 });
    played.doors.post("/simulator/people/lan/credits", credits).await;
    for (answer, done) in
        [(json!({ "errcode": -1 }), false), (json!({ "status": 502 }), true), (json!("garbage"), true)]
    {
        let before = played.doors.calls(MESSAGES).await;
        played.doors.fail(MESSAGES, Some(1), answer.clone()).await;
        let outcome = played.app(CITY).send_message(&message(&lan, &fields)).await;
        // What cannot be read is no refusal, so nobody may take the message for unsent.
        assert_eq!(
            outcome.map_err(|error| error.may_be_done()),
            if done { Err(true) } else { Err(false) },
            "{answer}"
        );
        assert_eq!(played.doors.calls(MESSAGES).await, before + 1, "{answer}");
    }
    let delivered = played.doors.0.json("/simulator/messages?to=lan").await;
    assert_eq!(delivered["items"].as_array().map(Vec::len), Some(0));
}

#[actix_web::test]
async fn an_answer_that_does_not_come_is_given_up_and_nothing_is_said_of_it() {
    let played = Played::start();
    let (lan, fields) = (openid(&played, "lan").await, fields());
    played.doors.fail(MESSAGES, Some(1), json!("hang")).await;
    let error = played.app(CITY).send_message(&message(&lan, &fields)).await.unwrap_err();
    assert!(error.may_be_done() && error.passes(), "{error}");
    assert_eq!(played.doors.calls(MESSAGES).await, 1);
}

#[actix_web::test]
async fn a_credit_is_good_for_one_message_and_its_lack_is_final() {
    let played = Played::start();
    let (lan, fields) = (openid(&played, "lan").await, fields());
    assert_eq!(reason(played.app(CITY).send_message(&message(&lan, &fields)).await), Reason::NoCredit);
    assert_eq!(played.doors.calls(MESSAGES).await, 1, "43101 is not repeated");
    played.doors.post("/simulator/people/lan/credits", json!({ "templateId": "demo-change" })).await;
    played.app(CITY).send_message(&message(&lan, &fields)).await.unwrap();
    assert_eq!(reason(played.app(CITY).send_message(&message(&lan, &fields)).await), Reason::NoCredit);

    let delivered = played.doors.0.json("/simulator/messages?to=lan").await;
    let delivered = delivered["items"].as_array().unwrap();
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0]["data"]["thing1"], "甲虫王国");
    assert_eq!(delivered[0]["page"], "pages/event/event?id=1");
}

#[actix_web::test]
async fn what_is_wrong_with_a_message_is_told_apart() {
    let played = Played::start();
    let (lan, fields) = (openid(&played, "lan").await, fields());
    let app = played.app(CITY);
    let (long, stranger) =
        ([("thing1".to_owned(), "长".repeat(21)), fields[1].clone(), fields[2].clone()], OpenId::from("o1"));
    let right = message(&lan, &fields);
    for (wrong, expected) in [
        (Message { fields: &long, ..right.clone() }, Reason::Field),
        (Message { fields: &fields[..2], ..right.clone() }, Reason::Field),
        (Message { template: "demo-none", ..right.clone() }, Reason::Template),
        (Message { page: Some("pages/none"), ..right.clone() }, Reason::Page),
        (Message { to: &stranger, ..right.clone() }, Reason::Person),
    ] {
        assert_eq!(reason(app.send_message(&wrong).await), expected, "{wrong:?}");
    }
    let museum = played.app(MUSEUM).send_message(&right).await;
    assert_eq!(reason(museum), Reason::Person, "another mini-program's openid");
}

#[actix_web::test]
async fn a_code_is_made_once_and_its_failure_is_shared() {
    let played = Played::start();
    let app = played.app(CITY);
    let images = join_all((0..64).map(|_| app.code(EVENT_PAGE, scene("a")))).await;
    assert!(images.iter().all(|image| image.as_ref().unwrap().media_type == "image/png"));
    app.code(EVENT_PAGE, scene("a")).await.unwrap();
    assert_eq!(played.doors.calls(CODES).await, 1);

    let failures = join_all((0..64).map(|_| app.code("pages/none", scene("a")))).await;
    assert!(failures.into_iter().all(|failure| reason(failure) == Reason::Page));
    assert_eq!(played.doors.calls(CODES).await, 2);

    played.doors.fail(CODES, Some(1), json!("garbage")).await;
    let unread = app.code(EVENT_PAGE, scene("b")).await;
    assert!(matches!(unread, Err(Error::Unreadable { .. })), "{unread:?}");
    app.code(EVENT_PAGE, scene("b")).await.unwrap();
}

#[actix_web::test]
async fn many_different_codes_at_once_are_not_all_asked_for() {
    let played = Played::start();
    let app = played.app(CITY);
    played.doors.fail(CODES, None, json!("hang")).await;
    let asked = join_all((0..64).map(|at| app.code(EVENT_PAGE, scene(&format!("s{at}"))))).await;
    let resting = asked.iter().filter(|answer| **answer == Err(Error::Resting)).count();
    assert_eq!(resting, 64 - 16, "those are told at once");
    assert_eq!(played.doors.calls(CODES).await, 16);
}

#[actix_web::test]
async fn a_phone_number_has_its_country_as_text() {
    let played = Played::start();
    let number = played.app(CITY).phone_number("demo-lan").await.unwrap();
    assert_eq!((number.country.as_str(), number.digits.expose().len()), ("86", 11));
    let login = played.doors.code("lan", CITY).await;
    assert_eq!(reason(played.app(CITY).phone_number(&login).await), Reason::Code, "the code of a login");
}

#[actix_web::test]
async fn texts_and_images_are_checked_for_those_who_were_just_there() {
    let played = Played::start();
    let (app, lan) = (played.app(CITY), openid(&played, "lan").await);
    let fine = app.check_text(&lan, Place::Comment, "讲得真好").await.unwrap();
    assert_eq!((fine.suggest, fine.label), (Suggestion::Pass, 100));
    let risky = app.check_text(&lan, Place::Comment, "违规内容").await.unwrap();
    assert_eq!((risky.suggest, risky.label), (Suggestion::Risky, 20006));
    assert!(!app.check_image(&lan, Place::Forum, "https://example.org/a.png").await.unwrap().is_empty());
    played.clock.advance(TimeDelta::hours(3));
    assert_eq!(reason(app.check_text(&lan, Place::Comment, "讲得真好").await), Reason::Other);
}

#[actix_web::test]
async fn a_wrong_secret_is_a_matter_of_configuration() {
    let played = Played::start();
    let mut settings = played.settings.clone();
    settings.apps[0].secret = AppSecret::from("another");
    let clock: Arc<dyn kepu::domain::clock::Clock> = Arc::new(played.clock.clone());
    let wechat = Wechat::new(settings, &clock).unwrap();
    let app = wechat.app(CITY).unwrap();
    assert_eq!(reason(app.phone_number("demo-lan").await), Reason::Configuration);
    assert_eq!(reason(app.code_to_session("demo-lan").await), Reason::Configuration);
    let shown = format!("{:?}", played.settings);
    assert!(shown.contains(CITY) && !shown.contains("demo-secret"), "{shown}");
}
