//! Entries of the directory: submitted by anybody, registered by an authority, kept current.

use kepu::app::resources::lapse;

use chrono::TimeDelta;

use super::*;
use crate::support::dump::dump;
use crate::support::eventually;

/// A course for whoever is in Guangzhou.
fn course(name: &str) -> Value {
    json!({
        "name": name, "type": "product", "text": "十二节面向小学生的天文课。", "reach": "440100",
        "contact": { "name": "李老师", "phone": "020-12345678" },
    })
}

fn but(mut entry: Value, more: Value) -> Value {
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    entry
}

async fn submit(server: &Server, token: &str, entry: Value) -> Value {
    let answer = post(server, "/v1/me/resources", token, Some(entry)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    // Ids of one millisecond come in any order.
    server.clock.advance(TimeDelta::milliseconds(1));
    answer.json()
}

fn own(entry: &Value, rest: &str) -> String {
    format!("/v1/me/resources/{}{rest}", entry["id"].as_str().unwrap())
}

/// How often a name is found by everybody.
async fn found(server: &Server, name: &str) -> Value {
    server.json(&format!("/v1/search?kinds=resource&understand=false&q={name}")).await["total"].clone()
}

async fn becomes(server: &Server, name: &str, times: i64) {
    eventually("the directory follows", async || (found(server, name).await == times).then_some(())).await;
}

/// An entry that was approved.
async fn registered(server: &Server, token: &str, name: &str) -> Value {
    let entry = submit(server, token, course(name)).await;
    let city = reviewer(server, "440100");
    assert_eq!(decide(server, &city, "resource", "approve", json!({})).await.status, 200);
    becomes(server, name, 1).await;
    get(server, &own(&entry, ""), token).await
}

on_both_stores! {
    async fn whoever_is_logged_in_submits_and_an_authority_registers_it(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let entry = submit(&server, &teacher, course("星空课件")).await;
        assert_eq!((&entry["publication"], &entry["review"]["state"]), (&json!("draft"), &json!("submitted")));
        assert_eq!(entry["contact"], json!({ "name": "李老师", "phone": "020-12345678", "public": false }));
        assert_eq!(found(&server, "星空课件").await, 0);
        assert_eq!(get(&server, "/v1/me/resources?state=submitted", &teacher).await["items"], json!([entry]));

        assert_eq!(waiting(&server, &reviewer(&server, "440300"), "resource").await, Value::Null, "another city's");
        assert_eq!(waiting(&server, &reviewer(&server, "440106"), "resource").await, Value::Null, "the city's, not the district's");
        let city = reviewer(&server, "440100");
        let item = waiting(&server, &city, "resource").await;
        assert_eq!((&item["title"], &item["adcode"], item.get("organisation")), (&json!("星空课件"), &json!("440100"), None));
        let opened = get(&server, &format!("/v1/review/items/{}", item["id"].as_str().unwrap()), &city).await;
        assert_eq!(opened["contact"]["phone"], "020-12345678");
        assert!(opened["changes"].as_array().unwrap().iter().any(|change| change["field"] == "reach"), "{opened}");
        assert_eq!(decide(&server, &city, "resource", "approve", json!({})).await.status, 200);

        becomes(&server, "星空课件", 1).await;
        let public = server.json(&format!("/v1/resources/{}", entry["id"].as_str().unwrap())).await;
        assert_eq!(public["registration"], json!({
            "number": "440100-2026-0001", "on": "2026-11-25", "adcode": "440100", "confirmedOn": "2026-11-25",
        }));
        assert_eq!((&public["reach"]["adcode"], public.get("contact"), public.get("staleSince")), (&json!("440100"), None, None));
        assert_eq!(server.json("/v1/resources?type=product").await["total"], 1);
        let mine = get(&server, &own(&entry, ""), &teacher).await;
        assert_eq!((&mine["review"]["state"], &mine["publication"], &mine["lapsesOn"]), (&json!("approved"), &json!("public"), &json!("2028-11-25")));
        assert!(!dump(&server.running.db).contains("12345678"), "contacts are sealed");
        registered(&server, &teacher, "月相盒").await;
        assert_eq!(get(&server, "/v1/me/resources?limit=1", &teacher).await["items"][0]["registration"]["number"], "440100-2026-0002");
    }

    async fn everything_that_is_missing_or_wrong_is_told_at_once(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let nothing = post(&server, "/v1/me/resources", &teacher, Some(json!({}))).await;
        assert_eq!(wrong(&nothing), ["contact missing", "name missing", "reach missing", "text missing", "type missing"]);
        let odd = but(course("x"), json!({ "url": "ftp://x", "reach": "999999", "contact": { "name": " ", "phone": "1" } }));
        assert_eq!(wrong(&post(&server, "/v1/me/resources", &teacher, Some(odd)).await), ["contact.name empty", "reach noSuch"]);
        let odd = but(course("x"), json!({ "url": "ftp://x", "contact": { "name": " ", "phone": "1", "public": true } }));
        assert_eq!(wrong(&post(&server, "/v1/me/resources", &teacher, Some(odd)).await), ["contact.name empty", "url malformed"]);
        assert_eq!(get(&server, "/v1/me/resources", &teacher).await["total"], 0, "nothing of it stays");
    }

    async fn a_contact_is_public_only_by_consent_and_goes_with_it(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let entry = registered(&server, &teacher, "星空课件").await;
        let contact = |public: bool| json!({ "contact": { "name": "李老师", "phone": "020-7654321", "public": public }, "version": entry["version"] });
        let silent = ask(&server, Method::PUT, &own(&entry, ""), &teacher, Some(but(course("星空课件"), contact(false)))).await.json();
        assert_eq!((&silent["review"]["state"], &silent["contact"]["phone"]), (&json!("approved"), &json!("020-7654321")), "nobody reviews what nobody reads");
        let mut spoken = but(course("星空课件"), contact(true));
        spoken["version"] = silent["version"].clone();
        let spoken = ask(&server, Method::PUT, &own(&entry, ""), &teacher, Some(spoken)).await.json();
        assert_eq!((&spoken["review"]["state"], &spoken["contact"]["public"]), (&json!("submitted"), &json!(true)));
        let city = reviewer(&server, "440100");
        assert_eq!(decide(&server, &city, "resource", "approve", json!({})).await.status, 200);
        let path = format!("/v1/resources/{}", entry["id"].as_str().unwrap());
        eventually("the contact is read", async || (server.json(&path).await["contact"]["phone"] == "020-7654321").then_some(())).await;
        let audit = get(&server, "/v1/admin/audit?limit=100", &administrator(&server, "440000")).await.to_string();
        assert!(!audit.contains("7654321"), "{audit}");

        assert_eq!(ask(&server, Method::DELETE, "/v1/me", &teacher, None).await.status, 204);
        eventually("the contact goes", async || server.json(&path).await.get("contact").is_none().then_some(())).await;
        assert_eq!(found(&server, "星空课件").await, 1, "what is registered stays");
        let left = dump(&server.running.db);
        assert!(!left.contains("7654321"), "{left}");
    }

    async fn leave_that_is_taken_back_waits_for_no_authority(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let said = |phone: &str, public: bool| json!({ "contact": { "name": "李老师", "phone": phone, "public": public } });
        let entry = submit(&server, &teacher, but(course("星空课件"), said("020-7654321", true))).await;
        let city = reviewer(&server, "440100");
        let approve = async || assert_eq!(decide(&server, &city, "resource", "approve", json!({})).await.status, 200);
        let path = format!("/v1/resources/{}", entry["id"].as_str().unwrap());
        let shows = async |phone: Option<&str>| {
            let read = async || (server.json(&path).await["contact"]["phone"].as_str() == phone).then_some(());
            eventually("the contact follows", read).await;
        };
        let put = async |name: &str, said: Value| {
            let version = get(&server, &own(&entry, ""), &teacher).await["version"].clone();
            let body = but(but(course(name), said), json!({ "version": version }));
            let answer = ask(&server, Method::PUT, &own(&entry, ""), &teacher, Some(body)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            (answer.json()["review"]["state"].clone(), answer.json()["contact"]["public"].clone())
        };
        approve().await;
        becomes(&server, "星空课件", 1).await;
        shows(Some("020-7654321")).await;

        // Another number: that before is nobody's to call any more, this one waits.
        assert_eq!(put("星空课件", said("020-1111111", true)).await, (json!("submitted"), json!(true)));
        shows(None).await;
        approve().await;
        shows(Some("020-1111111")).await;

        // Nothing else differs: nobody reviews what is gone.
        assert_eq!(put("星空课件", said("020-1111111", false)).await, (json!("approved"), json!(false)));
        shows(None).await;
        assert_eq!(waiting(&server, &city, "resource").await, Value::Null);
        let audit = get(&server, "/v1/admin/audit?limit=100", &administrator(&server, "440000")).await;
        let gone = |entry: &&Value| entry["before"] == r#"{"contact":"***"}"#;
        assert_eq!(audit["items"].as_array().unwrap().iter().filter(gone).count(), 2, "{audit}");
        assert!(!audit.to_string().contains("1111111"), "{audit}");

        // While something else waits: what is approved then does not bring it back.
        put("星空课件", said("020-2222222", true)).await;
        approve().await;
        shows(Some("020-2222222")).await;
        put("河汉图集", said("020-2222222", true)).await;
        assert_eq!(put("河汉图集", said("020-2222222", false)).await, (json!("submitted"), json!(false)));
        shows(None).await;
        approve().await;
        becomes(&server, "河汉图集", 1).await;
        assert_eq!(server.json(&path).await.get("contact"), None);
    }

    async fn a_change_is_reviewed_while_what_is_registered_stays(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let entry = registered(&server, &teacher, "星空课件").await;
        let city = reviewer(&server, "440100");
        let put = async |name: &str, version: &Value| {
            ask(&server, Method::PUT, &own(&entry, ""), &teacher, Some(but(course(name), json!({ "version": version })))).await
        };
        assert_problem(&put("银河图集", &json!(1)).await, 409, "versionConflict");
        let changed = put("银河图集", &entry["version"]).await.json();
        assert_eq!((&changed["review"]["state"], &changed["name"]), (&json!("submitted"), &json!("银河图集")));
        let stale = waiting(&server, &city, "resource").await;
        // It is changed once more while somebody looks at it.
        put("河汉图集", &changed["version"]).await;
        let path = format!("/v1/review/items/{}/approve", stale["id"].as_str().unwrap());
        assert_problem(&post(&server, &path, &city, Some(json!({ "version": stale["version"] }))).await, 409, "changedSince");
        assert_eq!((found(&server, "星空课件").await, found(&server, "河汉图集").await), (json!(1), json!(0)));
        let more = json!({ "reason": "请说明适用年级", "fields": [{ "field": "base", "text": "在哪个基地？" }] });
        assert_eq!(decide(&server, &city, "resource", "reject", more).await.status, 200);
        let back = get(&server, &own(&entry, ""), &teacher).await;
        assert_eq!((&back["review"]["state"], &back["review"]["reason"]), (&json!("rejected"), &json!("请说明适用年级")));
        assert_eq!(back["review"]["fields"], json!([{ "field": "baseId", "text": "在哪个基地？" }]));
        put("河汉图集", &back["version"]).await;
        assert_eq!(decide(&server, &city, "resource", "approve", json!({})).await.status, 200);
        becomes(&server, "河汉图集", 1).await;
        let again = get(&server, &own(&entry, ""), &teacher).await;
        assert_eq!(again["registration"]["number"], entry["registration"]["number"], "a number is given once");
        assert_eq!(found(&server, "星空课件").await, 0);
    }

    async fn of_two_reviewers_who_approve_at_once_one_does(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        submit(&server, &teacher, course("星空课件")).await;
        let (one, other) = (reviewer(&server, "440100"), reviewer(&server, "440000"));
        let item = waiting(&server, &one, "resource").await;
        let path = format!("/v1/review/items/{}/approve", item["id"].as_str().unwrap());
        let body = json!({ "version": item["version"] });
        let (a, b) = tokio::join!(post(&server, &path, &one, Some(body.clone())), post(&server, &path, &other, Some(body)));
        let mut codes = [a.status.as_u16(), b.status.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409], "{} {}", a.text, b.text);
        becomes(&server, "星空课件", 1).await;
        assert_eq!(server.json("/v1/resources").await["items"][0]["registration"]["number"], "440100-2026-0001");
    }

    async fn nobody_else_sees_or_touches_it(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let (_, other) = somebody(&server, &[]);
        let entry = submit(&server, &teacher, course("星空课件")).await;
        for token in [&other, &editor(&server, org()), &administrator(&server, "440000")] {
            assert_problem(&ask(&server, Method::GET, &own(&entry, ""), token, None).await, 404, "notFound");
            let change = but(course("x"), json!({ "version": entry["version"] }));
            assert_problem(&ask(&server, Method::PUT, &own(&entry, ""), token, Some(change)).await, 404, "notFound");
            for word in ["withdraw", "archive", "confirm"] {
                assert_problem(&post(&server, &own(&entry, &format!("/{word}")), token, None).await, 404, "notFound");
            }
            assert_eq!(get(&server, "/v1/me/resources", token).await["total"], 0);
        }
        let theirs = but(course("x"), json!({ "organisationId": lab() }));
        assert_problem(&post(&server, "/v1/me/resources", &other, Some(theirs)).await, 403, "forbidden");
        // A reviewer who submits does not decide on it.
        let (_, both) = somebody(&server, &[Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
        done(&server, &own(&entry, "/withdraw"), &teacher, None).await;
        submit(&server, &both, course("自荐")).await;
        assert_problem(&decide(&server, &both, "resource", "approve", json!({})).await, 403, "ownSubmission");
    }

    async fn an_organisations_entry_is_kept_by_its_editors_and_hidden_with_it(store: Store) {
        let server = town(store).await;
        let (one, other) = (editor(&server, org()), editor(&server, org()));
        let placed = json!({ "name": "museum hall", "type": "facility", "text": "可借用的报告厅。", "organisationId": org(),
            "baseId": BaseId::from_slug("museum"), "contact": { "name": "办公室", "phone": "020-1", "public": true } });
        let entry = submit(&server, &one, placed).await;
        assert_eq!(entry["organisationId"], json!(org()));
        assert_eq!(get(&server, &own(&entry, ""), &other).await["id"], entry["id"], "a colleague goes on with it");
        let district = reviewer(&server, "440106");
        assert_eq!(decide(&server, &district, "resource", "approve", json!({})).await.status, 200);
        becomes(&server, "hall", 1).await;
        let public = server.json(&format!("/v1/resources/{}", entry["id"].as_str().unwrap())).await;
        assert_eq!((&public["organiser"]["name"], &public["contact"]["name"]), (&json!("org"), &json!("办公室")));
        let boss = administrator(&server, "440000");
        let standing = format!("/v1/admin/organisations/{}", org());
        done(&server, &format!("{standing}/suspend"), &boss, Some(json!({ "reason": "核实中" }))).await;
        becomes(&server, "hall", 0).await;
        assert_problem(&post(&server, &own(&entry, "/confirm"), &one, None).await, 409, "organisationSuspended");
        done(&server, &format!("{standing}/restore"), &boss, Some(json!({ "reason": "已核实" }))).await;
        becomes(&server, "hall", 1).await;
        // Of a trusted organisation it is registered at once.
        done(&server, &format!("{standing}/trust"), &boss, Some(json!({ "trusted": true, "reason": "均无问题" }))).await;
        let trusted = submit(&server, &other, but(course("trusted kit"), json!({ "organisationId": org() }))).await;
        assert_eq!((&trusted["review"]["state"], &trusted["registration"]["number"]), (&json!("approved"), &json!("440100-2026-0001")));
        becomes(&server, "kit", 1).await;
    }

    async fn what_nobody_confirms_is_shown_so_and_then_put_away(store: Store) {
        let server = town(store).await;
        let (teacher, token) = somebody(&server, &[]);
        let kept = registered(&server, &token, "常新").await;
        let left = registered(&server, &token, "旧物").await;
        server.clock.advance(TimeDelta::days(300));
        let token = token_of(&server, teacher);
        let confirmed = done(&server, &own(&kept, "/confirm"), &token, None).await;
        assert_eq!((&confirmed["registration"]["confirmedOn"], &confirmed["review"]["state"]), (&json!("2027-09-21"), &json!("approved")));
        let read = async |entry: &Value| server.json(&format!("/v1/resources/{}", entry["id"].as_str().unwrap())).await;
        eventually("it is confirmed", async || {
            (read(&kept).await["registration"]["confirmedOn"] == "2027-09-21").then_some(())
        })
        .await;
        server.clock.advance(TimeDelta::days(66));
        assert_eq!(read(&left).await["staleSince"], "2027-11-25");
        assert_eq!(read(&kept).await.get("staleSince"), None);
        let mine = get(&server, &own(&left, ""), &token_of(&server, teacher)).await;
        assert_eq!((&mine["staleSince"], &mine["lapsesOn"]), (&json!("2027-11-25"), &json!("2028-11-25")));
        assert_eq!(lapse(&server.running.db).unwrap(), 0);
        server.clock.advance(TimeDelta::days(365));
        assert_eq!(lapse(&server.running.db).unwrap(), 1);
        assert_eq!(lapse(&server.running.db).unwrap(), 0, "twice is once");
        becomes(&server, "旧物", 0).await;
        assert_eq!(found(&server, "常新").await, 1);
        let token = token_of(&server, teacher);
        assert_problem(&post(&server, &own(&left, "/confirm"), &token, None).await, 409, "nothingToDo");
        // Submitting it brings it back under its number.
        let mine = get(&server, &own(&left, ""), &token).await;
        assert_eq!(mine["publication"], "archived");
        let again = but(course("旧物"), json!({ "version": mine["version"] }));
        assert_eq!(ask(&server, Method::PUT, &own(&left, ""), &token, Some(again)).await.status, 200);
        assert_eq!(decide(&server, &reviewer(&server, "440100"), "resource", "approve", json!({})).await.status, 200);
        becomes(&server, "旧物", 1).await;
        assert_eq!(read(&left).await["registration"]["number"], left["registration"]["number"]);
    }

    async fn twenty_wait_at_a_time_and_a_request_sent_twice_makes_one(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let send = async |name: &str| {
            let request = server.client.post(server.url("/v1/me/resources")).bearer_auth(&teacher);
            server.send(request.header("Idempotency-Key", "once").json(&course(name))).await
        };
        let first = send("课件").await;
        assert_eq!((first.status.as_u16(), send("课件").await.json()["id"].clone()), (201, first.json()["id"].clone()));
        assert_problem(&send("别的").await, 409, "keyReused");
        server.clock.advance(TimeDelta::milliseconds(1));
        for n in 1..20 {
            submit(&server, &teacher, course(&format!("课件 {n}"))).await;
        }
        assert_eq!(get(&server, "/v1/me/resources", &teacher).await["total"], 20);
        assert_problem(&post(&server, "/v1/me/resources", &teacher, Some(course("多"))).await, 409, "tooManySubmissions");
        let page = get(&server, "/v1/me/resources?limit=15", &teacher).await;
        let next = page["nextCursor"].as_str().unwrap();
        assert_eq!(get(&server, &format!("/v1/me/resources?limit=15&cursor={next}"), &teacher).await["items"].as_array().map(Vec::len), Some(5));
        done(&server, &own(&first.json(), "/withdraw"), &teacher, None).await;
        submit(&server, &teacher, course("多")).await;
    }

    async fn an_authority_takes_it_down_and_shows_it_again(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let entry = registered(&server, &teacher, "星空课件").await;
        let path = format!("/v1/admin/resources/{}", entry["id"].as_str().unwrap());
        let body = || Some(json!({ "reason": "内容有误" }));
        assert_problem(&post(&server, &format!("{path}/takedown"), &administrator(&server, "440300"), body()).await, 404, "notFound");
        let city = administrator(&server, "440100");
        done(&server, &format!("{path}/takedown"), &city, body()).await;
        becomes(&server, "星空课件", 0).await;
        let mine = get(&server, &own(&entry, ""), &teacher).await;
        assert_eq!((&mine["publication"], &mine["review"]["reason"]), (&json!("takenDown"), &json!("内容有误")));
        assert_problem(&post(&server, &own(&entry, "/archive"), &teacher, None).await, 409, "nothingToDo");
        done(&server, &format!("{path}/restore"), &city, None).await;
        becomes(&server, "星空课件", 1).await;
        assert_eq!(done(&server, &own(&entry, "/archive"), &teacher, None).await["publication"], "archived");
        becomes(&server, "星空课件", 0).await;
        let report = json!({ "kind": "resource", "id": entry["id"], "reason": "wrongContact" });
        assert_problem(&post(&server, "/v1/reports", &teacher, Some(report)).await, 404, "notFound");
    }

    async fn an_erased_person_leaves_what_is_registered_and_nothing_else(store: Store) {
        let server = town(store).await;
        let (_, teacher) = somebody(&server, &[]);
        let kept = registered(&server, &teacher, "星空课件").await;
        submit(&server, &teacher, course("未决课件")).await;
        let dropped = submit(&server, &teacher, course("弃置课件")).await;
        done(&server, &own(&dropped, "/archive"), &teacher, None).await;
        let change = but(course("改名课件"), json!({ "version": kept["version"] }));
        assert_eq!(ask(&server, Method::PUT, &own(&kept, ""), &teacher, Some(change)).await.status, 200);
        let held = get(&server, "/v1/me/export", &teacher).await;
        let names: Vec<_> = held["resources"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["改名课件", "未决课件", "弃置课件"]);
        assert_eq!(held["resources"][0]["contact"]["phone"], "020-12345678");
        assert_eq!(ask(&server, Method::DELETE, "/v1/me", &teacher, None).await.status, 204);
        assert_eq!(found(&server, "星空课件").await, 1);
        assert_eq!(waiting(&server, &reviewer(&server, "440000"), "resource").await, Value::Null);
        let left = dump(&server.running.db);
        assert!(["改名课件", "未决课件", "弃置课件"].iter().all(|name| !left.contains(name)), "drafts go");
    }
}

/// A token of somebody whose earlier ones have expired.
pub(super) fn token_of(server: &Server, person: PersonId) -> String {
    use kepu::db::logins;
    use kepu::domain::access::Caller;
    use kepu::domain::clock::Clock;
    use kepu::domain::ids::{LoginId, SystemRandom};
    use kepu::domain::logins::{LIFE, RefreshToken};
    let now = server.clock.now();
    let caller = Caller { person, login: LoginId::fresh(now, &SystemRandom) };
    let refresh = RefreshToken::fresh(&SystemRandom);
    server.running.db.write(|tx| logins::insert(tx, caller, &refresh, now + LIFE)).unwrap();
    people::token(caller, now)
}
