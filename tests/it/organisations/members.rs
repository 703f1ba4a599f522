//! Members, their roles, and invitations.

use std::thread;

use chrono::TimeDelta;
use kepu::app::Error;
use kepu::app::organisations::invitations::NewInvitation;
use kepu::app::repeats::Repeat;
use kepu::domain::access::LIFE;
use kepu::domain::clock::Clock;
use kepu::domain::signups::RepeatKey;
use kepu::jobs::daily::{chores, forget_shown};

use super::*;
use crate::support::dump::dump;
use crate::support::server::keys;

/// Invites somebody in a role; gives the code.
async fn invite(server: &Server, id: OrganisationId, owner: &str, role: &str) -> String {
    let made = post(server, &managed(id, "/members/invitations"), owner, Some(json!({ "role": role }))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["code"].as_str().unwrap().to_owned()
}

async fn accept(server: &Server, token: &str, code: &str) -> Answer {
    post(server, &format!("/v1/invitations/{code}/accept"), token, None).await
}

/// The roles of the members, in the order of the alphabet: here all of them came at once.
async fn roles(server: &Server, id: OrganisationId, token: &str) -> Vec<String> {
    words(&get(server, &managed(id, "/members"), token).await)
}

fn words(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    let mut roles: Vec<_> = items.map(|item| item["role"].as_str().unwrap().to_owned()).collect();
    roles.sort();
    roles
}

on_both_stores! {
    async fn a_code_makes_one_member_by_either_kind_of_login(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let code = invite(&server, id, &owner, "editor").await;
        let wechat = json!({ "appId": "wxdemo000000000001", "code": "demo-lan" });
        let login = server.send(server.client.post(server.url("/v1/auth/wechat")).json(&wechat)).await.json();
        let lan = login["accessToken"].as_str().unwrap();
        let accepted = accept(&server, lan, &code).await;
        assert_eq!(accepted.json(), json!({ "organisationId": id, "role": "editor" }), "{}", accepted.text);
        assert_eq!(get(&server, "/v1/me", lan).await["roles"][0]["role"], "editor");
        let (_, other) = somebody(&server, &[]);
        assert_problem(&accept(&server, &other, &code).await, 404, "notFound");
        // Whoever has an account of another organisation is a member of both.
        let (_, staff) = somebody(&server, &[member(MemberRole::Desk, OrganisationId::from_slug("org"))]);
        assert_eq!(accept(&server, &staff, &invite(&server, id, &owner, "desk").await).await.status, 200);
        assert_eq!(roles(&server, id, &staff).await, ["desk", "editor", "owner"]);
        assert_eq!(get(&server, &managed(id, "/members/invitations"), &owner).await["total"], 0);
        let named = get(&server, &managed(id, "/members"), &owner).await;
        assert!(named["items"][1]["since"].is_string());
    }

    async fn colleagues_know_a_member_by_the_name_of_the_invitation(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let body = json!({ "role": "desk", "label": "前台李老师" });
        let made = post(&server, &managed(id, "/members/invitations"), &owner, Some(body)).await;
        assert_eq!((made.status.as_u16(), &made.json()["label"]), (201, &json!("前台李老师")));
        assert_eq!(get(&server, &managed(id, "/members/invitations"), &owner).await["items"][0]["label"], "前台李老师");
        let (person, desk) = somebody(&server, &[]);
        assert_eq!(accept(&server, &desk, made.json()["code"].as_str().unwrap()).await.status, 200);
        let label = async || {
            let all = get(&server, &managed(id, "/members"), &owner).await;
            let one = all["items"].as_array().unwrap().iter().find(|one| one["id"] == json!(person)).cloned();
            one.unwrap_or_default()["label"].clone()
        };
        assert_eq!(label().await, "前台李老师");
        assert!(!dump(&server.running.db).contains("前台"), "names are sealed");
        // Another role leaves it as it is; who has none can be given one.
        let path = managed(id, &format!("/members/{person}"));
        assert_eq!(ask(&server, Method::PUT, &path, &owner, Some(json!({ "role": "editor" }))).await.status, 200);
        assert_eq!(label().await, "前台李老师");
        let other = json!({ "role": "editor", "label": "李编辑" });
        assert_eq!(ask(&server, Method::PUT, &path, &owner, Some(other)).await.status, 200);
        assert_eq!(label().await, "李编辑");
        let empty = ask(&server, Method::PUT, &path, &owner, Some(json!({ "role": "desk", "label": " " }))).await;
        assert_eq!((empty.status.as_u16(), &empty.json()["errors"][0]["field"]), (422, &json!("label")));
        let held = get(&server, "/v1/me/export", &desk).await;
        assert_eq!(held["labels"], json!([{ "organisationId": id, "label": "李编辑" }]));
        assert_eq!(post(&server, &managed(id, "/leave"), &desk, None).await.status, 204);
        assert_eq!(get(&server, "/v1/me/export", &desk).await["labels"], json!([]), "it goes with the membership");
    }

    async fn a_code_ends_by_time_or_by_being_taken_back(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let late = invite(&server, id, &owner, "desk").await;
        server.clock.advance(TimeDelta::seconds(1));
        let back = invite(&server, id, &owner, "desk").await;
        let open = get(&server, &managed(id, "/members/invitations"), &owner).await;
        assert_eq!((&open["total"], open["items"][1].get("code")), (&json!(2), None), "codes are shown once");
        let path = managed(id, &format!("/members/invitations/{}", open["items"][1]["id"].as_str().unwrap()));
        assert_eq!(ask(&server, Method::DELETE, &path, &owner, None).await.status, 204);
        assert_problem(&ask(&server, Method::DELETE, &path, &owner, None).await, 404, "notFound");
        let (person, token) = somebody(&server, &[]);
        assert_problem(&accept(&server, &token, &back).await, 404, "notFound");
        server.clock.set(NOW + TimeDelta::days(7));
        let caller = keys().verify(&token, NOW).unwrap();
        assert_eq!(caller.person, person);
        let token = keys().issue(caller, NOW + TimeDelta::days(7) - LIFE / 2).unwrap().expose().to_owned();
        assert_problem(&accept(&server, &token, &late).await, 404, "notFound");
        assert_problem(&accept(&server, &token, "nonsense").await, 404, "notFound");
    }

    async fn whoever_has_the_role_already_leaves_the_code_good(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let editor = with(&server, member(MemberRole::Editor, id));
        let code = invite(&server, id, &owner, "desk").await;
        assert_problem(&accept(&server, &editor, &code).await, 409, "nothingToDo");
        assert_eq!(accept(&server, &with(&server, over("440300", AuthorityRole::Reviewer)), &code).await.status, 200);
        let higher = invite(&server, id, &owner, "owner").await;
        assert_eq!(accept(&server, &editor, &higher).await.status, 200);
        assert_eq!(roles(&server, id, &editor).await.iter().filter(|role| *role == "owner").count(), 2);
    }

    async fn an_answer_that_was_lost_can_be_had_again(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let send = async |role: &str| {
            let request = server.client.post(server.url(&managed(id, "/members/invitations"))).bearer_auth(&owner);
            server.send(request.header("Idempotency-Key", "lost").json(&json!({ "role": role }))).await
        };
        let (one, again) = (send("desk").await, send("desk").await);
        assert_eq!((one.status.as_u16(), one.json()), (201, again.json()));
        assert_problem(&send("owner").await, 409, "keyReused");
        let (_, token) = somebody(&server, &[]);
        let code = one.json()["code"].as_str().unwrap().to_owned();
        assert!(!dump(&server.running.db).contains(&code), "it is sealed");
        assert_eq!(accept(&server, &token, &code).await.status, 200);
        assert_problem(&send("desk").await, 404, "notFound");
    }

    async fn after_a_day_the_same_request_makes_another_code(store: Store) {
        let server = town(store).await;
        let (id, owner, _) = verified(&server).await;
        let (organisations, db) = (server.running.members.organisations.clone(), server.running.db.clone());
        let key = RepeatKey { given: "same".into(), body_hash: "hash".into() };
        let repeat = Repeat { operation: "POST invitations".into(), key };
        let new = NewInvitation { role: MemberRole::Desk, days: 7, label: None };
        let invite = || organisations.invite(owner, Some(&repeat), id, &new);
        let (first, code) = invite().unwrap();
        server.clock.set(NOW + TimeDelta::days(1) - TimeDelta::seconds(1));
        forget_shown(&db, server.clock.now()).unwrap();
        assert_eq!(invite().unwrap().1.expose(), code.expose());
        server.clock.set(NOW + TimeDelta::days(1) + TimeDelta::seconds(1));
        forget_shown(&db, server.clock.now()).unwrap();
        assert!(invite().is_err(), "nobody can read it any more");
        chores(&db, false).unwrap();
        let (second, other) = invite().unwrap();
        assert!(first.id != second.id && code.expose() != other.expose());
        let (visitor, _) = somebody(&server, &[]);
        assert_eq!(organisations.accept(visitor, &code).unwrap().id, first.id, "the first is good still");
    }

    async fn an_organisation_keeps_an_owner(store: Store) {
        let server = town(store).await;
        let (id, person, owner) = verified(&server).await;
        let (editor, _) = somebody(&server, &[member(MemberRole::Editor, id)]);
        let of = |member: PersonId| managed(id, &format!("/members/{member}"));
        let put = async |token: &str, who: PersonId, role: &str| {
            ask(&server, Method::PUT, &of(who), token, Some(json!({ "role": role }))).await
        };
        assert_problem(&post(&server, &managed(id, "/leave"), &owner, None).await, 409, "lastOwner");
        assert_problem(&ask(&server, Method::DELETE, &of(person), &owner, None).await, 409, "lastOwner");
        assert_problem(&put(&owner, person, "editor").await, 409, "lastOwner");
        assert_eq!(words(&put(&owner, editor, "desk").await.json()), ["desk", "owner"]);
        let to = |who: PersonId| Some(json!({ "to": who }));
        assert_problem(&post(&server, &managed(id, "/transfer"), &owner, to(person)).await, 409, "nothingToDo");
        let (stranger, _) = somebody(&server, &[]);
        assert_problem(&post(&server, &managed(id, "/transfer"), &owner, to(stranger)).await, 404, "notFound");
        assert_eq!(post(&server, &managed(id, "/transfer"), &owner, to(editor)).await.status, 200);
        assert_eq!(roles(&server, id, &owner).await, ["editor", "owner"]);
        assert_problem(&put(&owner, editor, "desk").await, 403, "forbidden");
        assert_eq!(post(&server, &managed(id, "/leave"), &owner, None).await.status, 204);
        assert_problem(&ask(&server, Method::GET, &managed(id, "/members"), &owner, None).await, 403, "forbidden");
    }

    async fn an_owner_who_was_removed_does_not_come_back_by_their_own_invitation(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let (second, token) = somebody(&server, &[member(MemberRole::Owner, id)]);
        let of = managed(id, &format!("/members/{second}"));
        let key = json!({ "name": "票务", "scopes": ["events:read"] });
        let key = post(&server, &managed(id, "/api-keys"), &token, Some(key)).await.json();
        assert_eq!(key["madeBy"], second.to_string());
        for step in ["changed", "removed", "left", "handed over"] {
            let code = invite(&server, id, &token, "owner").await;
            let others = invite(&server, id, &owner, "desk").await;
            let done = match step {
                "changed" => ask(&server, Method::PUT, &of, &owner, Some(json!({ "role": "desk" }))).await,
                "removed" => ask(&server, Method::DELETE, &of, &owner, None).await,
                "left" => post(&server, &managed(id, "/leave"), &token, None).await,
                _ => post(&server, &managed(id, "/transfer"), &token, Some(json!({ "to": somebody(&server, &[member(MemberRole::Desk, id)]).0 }))).await,
            };
            assert!(done.status.is_success(), "{step}: {}", done.text);
            assert_problem(&accept(&server, &token, &code).await, 404, "notFound");
            assert_eq!(accept(&server, &somebody(&server, &[]).1, &others).await.status, 200, "{step}: those of others stay");
            server.running.db.write(|tx| kepu::db::roles::grant(tx, second, member(MemberRole::Owner, id))).unwrap();
            server.clock.advance(TimeDelta::seconds(1));
        }
        let province = with(&server, over("440000", AuthorityRole::Administrator));
        let noted = get(&server, &format!("/v1/admin/audit?organisation={id}&action=invitationWithdrawn"), &province).await;
        assert_eq!(noted["total"], 4);
        let removed = get(&server, &format!("/v1/admin/audit?organisation={id}&action=roleRevoked"), &province).await;
        let after = removed["items"][0]["after"].as_str().unwrap();
        assert_eq!(after, json!({ "apiKeysKnown": [key["id"]] }).to_string(), "{removed}");
    }

    async fn nobody_accepts_what_they_made_themselves(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let (_, authority) = somebody(&server, &[over("440000", AuthorityRole::Administrator)]);
        let org = OrganisationId::from_slug("org");
        let made = post(&server, &format!("/v1/admin/organisations/{org}/invitations"), &authority, None).await;
        let code = made.json()["code"].as_str().unwrap().to_owned();
        assert_problem(&accept(&server, &authority, &code).await, 403, "ownSubmission");
        assert_eq!(accept(&server, &owner, &code).await.status, 200, "it stays good");
        let code = invite(&server, id, &owner, "owner").await;
        let erased = ask(&server, Method::DELETE, "/v1/me", &owner, None).await;
        assert_eq!(erased.status, 204, "{}", erased.text);
        assert_problem(&accept(&server, &authority, &code).await, 404, "notFound");
    }

    async fn of_two_owners_who_leave_at_once_one_stays(store: Store) {
        let server = town(store).await;
        let (id, person, _) = verified(&server).await;
        for _ in 0..5 {
            let (other, _) = somebody(&server, &[member(MemberRole::Owner, id)]);
            let leaving = [person, other].map(|who| {
                let organisations = server.running.members.organisations.clone();
                thread::spawn(move || organisations.remove(who, id, who))
            });
            let left: Vec<_> = leaving.into_iter().map(|thread| thread.join().unwrap()).collect();
            let stayed = left.iter().filter(|left| matches!(left, Err(Error::LastOwner))).count();
            assert_eq!((stayed, left.iter().filter(|left| left.is_ok()).count()), (1, 1), "{left:?}");
            let role = member(MemberRole::Owner, id);
            server.running.db.write(|tx| kepu::db::roles::grant(tx, person, role)).unwrap();
            server.running.db.write(|tx| kepu::db::roles::revoke(tx, other, role)).unwrap();
        }
    }

    async fn only_owners_say_who_belongs(store: Store) {
        let server = town(store).await;
        let (id, person, _) = verified(&server).await;
        let other = OrganisationId::from_slug("org");
        let outsiders = [
            (member(MemberRole::Editor, id), 403),
            (member(MemberRole::Desk, id), 403),
            (member(MemberRole::Owner, other), 403),
            (over("440106", AuthorityRole::Administrator), 403),
        ];
        for (role, status) in outsiders {
            let token = with(&server, role);
            for (method, rest, body) in [
                (Method::POST, "/members/invitations".to_owned(), Some(json!({ "role": "owner" }))),
                (Method::GET, "/members/invitations".to_owned(), None),
                (Method::PUT, format!("/members/{person}"), Some(json!({ "role": "desk" }))),
                (Method::DELETE, format!("/members/{person}"), None),
                (Method::POST, "/transfer".to_owned(), Some(json!({ "to": person }))),
                (Method::POST, "/api-keys".to_owned(), Some(json!({ "name": "a", "scopes": ["events:read"] }))),
                (Method::GET, "/api-keys".to_owned(), None),
                (Method::PUT, String::new(), Some(json!({ "application": application(), "version": 1 }))),
            ] {
                let refused = ask(&server, method.clone(), &managed(id, &rest), &token, body).await;
                assert_eq!(refused.status, status, "{role:?} {method} {rest}: {}", refused.text);
            }
        }
        assert!(roles(&server, id, &with(&server, member(MemberRole::Desk, id))).await.contains(&"owner".to_owned()));
    }
}
