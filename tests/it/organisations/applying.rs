//! Applying and being verified.

use kepu::app;
use kepu::db::organisations;
use kepu::domain::audit::Actor;
use kepu::domain::drafts::body;
use kepu::domain::events::Event;
use kepu::domain::ids::BaseId;

use super::*;
use crate::support::catalogue::{base, event, put_base};
use crate::support::dump::dump;

async fn is_public(server: &Server, id: OrganisationId) -> bool {
    server.get(&format!("/v1/organisations/{id}")).await.status == 200
}

async fn becomes_public(server: &Server, id: OrganisationId) {
    eventually("it is public", async || is_public(server, id).await.then_some(())).await;
}

/// The actions of the audit about an organisation, the newest first.
async fn noted(server: &Server, id: OrganisationId) -> Vec<String> {
    let token = with(server, over("440000", AuthorityRole::Administrator));
    let list = get(server, &format!("/v1/admin/audit?organisation={id}"), &token).await;
    list["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
}

on_both_stores! {
    async fn of_two_that_are_verified_by_one_code_at_the_same_moment_one_is_told_that_it_is_taken(store: Store) {
        let server = town(store).await;
        let id = apply(&server, &somebody(&server, &[]).1, application()).await;
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        let (db, (written, ready)) = (server.running.db.clone(), std::sync::mpsc::channel());
        // As another replica that has yet to commit.
        let other = std::thread::spawn(move || {
            let org = OrganisationId::from_slug("org");
            db.write(|tx| {
                organisations::set_credit_code(tx, org, Some(&CODES[0].parse().unwrap()))?;
                written.send(()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(500));
                Ok::<_, kepu::db::Error>(())
            })
        });
        ready.recv().unwrap();
        let refused = decide(&server, &reviewer, "approve", "核对无误").await;
        other.join().unwrap().unwrap();
        assert_problem(&refused, 409, "creditCodeTaken");
        assert_eq!(waiting(&server, &reviewer).await["objectId"], id.to_string(), "it waits on");
    }

    async fn an_applicant_owns_an_organisation_that_nobody_else_sees(store: Store) {
        let server = town(store).await;
        let (_, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let own = get(&server, "/v1/manage/organisations", &owner).await["items"][0].clone();
        assert_eq!((&own["id"], &own["role"], &own["verified"]), (&json!(id), &json!("owner"), &json!(false)));
        assert_eq!(own["application"]["state"], "submitted");
        assert_eq!(own["application"]["contact"], json!({ "name": "李老师", "phone": "020-12345678" }));
        assert_eq!(get(&server, &managed(id, ""), &owner).await, own);

        assert!(!is_public(&server, id).await);
        assert_eq!(server.json("/v1/organisations?q=天文馆").await["total"], 0);
        for outsider in [vec![], vec![member(MemberRole::Owner, OrganisationId::from_slug("org"))], vec![over("440000", AuthorityRole::Administrator)]] {
            let (_, token) = somebody(&server, &outsider);
            let told = ask(&server, Method::GET, &managed(id, ""), &token, None).await;
            assert!([403, 404].contains(&told.status.as_u16()) && !told.text.contains("天文馆"), "{outsider:?}: {}", told.text);
        }
        let editor = with(&server, member(MemberRole::Editor, id));
        let seen = get(&server, &managed(id, ""), &editor).await;
        assert_eq!((&seen["role"], seen["application"].get("contact")), (&json!("editor"), None), "the contact is for owners");
        assert!(!dump(&server.running.db).contains("12345678"), "contacts are sealed");
        let held = get(&server, "/v1/me/export", &owner).await;
        assert_eq!((&held["applications"][0]["organisationId"], &held["applications"][0]["application"]["contact"]["phone"]),
            (&json!(id), &json!("020-12345678")));
        assert_eq!(held["audit"].as_array().map(Vec::len), Some(4), "two of the role, two of the application: who, and whom to ask");
    }

    async fn an_authority_verifies_it_and_everybody_sees_it(store: Store) {
        let server = town(store).await;
        let (_, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let elsewhere = with(&server, over("440300", AuthorityRole::Reviewer));
        assert_eq!(waiting(&server, &elsewhere).await, Value::Null, "another division has nothing to do with it");
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        let item = waiting(&server, &reviewer).await;
        assert_eq!((&item["title"], &item["adcode"]), (&json!("天河天文馆"), &json!("440106")));
        let path = format!("/v1/review/items/{}", item["id"].as_str().unwrap());
        let opened = get(&server, &path, &reviewer).await;
        assert_eq!(opened["application"]["creditCode"], CODES[0]);
        assert_eq!(opened["application"]["contact"]["name"], "李老师");
        assert_problem(&ask(&server, Method::GET, &path, &elsewhere, None).await, 404, "notFound");

        assert_eq!(decide(&server, &reviewer, "approve", "核对无误").await.status, 200);
        becomes_public(&server, id).await;
        let shown = server.json(&format!("/v1/organisations/{id}")).await;
        assert_eq!((&shown["name"], &shown["kind"], &shown["adcode"]), (&json!("天河天文馆"), &json!("museum"), &json!("440106")));
        let own = get(&server, &managed(id, ""), &owner).await;
        assert_eq!((&own["verified"], &own["application"]["state"]), (&json!(true), &json!("verified")));
        assert_eq!(noted(&server, id).await, ["organisationVerified", "organisationApplied", "roleGranted"]);
    }

    async fn what_was_refused_is_mended_and_submitted_again(store: Store) {
        let server = town(store).await;
        let (_, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let city = with(&server, over("440100", AuthorityRole::Reviewer));
        let stale = waiting(&server, &city).await;
        assert_eq!(decide(&server, &city, "reject", "证书与名称不符").await.status, 200);
        let own = get(&server, &managed(id, ""), &owner).await;
        assert_eq!((&own["application"]["state"], &own["application"]["reason"]), (&json!("refused"), &json!("证书与名称不符")));
        assert_eq!(waiting(&server, &city).await, Value::Null);

        let change = |version: i64| json!({ "application": but(json!({ "name": "天河区天文馆" })), "version": version });
        let put = async |body: Value| ask(&server, Method::PUT, &managed(id, ""), &owner, Some(body)).await;
        assert_problem(&put(change(7)).await, 409, "versionConflict");
        let changed = put(change(1)).await;
        assert_eq!((&changed.json()["name"], &changed.json()["application"]["version"]), (&json!("天河区天文馆"), &json!(2)));
        let path = format!("/v1/review/items/{}/approve", stale["id"].as_str().unwrap());
        assert_problem(&post(&server, &path, &city, Some(json!({ "version": 1 }))).await, 409, "changedSince");
        // While it waits it may be changed once more: the queue has the newest.
        assert_eq!(put(change(2)).await.status, 200);
        assert_eq!(waiting(&server, &city).await["version"], 3);
        assert_eq!(decide(&server, &city, "approve", "核对无误").await.status, 200);
        becomes_public(&server, id).await;
    }

    async fn what_was_verified_stands_while_a_change_waits(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        becomes_public(&server, id).await;
        let change = json!({ "application": but(json!({ "name": "新馆", "url": "https://new.example.org/" })), "version": 1 });
        let changed = ask(&server, Method::PUT, &managed(id, ""), &owner, Some(change)).await.json();
        assert_eq!((&changed["name"], &changed["verified"]), (&json!("天河天文馆"), &json!(true)));
        assert_eq!((&changed["application"]["name"], &changed["application"]["state"]), (&json!("新馆"), &json!("submitted")));
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        assert_eq!(decide(&server, &reviewer, "reject", "不符").await.status, 200);
        assert_eq!(server.json(&format!("/v1/organisations/{id}")).await["name"], "天河天文馆");
        let change = json!({ "application": but(json!({ "name": "新馆" })), "version": 2 });
        assert_eq!(ask(&server, Method::PUT, &managed(id, ""), &owner, Some(change)).await.status, 200);
        assert_eq!(decide(&server, &reviewer, "approve", "核对无误").await.status, 200);
        eventually("the new name is shown", async || {
            (server.json(&format!("/v1/organisations/{id}")).await["name"] == "新馆").then_some(())
        }).await;
    }

    async fn everything_that_is_wrong_is_said_at_once(store: Store) {
        let server = town(store).await;
        let (_, token) = somebody(&server, &[]);
        let wrong = async |body: Value| {
            let refused = post(&server, "/v1/manage/organisations", &token, Some(body)).await;
            assert_eq!(refused.status, 422, "{}", refused.text);
            let errors = refused.json()["errors"].as_array().unwrap().clone();
            errors.iter().map(|error| format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap())).collect::<Vec<_>>()
        };
        let bad = but(json!({ "name": " ", "address": "", "url": "ftp://x", "contact": { "name": "", "phone": "1" } }));
        assert_eq!(wrong(bad).await, ["name empty", "url malformed", "address empty", "contact.name empty"]);
        assert_eq!(wrong(but(json!({ "creditCode": "9144030071526726XH" }))).await, ["creditCode malformed"]);
        assert_eq!(wrong(but(json!({ "adcode": "440199" }))).await, ["adcode noSuch"]);
        assert_eq!(wrong(but(json!({ "kind": "circus" }))).await, ["kind notAllowed"]);
        let mut without = application();
        without.as_object_mut().unwrap().remove("creditCode");
        assert_eq!(wrong(without).await, ["creditCode missing"]);
        verified(&server).await;
        assert_eq!(wrong(application()).await, ["creditCode taken"], "one organisation is verified by a code");
    }

    async fn of_two_with_one_credit_code_the_first_is_verified(store: Store) {
        let server = town(store).await;
        let (_, one) = somebody(&server, &[]);
        let (_, two) = somebody(&server, &[]);
        apply(&server, &one, application()).await;
        apply(&server, &two, but(json!({ "name": "冒名天文馆" }))).await;
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        assert_eq!(decide(&server, &reviewer, "approve", "核对无误").await.status, 200);
        let refused = decide(&server, &reviewer, "approve", "核对无误").await;
        assert_problem(&refused, 409, "creditCodeTaken");
        assert_eq!(decide(&server, &reviewer, "reject", "冒用").await.status, 200);
    }

    async fn five_applications_of_a_person_wait_and_the_same_request_makes_one(store: Store) {
        let server = town(store).await;
        let (_, token) = somebody(&server, &[]);
        let send = async |code: &str| {
            let request = server.client.post(server.url("/v1/manage/organisations")).bearer_auth(&token);
            server.send(request.header("Idempotency-Key", code).json(&but(json!({ "creditCode": code })))).await
        };
        let (first, again) = (send(CODES[0]).await, send(CODES[0]).await);
        assert_eq!((first.status.as_u16(), &first.json()["id"]), (201, &again.json()["id"]));
        for code in &MORE_CODES[..4] {
            assert_eq!(send(code).await.status, 201, "{code}");
        }
        assert_problem(&send(MORE_CODES[4]).await, 409, "tooManyApplications");
    }

    async fn whoever_is_not_verified_writes_and_publishes_nothing(store: Store) {
        let server = town(store).await;
        let (person, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let (db, drafts) = (&server.running.db, &server.running.members.drafts);
        db.write(|tx| put_base(tx, "museum", &base("museum", 23.1, 113.3))).unwrap();
        let mut fields = body::of(&event("talk", BaseId::from_slug("museum")));
        fields.insert("organisers".into(), json!([{ "organisation": id }]));
        let draft = db.write(|tx| drafts.create::<Event>(tx, Actor::Person(person), id, fields)).unwrap();
        let submit = || db.write(|tx| drafts.submit::<Event>(tx, Actor::Person(person), draft.object));
        assert!(matches!(submit(), Err(app::Error::Unverified)));
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        assert_eq!(decide(&server, &reviewer, "approve", "核对无误").await.status, 200);
        submit().unwrap();
    }

    async fn nobody_verifies_their_own_organisation(store: Store) {
        let server = town(store).await;
        let (_, token) = somebody(&server, &[over("440106", AuthorityRole::Reviewer)]);
        apply(&server, &token, application()).await;
        assert_problem(&decide(&server, &token, "approve", "自己").await, 403, "ownSubmission");
    }

    async fn an_erased_applicant_leaves_the_organisation_and_no_contact(store: Store) {
        let server = town(store).await;
        let (id, person, owner) = verified(&server).await;
        let editor = with(&server, member(MemberRole::Editor, id));
        assert_eq!(ask(&server, Method::DELETE, "/v1/me", &owner, None).await.status, 204);
        let number = person.get().to_string();
        assert_eq!(dump(&server.running.db).lines().find(|line| line.contains(&number)), None);
        let left = get(&server, &managed(id, ""), &editor).await;
        assert_eq!((&left["verified"], &left["application"]["state"]), (&json!(true), &json!("verified")));
        let province = with(&server, over("440000", AuthorityRole::Administrator));
        let seen = get(&server, "/v1/admin/organisations?state=verified", &province).await;
        let own = seen["items"].as_array().unwrap().iter().find(|item| item["id"] == json!(id)).unwrap().clone();
        assert_eq!(own["application"].get("contact"), None);
    }

    async fn the_same_is_not_applied_for_twice_and_can_be_withdrawn(store: Store) {
        let server = town(store).await;
        let (_, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let again = post(&server, "/v1/manage/organisations", &owner, Some(application())).await;
        assert_problem(&again, 409, "appliedAlready");
        // By somebody else it may be: which of them is right an authority finds out.
        let (_, other) = somebody(&server, &[]);
        server.clock.advance(chrono::TimeDelta::minutes(1));
        let second = apply(&server, &other, application()).await;
        assert_problem(&post(&server, &managed(id, "/withdraw"), &other, None).await, 404, "notFound");
        assert_problem(&post(&server, &managed(id, "/leave"), &owner, None).await, 409, "lastOwner");
        let left = post(&server, &managed(id, "/withdraw"), &owner, None).await;
        assert_eq!((left.status.as_u16(), left.json().get("application").cloned()), (200, None), "{}", left.text);
        assert_problem(&post(&server, &managed(id, "/withdraw"), &owner, None).await, 409, "nothingToDo");
        assert!(noted(&server, id).await.contains(&"withdrawn".to_owned()));
        let reviewer = with(&server, over("440106", AuthorityRole::Reviewer));
        assert_eq!(get(&server, "/v1/review/items?kind=organisation", &reviewer).await["total"], 1);
        assert_eq!(post(&server, &managed(id, "/leave"), &owner, None).await.status, 204);
        assert_eq!(get(&server, "/v1/manage/organisations", &owner).await["total"], 0);
        server.clock.advance(chrono::TimeDelta::minutes(1));
        let anew = apply(&server, &owner, application()).await;
        // Of two that wait the first is verified; the other one can only be sent back.
        assert_eq!(decide(&server, &reviewer, "approve", "核对无误").await.status, 200);
        becomes_public(&server, second).await;
        assert_problem(&decide(&server, &reviewer, "approve", "核对无误").await, 409, "creditCodeTaken");
        assert_eq!(decide(&server, &reviewer, "reject", "重复").await.status, 200);
        let told = get(&server, "/v1/me/notices", &owner).await;
        assert_eq!((&told["items"][0]["decision"]["outcome"], &told["items"][0]["decision"]["objectId"]), (&json!("refused"), &json!(anew)));
        let verified = get(&server, "/v1/me/notices", &other).await;
        assert_eq!(verified["items"][0]["text"], "《天河天文馆》已通过核实，可以发布活动。");
        // A change of what was verified is withdrawn too; what was verified stands.
        let change = json!({ "application": but(json!({ "name": "天河新馆" })), "version": 1 });
        assert_eq!(ask(&server, Method::PUT, &managed(second, ""), &other, Some(change)).await.status, 200);
        assert_eq!(post(&server, &managed(second, "/withdraw"), &other, None).await.json()["name"], "天河天文馆");
        assert_problem(&post(&server, &managed(second, "/leave"), &other, None).await, 409, "lastOwner");
    }

    async fn what_was_read_of_an_application_can_be_sent_back_and_drafts_wait_with_it(store: Store) {
        let server = town(store).await;
        let (_, owner) = somebody(&server, &[]);
        let id = apply(&server, &owner, application()).await;
        let read = get(&server, &managed(id, ""), &owner).await;
        let mut back = read.clone();
        back["version"] = json!(1);
        let same = ask(&server, Method::PUT, &managed(id, ""), &owner, Some(back)).await;
        assert_eq!((same.status.as_u16(), &same.json()["application"]["version"]), (200, &json!(2)), "{}", same.text);
        assert_eq!(same.json()["application"]["evidence"], read["application"]["evidence"]);
        let mut strange = json!({ "application": application(), "version": 2 });
        strange["application"]["foo"] = json!(1);
        strange["bar"] = json!(1);
        let refused = ask(&server, Method::PUT, &managed(id, ""), &owner, Some(strange)).await;
        let mut fields: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap().to_owned()).collect();
        fields.sort();
        assert_eq!((refused.status.as_u16(), fields), (422, vec!["application.foo".to_owned(), "bar".to_owned()]));
        // Its first draft does not say that it does not exist; handing it in says that it waits.
        let draft = post(&server, "/v1/manage/events", &owner, Some(json!({ "title": "讲座" }))).await;
        assert_eq!(draft.status, 201, "{}", draft.text);
        let told = draft.json()["problems"].to_string();
        assert!(!told.contains("organisers"), "{told}");
    }
}
