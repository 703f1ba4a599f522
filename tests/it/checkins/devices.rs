//! Devices that repeat themselves, are late, and speak of one family.

use futures_util::future::join_all;

use super::*;

on_both_stores! {
    async fn one_scan_lets_a_family_in_and_undoing_it_lets_them_out(store: Store) {
        let museum = Museum::open(store).await;
        let family = museum.family();
        let code = family.ticket_code.unwrap().to_string();
        let first = museum.hear("a", json!([entry("1", &qr(&family), 0)])).await;
        assert_eq!(first, [json!({
            "entryId": "1", "outcome": "ok", "signupId": family.id.to_string(), "attended": [0, 1, 2],
        })]);
        let after = museum.now(&family);
        assert_eq!((after.status, &after.attended[..], after.version), (Status::Attended, &[0, 1, 2][..], 2));
        assert_eq!(museum.desk().await["parties"][0]["attended"], json!([0, 1, 2]));

        let second = museum.hear("b", json!([entry("1", &code.to_uppercase(), 1)])).await;
        assert_eq!(verdicts(&second), [("already", "otherDevice")]);
        assert_eq!(museum.now(&family), after, "nothing has changed");

        let one_left = with(entry("2", &code, 2), json!({ "participants": [1], "undo": true }));
        let results = museum.hear("b", json!([one_left])).await;
        assert_eq!(results[0]["attended"], json!([0, 2]));
        let undone = museum.hear("a", json!([with(entry("2", &code, 3), json!({ "undo": true }))])).await;
        assert_eq!(verdicts(&undone), [("ok", "")]);
        let after = museum.now(&family);
        assert_eq!((after.status, after.attended.len()), (Status::Confirmed, 0));
        assert_eq!(after.personal, family.personal, "nothing else has changed");
    }

    async fn a_batch_sent_again_is_answered_as_before_and_changes_nothing(store: Store) {
        let museum = Museum::open(store).await;
        let (family, other) = (museum.family(), museum.sign_up("stars", None, Status::Confirmed, &["周一"]));
        let batch = json!([
            entry("1", &qr(&family), 0),
            entry("2", &qr(&other), 1),
            entry("3", &qr(&family), 2),
            with(entry("4", &qr(&other), 3), json!({ "undo": true })),
            // The same again, sent in one batch.
            with(entry("4", &qr(&other), 4), json!({ "undo": true })),
        ]);
        let first = museum.hear("a", batch.clone()).await;
        assert_eq!(
            verdicts(&first),
            [("ok", ""), ("ok", ""), ("already", ""), ("ok", ""), ("ok", "")]
        );
        let before = [museum.now(&family), museum.now(&other)];
        museum.server.clock.advance(TimeDelta::hours(1));
        assert_eq!(museum.hear("a", batch).await, first);
        assert_eq!([museum.now(&family), museum.now(&other)], before);
        assert_eq!(before[1].status, Status::Confirmed);
    }

    async fn what_a_device_says_by_a_name_that_it_used_is_not_heard(store: Store) {
        let museum = Museum::open(store).await;
        let (family, other) = (museum.family(), museum.sign_up("stars", None, Status::Confirmed, &["周一"]));
        let some = || with(entry("1", &qr(&family), 0), json!({ "participants": [2, 0] }));
        assert_eq!(verdicts(&museum.hear("a", json!([some()])).await), [("ok", "")]);
        let before = [museum.now(&family), museum.now(&other)];
        let batch = json!([
            with(some(), json!({ "undo": true })),
            with(some(), json!({ "participants": [0, 1] })),
            entry("1", &qr(&family), 0),
            entry("1", &qr(&other), 0),
            entry("1", "no ticket", 0),
            with(some(), json!({ "participants": [0, 2] })),
        ]);
        let results = museum.hear("a", batch).await;
        let reused = ("unknown", "entryReused");
        assert_eq!(verdicts(&results), [reused, reused, reused, reused, reused, ("ok", "")]);
        assert_eq!(results[0]["attended"], json!([0, 2]), "the device sees that nothing was taken back");
        assert!(results[3]["signupId"].is_null() && results[4]["signupId"].is_null());
        assert_eq!([museum.now(&family), museum.now(&other)], before);

        let anew = museum.hear("a", json!([entry("2", &qr(&other), 0), with(entry("2", &qr(&other), 1), json!({ "undo": true }))])).await;
        assert_eq!(verdicts(&anew), [("ok", ""), reused], "in one batch neither");
        assert_eq!(museum.now(&other).status, Status::Attended);
    }

    async fn the_same_batch_many_times_at_once_is_heard_once(store: Store) {
        let museum = Museum::open(store).await;
        let family = museum.family();
        let batch = json!([entry("1", &qr(&family), 0), entry("2", &qr(&family), 1)]);
        let all = join_all((0..8).map(|_| museum.hear("a", batch.clone()))).await;
        assert!(all.iter().all(|results| verdicts(results) == [("ok", ""), ("already", "")]), "{all:?}");
        assert_eq!(museum.now(&family).version, 2);
    }

    async fn two_devices_end_in_one_state_whichever_is_heard_first(store: Store) {
        let museum = Museum::open(store).await;
        let families = [museum.family(), museum.family()];
        // The first was at the main door, where all were let in and one was taken off again; the second at a side door,
        // where two of them were let in before that, and one afterwards.
        let main = |code: &str| json!([
            entry(&format!("{code}-1"), code, -50),
            with(entry(&format!("{code}-2"), code, -30), json!({ "participants": [0, 1], "undo": true })),
        ]);
        let side = |code: &str| json!([
            with(entry(&format!("{code}-1"), code, -40), json!({ "participants": [0, 1] })),
            with(entry(&format!("{code}-2"), code, -20), json!({ "participants": [1] })),
        ]);
        let [one, other] = [0, 1].map(|at: usize| families[at].ticket_code.unwrap().to_string());
        museum.hear("main", main(&one)).await;
        let late = museum.hear("side", side(&one)).await;
        assert_eq!(verdicts(&late), [("already", "laterEntry"), ("ok", "")]);
        museum.hear("side", side(&other)).await;
        museum.hear("main", main(&other)).await;
        for family in &families {
            let after = museum.now(family);
            assert_eq!((after.status, &after.attended[..]), (Status::Attended, &[1, 2][..]));
        }
    }

    async fn two_doors_at_once_lose_nothing(store: Store) {
        let museum = Museum::open(store).await;
        let family = museum.family();
        let code = family.ticket_code.unwrap().to_string();
        let one = async |place: u16| {
            let device = format!("door-{place}");
            let said = with(entry("1", &code, 0), json!({ "participants": [place] }));
            museum.hear(&device, json!([said])).await
        };
        join_all((0..3).map(one)).await;
        assert_eq!(museum.now(&family).attended, [0, 1, 2]);
    }
}

#[actix_web::test]
async fn clocks_that_are_wrong_make_nobody_absent() {
    let museum = Museum::open(Store::Sqlite).await;
    let (ahead, behind) = (museum.family(), museum.family());
    let far = |id: &str, signup: &Signup, at: &str| with(entry(id, &qr(signup), 0), json!({ "at": at }));
    let results = museum
        .hear(
            "a",
            json!([far("1", &ahead, "2031-01-01T00:00:00Z"), far("2", &behind, "1970-01-01T00:00:00Z")]),
        )
        .await;
    assert_eq!(verdicts(&results), [("ok", ""), ("ok", "")]);
    // What a device with a right clock says afterwards counts.
    museum.server.clock.advance(TimeDelta::minutes(2));
    let undo = |id: &str, signup: &Signup| with(entry(id, &qr(signup), 61), json!({ "undo": true }));
    let results = museum.hear("b", json!([undo("1", &ahead), undo("2", &behind)])).await;
    assert_eq!(verdicts(&results), [("ok", ""), ("ok", "")]);
    // What a device with a wrong clock says in one batch keeps its order.
    for (device, [first, then]) in [
        ("c", ["2031-01-01T00:00:00Z", "2031-01-01T00:01:00Z"]),
        ("d", ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z"]),
    ] {
        let family = museum.family();
        let came = far("1", &family, first);
        let went = with(far("2", &family, then), json!({ "undo": true }));
        assert_eq!(verdicts(&museum.hear(device, json!([came, went])).await), [("ok", ""), ("ok", "")]);
        assert_eq!(museum.now(&family).status, Status::Confirmed);
    }
}

#[actix_web::test]
async fn a_class_without_a_list_is_checked_in_by_heads() {
    let museum = Museum::open(Store::Sqlite).await;
    let mut class = museum.sign_up("stars", None, Status::Confirmed, &[]);
    class.headcount = Some(45);
    museum.db.write(|tx| signups::update(tx, &museum.vault, &mut class)).unwrap();
    let here: Vec<u16> = (0..38).collect();
    let said = with(entry("1", &qr(&class), 0), json!({ "participants": here }));
    assert_eq!(verdicts(&museum.hear("a", json!([said])).await), [("ok", "")]);
    assert_eq!(museum.now(&class).attended, here);
}

#[actix_web::test]
async fn a_day_at_a_busy_door_is_one_batch() {
    let museum = Museum::open(Store::Sqlite).await;
    let parties: Vec<Signup> =
        (0..250).map(|_| museum.sign_up("stars", None, Status::Confirmed, &["甲", "乙"])).collect();
    let twice = parties.iter().chain(&parties).enumerate();
    let batch: Vec<Value> = twice.map(|(at, party)| entry(&at.to_string(), &qr(party), 0)).collect();
    let results = museum.hear("a", json!(batch)).await;
    assert_eq!(results.len(), 500);
    assert!(verdicts(&results)[..250].iter().all(|verdict| *verdict == ("ok", "")));
    assert!(verdicts(&results)[250..].iter().all(|verdict| *verdict == ("already", "")));
    let one_more = [batch.clone(), vec![entry("500", "0000000000", 0)]].concat();
    let refused = museum.send("a", json!(one_more)).await;
    assert_problem(&refused, 422, "invalidBody");
    assert_eq!(
        (&refused.json()["errors"][0]["field"], &refused.json()["errors"][0]["code"]),
        (&json!("entries"), &json!("tooMany"))
    );
}

#[actix_web::test]
async fn what_a_device_says_must_be_well_said() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    let good = || entry("1", &qr(&family), 0);
    for (entries, field, code) in [
        (json!([]), "entries", "tooFew"),
        (json!([good(), with(good(), json!({ "entryId": "" }))]), "entries[1].entryId", "empty"),
        (json!([with(good(), json!({ "entryId": "a b" }))]), "entries[0].entryId", "malformed"),
        (json!([with(good(), json!({ "entryId": "a".repeat(65) }))]), "entries[0].entryId", "tooLong"),
        (json!([with(good(), json!({ "at": "yesterday" }))]), "entries[0].at", "malformed"),
        (json!([with(good(), json!({ "participants": [] }))]), "entries[0].participants", "tooFew"),
        (
            json!([with(good(), json!({ "participants": [0, 1, 0] }))]),
            "entries[0].participants[2]",
            "repeated",
        ),
        (
            json!([with(good(), json!({ "participants": (0..501).collect::<Vec<_>>() }))]),
            "entries[0].participants",
            "tooMany",
        ),
        (
            json!([with(good(), json!({ "signupId": family.id.to_string() }))]),
            "entries[0].signupId",
            "conflicting",
        ),
        (json!([{ "entryId": "1", "at": &*rfc3339(NOW) }]), "entries[0].ticket", "missing"),
        (json!([{ "entryId": "1", "ticket": "0000000000" }]), "entries[0].at", "missing"),
        (json!([with(good(), json!({ "name": "x" }))]), "entries[0].name", "unknown"),
    ] {
        let refused = museum.send("a", entries).await;
        assert_problem(&refused, 422, "invalidBody");
        let error = &refused.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    }
    assert_eq!(museum.send("@self", json!([good()])).await.json()["errors"][0]["field"], "deviceId");
    assert_eq!(museum.now(&family), family);
}

#[actix_web::test]
async fn one_unreadable_entry_keeps_no_other_from_being_heard() {
    let museum = Museum::open(Store::Sqlite).await;
    let family = museum.family();
    let of = |id: &str, more: Value| with(json!({ "entryId": id, "at": &*rfc3339(NOW) }), more);
    let batch = json!([
        of("1", json!({ "signupId": "zzzzzzzzzzzzz" })),
        of("2", json!({ "signupId": "not an id" })),
        of("3", json!({ "signupId": family.id.to_string(), "participants": [70_000] })),
        of("4", json!({ "signupId": family.id.to_string(), "participants": [-1] })),
        of("5", json!({ "signupId": family.id.to_string(), "participants": [0] })),
    ]);
    let heard = museum.hear("a", batch).await;
    let nobody = ("unknown", "noSuchParticipant");
    assert_eq!(verdicts(&heard), [("unknown", ""), ("unknown", ""), nobody, nobody, ("ok", "")]);
    assert_eq!(museum.now(&family).attended, [0]);
    let scanned = json!([entry("6", &format!("{}\r\n", qr(&family)), 0)]);
    assert_eq!(
        museum.hear("a", scanned).await[0]["signupId"],
        family.id.to_string(),
        "a line break is no forgery"
    );
}
