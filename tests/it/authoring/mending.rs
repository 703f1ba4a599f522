//! What surprises authors is told before anybody else is surprised, and what they read can be sent back.

use kepu::app::catalogue::{Existing, save};
use kepu::domain::taxonomy::Term;

use super::events::{created, whole};
use super::*;

fn problems(event: &Value) -> Vec<String> {
    let all = event["problems"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["field"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
}

fn warnings(answer: &Value) -> Vec<String> {
    let all = answer["warnings"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["field"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
}

async fn add(server: &Server, path: &str, editor: &str, more: Value) -> Value {
    let body = json!({ "sessions": [with(hour(start()), more)] });
    asked(server, Method::POST, &format!("{path}/sessions"), editor, body, 201).await
}

on_both_stores! {
    async fn a_mistaken_session_of_a_draft_is_gone_and_the_others_are_listed(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, _) = created(&server, &editor, json!({ "title": "讲座" })).await;
        let mut days = Vec::new();
        for day in 0..3 {
            let from = start() + TimeDelta::days(day);
            let made = asked(&server, Method::POST, &format!("{path}/sessions"), &editor, json!({ "sessions": [hour(from)] }), 201).await;
            days.push(made["items"][0]["id"].as_str().unwrap().to_owned());
        }
        let page = get(&server, &format!("{path}/sessions?limit=2"), &editor).await;
        let ids = |page: &Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!((ids(&page), &page["total"], &page["items"][0]["version"]), (days[..2].to_vec(), &json!(3), &json!(1)));
        let cursor = page["nextCursor"].as_str().unwrap();
        let rest = get(&server, &format!("{path}/sessions?limit=2&cursor={cursor}"), &editor).await;
        assert_eq!((ids(&rest), rest.get("nextCursor")), (days[2..].to_vec(), None));
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(server.send(by(&server, Method::GET, &format!("{path}/sessions"), &other)).await.status, 404);

        let cancel = format!("/v1/manage/sessions/{}/cancel", days[1]);
        let dry = asked(&server, Method::POST, &cancel, &editor, json!({ "reason": "写错了", "dryRun": true }), 200).await;
        assert_eq!(dry["sessions"][0]["outcome"], "removed");
        assert_eq!(get(&server, &format!("{path}/sessions"), &editor).await["total"], 3, "it was only tried");
        asked(&server, Method::POST, &cancel, &editor, json!({ "reason": "写错了" }), 200).await;
        let left = get(&server, &format!("{path}/sessions"), &editor).await;
        assert_eq!(ids(&left), [days[0].clone(), days[2].clone()]);
        assert_eq!(ask(&server, Method::POST, &cancel, &editor, json!({ "reason": "又一次" })).await.status, 404);
        // What everybody sees is called off, not removed.
        let public = format!("{}/cancel", of_session("s"));
        let server = crate::signups::server(store, vec![stars("s", 5, json!({}))]).await;
        let editor = self::editor(&server).await;
        let off = asked(&server, Method::POST, &public, &editor, json!({ "reason": "台风" }), 200).await;
        assert_eq!(off["sessions"][0]["outcome"], "cancelled");
    }

    async fn sessions_follow_what_is_said_of_how_one_gets_in(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let mut body = whole();
        body.as_object_mut().unwrap().remove("admission");
        let (path, event) = created(&server, &editor, body).await;
        assert_eq!(problems(&event), ["admission missing"]);
        assert_eq!(warnings(&event), ["sessions noSessions"]);
        // Terms may be given before it is said that one signs up, or not.
        let made = add(&server, &path, &editor, json!({ "capacity": 5 })).await;
        assert_eq!(made["items"][0]["signupState"], "none");
        let later = hour(start() + TimeDelta::days(1));
        let with_rules = json!({ "sessions": [with(later, json!({ "rules": { "partyMax": 3 } }))] });
        asked(&server, Method::POST, &format!("{path}/sessions"), &editor, with_rules, 201).await;
        let walk_in = with(whole(), json!({ "admission": "walkIn", "version": 1 }));
        let event = asked(&server, Method::PUT, &path, &editor, walk_in, 200).await;
        assert_eq!(problems(&event), ["sessions[1].rules conflicting"]);
        assert_eq!(wrong(&server.send(by(&server, Method::POST, &format!("{path}/submit"), &editor)).await), ["sessions[1].rules conflicting"]);
        let event = asked(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 2 })), 200).await;
        assert_eq!(problems(&event), Vec::<String>::new());
        let sessions = get(&server, &format!("{path}/sessions"), &editor).await;
        let rules: Vec<_> = sessions["items"].as_array().unwrap().iter().map(|one| (one["signupState"].clone(), one["rules"]["partyMax"].clone())).collect();
        assert_eq!(rules, [(json!("open"), json!(1)), (json!("open"), json!(3))]);
        // An event that one signs up for has a session.
        let (path, event) = created(&server, &editor, whole()).await;
        assert_eq!((problems(&event), warnings(&event)), (vec!["sessions tooFew".to_owned()], Vec::new()));
        assert_eq!(wrong(&server.send(by(&server, Method::POST, &format!("{path}/submit"), &editor)).await), ["sessions tooFew"]);
        let (_, event) = created(&server, &editor, with(whole(), json!({ "admission": "walkIn", "period": { "from": "2026-12-01", "to": "2026-12-31" } }))).await;
        assert_eq!((problems(&event), warnings(&event)), (Vec::new(), Vec::new()));
    }

    async fn a_family_event_does_not_take_one_person_at_a_time_without_a_word(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let families: Term = serde_json::from_value(json!({
            "scheme": "audience", "code": "child_family", "name": { "zh-CN": "亲子" }, "source": { "text": "a test" },
        })).unwrap();
        server.running.db.write(|tx| save(tx, families.id().get(), &families, Existing::Keep)).unwrap();
        let (path, _) = created(&server, &editor, with(whole(), json!({ "audiences": ["child_family"] }))).await;
        let made = add(&server, &path, &editor, json!({})).await;
        let both = ["sessions[0].rules.partyMax partyOfOne", "sessions[0].rules.ageMin agesOpen"];
        assert_eq!(warnings(&made), both);
        assert_eq!(warnings(&get(&server, &path, &editor).await), both);
        let session = format!("/v1/manage/sessions/{}", made["items"][0]["id"].as_str().unwrap());
        let said = with(hour(start()), json!({ "version": 1, "rules": { "partyMax": 4, "ageMin": 6, "ageMax": 12 } }));
        asked(&server, Method::PUT, &session, &editor, said, 200).await;
        assert_eq!(warnings(&get(&server, &path, &editor).await), Vec::<String>::new());
    }

    async fn what_was_read_can_be_sent_back_and_all_unknown_fields_are_named_at_once(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, _) = created(&server, &editor, whole()).await;
        add(&server, &path, &editor, json!({ "capacity": 5, "rules": { "partyMax": 2 } })).await;
        let event = get(&server, &path, &editor).await;
        let same = asked(&server, Method::PUT, &path, &editor, event.clone(), 200).await;
        for (field, value) in event.as_object().unwrap() {
            if !["version", "updatedAt"].contains(&field.as_str()) {
                assert_eq!(&same[field], value, "{field}");
            }
        }
        let session = get(&server, &format!("{path}/sessions"), &editor).await["items"][0].clone();
        let at = format!("/v1/manage/sessions/{}", session["id"].as_str().unwrap());
        let session = get(&server, &at, &editor).await;
        let same = asked(&server, Method::PUT, &at, &editor, session.clone(), 200).await;
        for (field, value) in session.as_object().unwrap() {
            if field != "version" {
                assert_eq!(&same[field], value, "{field}");
            }
        }
        let strange = with(session, json!({ "version": 2, "room": 1, "titel": 2, "taken": 7 }));
        assert_eq!(wrong(&ask(&server, Method::PUT, &at, &editor, strange).await), ["room unknown", "titel unknown"]);
        let strange = with(event, json!({ "titel": 1, "agemin": 2 }));
        assert_eq!(wrong(&ask(&server, Method::PUT, &path, &editor, strange).await), ["agemin unknown", "titel unknown"]);
    }

    async fn a_place_may_grow_and_says_what_it_lacks(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let place = |place: Value| with(whole(), json!({ "admission": "walkIn", "place": place, "period": { "from": "2026-12-01", "to": "2026-12-31" } }));
        let (_, event) = created(&server, &editor, place(json!({ "name": "厅", "adcode": "440106" }))).await;
        assert_eq!((problems(&event), warnings(&event)), (vec!["place.address empty".to_owned()], vec!["place.lat noPosition".to_owned()]));
        let (_, event) = created(&server, &editor, place(json!({ "adcode": "440106", "lat": 23.1312, "lng": 113.3215 }))).await;
        assert_eq!((problems(&event), warnings(&event)), (vec!["place.name empty".to_owned(), "place.address empty".to_owned()], Vec::new()));
        assert_eq!((event["place"].get("name"), &event["place"]["lat"]), (None, &json!(23.1312)));
    }
}

#[actix_web::test]
async fn an_address_in_another_district_is_a_warning_that_names_both() {
    let server = Server::with(kepu::server::MiniPrograms::Simulated(([127, 0, 0, 1], 0).into())).await;
    let access = log_in(&server, "editor").await;
    let me = get(&server, "/v1/me", &access).await;
    let event = &server.json("/v1/events?limit=1").await["items"][0];
    let organisation: OrganisationId = event["organiser"]["id"].as_str().unwrap().parse().unwrap();
    let role = Role::Member(MemberRole::Editor, organisation);
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    server.running.db.write(|tx| roles::grant(tx, id, role)).unwrap();
    let place = |address: &str| {
        json!({ "title": "讲座", "place": {
            "name": "厅", "address": address, "adcode": "440106", "lat": 23.1312, "lng": 113.3215,
        } })
    };
    let (_, event) = created(&server, &access, place("广州市番禺区市桥街道1号")).await;
    let warning =
        event["warnings"].as_array().unwrap().iter().find(|one| one["code"] == "outsideDivision").unwrap();
    let message = warning["message"].as_str().unwrap();
    assert_eq!(warning["field"], "place.address");
    assert!(message.contains("番禺区") && message.contains("天河区"), "{message}");
    for right in ["广州市天河区天河路1号", "天河路1号", "广州市天河路1号"] {
        let (_, event) = created(&server, &access, place(right)).await;
        assert!(
            !warnings(&event).iter().any(|one| one.contains("outsideDivision")),
            "{right}: {}",
            event["warnings"]
        );
    }
}
