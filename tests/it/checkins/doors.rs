//! People who check themselves in by what the door shows.

use super::*;

async fn shown(museum: &Museum, session: &str) -> Value {
    let answer = museum.by(&museum.guide, Method::GET, &manage(session, "door-code"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

async fn check_in(museum: &Museum, access: &str, signup: &Signup, code: &str) -> Answer {
    let path = format!("/v1/signups/{}/checkin", signup.id);
    museum.by(access, Method::POST, &path, Some(json!({ "doorCode": code }))).await
}

on_both_stores! {
    async fn whoever_reads_the_door_checks_their_party_in(store: Store) {
        let museum = Museum::open(store).await;
        let (access, lan) = museum.log_in("lan").await;
        let signup = museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰", "小明"]);
        let code = shown(&museum, "stars").await["code"].as_str().unwrap().to_owned();
        let answer = check_in(&museum, &access, &signup, &format!("{} {}", &code[..3], &code[3..])).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let came = answer.json();
        assert_eq!((&came["id"], &came["status"]), (&json!(signup.id.to_string()), &json!("attended")));
        assert_eq!([&came["party"][0]["attended"], &came["party"][1]["attended"]], [&json!(true); 2]);
        assert_eq!(check_in(&museum, &access, &signup, &code).await.json(), came, "again changes nothing");

        // Taken off by mistake, they read the next code.
        museum.server.clock.advance(TimeDelta::seconds(31));
        let undo = json!([with(entry("1", &qr(&signup), 61), json!({ "undo": true }))]);
        assert_eq!(verdicts(&museum.hear("a", undo).await), [("ok", "")]);
        museum.server.clock.advance(TimeDelta::seconds(31));
        let next = shown(&museum, "stars").await;
        let answer = check_in(&museum, &access, &signup, next["qr"].as_str().unwrap()).await;
        assert_eq!(answer.json()["status"], "attended");
    }
}

#[actix_web::test]
async fn a_code_is_good_where_and_while_it_is_shown() {
    let museum = Museum::open(Store::Sqlite).await;
    let (access, lan) = museum.log_in("lan").await;
    let signup = museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰"]);
    let here = shown(&museum, "stars").await;
    let there = shown(&museum, "tides").await;
    assert_eq!(here["until"], *rfc3339(NOW + TimeDelta::seconds(30)));
    for wrong in [there["code"].as_str().unwrap(), there["qr"].as_str().unwrap(), "", "000", "D"] {
        assert_problem(&check_in(&museum, &access, &signup, wrong).await, 422, "doorCodeWrong");
    }
    museum.server.clock.advance(TimeDelta::seconds(60));
    let old = check_in(&museum, &access, &signup, here["code"].as_str().unwrap()).await;
    assert_problem(&old, 422, "doorCodeWrong");
    assert_eq!(museum.now(&signup), signup);
    museum.server.clock.set(NOW + TimeDelta::seconds(59));
    assert_eq!(check_in(&museum, &access, &signup, here["code"].as_str().unwrap()).await.status, 200);
}

#[actix_web::test]
async fn a_code_lets_in_only_those_with_seats_at_the_time_of_the_session() {
    let museum = Museum::open(Store::Sqlite).await;
    let (access, lan) = museum.log_in("lan").await;
    let (other, _) = museum.log_in("ming").await;
    let queued = museum.sign_up("stars", Some(lan), Status::Waitlisted, &["兰"]);
    let early = museum.sign_up("later", Some(lan), Status::Confirmed, &["兰"]);
    let code = |sheet: Value| sheet["code"].as_str().unwrap().to_owned();
    let (here, later) = (code(shown(&museum, "stars").await), code(shown(&museum, "later").await));
    assert_problem(&check_in(&museum, &access, &queued, &here).await, 409, "notConfirmed");
    assert_problem(&check_in(&museum, &access, &early, &later).await, 409, "doorsClosed");
    assert_problem(&check_in(&museum, &other, &queued, &here).await, 404, "notFound");
    let nobody = format!("/v1/signups/{}/checkin", queued.id);
    assert_problem(
        &museum.by("", Method::POST, &nobody, Some(json!({ "doorCode": here }))).await,
        401,
        "unauthenticated",
    );
}
