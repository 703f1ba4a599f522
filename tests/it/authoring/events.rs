//! Events, as organisations write them.

use super::*;

/// All that an event needs to be submitted, at a place in Tianhe.
pub(super) fn whole() -> Value {
    json!({
        "title": { "zh-CN": "甲虫王国", "en": "Beetles" }, "summary": "昆虫展", "form": "lecture", "topics": ["ocean"],
        "audiences": [], "ageMin": 6, "free": true, "mode": "onsite", "admission": "signup",
        "place": { "name": "社区中心", "address": "天河路1号", "adcode": "440106", "lat": 23.1312, "lng": 113.3215 },
        "speakers": [{ "role": "昆虫学家" }],
    })
}

pub(super) async fn created(server: &Server, editor: &str, body: Value) -> (String, Value) {
    let event = asked(server, Method::POST, "/v1/manage/events", editor, body, 201).await;
    (format!("/v1/manage/events/{}", event["id"].as_str().unwrap()), event)
}

on_both_stores! {
    async fn a_draft_grows_is_submitted_approved_and_public(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, event) = created(&server, &editor, json!({ "title": "甲虫王国" })).await;
        let id = event["id"].as_str().unwrap().to_owned();
        assert_eq!((&event["review"]["state"], &event["publication"]), (&json!("draft"), &json!("draft")));
        let missing: Vec<_> = event["problems"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        assert_eq!(missing, ["summary", "form", "topics", "audiences", "free", "mode", "admission"]);
        let refused = server.send(by(&server, Method::POST, &format!("{path}/submit"), &editor)).await;
        assert_eq!(wrong(&refused).len(), missing.len(), "{}", refused.text);
        let lan = log_in(&server, "lan").await;
        assert_eq!(server.send(by(&server, Method::GET, &path, &lan)).await.status, 403, "lan works nowhere");
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(server.send(by(&server, Method::GET, &path, &other)).await.status, 404);
        assert_eq!(server.get(&format!("/v1/events/{id}")).await.status, 404);

        let changed = asked(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 1 })), 200).await;
        assert_eq!((&changed["problems"][0]["field"], &changed["version"]), (&json!("sessions"), &json!(2)));
        for (field, value) in whole().as_object().unwrap() {
            if field != "place" {
                assert_eq!(&changed[field], value, "{field}");
            }
        }
        let stale = ask(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 1 }))).await;
        assert_eq!((stale.status.as_u16(), &stale.json()["code"]), (409, &json!("versionConflict")));
        let body = json!({ "sessions": [with(hour(start()), json!({ "capacity": 5 }))] });
        asked(&server, Method::POST, &format!("{path}/sessions"), &editor, body, 201).await;
        let preview = get(&server, &format!("{path}/preview?lang=en"), &editor).await;
        assert_eq!((&preview["title"], preview["sessions"].as_array().unwrap().len()), (&json!("Beetles"), 1));

        let submitted = asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        assert_eq!(submitted["review"]["state"], "submitted");
        let back = asked(&server, Method::POST, &format!("{path}/withdraw"), &editor, json!({}), 200).await;
        assert_eq!(back["review"]["state"], "draft");
        let many = json!({ "ids": [id.clone()] });
        let list = asked(&server, Method::POST, "/v1/manage/events/submit", &editor, many, 200).await;
        assert_eq!(list["items"][0]["review"]["state"], "submitted");
        approve(&server, ItemKind::Event, &id);
        eventually("everybody sees it with its session", || async {
            let shown = server.get(&format!("/v1/events/{id}")).await;
            (shown.status == 200 && shown.json()["sessions"][0]["capacity"] == 5).then_some(())
        })
        .await;
        let own = get(&server, &path, &editor).await;
        assert_eq!((&own["publication"], &own["review"]["state"]), (&json!("public"), &json!("approved")));
    }

    async fn my_events_are_listed_with_where_they_stand(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        for title in ["一", "二", "三"] {
            created(&server, &editor, json!({ "title": title })).await;
        }
        let all = get(&server, "/v1/manage/events?limit=2", &editor).await;
        assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&json!(4), 2));
        let cursor = all["nextCursor"].as_str().unwrap();
        let rest = get(&server, &format!("/v1/manage/events?limit=2&cursor={cursor}"), &editor).await;
        assert_eq!((rest["items"].as_array().unwrap().len(), rest.get("nextCursor")), (2, None));
        let drafts = get(&server, "/v1/manage/events?state=draft", &editor).await;
        assert_eq!(drafts["total"], 3);
        let approved = get(&server, "/v1/manage/events?state=approved", &editor).await;
        assert_eq!((&approved["total"], &approved["items"][0]["title"]), (&json!(1), &json!("stars")));
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(get(&server, "/v1/manage/events", &other).await["total"], 0);
    }

    async fn a_place_is_given_by_address_code_or_point(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let place = |place: Value| json!({ "title": "讲座", "mode": "onsite", "place": place });
        // The divisions of this store are called by their codes.
        let by_address = json!({ "name": "厅", "address": "440100市440106区天河路1号" });
        let (_, event) = created(&server, &editor, place(by_address)).await;
        assert_eq!(event["place"]["adcode"], "440106");
        let point = json!({ "name": "厅", "address": "天河路", "adcode": "440106", "lat": 23.1312, "lng": 113.3215 });
        let (path, event) = created(&server, &editor, place(point)).await;
        assert_eq!((&event["place"]["lat"], &event["crs"]), (&json!(23.1312), &json!("gcj02")));
        let other = get(&server, &format!("{path}?crs=wgs84"), &editor).await;
        let apart = other["place"]["lng"].as_f64().unwrap() - 113.3215;
        assert!((-0.007..-0.003).contains(&apart), "GCJ-02 lies east of WGS-84 here: {apart}");
        let half = json!({ "name": "厅", "address": "天河路", "adcode": "440106", "lat": 23.1 });
        let answer = ask(&server, Method::POST, "/v1/manage/events", &editor, place(half)).await;
        assert_eq!(wrong(&answer), ["place.lat incomplete"]);
        let nowhere = json!({ "name": "厅", "address": "某处" });
        let answer = ask(&server, Method::POST, "/v1/manage/events", &editor, place(nowhere)).await;
        assert_eq!(wrong(&answer), ["place.adcode missing"]);
    }

    async fn a_copy_says_the_same_and_takes_its_sessions_along(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, event) = created(&server, &editor, whole()).await;
        let body = json!({ "sessions": [with(hour(start()), json!({ "capacity": 5 }))] });
        asked(&server, Method::POST, &format!("{path}/sessions"), &editor, body, 201).await;
        let duplicate = || {
            let request = by(&server, Method::POST, &format!("{path}/duplicate"), &editor);
            server.send(request.header("Idempotency-Key", "once").json(&json!({ "daysLater": 7 })))
        };
        let copy = duplicate().await;
        assert_eq!(copy.status, 201, "{}", copy.text);
        let copy = copy.json();
        assert_ne!(copy["id"], event["id"]);
        assert_eq!((&copy["title"], &copy["sessionCount"]), (&event["title"], &json!(1)));
        assert_eq!(copy["nextStart"], json!(rfc3339(start() + TimeDelta::days(7))));
        assert_eq!(duplicate().await.json()["id"], copy["id"], "the same request again is one copy");
        server.clock.advance(TimeDelta::seconds(1));
        let plain = server.send(by(&server, Method::POST, &format!("{path}/duplicate"), &editor)).await;
        assert_eq!((plain.status.as_u16(), &plain.json()["sessionCount"]), (201, &json!(0)), "no body asks for no sessions: {}", plain.text);
    }

    async fn what_was_never_published_cannot_be_called_off_though_it_is_put_away(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, _) = created(&server, &editor, whole()).await;
        let away = asked(&server, Method::POST, &format!("{path}/archive"), &editor, json!({}), 200).await;
        assert_eq!(away["publication"], "archived");
        let refused = ask(&server, Method::POST, &format!("{path}/cancel"), &editor, json!({ "reason": "台风" })).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("nothingToDo")));
    }

    async fn who_signed_up_is_told_when_the_event_itself_moves(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, event) = created(&server, &editor, whole()).await;
        let id = event["id"].as_str().unwrap().to_owned();
        let body = json!({ "sessions": [with(hour(start()), json!({ "capacity": 5 }))] });
        let made = asked(&server, Method::POST, &format!("{path}/sessions"), &editor, body, 201).await;
        asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        approve(&server, ItemKind::Event, &id);
        let session = made["items"][0]["id"].as_str().unwrap();
        eventually("it is public", || async {
            (server.get(&format!("/v1/sessions/{session}")).await.status == 200).then_some(())
        })
        .await;
        let lan = log_in(&server, "lan").await;
        let signed = asked(&server, Method::POST, &format!("/v1/sessions/{session}/signups"), &lan, alone(), 201).await;
        assert_eq!(signed["status"], "confirmed");
        let mut moved = with(whole(), json!({ "version": get(&server, &path, &editor).await["version"] }));
        moved["place"]["name"] = "图书馆".into();
        let waiting = asked(&server, Method::PUT, &path, &editor, moved, 200).await;
        assert_eq!((&waiting["publication"], &waiting["review"]["state"]), (&json!("public"), &json!("draft")));
        assert!(told(&server, &lan).await.is_empty(), "nothing is changed yet");
        asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        approve(&server, ItemKind::Event, &id);
        let told = told(&server, &lan).await;
        assert_eq!(purposes(&told), ["changed"]);
        assert_eq!(told[0]["change"], json!({ "oldPlace": "社区中心", "newPlace": "图书馆" }));
    }
}

#[actix_web::test]
async fn a_point_in_another_district_is_a_warning_that_names_both() {
    let server = Server::with(kepu::server::MiniPrograms::Simulated(([127, 0, 0, 1], 0).into())).await;
    let access = log_in(&server, "editor").await;
    let me = get(&server, "/v1/me", &access).await;
    let event = &server.json("/v1/events?limit=1").await["items"][0];
    let organisation: OrganisationId = event["organiser"]["id"].as_str().unwrap().parse().unwrap();
    let role = Role::Member(MemberRole::Editor, organisation);
    server
        .running
        .db
        .write(|tx| roles::grant(tx, me["id"].as_str().unwrap().parse().unwrap(), role))
        .unwrap();
    // Canton Tower stands in Haizhu.
    let place = |adcode: &str| {
        json!({ "title": "讲座", "place": {
            "name": "广州塔", "address": "阅江西路222号", "adcode": adcode, "lat": 23.1066, "lng": 113.3245,
        } })
    };
    let (_, event) = created(&server, &access, place("440106")).await;
    let warning = &event["warnings"][0];
    assert_eq!((&warning["field"], &warning["code"]), (&json!("place.adcode"), &json!("outsideDivision")));
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("海珠区") && message.contains("天河区"), "{message}");
    let far = json!({ "title": "讲座", "place": {
        "name": "天安门", "address": "东长安街", "adcode": "440106", "lat": 39.9042, "lng": 116.4074,
    } });
    let (_, event) = created(&server, &access, far).await;
    assert_eq!(event["warnings"][0]["code"], "outsideDivision");
    for right in ["440105", "440100"] {
        let (_, event) = created(&server, &access, place(right)).await;
        let warnings = event["warnings"].as_array().unwrap();
        assert!(warnings.iter().all(|one| one["code"] != "outsideDivision"), "{right}: {warnings:?}");
    }
}
