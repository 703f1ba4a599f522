//! Levels of bases: applied for, granted for a term, renewed, ended.

use chrono::TimeDelta;
use kepu::app::accreditations::granting::expire;
use kepu::app::drafts;
use kepu::domain::audit::Actor;
use kepu::domain::bases::Base;
use kepu::domain::drafts::body;

use super::*;
use crate::support::eventually;

const TITLE: &str = "广州市科学技术普及基地";

fn museum() -> BaseId {
    BaseId::from_slug("museum")
}

fn wish() -> Value {
    json!({
        "baseId": museum(), "level": "municipal", "body": TITLE, "statement": "全年开放。",
        "evidence": [{ "title": "开放记录", "url": "https://example.org/" }], "form": { "openDays": 300 },
    })
}

fn but(mut all: Value, more: Value) -> Value {
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

async fn begin(server: &Server, token: &str, wish: Value) -> Value {
    let answer = post(server, "/v1/manage/accreditations", token, Some(wish)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn at(one: &Value, rest: &str) -> String {
    format!("/v1/manage/accreditations/{}{rest}", one["id"].as_str().unwrap())
}

async fn granted(server: &Server, token: &str, wish: Value) -> Value {
    let one = begin(server, token, wish).await;
    done(server, &at(&one, "/submit"), token, None).await;
    let city = reviewer(server, "440000");
    let approved = decide(server, &city, "accreditation", "approve", json!({})).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    get(server, &at(&one, ""), token).await
}

async fn levels(server: &Server) -> Value {
    server.json(&format!("/v1/bases/{}", museum())).await["levels"].clone()
}

async fn held(server: &Server, count: usize) -> Value {
    eventually("the levels follow", async || {
        let levels = levels(server).await;
        (levels.as_array().unwrap().len() == count).then_some(levels)
    })
    .await
}

on_both_stores! {
    async fn a_base_applies_and_the_authority_of_the_level_grants_it(store: Store) {
        let server = town(store).await;
        let editor = editor(&server, org());
        let bare = begin(&server, &editor, json!({ "baseId": museum(), "level": "municipal", "body": TITLE })).await;
        assert_eq!((&bare["state"], &bare["adcode"], &bare["base"]["name"]), (&json!("draft"), &json!("440100"), &json!("museum")));
        let early = post(&server, &at(&bare, "/submit"), &editor, None).await;
        assert_eq!(wrong(&early), ["evidence tooFew", "statement missing"]);
        let mut full = wish();
        full.as_object_mut().unwrap().retain(|field, _| !["baseId", "level"].contains(&field.as_str()));
        let changed = ask(&server, Method::PUT, &at(&bare, ""), &editor, Some(but(full.clone(), json!({ "version": 1 })))).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &json!(2)), "{}", changed.text);
        assert_problem(&ask(&server, Method::PUT, &at(&bare, ""), &editor, Some(but(full, json!({ "version": 1 })))).await, 409, "versionConflict");
        assert_eq!(done(&server, &at(&bare, "/submit"), &editor, None).await["state"], "submitted");

        for beyond in ["440106", "440300"] {
            assert_eq!(waiting(&server, &reviewer(&server, beyond), "accreditation").await, Value::Null, "{beyond}");
        }
        let city = reviewer(&server, "440100");
        let item = waiting(&server, &city, "accreditation").await;
        assert_eq!(item["title"], format!("museum：{TITLE}"));
        let opened = get(&server, &format!("/v1/review/items/{}", item["id"].as_str().unwrap()), &city).await;
        assert_eq!((&opened["accreditation"]["form"]["openDays"], &opened["accreditation"]["evidence"][0]["title"]), (&json!(300), &json!("开放记录")));
        assert_eq!(decide(&server, &city, "accreditation", "reject", json!({ "reason": "缺年度总结", "fields": [{ "field": "evidence", "text": "补充" }] })).await.status, 200);
        let back = get(&server, &at(&bare, ""), &editor).await;
        assert_eq!((&back["state"], &back["reason"], &back["fields"][0]["field"]), (&json!("rejected"), &json!("缺年度总结"), &json!("evidence")));
        done(&server, &at(&bare, "/submit"), &editor, None).await;
        assert_eq!(decide(&server, &city, "accreditation", "approve", json!({})).await.status, 200);

        let levels = held(&server, 1).await;
        assert_eq!(levels[0], json!({
            "level": "municipal", "body": TITLE, "since": "2026-11-25", "until": "2029-11-24", "certificate": "M440100-2026-0001",
        }));
        assert_eq!(server.json("/v1/bases?level=municipal").await["total"], 1);
        let mine = get(&server, &at(&bare, ""), &editor).await;
        assert_eq!((&mine["state"], &mine["certificate"], &mine["renewableFrom"]), (&json!("approved"), &json!("M440100-2026-0001"), &json!("2029-05-28")));
        let audit = get(&server, "/v1/admin/audit?limit=3", &administrator(&server, "440000")).await;
        assert_eq!((&audit["items"][0]["action"], &audit["items"][0]["object"]["kind"]), (&json!("accredited"), &json!("accreditation")));
        assert_problem(&post(&server, &at(&bare, "/withdraw"), &editor, None).await, 409, "nothingToDo");
    }

    async fn a_change_after_it_was_read_is_not_granted(store: Store) {
        let server = town(store).await;
        let editor = editor(&server, org());
        let one = begin(&server, &editor, wish()).await;
        let waits = done(&server, &at(&one, "/submit"), &editor, None).await;
        let city = reviewer(&server, "440100");
        let item = waiting(&server, &city, "accreditation").await;
        let mut change = wish();
        change.as_object_mut().unwrap().retain(|field, _| !["baseId", "level"].contains(&field.as_str()));
        let change = but(change, json!({ "statement": "改了。", "version": waits["version"] }));
        assert_eq!(ask(&server, Method::PUT, &at(&one, ""), &editor, Some(change)).await.json()["state"], "draft");
        let approve = format!("/v1/review/items/{}/approve", item["id"].as_str().unwrap());
        assert_problem(&post(&server, &approve, &city, Some(json!({ "version": item["version"] }))).await, 409, "changedSince");
        assert_eq!(waiting(&server, &city, "accreditation").await, Value::Null);
        // Two who decide at once: one does.
        done(&server, &at(&one, "/submit"), &editor, None).await;
        let item = waiting(&server, &city, "accreditation").await;
        let approve = format!("/v1/review/items/{}/approve", item["id"].as_str().unwrap());
        let (body, other) = (json!({ "version": item["version"] }), reviewer(&server, "440000"));
        let (a, b) = tokio::join!(post(&server, &approve, &city, Some(body.clone())), post(&server, &approve, &other, Some(body)));
        let mut codes = [a.status.as_u16(), b.status.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409]);
        held(&server, 1).await;
    }

    async fn it_is_the_organisations_own_and_one_at_a_time(store: Store) {
        let server = town(store).await;
        let (own, other) = (editor(&server, org()), editor(&server, lab()));
        assert_problem(&post(&server, "/v1/manage/accreditations", &other, Some(wish())).await, 403, "forbidden");
        let one = begin(&server, &own, wish()).await;
        for (method, rest) in [(Method::GET, ""), (Method::POST, "/submit"), (Method::POST, "/withdraw")] {
            assert_problem(&ask(&server, method, &at(&one, rest), &other, None).await, 404, "notFound");
        }
        assert_eq!(get(&server, "/v1/manage/accreditations", &other).await["total"], 0);
        assert_eq!(wrong(&post(&server, "/v1/manage/accreditations", &own, Some(wish())).await), ["body taken"]);
        let none = but(wish(), json!({ "baseId": org(), "renews": "x" }));
        assert_eq!(wrong(&post(&server, "/v1/manage/accreditations", &own, Some(none)).await), ["renews noSuch"]);
        // Another title of the same level is another application.
        server.clock.advance(TimeDelta::milliseconds(5));
        begin(&server, &own, but(wish(), json!({ "body": "市科普示范点" }))).await;
        assert_eq!(get(&server, "/v1/manage/accreditations?state=draft", &own).await["total"], 2);
        assert_eq!(done(&server, &at(&one, "/withdraw"), &own, None).await["state"], "withdrawn");
        begin(&server, &own, wish()).await;
        let (_, desk) = somebody(&server, &[Role::Member(MemberRole::Desk, org())]);
        assert_eq!(get(&server, &at(&one, ""), &desk).await["state"], "withdrawn");
        assert_problem(&post(&server, &at(&one, "/submit"), &desk, None).await, 403, "forbidden");
    }

    async fn what_its_author_is_writing_of_a_base_stays_and_so_does_the_level(store: Store) {
        let server = town(store).await;
        let (person, token) = somebody(&server, &[Role::Member(MemberRole::Editor, org())]);
        let members = &server.running.members;
        let by = Actor::Person(person);
        server.running.db.write(|tx| {
            let before = drafts::current::<Base>(tx, museum().get())?.unwrap();
            let mut given = body::of(&base("renamed", 23.1, 113.3));
            // An author who writes levels writes in vain.
            given.insert("recognitions".into(), json!([{ "level": "national", "body": { "zh-CN": "自封" } }]));
            let draft = members.drafts.update::<Base>(tx, by, museum().get(), before.version, given)?;
            members.drafts.submit::<Base>(tx, by, draft.object)
        }).unwrap();
        granted(&server, &token, wish()).await;
        held(&server, 1).await;
        assert_eq!(decide(&server, &reviewer(&server, "440100"), "base", "approve", json!({})).await.status, 200);
        eventually("the base is renamed", async || {
            let base = server.json(&format!("/v1/bases/{}", museum())).await;
            (base["name"] == "renamed").then_some(())
        }).await;
        assert_eq!(levels(&server).await[0]["certificate"], "M440100-2026-0001");
        assert_eq!(levels(&server).await.as_array().map(Vec::len), Some(1));
    }

    async fn a_term_is_renewed_near_its_end_and_loses_no_day(store: Store) {
        let server = town(store).await;
        let (person, token) = somebody(&server, &[Role::Member(MemberRole::Editor, org())]);
        let first = granted(&server, &token, wish()).await;
        let renewal = but(wish(), json!({ "renews": first["id"] }));
        assert_problem(&post(&server, "/v1/manage/accreditations", &token, Some(renewal.clone())).await, 409, "renewalTooEarly");
        server.clock.advance(TimeDelta::days(3 * 365 - 30));
        let token = resources::token_of(&server, person);
        let second = granted(&server, &token, renewal).await;
        assert_eq!((&second["since"], &second["until"], &second["renews"]), (&json!("2029-10-25"), &json!("2032-11-24"), &first["id"]));
        let levels = eventually("the new certificate is read", async || {
            let levels = levels(&server).await;
            (levels[0]["certificate"] == second["certificate"]).then_some(levels)
        }).await;
        assert_eq!(levels.as_array().map(Vec::len), Some(1));
        assert_eq!(get(&server, &at(&first, ""), &token).await["state"], "renewed");
        server.clock.advance(TimeDelta::days(60));
        assert_eq!(expire(&server.running.db).unwrap(), 0, "what was renewed does not expire");
    }

    async fn a_term_that_is_over_leaves_the_base_and_stays_in_the_history(store: Store) {
        let server = town(store).await;
        let token = editor(&server, org());
        let one = granted(&server, &token, wish()).await;
        server.clock.advance(TimeDelta::days(3 * 365));
        assert_eq!(expire(&server.running.db).unwrap(), 0, "its last day is its own");
        server.clock.advance(TimeDelta::days(1));
        assert_eq!(expire(&server.running.db).unwrap(), 1);
        assert_eq!(expire(&server.running.db).unwrap(), 0);
        held(&server, 0).await;
        let token = editor(&server, org());
        let ended = get(&server, &at(&one, ""), &token).await;
        assert_eq!((&ended["state"], &ended["certificate"]), (&json!("expired"), &one["certificate"]));
        let city = reviewer(&server, "440100");
        let history = get(&server, "/v1/admin/accreditations?state=expired&level=municipal&division=440100", &city).await;
        assert_eq!((&history["total"], &history["items"][0]["id"]), (&json!(1), &one["id"]));
        let ending = get(&server, "/v1/admin/accreditations?endsBefore=2029-11-24", &city).await;
        assert_eq!(ending["total"], 0, "it ended on that day, not before");
        assert_eq!(get(&server, "/v1/admin/accreditations", &reviewer(&server, "440300")).await["total"], 0);
        assert_problem(&ask(&server, Method::GET, "/v1/admin/accreditations", &token, None).await, 403, "forbidden");
    }

    async fn a_base_that_changes_hands_takes_what_it_holds_and_applies_for_along(store: Store) {
        let server = town(store).await;
        let (former, next) = (editor(&server, org()), editor(&server, lab()));
        let holds = granted(&server, &former, wish()).await;
        server.clock.advance(TimeDelta::milliseconds(5));
        let applies = begin(&server, &former, but(wish(), json!({ "body": "市科普示范点" }))).await;
        done(&server, &at(&applies, "/submit"), &former, None).await;
        let seen = waiting(&server, &reviewer(&server, "440100"), "accreditation").await;
        give(&server, museum(), lab()).await;

        assert_eq!(get(&server, "/v1/manage/accreditations", &former).await["total"], 0);
        for (method, rest) in [(Method::GET, ""), (Method::POST, "/submit"), (Method::POST, "/withdraw")] {
            assert_problem(&ask(&server, method, &at(&applies, rest), &former, None).await, 404, "notFound");
        }
        assert_eq!(get(&server, "/v1/manage/accreditations", &next).await["total"], 2);
        assert_eq!(get(&server, &at(&holds, ""), &next).await["certificate"], holds["certificate"]);
        assert_eq!(get(&server, &at(&applies, ""), &next).await["state"], "submitted");

        // It goes on waiting, and whoever decides is impartial to who keeps the base now.
        let colleague = |of: OrganisationId| {
            let authority = Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap());
            somebody(&server, &[authority, Role::Member(MemberRole::Editor, of)]).1
        };
        let partial = decide(&server, &colleague(lab()), "accreditation", "approve", json!({})).await;
        assert_problem(&partial, 403, "ownSubmission");
        let impartial = colleague(org());
        let approve = format!("/v1/review/items/{}/approve", seen["id"].as_str().unwrap());
        let stale = post(&server, &approve, &impartial, Some(json!({ "version": seen["version"] }))).await;
        assert_problem(&stale, 409, "changedSince");
        let approved = decide(&server, &impartial, "accreditation", "approve", json!({})).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        assert_eq!(get(&server, &at(&applies, ""), &next).await["state"], "approved");
        held(&server, 2).await;
    }

    async fn an_authority_takes_a_level_away_at_once(store: Store) {
        let server = town(store).await;
        let token = editor(&server, org());
        let one = granted(&server, &token, wish()).await;
        held(&server, 1).await;
        let path = format!("/v1/admin/accreditations/{}/revoke", one["id"].as_str().unwrap());
        let body = |version: &Value| Some(json!({ "version": version, "reason": "考核不合格" }));
        assert_problem(&post(&server, &path, &reviewer(&server, "440100"), body(&one["version"])).await, 403, "forbidden");
        assert_problem(&post(&server, &path, &administrator(&server, "440106"), body(&one["version"])).await, 404, "notFound");
        let city = administrator(&server, "440100");
        assert_problem(&post(&server, &path, &city, body(&json!(1))).await, 409, "versionConflict");
        assert_eq!(wrong(&post(&server, &path, &city, Some(json!({ "version": 1, "reason": " " }))).await), ["reason empty"]);
        let revoked = done(&server, &path, &city, body(&one["version"])).await;
        assert_eq!((&revoked["state"], &revoked["reason"]), (&json!("revoked"), &json!("考核不合格")));
        held(&server, 0).await;
        assert_problem(&post(&server, &path, &city, body(&revoked["version"])).await, 409, "nothingToDo");
        // It may apply again.
        begin(&server, &token, wish()).await;
    }
}
