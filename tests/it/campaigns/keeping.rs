//! Campaigns made, changed and seen.

use super::*;

async fn public(server: &Server, id: &str) -> Value {
    eventually("everybody sees it", async || {
        let answer = server.get(&format!("/v1/campaigns/{id}")).await;
        (answer.status == 200).then(|| answer.json())
    })
    .await
}

on_both_stores! {
    async fn a_campaign_is_made_once_and_everybody_sees_it(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let send = async || {
            let request = server.client.post(server.url("/v1/admin/campaigns")).bearer_auth(&token);
            server.send(request.header("Idempotency-Key", "once").json(&week())).await
        };
        let (first, again) = (send().await, send().await);
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", first.text);
        let campaign = first.json();
        assert_eq!(campaign, again.json());
        assert_eq!(first.header("location"), Some(kept(&campaign, "").as_str()));
        assert_eq!((&campaign["adcode"], &campaign["version"]), (&json!("440100"), &json!(1)));
        assert_eq!(campaign["editions"][0]["year"], 2026);
        assert_eq!(campaign["units"][0]["name"], "org", "named after the organisation");
        assert_eq!(campaign["units"][1]["required"], 1, "at least one event, as plans have it");

        let seen = public(&server, &id(&campaign)).await;
        assert_eq!((&seen["name"], &seen["type"]), (&json!("科普周"), &json!("themeWeek")));
        let expected = json!([{
            "id": edition(&campaign), "year": 2026, "from": "2026-11-23", "to": "2026-11-29", "confirmed": true,
        }]);
        assert_eq!(seen["editions"], expected);
        assert_eq!(seen["units"][2], json!({ "name": "市教育局", "role": "partner", "eventCount": 0 }));
        let entries = noted(&server, "campaign").await;
        assert_eq!(actions(&entries), ["campaignMade"]);
        assert_eq!(entries[0]["adcode"], "440100");
    }

    async fn a_change_names_the_version_that_was_read_and_is_seen_at_once(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let token = administrator(&server, "440100");
        let path = kept(&campaign, "");
        let changed = but(week(), json!({ "name": "广州科普周", "version": 1 }));
        let done = put(&server, &path, &token, changed.clone()).await;
        assert_eq!((done.status.as_u16(), &done.json()["version"]), (200, &json!(2)), "{}", done.text);
        assert_problem(&put(&server, &path, &token, changed.clone()).await, 409, "versionConflict");
        let same = put(&server, &path, &token, but(changed, json!({ "version": 2 }))).await;
        assert_eq!(same.json()["version"], 2, "nothing changed: {}", same.text);
        eventually("everybody reads the new name", async || {
            let seen = server.json(&format!("/v1/campaigns/{}", id(&campaign))).await;
            (seen["name"] == "广州科普周").then_some(())
        }).await;
        let entries = noted(&server, "campaign").await;
        assert_eq!(actions(&entries), ["campaignChanged", "campaignMade"]);
        assert!(entries[0]["after"].as_str().unwrap().contains("广州科普周"), "{}", entries[0]);
    }

    async fn administrators_of_the_division_or_above_keep_a_campaign(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let path = kept(&campaign, "");
        let change = |version: i64| but(week(), json!({ "version": version }));
        for role in [over("440300", AuthorityRole::Administrator), over("440106", AuthorityRole::Administrator), member(MemberRole::Owner, "org")] {
            let token = with(&server, role);
            assert_problem(&ask(&server, Method::GET, &path, &token, None).await, 403, "forbidden");
            assert_problem(&put(&server, &path, &token, change(1)).await, 403, "forbidden");
            assert_problem(&ask(&server, Method::GET, &format!("{path}/duties"), &token, None).await, 403, "forbidden");
        }
        let reads = reviewer(&server, "440100");
        assert_eq!(get(&server, &path, &reads).await["version"], 1);
        assert_problem(&put(&server, &path, &reads, change(1)).await, 403, "forbidden");
        assert_problem(&post(&server, "/v1/admin/campaigns", &reads, week()).await, 403, "forbidden");
        let elsewhere = administrator(&server, "440300");
        assert_problem(&post(&server, "/v1/admin/campaigns", &elsewhere, week()).await, 403, "forbidden");
        assert_eq!(get(&server, "/v1/admin/campaigns", &elsewhere).await["total"], 0);
        let province = administrator(&server, "440000");
        let moved = but(change(1), json!({ "adcode": "440300" }));
        assert_eq!(put(&server, &path, &province, moved).await.json()["adcode"], "440300");
        assert_eq!(get(&server, "/v1/admin/campaigns", &elsewhere).await["items"][0]["id"], campaign["id"]);
        let taken_back = put(&server, &path, &elsewhere, change(2)).await;
        assert_problem(&taken_back, 403, "forbidden");
    }

    async fn everything_that_is_wrong_is_told_at_once(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let body = but(week(), json!({
            "recurrence": { "rule": "FREQ=SOMETIMES", "durationDays": 1, "text": "不定期" },
            "editions": [
                { "from": "2027-05-29", "to": "2027-05-22" },
                { "from": "2027-06-01", "to": "2027-06-02", "year": 2030 },
            ],
            "units": [
                { "organisationId": OrganisationId::from_slug("org"), "role": "lead" },
                { "organisationId": OrganisationId::from_slug("org"), "role": "partner" },
                { "organisationId": "01h2x7m9k4qpz", "name": "无此单位", "role": "partner", "required": 1001 },
            ],
        }));
        let refused = post(&server, "/v1/admin/campaigns", &token, body).await;
        assert_eq!(wrong(&refused), [
            "editions[0].from inverted", "editions[1].year outOfRange", "recurrence.rule badRule",
            "units[1].organisationId repeated", "units[2].organisationId noSuch", "units[2].required outOfRange",
        ]);
        let unreadable = but(week(), json!({
            "adcode": "x", "editions": [{ "from": "soon", "to": "2027-05-22" }], "units": [{ "role": "lead" }],
        }));
        let refused = post(&server, "/v1/admin/campaigns", &token, unreadable).await;
        assert_eq!(wrong(&refused), ["adcode malformed", "editions[0].from malformed", "units[0].name missing"]);
        assert_eq!(server.json("/v1/campaigns").await["total"], 0);
    }

    async fn an_edition_stays_the_same_one_while_its_days_move(store: Store) {
        let server = served(store).await;
        let yearly = but(week(), json!({
            "editions": [],
            "recurrence": { "rule": "FREQ=YEARLY;BYMONTH=11;BYDAY=4MO", "durationDays": 7, "text": "每年11月" },
        }));
        let campaign = made(&server, yearly.clone()).await;
        let seen = public(&server, &id(&campaign)).await;
        let of_2026 = |editions: &Value| {
            editions.as_array().unwrap().iter().find(|one| one["year"] == 2026).cloned().unwrap()
        };
        let expected = of_2026(&seen["editions"]);
        assert_eq!((&expected["from"], &expected["confirmed"]), (&json!("2026-11-23"), &json!(false)));
        let token = administrator(&server, "440100");
        let change = async |version: i64, editions: Value| {
            let body = but(yearly.clone(), json!({ "version": version, "editions": editions }));
            put(&server, &kept(&campaign, ""), &token, body).await
        };
        let confirmed = change(1, json!([{ "from": "2026-11-24", "to": "2026-11-30" }])).await;
        let confirmed = of_2026(&confirmed.json()["editions"]);
        assert_eq!((&confirmed["id"], &confirmed["from"]), (&expected["id"], &json!("2026-11-24")), "it is that of the year");
        let moved = change(2, json!([{ "id": expected["id"], "from": "2026-12-01", "to": "2026-12-07", "slogan": "科学点亮生活" }])).await;
        assert_eq!(of_2026(&moved.json()["editions"])["id"], expected["id"]);
        eventually("everybody sees the new days", async || {
            let seen = of_2026(&public(&server, &id(&campaign)).await["editions"]);
            (seen["from"] == "2026-12-01" && seen["id"] == expected["id"] && seen["slogan"] == "科学点亮生活").then_some(())
        }).await;
        let unknown = change(3, json!([{ "id": "01h2x7m9k4qpz", "from": "2026-12-01", "to": "2026-12-07" }])).await;
        assert_eq!(wrong(&unknown), ["editions[0].id noSuch"]);
    }

    async fn what_events_take_part_in_is_not_removed(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let own = editor(&server, "lab");
        assert_eq!(propose(&server, &own, "lab talk", &edition(&campaign)).await.status, 200);
        let token = administrator(&server, "440100");
        let path = kept(&campaign, "");
        let change = |more: Value| but(but(week(), json!({ "version": 1 })), more);
        let elsewhen = change(json!({ "editions": [{ "from": "2027-05-22", "to": "2027-05-29" }] }));
        assert_problem(&put(&server, &path, &token, elsewhen.clone()).await, 409, "campaignInUse");
        assert_eq!(decide(&server, &reviewer(&server, "440100"), "approve").await.status, 200);
        assert_problem(&put(&server, &path, &token, elsewhen).await, 409, "campaignInUse");
        let without = change(json!({ "units": [week()["units"][0]] }));
        assert_problem(&put(&server, &path, &token, without).await, 409, "campaignInUse");
        let mut units = week()["units"].clone();
        units[1]["until"] = json!(2025);
        let ended = put(&server, &path, &token, change(json!({ "units": units }))).await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        eventually("who takes part no more is not shown", async || {
            (public(&server, &id(&campaign)).await["units"].as_array().unwrap().len() == 2).then_some(())
        }).await;
        let gone = json!({ "eventId": EventId::from_slug("lab talk"), "reason": "已延期" });
        asked(&server, Method::POST, &kept(&campaign, "/events/remove"), &token, Some(gone), 204).await;
        let elsewhen = but(week(), json!({ "version": 2, "editions": [{ "from": "2027-05-22", "to": "2027-05-29" }] }));
        assert_eq!(put(&server, &path, &token, elsewhen).await.status, 200);
    }
}
