//! What a ticket is worth, with and without network.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use kepu::domain::tickets::{Ticket, TicketKey, TicketKeys};

use super::*;

/// What a device makes of a ticket by nothing but the desk's sheet, as the document describes it.
fn scan(sheet: &Value, text: &str, now: i64) -> Result<String, &'static str> {
    let bytes = text.strip_prefix('K').and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == 110).ok_or("no ticket")?;
    let (claims, signature) = bytes.split_at(46);
    let id = BASE64_URL_SAFE_NO_PAD.encode(&claims[..8]);
    let key = sheet["keys"].as_array().unwrap().iter().find(|key| key["id"] == *id).ok_or("unknown key")?;
    let public = BASE64_URL_SAFE_NO_PAD.decode(key["publicKey"].as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(signature).unwrap();
    let signed = [b"K".as_slice(), claims].concat();
    public.verify_strict(&signed, &signature).map_err(|_forged| "forged")?;
    let number = |from: usize| i64::from_be_bytes(claims[from..from + 8].try_into().unwrap());
    let session = SessionId::new(number(8)).unwrap().to_string();
    let signup = SignupId::new(number(16)).unwrap().to_string();
    let revision = u32::from_be_bytes(claims[24..28].try_into().unwrap());
    if sheet["session"]["id"] != *session {
        return Err("other session");
    }
    if now < number(30) || number(38) <= now {
        return Err("not now");
    }
    let revoked = sheet["revoked"].as_array().unwrap().iter().find(|one| one["signupId"] == *signup);
    if revoked.is_some_and(|one| u64::from(revision) <= one["through"].as_u64().unwrap()) {
        return Err("revoked");
    }
    Ok(signup)
}

#[actix_web::test]
async fn a_device_tells_good_tickets_from_bad_ones_by_the_sheet_alone() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    let mut changed = museum.sign_up("stars", None, Status::Confirmed, &["周一"]);
    let before = qr(&changed);
    changed.ticket_revision = 2;
    museum.db.write(|tx| signups::update(tx, &museum.vault, &mut changed)).unwrap();
    let gone = museum.sign_up("stars", None, Status::Cancelled, &["吴二"]);
    let elsewhere = museum.sign_up("tides", None, Status::Confirmed, &["郑三"]);
    let sheet = museum.desk().await;

    let now = NOW.timestamp();
    let text = qr(&family);
    assert!(text.len() <= 300);
    assert_eq!(scan(&sheet, &text, now), Ok(family.id.to_string()));
    assert_eq!(scan(&sheet, &qr(&changed), now), Ok(changed.id.to_string()));
    assert_eq!(scan(&sheet, &before, now), Err("revoked"));
    let cancelled = Signup { status: Status::Confirmed, ..gone };
    assert_eq!(scan(&sheet, &qr(&cancelled), now), Err("revoked"));
    assert_eq!(scan(&sheet, &qr(&elsewhere), now), Err("other session"));
    let ends = (START + TimeDelta::hours(13)).timestamp();
    assert_eq!((scan(&sheet, &text, ends - 1).is_ok(), scan(&sheet, &text, ends)), (true, Err("not now")));
    let begins = (START - TimeDelta::hours(12)).timestamp();
    assert_eq!(
        (scan(&sheet, &text, begins).is_ok(), scan(&sheet, &text, begins - 1)),
        (true, Err("not now"))
    );
    let bent = format!("{}{}{}", &text[..60], if &text[60..61] == "A" { "B" } else { "A" }, &text[61..]);
    assert_eq!(scan(&sheet, &bent, now), Err("forged"));
    let doors = Doors::of(START, START + TimeDelta::hours(1));
    let strange = TicketKeys::new(vec![TicketKey::fresh(&SystemRandom)]).unwrap();
    let strange = strange.issue(&family.ticket(doors).unwrap());
    assert_eq!(scan(&sheet, &strange, now), Err("unknown key"));
}

#[actix_web::test]
async fn whoever_was_looked_at_finds_the_look_in_their_export() {
    let museum = Museum::open(Store::Sqlite).await;
    let (access, lan) = museum.log_in("lan").await;
    museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰"]);
    let (other, ming) = museum.log_in("ming").await;
    museum.sign_up("stars", Some(ming), Status::Waitlisted, &["明"]);
    museum.desk().await;
    let looks = async |access: &str| {
        museum.by(access, Method::GET, "/v1/me/export", None).await.json()["looks"].clone()
    };
    assert_eq!(
        looks(&access).await,
        json!([{
            "at": &*rfc3339(NOW), "sessionId": SessionId::from_slug("stars").to_string(), "purpose": "checkIn",
            "fields": ["name", "ticketCode"],
        }])
    );
    assert_eq!(looks(&other).await, json!([]), "who only queues is not shown");
}

#[actix_web::test]
async fn a_phone_shows_what_a_device_lets_in() {
    let museum = Museum::open(Store::Sqlite).await;
    let (access, lan) = museum.log_in("lan").await;
    let signup = museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰"]);
    let answer = museum.by(&access, Method::GET, &format!("/v1/signups/{}", signup.id), None).await.json();
    assert_eq!(answer["ticket"]["code"], signup.ticket_code.unwrap().to_string());
    let offline = answer["ticket"]["offline"].as_str().unwrap();
    assert_eq!(scan(&museum.desk().await, offline, NOW.timestamp()), Ok(signup.id.to_string()));
    let queued = museum.sign_up("tides", Some(lan), Status::Waitlisted, &["兰"]);
    let answer = museum.by(&access, Method::GET, &format!("/v1/signups/{}", queued.id), None).await.json();
    assert!(answer.get("ticket").is_none());
}

#[actix_web::test]
async fn a_sheet_shows_who_is_let_in_and_tells_no_names() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    let [_queued, _pending, rejected] = [Status::Waitlisted, Status::Pending, Status::Rejected]
        .map(|status| museum.sign_up("stars", None, status, &["等候者"]));
    let class = Signup { headcount: Some(45), ..museum.sign_up("stars", None, Status::Confirmed, &[]) };
    museum.db.write(|tx| signups::update(tx, &museum.vault, &mut class.clone())).unwrap();

    let answer = museum.by(&museum.guide, Method::GET, &manage("stars", "desk?lang=en"), None).await;
    let sheet = answer.json();
    assert_eq!(sheet["asOf"], *rfc3339(NOW));
    assert_eq!(sheet["session"]["event"]["title"], "night");
    assert_eq!((&sheet["session"]["capacity"], &sheet["session"]["taken"]), (&json!(10), &json!(6)));
    let parties = sheet["parties"].as_array().unwrap();
    let of = |id: SignupId| parties.iter().find(|party| party["signupId"] == *id.to_string()).unwrap();
    assert_eq!(parties.len(), 2, "{}", answer.text);
    assert_eq!(
        of(family.id)["party"],
        json!([
            { "name": "陈*明", "as": "attendee" }, { "name": "陈*明", "as": "attendee" }, { "name": "李*", "as": "attendee" },
        ])
    );
    assert_eq!(of(family.id)["ticketCode"], family.ticket_code.unwrap().to_string());
    assert_eq!((&of(family.id)["people"], &of(family.id)["status"]), (&json!(3), &json!("confirmed")));
    assert_eq!((&of(class.id)["people"], &of(class.id)["party"]), (&json!(45), &json!([])));
    for name in ["陈小明", "李华", "等候者"] {
        assert!(!answer.text.contains(name), "{name}");
    }
    let revoked = sheet["revoked"].as_array().unwrap();
    let ids: Vec<_> = revoked.iter().map(|one| &one["signupId"]).collect();
    assert_eq!(ids, [&json!(rejected.id.to_string())], "{revoked:?}");
}

on_both_stores! {
    async fn what_is_no_good_is_told_and_lets_nobody_in(store: Store) {
        let museum = Museum::open(store).await;
        let family = museum.family();
        let elsewhere = museum.sign_up("tides", None, Status::Confirmed, &["郑三"]);
        let gone = museum.sign_up("stars", None, Status::Cancelled, &["吴二"]);
        let queued = museum.sign_up("stars", None, Status::Waitlisted, &["王五"]);
        let mut changed = museum.sign_up("stars", None, Status::Confirmed, &["周一"]);
        let before = qr(&changed);
        changed.ticket_revision = 2;
        museum.db.write(|tx| signups::update(tx, &museum.vault, &mut changed)).unwrap();

        let text = qr(&family);
        let bent = format!("{}{}{}", &text[..30], if &text[30..31] == "A" { "B" } else { "A" }, &text[31..]);
        let by_id = |id: &str, signup: &Signup| {
            json!({ "entryId": id, "signupId": signup.id.to_string(), "at": &*rfc3339(NOW) })
        };
        let results = museum.hear("a", json!([
            entry("1", &bent, 0),
            entry("2", "https://example.org/another-qr-code", 0),
            entry("3", "0000000000", 0),
            entry("4", &qr(&elsewhere), 0),
            entry("5", &elsewhere.ticket_code.unwrap().to_string(), 0),
            by_id("6", &elsewhere),
            entry("7", &gone.ticket_code.unwrap().to_string(), 0),
            entry("8", &before, 0),
            by_id("9", &queued),
            with(entry("10", &text, 0), json!({ "participants": [0, 3] })),
            json!({ "entryId": "11", "signupId": SignupId::from_slug("nobody").to_string(), "at": &*rfc3339(NOW) }),
        ])).await;
        assert_eq!(verdicts(&results), [
            ("unknown", "notGenuine"),
            ("unknown", "notGenuine"),
            ("unknown", ""),
            ("otherSession", ""),
            ("otherSession", ""),
            ("otherSession", ""),
            ("cancelled", ""),
            ("cancelled", "replaced"),
            ("unknown", "notConfirmed"),
            ("unknown", "noSuchParticipant"),
            ("unknown", ""),
        ]);
        for signup in [&family, &elsewhere, &gone, &queued, &changed] {
            assert_eq!(&museum.now(signup), signup);
        }
        assert!(results[3]["signupId"].is_null(), "whose it is stays with the other session");
    }
}

#[actix_web::test]
async fn a_ticket_is_good_while_the_doors_are_open() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    let doors = Doors::of(START, START + TimeDelta::hours(1));
    let said = |id: &str, at: DateTime<Utc>| with(entry(id, &qr(&family), 0), json!({ "at": &*rfc3339(at) }));
    museum.server.clock.set(doors.open - TimeDelta::seconds(1));
    let early = museum.hear("a", json!([said("1", START)])).await;
    assert_eq!(verdicts(&early), [("unknown", "tooEarly")]);
    museum.server.clock.set(doors.close);
    let late = museum.hear("a", json!([said("1", doors.close)])).await;
    assert_eq!(verdicts(&late), [("unknown", "tooLate")]);
    assert_eq!(museum.now(&family), family);
    museum.server.clock.set(doors.close + TimeDelta::days(3));
    let offline = museum.hear("a", json!([said("1", START)])).await;
    assert_eq!(verdicts(&offline), [("ok", "")], "said in time, heard late");
    assert_eq!(museum.now(&family).status, Status::Attended);
}

#[actix_web::test]
async fn a_ticket_of_another_moment_of_the_session_still_lets_in() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    // The session was moved after the phone went offline: the server knows better than the ticket.
    let stale = Ticket {
        from: START - TimeDelta::days(9),
        until: START - TimeDelta::days(8),
        ..family.ticket(Doors::of(START, START)).unwrap()
    };
    let results = museum.hear("a", json!([entry("1", &ticket_keys().issue(&stale), 0)])).await;
    assert_eq!(verdicts(&results), [("ok", "")]);
}

on_both_stores! {
    async fn the_store_tells_no_codes_and_those_from_before_they_were_sealed_still_let_in(store: Store) {
        let museum = Museum::open(store).await;
        let (old, new) = (museum.family(), museum.family());
        let [old_code, new_code] = [&old, &new].map(|family| family.ticket_code.unwrap().to_string());
        let held = || crate::support::dump::dump(&museum.db);
        assert!(!held().contains(&old_code) && !held().contains(&new_code));
        let clear = format!(
            "UPDATE signups SET ticket_code = '{old_code}', ticket_hash = NULL WHERE id = {}", old.id.get()
        );
        museum.db.read(|conn| {
            Ok::<_, kepu::db::Error>(diesel::connection::SimpleConnection::batch_execute(conn, &clear)?)
        }).unwrap();
        assert!(held().contains(&old_code));
        let heard = museum.hear("a", json!([entry("1", &old_code, 0), entry("2", &new_code, 1)])).await;
        assert_eq!(verdicts(&heard), [("ok", ""), ("ok", "")]);
        assert_eq!(museum.now(&old).ticket_code, old.ticket_code);

        let report = kepu::app::reseal::reseal(&museum.db, &museum.vault).unwrap();
        assert_eq!(report.unreadable, 0);
        assert!(!held().contains(&old_code), "what stood in clear is sealed");
        let heard = museum.hear("b", json!([entry("1", &old_code, 2), entry("2", "0000000000", 3)])).await;
        assert_eq!(verdicts(&heard), [("already", "otherDevice"), ("unknown", "")]);
        assert_eq!(museum.now(&old).ticket_code, old.ticket_code);
    }
}
