//! Bulletins issued past review.

use kepu::domain::time::rfc3339;

use super::*;

const PATH: &str = "/v1/admin/bulletins";

fn typhoon() -> Value {
    json!({
        "kind": "emergency", "severity": "severe", "title": { "zh-CN": "台风来了怎么办", "en": "What to do in a typhoon" },
        "text": "远离海边和广告牌，关好门窗。", "adcodes": ["440100"], "issuer": "市应急管理局",
        "links": [{ "title": "台风防御指南", "url": "https://example.org/typhoon" }],
        "eventIds": [EventId::from_slug("talk")], "reason": "气象台发布台风橙色预警",
    })
}

fn minutes(minutes: i64) -> String {
    rfc3339(NOW + TimeDelta::minutes(minutes)).to_string()
}

async fn shown(server: &Server, query: &str) -> Vec<Value> {
    server.json(&format!("/v1/bulletins?{query}")).await["items"].as_array().unwrap().clone()
}

async fn titles(server: &Server, query: &str, expected: &[&str]) {
    eventually(&format!("{query}: {expected:?}"), async || {
        let shown = shown(server, query).await;
        (shown.iter().map(|one| one["title"].as_str().unwrap()).eq(expected.iter().copied())).then_some(())
    })
    .await;
}

async fn issued(server: &Server, token: &str, body: Value) -> Value {
    asked(server, Method::POST, PATH, token, Some(body), 201).await
}

on_both_stores! {
    async fn a_bulletin_is_issued_once_shown_at_once_and_stands_on_record(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let send = async || {
            let request = server.client.post(server.url(PATH)).bearer_auth(&token);
            server.send(request.header("Idempotency-Key", "storm").json(&typhoon())).await
        };
        let (first, again) = (send().await, send().await);
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", first.text);
        assert_eq!(first.json(), again.json());
        let bulletin = first.json();
        assert_eq!((&bulletin["standing"], &bulletin["version"]), (&json!("current"), &json!(1)));
        titles(&server, "adcode=440106", &["台风来了怎么办"]).await;
        titles(&server, "adcode=440300", &[]).await;
        let one = shown(&server, "lang=en").await.remove(0);
        assert_eq!((&one["title"], &one["kind"], &one["severity"]), (&json!("What to do in a typhoon"), &json!("emergency"), &json!("severe")));
        assert_eq!(one["eventIds"], json!([EventId::from_slug("talk")]));
        let home = server.json("/v1/home?adcode=440106").await;
        assert_eq!(home["bulletins"][0]["id"], bulletin["id"]);
        let entry = noted(&server, "bulletin").await.remove(0);
        assert_eq!((&entry["action"], &entry["reason"], &entry["adcode"]), (&json!("bulletinIssued"), &json!("气象台发布台风橙色预警"), &json!("440100")));
        assert_eq!(get(&server, "/v1/review/items", &reviewer(&server, "440000")).await["total"], 0, "past review");
    }

    async fn only_administrators_of_all_that_it_concerns_issue_it(store: Store) {
        let server = served(store).await;
        let to = |adcodes: Value| but(typhoon(), json!({ "adcodes": adcodes }));
        for role in [over("440100", AuthorityRole::Reviewer), over("440300", AuthorityRole::Administrator), over("440106", AuthorityRole::Administrator), member(MemberRole::Owner, "org")] {
            assert_problem(&post(&server, PATH, &with(&server, role), typhoon()).await, 403, "forbidden");
        }
        let city = administrator(&server, "440100");
        for adcodes in [json!([]), json!(["440000"]), json!(["440106", "440300"])] {
            assert_problem(&post(&server, PATH, &city, to(adcodes)).await, 403, "forbidden");
        }
        let everybody = post(&server, PATH, &city, to(json!([]))).await.json();
        let told = &everybody["errors"][0];
        assert_eq!((&told["field"], &told["code"]), (&json!("adcodes"), &json!("missing")), "to everybody provinces issue");
        issued(&server, &city, to(json!(["440106"]))).await;
        let province = administrator(&server, "440000");
        let everybody = issued(&server, &province, to(json!([]))).await;
        let path = format!("{PATH}/{}", id(&everybody));
        assert_problem(&ask(&server, Method::GET, &path, &city, None).await, 404, "notFound");
        let reason = json!({ "reason": "x" });
        assert_problem(&post(&server, &format!("{path}/withdraw"), &city, reason).await, 404, "notFound");
        assert_eq!(get(&server, PATH, &city).await["total"], 1);
        assert_eq!(get(&server, PATH, &province).await["total"], 2);
    }

    async fn a_change_names_the_version_and_why(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let bulletin = issued(&server, &token, typhoon()).await;
        let path = format!("{PATH}/{}", id(&bulletin));
        let change = but(typhoon(), json!({ "version": 1, "severity": "extreme", "reason": "升级为红色预警" }));
        let done = put(&server, &path, &token, change.clone()).await;
        assert_eq!((done.status.as_u16(), &done.json()["version"]), (200, &json!(2)), "{}", done.text);
        assert_eq!(done.json()["validFrom"], bulletin["validFrom"], "it goes on since it began");
        assert_problem(&put(&server, &path, &token, change).await, 409, "versionConflict");
        eventually("it is worse now", async || {
            shown(&server, "").await.first().is_some_and(|bulletin| bulletin["severity"] == "extreme").then_some(())
        }).await;
        let entry = noted(&server, "bulletin").await.remove(0);
        assert_eq!((&entry["action"], &entry["reason"]), (&json!("bulletinChanged"), &json!("升级为红色预警")));
        let wider = but(typhoon(), json!({ "version": 2, "adcodes": ["440000"] }));
        assert_problem(&put(&server, &path, &token, wider).await, 403, "forbidden");
    }

    async fn one_that_is_taken_back_is_shown_no_more_and_one_that_had_not_begun_never(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let now = issued(&server, &token, but(typhoon(), json!({ "title": "现在" }))).await;
        let coming = issued(&server, &token, but(typhoon(), json!({ "title": "以后", "validFrom": minutes(5) }))).await;
        assert_eq!(coming["standing"], "coming");
        titles(&server, "", &["现在"]).await;
        server.clock.advance(TimeDelta::minutes(1));
        let back = async |bulletin: &Value| {
            post(&server, &format!("{PATH}/{}/withdraw", id(bulletin)), &token, json!({ "reason": "预警已解除" })).await
        };
        for bulletin in [&now, &coming] {
            let done = back(bulletin).await;
            assert_eq!((done.status.as_u16(), &done.json()["standing"]), (200, &json!("withdrawn")), "{}", done.text);
            assert_problem(&back(bulletin).await, 409, "nothingToDo");
        }
        titles(&server, "", &[]).await;
        server.clock.advance(TimeDelta::minutes(9));
        titles(&server, "", &[]).await;
        titles(&server, "status=ended", &["现在"]).await;
        assert!(shown(&server, "status=ended").await[0]["withdrawnAt"].is_string());
        let change = but(typhoon(), json!({ "version": 2 }));
        assert_problem(&put(&server, &format!("{PATH}/{}", id(&now)), &token, change).await, 409, "nothingToDo");
        let of = async |status: &str| get(&server, &format!("{PATH}?status={status}"), &token).await["total"].clone();
        assert_eq!((of("withdrawn").await, of("current").await), (json!(2), json!(0)));
    }

    async fn everything_that_is_wrong_is_told_at_once(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let unreadable = but(typhoon(), json!({
            "adcodes": ["440100", "x"], "validFrom": "soon", "eventIds": ["y"], "reason": " ",
        }));
        let refused = post(&server, PATH, &token, unreadable).await;
        assert_eq!(wrong(&refused), ["adcodes[1] malformed", "eventIds[0] noSuch", "reason empty", "validFrom malformed"]);
        let unlawful = but(typhoon(), json!({
            "title": "", "validTo": minutes(-1), "links": [{ "title": "更多", "url": "javascript:alert(1)" }],
        }));
        let refused = post(&server, PATH, &token, unlawful).await;
        assert_eq!(wrong(&refused).iter().map(|one| one.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>(), ["links[0].url", "title", "validFrom"]);
        let nowhere = but(typhoon(), json!({ "eventIds": ["01h2x7m9k4qpz"] }));
        assert_eq!(wrong(&post(&server, PATH, &token, nowhere).await), ["eventIds[0] noSuch"]);
    }
}
