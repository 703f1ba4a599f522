//! Roles: read from the store on every call, shown to whoever holds them, and what they open.

use actix_web::{App, HttpResponse, test, web};
use kepu::db::{Db, logins, persons, roles};
use kepu::domain::access::Caller;
use kepu::domain::ids::{LoginId, PersonId, Random, SessionId};
use kepu::domain::logins::RefreshToken;
use kepu::domain::organisations::{Organiser, OrganiserRole};
use kepu::domain::roles::MemberRole;
use kepu::http::access::{self, Who};
use kepu::http::staff::{Desk, Staff};

use super::*;
use crate::support::catalogue::{event, ground, organisation, put_base, put_event};
use crate::support::server::keys;

const MEMBERS: [MemberRole; 3] = [MemberRole::Desk, MemberRole::Editor, MemberRole::Owner];

fn member(role: MemberRole, organisation: &str) -> Role {
    Role::Member(role, OrganisationId::from_slug(organisation))
}

/// Somebody new with these roles, logged in: who they are, and their access token.
fn somebody(db: &Db, held: &[Role]) -> (PersonId, String) {
    let random = SystemRandom;
    // A thousand of one millisecond would not all be told apart.
    let name = format!("{}-{}", random.bits(), random.bits());
    let caller = Caller { person: PersonId::from_slug(&name), login: LoginId::from_slug(&name) };
    db.write(|tx| {
        persons::insert(tx, caller.person)?;
        held.iter().try_for_each(|role| roles::grant(tx, caller.person, *role))?;
        logins::insert(tx, caller, &RefreshToken::fresh(&random), NOW + kepu::domain::logins::LIFE)
    })
    .unwrap();
    (caller.person, keys().issue(caller, NOW).unwrap().expose().to_owned())
}

/// Three organisations, and a talk that the first two organise.
fn talk(db: &Db) -> SessionId {
    ground(db);
    let organisers = ["org", "lab"].map(OrganisationId::from_slug);
    let [main, other] =
        organisers.map(|organisation| Organiser { organisation, role: OrganiserRole::Organiser });
    db.write(|tx| {
        organisation(tx, "lab")?;
        organisation(tx, "garden")?;
        let museum = crate::support::catalogue::base("museum", 23.1, 113.3);
        put_base(tx, "museum", &museum)?;
        let mut talk = event("talk", kepu::domain::ids::BaseId::from_slug("museum"));
        talk.organisers = vec![main, Organiser { role: OrganiserRole::CoOrganiser, ..other }];
        put_event(tx, "talk", &talk, NOW, 1)
    })
    .unwrap();
    SessionId::from_slug("talk:0")
}

on_both_stores! {
    async fn the_desk_is_for_members_of_an_organiser(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let session = talk(&fresh.open(Arc::new(FixedClock(NOW))));
        let server = Server::simulated(Arc::new(fresh)).await;
        let db = server.running.db.clone();
        let app = App::new()
            .app_data(server.running.members.clone())
            .route("/desks/{id}", web::get().to(async |desk: Desk| HttpResponse::Ok().body(desk.session.to_string())))
            .route("/staff", web::get().to(async |staff: Staff| HttpResponse::Ok().body(staff.roles.0.len().to_string())));
        let app = test::init_service(app).await;
        let ask = async |path: &str, token: Option<&str>| {
            let request = test::TestRequest::get().uri(path);
            let request = match token {
                Some(token) => request.insert_header(("Authorization", format!("Bearer {token}"))),
                None => request,
            };
            // An extractor's error is an answer by itself.
            test::call_service(&app, request.to_request()).await.status().as_u16()
        };
        let desk = format!("/desks/{session}");
        let nowhere = format!("/desks/{}", SessionId::from_slug("nowhere"));

        for path in [desk.as_str(), "/staff"] {
            assert_eq!(ask(path, None).await, 401);
            assert_eq!(ask(path, Some("forged")).await, 401);
            assert_eq!(ask(path, Some(&somebody(&db, &[]).1)).await, 403, "{path}");
        }
        for role in MEMBERS {
            for organisation in ["org", "lab"] {
                let (_, token) = somebody(&db, &[member(role, organisation)]);
                assert_eq!(ask(&desk, Some(&token)).await, 200, "{role:?} of {organisation}");
                assert_eq!(ask("/staff", Some(&token)).await, 200);
                for path in [&nowhere, "/desks/x"] {
                    assert_eq!(ask(path, Some(&token)).await, 404);
                }
            }
            assert_eq!(ask(&desk, Some(&somebody(&db, &[member(role, "garden")]).1)).await, 403, "{role:?}");
        }
        for role in [AuthorityRole::Reviewer, AuthorityRole::Administrator] {
            let (_, token) = somebody(&db, &[authority(role, "440000")]);
            assert_eq!((ask(&desk, Some(&token)).await, ask("/staff", Some(&token)).await), (403, 200));
        }

        let held = [member(MemberRole::Owner, "garden"), member(MemberRole::Desk, "lab")];
        let (person, token) = somebody(&db, &held);
        assert_eq!(ask(&desk, Some(&token)).await, 200);
        db.write(|tx| roles::revoke(tx, person, held[1])).unwrap();
        assert_eq!((ask(&desk, Some(&token)).await, ask("/staff", Some(&token)).await), (403, 200), "at once");
        db.write(|tx| roles::grant(tx, person, member(MemberRole::Editor, "org"))).unwrap();
        assert_eq!(ask(&desk, Some(&token)).await, 200);
    }

    async fn whoever_holds_roles_reads_them_with_names(store: Store) {
        let server = grounded(store).await;
        let held = [member(MemberRole::Editor, "org"), authority(AuthorityRole::Administrator, "440100")];
        let (person, token) = somebody(&server.running.db, &held);
        let read = async |path: &str| server.send(by(&server, Method::GET, path, &token)).await.json()["roles"].clone();
        let told = json!([
            { "role": "editor", "organisation": { "id": OrganisationId::from_slug("org"), "name": "org" } },
            { "role": "administrator", "division": { "adcode": "440100", "name": "440100" } },
        ]);
        assert_eq!(read("/v1/me").await, told);
        let named = server.send(by(&server, Method::PUT, "/v1/me", &token).json(&json!({ "version": 1 }))).await;
        assert_eq!(named.json()["roles"], told);
        // In place of the role before.
        let db = &server.running.db;
        db.write(|tx| roles::grant(tx, person, member(MemberRole::Desk, "org"))).unwrap();
        assert_eq!(read("/v1/me").await[1]["role"], told[1]["role"]);
        let words: Vec<_> = read("/v1/me").await.as_array().unwrap().iter().map(|role| role["role"].clone()).collect();
        assert_eq!(words, ["desk", "administrator"]);
        let strange = server.send(by(&server, Method::GET, "/v1/me?language=en", &token)).await;
        assert_problem(&strange, 400, "invalidParameter");
    }
}

#[actix_web::test]
async fn names_of_roles_are_in_the_readers_language() {
    let server = Server::seeded().await;
    let (_, token) = somebody(&server.running.db, &[authority(AuthorityRole::Reviewer, "440100")]);
    for (lang, name) in [("zh-CN", "广州市"), ("zh-HK", "廣州市")] {
        let path = format!("/v1/me?lang={lang}");
        let told = server.send(by(&server, Method::GET, &path, &token)).await.json();
        assert_eq!(told["roles"][0]["division"]["name"], name);
    }
}

/// Who asks: nobody who is known, somebody, an outsider with the highest role elsewhere, and everybody with a role here.
fn callers() -> Vec<(&'static str, Option<Vec<Role>>)> {
    let mut callers = vec![
        ("nobody", None),
        ("a person", Some(Vec::new())),
        ("an outsider", Some(vec![member(MemberRole::Owner, "garden")])),
    ];
    callers.extend(MEMBERS.map(|role| (role.name(), Some(vec![member(role, "org")]))));
    let authorities = [AuthorityRole::Reviewer, AuthorityRole::Administrator];
    callers.extend(authorities.map(|role| (role.name(), Some(vec![authority(role, "440000")]))));
    callers
}

fn may(who: Who, held: Option<&[Role]>) -> bool {
    let (Some(held), org) = (held, OrganisationId::from_slug("org")) else { return who == Who::Anybody };
    let roles = kepu::domain::roles::Roles(held.to_vec());
    match who {
        Who::Anybody | Who::Person => true,
        Who::Desk => roles.in_any(&[org], MemberRole::Desk),
        Who::Member(role) => roles.in_any(&[org], role),
        Who::Members(role) => held.iter().any(|one| matches!(one, Role::Member(own, _) if *own >= role)),
        Who::Authority(role) => roles.over("440106".parse().unwrap(), role),
        Who::MemberOr(role, authority) => {
            roles.in_any(&[org], role) || roles.over("440106".parse().unwrap(), authority)
        }
    }
}

/// The table of operations against a server: each operation as the document's example has it, asked by everybody.
#[actix_web::test]
async fn every_operation_keeps_out_whoever_may_not() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Tables);
    let session = talk(&fresh.open(Arc::new(FixedClock(NOW))));
    let server = Server::simulated(Arc::new(fresh)).await;
    let document = kepu::http::openapi::document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let who = access::of(id).unwrap();
            let at = path.replace("/sessions/{id}", &format!("/sessions/{session}"));
            let at = at.replace(
                "/events/{id}",
                &format!("/events/{}", kepu::domain::ids::EventId::from_slug("talk")),
            );
            let at = at.replace(
                "/organisations/{id}",
                &format!("/organisations/{}", OrganisationId::from_slug("org")),
            );
            let at = at.replace("{adcode}", "440106").replace("{id}", "01h2x7m9k4qpz");
            let body = &operation["requestBody"]["content"]["application/json"]["example"];
            for (caller, held) in callers() {
                let mut request =
                    server.client.request(method.to_uppercase().parse().unwrap(), server.url(&at));
                if let Some(held) = &held {
                    request = request.bearer_auth(somebody(&server.running.db, held).1);
                }
                if !body.is_null() {
                    request = request.json(body);
                }
                let answer = server.send(request).await;
                let code = serde_json::from_str::<Value>(&answer.text).map(|told| told["code"].clone());
                let code = code.ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
                let told = format!("{id} by {caller}: {} {code}", answer.status);
                if may(who, held.as_deref()) {
                    assert!(
                        !["unauthenticated", "loginEnded", "forbidden"].contains(&code.as_str()),
                        "{told}"
                    );
                } else if held.is_none() {
                    assert_eq!((answer.status.as_u16(), code.as_str()), (401, "unauthenticated"), "{told}");
                } else {
                    assert!(matches!(code.as_str(), "forbidden" | "notFound"), "{told}");
                }
            }
        }
    }
}
