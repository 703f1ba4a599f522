//! What authorities do: suspend, restore, trust, and find who is in their division.

use kepu::domain::ids::{BaseId, EventId, SessionId};
use kepu::domain::organisations::Organiser;
use kepu::domain::signup_terms::SignupTerms;

use super::*;
use crate::support::catalogue::{base, event, put_base, put_event, session};

/// An organisation's base with an event and a session that takes sign-ups.
fn furnish(server: &Server, id: OrganisationId) {
    let organisers = vec![Organiser { organisation: id, role: Default::default() }];
    server
        .running
        .db
        .write(|tx| {
            let mut museum = base("museum", 23.1, 113.3);
            museum.organisers.clone_from(&organisers);
            put_base(tx, "museum", &museum)?;
            let mut talk = event("talk", BaseId::from_slug("museum"));
            talk.organisers = organisers;
            put_event(tx, "talk", &talk, NOW, 0)?;
            let start = NOW + chrono::TimeDelta::days(1);
            let mut tomorrow = session("talk:0", EventId::from_slug("talk"), start);
            tomorrow.signup = Some(Box::new(SignupTerms::default()));
            tomorrow.capacity = Some(10);
            kepu::db::sessions::insert_if_absent(tx, &tomorrow)?;
            kepu::db::sessions::touch_event(tx, EventId::from_slug("talk"))?;
            Ok::<_, kepu::app::Error>(())
        })
        .unwrap();
}

/// Whether its base and its event are found.
async fn found(server: &Server) -> (bool, bool) {
    let total = async |path: &str| server.json(path).await["total"] == 1;
    (total("/v1/bases").await, total("/v1/events").await)
}

async fn shows(server: &Server, expected: bool) {
    eventually("all of it is shown, or none", async || {
        (found(server).await == (expected, expected)).then_some(())
    })
    .await;
}

async fn act(server: &Server, token: &str, id: OrganisationId, word: &str, body: Value) -> Answer {
    post(server, &format!("/v1/admin/organisations/{id}/{word}"), token, Some(body)).await
}

fn reason() -> Value {
    json!({ "reason": "核实中" })
}

on_both_stores! {
    async fn what_a_suspended_organisation_published_leaves_and_comes_back_whole(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        furnish(&server, id);
        shows(&server, true).await;
        let paths = [
            format!("/v1/events/{}", EventId::from_slug("talk")),
            format!("/v1/bases/{}", BaseId::from_slug("museum")),
            format!("/v1/sessions/{}", SessionId::from_slug("talk:0")),
        ];
        let mut before = Vec::new();
        for path in &paths {
            before.push(server.json(path).await);
        }
        let district = with(&server, over("440106", AuthorityRole::Administrator));
        let suspended = act(&server, &district, id, "suspend", reason()).await;
        assert_eq!(suspended.json(), json!({ "verified": true, "trusted": false, "suspended": true }), "{}", suspended.text);
        shows(&server, false).await;
        for path in &paths {
            assert_eq!(server.get(path).await.status, 404, "{path}");
        }
        assert_eq!(server.get(&format!("/v1/organisations/{id}")).await.status, 200, "who it is stays known");
        let visitor = somebody(&server, &[]).1;
        let party = json!({ "participants": [{ "name": "小明", "as": "attendee" }], "consent": { "policyVersion": "1.0" } });
        let path = format!("/v1/sessions/{}/signups", SessionId::from_slug("talk:0"));
        assert_problem(&post(&server, &path, &visitor, Some(party)).await, 404, "notFound");
        assert_problem(&act(&server, &district, id, "suspend", reason()).await, 409, "nothingToDo");

        let own = get(&server, &managed(id, ""), &owner).await;
        assert_eq!((&own["suspendedReason"], own["suspendedAt"].is_string()), (&json!("核实中"), true));
        let invited = post(&server, &managed(id, "/members/invitations"), &owner, Some(json!({ "role": "desk" }))).await;
        assert_problem(&invited, 409, "organisationSuspended");
        let change = Some(json!({ "application": application(), "version": 1 }));
        assert_problem(&ask(&server, Method::PUT, &managed(id, ""), &owner, change).await, 409, "organisationSuspended");
        assert_eq!(get(&server, &managed(id, "/members"), &owner).await["total"], 1);

        assert_eq!(act(&server, &district, id, "restore", reason()).await.status, 200);
        shows(&server, true).await;
        for (path, before) in paths.iter().zip(before) {
            assert_eq!(server.json(path).await, before, "as it was");
        }
        assert_problem(&act(&server, &district, id, "restore", reason()).await, 409, "nothingToDo");
    }

    async fn at_the_desk_of_a_suspended_organisation_people_are_let_in_and_no_more(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        furnish(&server, id);
        let invited = post(&server, &managed(id, "/members/invitations"), &owner, Some(json!({ "role": "desk" }))).await;
        assert_eq!(invited.status, 201, "{}", invited.text);
        let accept = format!("/v1/invitations/{}/accept", invited.json()["code"].as_str().unwrap());
        let district = with(&server, over("440106", AuthorityRole::Administrator));
        act(&server, &district, id, "suspend", reason()).await;
        let path = |what: &str| format!("/v1/manage/sessions/{}/{what}", SessionId::from_slug("talk:0"));
        let signup = format!("signups/{}", kepu::domain::ids::SignupId::from_slug("x"));
        let walk_in = json!({ "deviceId": "a", "entryId": "1", "people": 1 });
        for (method, what, body) in [
            (Method::GET, "signups".to_owned(), None),
            (Method::POST, format!("{signup}/approve"), None),
            (Method::POST, format!("{signup}/reject"), None),
            (Method::POST, "walk-ins".to_owned(), Some(walk_in)),
            (Method::PUT, "headcount".to_owned(), Some(json!({ "people": 5 }))),
        ] {
            assert_problem(&ask(&server, method, &path(&what), &owner, body).await, 409, "organisationSuspended");
        }
        assert_eq!(ask(&server, Method::GET, &path("desk"), &owner, None).await.status, 200);
        let batch = json!({ "deviceId": "a", "entries": [{
            "entryId": "1", "ticket": "0000000000", "at": "2026-11-25T10:00:00+08:00",
        }] });
        assert_eq!(ask(&server, Method::POST, &path("checkins"), &owner, Some(batch)).await.status, 200);
        let newcomer = somebody(&server, &[]).1;
        assert_problem(&post(&server, &accept, &newcomer, None).await, 409, "organisationSuspended");
        act(&server, &district, id, "restore", reason()).await;
        assert_eq!(ask(&server, Method::GET, &path("signups"), &owner, None).await.status, 200);
        assert_eq!(post(&server, &accept, &newcomer, None).await.status, 200, "the code stayed good");
    }

    async fn an_authority_acts_within_its_division_and_gives_its_reason(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let nowhere = OrganisationId::from_slug("org");
        let bodies = [("suspend", reason()), ("restore", reason()), ("trust", json!({ "trusted": true, "reason": "一年无误" }))];
        let roles = [
            (over("440300", AuthorityRole::Administrator), 403),
            (over("440106", AuthorityRole::Reviewer), 403),
            (member(MemberRole::Owner, nowhere), 403),
        ];
        for (role, status) in roles {
            let token = with(&server, role);
            for (word, body) in &bodies {
                assert_eq!(act(&server, &token, id, word, body.clone()).await.status, status, "{role:?} {word}");
            }
            let invited = post(&server, &format!("/v1/admin/organisations/{id}/invitations"), &token, None).await;
            assert_eq!(invited.status, status, "{role:?}");
        }
        for (word, body) in &bodies {
            assert_problem(&act(&server, &owner, id, word, body.clone()).await, 403, "forbidden");
        }
        // What has no known seat is for provinces.
        let (city, province) = (with(&server, over("440100", AuthorityRole::Administrator)), with(&server, over("440000", AuthorityRole::Administrator)));
        assert_eq!(act(&server, &city, nowhere, "suspend", reason()).await.status, 403);
        assert_eq!(act(&server, &province, nowhere, "suspend", reason()).await.status, 200);
        let silent = act(&server, &city, id, "suspend", json!({ "reason": " " })).await;
        assert_eq!((silent.status.as_u16(), &silent.json()["errors"][0]["field"]), (422, &json!("reason")));
        assert_eq!(act(&server, &city, id, "suspend", reason()).await.status, 200, "a city acts for its districts");
        let noted = get(&server, &format!("/v1/admin/audit?organisation={id}&action=organisationSuspended"), &city).await;
        assert_eq!((&noted["total"], &noted["items"][0]["reason"], &noted["items"][0]["adcode"]), (&json!(1), &json!("核实中"), &json!("440106")));
        // One that was not verified does not exist for others.
        let (_, applicant) = somebody(&server, &[]);
        let unverified = apply(&server, &applicant, but(json!({ "creditCode": CODES[1], "adcode": "440300" }))).await;
        assert_problem(&act(&server, &city, unverified, "suspend", reason()).await, 404, "notFound");
        assert_problem(&act(&server, &province, unverified, "trust", bodies[2].1.clone()).await, 409, "organisationUnverified");
    }

    async fn members_leave_it_to_others_to_trust_and_to_restore_their_organisation(store: Store) {
        let server = town(store).await;
        let (id, _, _) = verified(&server).await;
        let rank = over("440000", AuthorityRole::Administrator);
        let (_, own) = somebody(&server, &[rank, member(MemberRole::Desk, id)]);
        let other = with(&server, rank);
        let trusted = json!({ "trusted": true, "reason": "一年无误" });
        assert_problem(&act(&server, &own, id, "trust", trusted.clone()).await, 403, "ownSubmission");
        assert_eq!(act(&server, &own, id, "suspend", reason()).await.status, 200, "to hide one's own favours nobody");
        assert_problem(&act(&server, &own, id, "restore", reason()).await, 403, "ownSubmission");
        assert_eq!(act(&server, &other, id, "restore", reason()).await.status, 200);
        assert_eq!(act(&server, &other, id, "trust", trusted).await.status, 200);
    }

    async fn a_trusted_organisation_is_so_until_that_ends(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let district = with(&server, over("440106", AuthorityRole::Administrator));
        for trusted in [true, false] {
            let body = json!({ "trusted": trusted, "reason": "抽查" });
            assert_eq!(act(&server, &district, id, "trust", body.clone()).await.json()["trusted"], trusted);
            assert_problem(&act(&server, &district, id, "trust", body).await, 409, "nothingToDo");
            assert_eq!(get(&server, &managed(id, ""), &owner).await["trusted"], trusted);
        }
    }

    async fn authorities_find_the_organisations_of_their_division(store: Store) {
        let server = town(store).await;
        let (id, _, _) = verified(&server).await;
        let (_, applicant) = somebody(&server, &[]);
        let other = apply(&server, &applicant, but(json!({ "creditCode": CODES[1], "adcode": "440300" }))).await;
        let list = async |adcode: &str, query: &str| {
            let token = with(&server, over(adcode, AuthorityRole::Administrator));
            let list = get(&server, &format!("/v1/admin/organisations{query}"), &token).await;
            let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(list["total"], ids.len());
            ids
        };
        let (id, other, org) = (id.to_string(), other.to_string(), OrganisationId::from_slug("org").to_string());
        assert_eq!(list("440106", "").await, std::slice::from_ref(&id));
        assert_eq!(list("440300", "").await, std::slice::from_ref(&other));
        let mut all = list("440000", "").await;
        all.sort();
        let mut expected = vec![id.clone(), other.clone(), org];
        expected.sort();
        assert_eq!(all, expected);
        for (query, found) in [("?state=waiting", vec![other.clone()]), ("?state=refused", vec![]), ("?state=suspended", vec![]), ("?state=trusted", vec![])] {
            assert_eq!(list("440000", query).await, found, "{query}");
        }
        let province = with(&server, over("440000", AuthorityRole::Administrator));
        let first = get(&server, "/v1/admin/organisations?limit=2", &province).await;
        assert_eq!((&first["total"], first["items"].as_array().map(Vec::len)), (&json!(3), Some(2)));
        let next = format!("/v1/admin/organisations?limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(get(&server, &next, &province).await["items"].as_array().map(Vec::len), Some(1));
        let reviewer = with(&server, over("440000", AuthorityRole::Reviewer));
        assert_problem(&ask(&server, Method::GET, "/v1/admin/organisations", &reviewer, None).await, 403, "forbidden");
    }

    async fn who_signed_up_at_a_suspended_organisation_does_not_stand_before_closed_doors(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        furnish(&server, id);
        shows(&server, true).await;
        let (event, session) = (EventId::from_slug("talk"), SessionId::from_slug("talk:0"));
        let visitor = somebody(&server, &[]).1;
        let party = json!({ "participants": [{ "name": "小明", "as": "attendee" }], "consent": { "policyVersion": "1.0" } });
        let signed = post(&server, &format!("/v1/sessions/{session}/signups"), &visitor, Some(party)).await;
        assert_eq!(signed.status, 201, "{}", signed.text);
        let district = with(&server, over("440106", AuthorityRole::Administrator));
        let (of_event, of_session) = (format!("/v1/manage/events/{event}/cancel"), format!("/v1/manage/sessions/{session}/cancel"));
        let many = |ids: Value| json!({ "ids": ids, "reason": "场馆关闭" });
        let off = || Some(json!({ "reason": "场馆关闭", "dryRun": true }));
        for (path, body) in [(&of_event, off()), (&of_session, off()), (&"/v1/manage/sessions/cancel".to_owned(), Some(many(json!([session]))))] {
            assert_problem(&post(&server, path, &district, body).await, 409, "organisersOwn");
        }
        assert_eq!(act(&server, &district, id, "suspend", reason()).await.status, 200);
        // Its members still do what protects people, and nothing else.
        let dry = post(&server, &of_session, &owner, off()).await;
        assert_eq!((dry.status.as_u16(), &dry.json()["told"]["confirmed"]), (200, &json!(1)), "{}", dry.text);
        let add = json!({ "sessions": [{ "start": "2026-12-01T10:00:00+08:00", "end": "2026-12-01T11:00:00+08:00" }] });
        assert_problem(&post(&server, &format!("/v1/manage/events/{event}/sessions"), &owner, Some(add)).await, 409, "organisationSuspended");
        // An authority of elsewhere and a reviewer do not.
        for role in [over("440300", AuthorityRole::Administrator), over("440106", AuthorityRole::Reviewer)] {
            assert_problem(&post(&server, &of_session, &with(&server, role), off()).await, 403, "forbidden");
        }
        let done = post(&server, &of_session, &district, Some(json!({ "reason": "场馆关闭" }))).await;
        assert_eq!((done.status.as_u16(), &done.json()["sessions"][0]["outcome"]), (200, &json!("cancelled")), "{}", done.text);
        let told = get(&server, "/v1/me/notices", &visitor).await;
        assert_eq!((&told["items"][0]["purpose"], told["items"][0]["text"].as_str().unwrap().contains("场馆关闭")), (&json!("cancelled"), true));
        let noted = get(&server, "/v1/admin/audit?action=sessionCancelled", &district).await;
        assert_eq!((&noted["total"], &noted["items"][0]["reason"]), (&json!(1), &json!("场馆关闭")));
        // What was taken down is called off by an authority too.
        assert_eq!(act(&server, &district, id, "restore", reason()).await.status, 200);
        assert_problem(&post(&server, &of_event, &district, off()).await, 409, "organisersOwn");
        assert_eq!(post(&server, &format!("/v1/admin/events/{event}/takedown"), &district, Some(reason())).await.status, 200);
        let whole = post(&server, &of_event, &district, Some(json!({ "reason": "下架" }))).await;
        assert_eq!((whole.status.as_u16(), &whole.json()["sessions"][0]["outcome"]), (200, &json!("already")), "{}", whole.text);
    }

    async fn members_are_told_that_their_organisation_is_suspended_and_is_so_no_more(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let desk = with(&server, member(MemberRole::Desk, id));
        let district = with(&server, over("440106", AuthorityRole::Administrator));
        for word in ["suspend", "restore"] {
            server.clock.advance(chrono::TimeDelta::minutes(1));
            assert_eq!(act(&server, &district, id, word, reason()).await.status, 200);
        }
        let told = get(&server, "/v1/me/notices", &owner).await;
        let outcomes: Vec<_> = told["items"].as_array().unwrap().iter().map(|one| one["decision"]["outcome"].clone()).collect();
        assert_eq!(outcomes, ["reinstated", "suspended", "verified"]);
        assert_eq!((&told["items"][1]["decision"]["reason"], &told["items"][1]["decision"]["kind"]), (&json!("核实中"), &json!("organisation")));
        assert_eq!(get(&server, "/v1/me/notices", &desk).await["total"], 0);
    }

    async fn one_that_nobody_owns_is_given_an_owner_by_an_authority(store: Store) {
        let server = town(store).await;
        let org = OrganisationId::from_slug("org");
        let province = with(&server, over("440000", AuthorityRole::Administrator));
        let spare = post(&server, &format!("/v1/admin/organisations/{org}/invitations"), &province, None).await;
        server.clock.advance(chrono::TimeDelta::minutes(1));
        let made = post(&server, &format!("/v1/admin/organisations/{org}/invitations"), &province, None).await;
        assert_eq!((made.status.as_u16(), &made.json()["role"]), (201, &json!("owner")), "{}", made.text);
        let (_, token) = somebody(&server, &[]);
        let path = format!("/v1/invitations/{}/accept", made.json()["code"].as_str().unwrap());
        assert_eq!(post(&server, &path, &token, None).await.status, 200);
        // It has an owner now: no authority gives it another one, by this invitation or the one before.
        let more = post(&server, &format!("/v1/admin/organisations/{org}/invitations"), &province, None).await;
        assert_problem(&more, 409, "hasOwner");
        let before = format!("/v1/invitations/{}/accept", spare.json()["code"].as_str().unwrap());
        assert_problem(&post(&server, &before, &somebody(&server, &[]).1, None).await, 404, "notFound");
        let own = get(&server, &managed(org, ""), &token).await;
        assert_eq!((&own["role"], &own["verified"], own.get("application")), (&json!("owner"), &json!(true), None));
        // What it says of itself it may submit now.
        let change = Some(json!({ "application": application(), "version": 0 }));
        assert_eq!(ask(&server, Method::PUT, &managed(org, ""), &token, change).await.json()["application"]["version"], 1);
    }
}

async fn both_hide(redis: Option<String>) {
    let fresh = Arc::new(ground_of(Store::Postgres));
    let one = Server::over(fresh.clone(), redis.clone()).await;
    let two = Server::over(fresh, redis).await;
    let (id, _, _) = verified(&one).await;
    furnish(&one, id);
    for server in [&one, &two] {
        shows(server, true).await;
    }
    let district = with(&one, over("440106", AuthorityRole::Administrator));
    assert_eq!(act(&two, &district, id, "suspend", reason()).await.status, 200);
    for server in [&one, &two] {
        shows(server, false).await;
    }
    assert_eq!(act(&one, &district, id, "restore", reason()).await.status, 200);
    for server in [&one, &two] {
        shows(server, true).await;
    }
    one.running.stop().await;
    two.running.stop().await;
}

#[actix_web::test]
async fn every_replica_hides_it_by_polling() {
    both_hide(None).await;
}

#[actix_web::test]
async fn every_replica_hides_it_with_redis() {
    both_hide(Some(crate::support::stores::redis_url())).await;
}
