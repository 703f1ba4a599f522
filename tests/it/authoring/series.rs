//! Lecture series, as organisations write them, and what a suspension does to all that they wrote.

use super::*;
use kepu::domain::ids::BaseId;

fn whole() -> Value {
    json!({
        "name": { "zh-CN": "江边讲堂", "en": "By the river" }, "summary": "每期一位科学家。", "frequency": "每月一期",
        "since": "2024-03", "topics": ["ocean"], "tags": ["院士"], "base": BaseId::from_slug("dome"),
        "cover": { "url": "https://example.org/a.webp", "alt": "讲台", "width": 1200, "height": 800 },
    })
}

on_both_stores! {
    async fn a_series_is_published_joined_changed_and_put_away(store: Store) {
        let server = server(store, vec![stars("tonight", 5, json!({}))]).await;
        let editor = editor(&server).await;
        let (path, made) = written(&server, "series", &editor, json!({ "tags": ["院士"] })).await;
        assert_eq!(lacking(&made), ["name", "summary"]);
        let bad = with(whole(), json!({ "version": 1, "since": "去年", "base": "x" }));
        assert_eq!(wrong(&ask(&server, Method::PUT, &path, &editor, bad).await), ["base noSuch", "since malformed"]);
        let own = asked(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 1 })), 200).await;
        for (field, value) in whole().as_object().unwrap() {
            assert_eq!(&own[field], value, "{field}");
        }
        let preview = get(&server, &format!("{path}/preview"), &editor).await;
        let shown = publish(&server, ItemKind::Series, &path, &editor, |_| true).await;
        assert_eq!(timeless(preview), timeless(shown.clone()));
        assert_eq!((&shown["lectureCount"], &shown["base"]["name"]), (&json!(0), &json!("dome")));
        let stars = get(&server, &of_event("stars"), &editor).await;
        let joined = with(stars, json!({ "series": made["id"] }));
        asked(&server, Method::PUT, &of_event("stars"), &editor, joined, 200).await;
        publish(&server, ItemKind::Event, &of_event("stars"), &editor, |_| true).await;
        let shown = public(&server, &path, |shown| shown["lectureCount"] == 1).await;
        assert_eq!(shown["nextLecture"]["title"], "stars");
        let own = get(&server, &path, &editor).await;
        let own = asked(&server, Method::PUT, &path, &editor, with(own, json!({ "frequency": "每周" })), 200).await;
        assert_eq!(own["review"]["state"], "approved");
        public(&server, &path, |shown| shown["frequency"] == "每周").await;
        let own = asked(&server, Method::PUT, &path, &editor, with(own, json!({ "name": "海边讲堂" })), 200).await;
        assert_eq!(own["review"]["state"], "draft");
        publish(&server, ItemKind::Series, &path, &editor, |shown| shown["name"] == "海边讲堂").await;
        asked(&server, Method::POST, &format!("{path}/archive"), &editor, json!({}), 200).await;
        hidden(&server, &path).await;
        assert_eq!(server.get(&of_event("stars").replace("/manage", "")).await.status, 200, "its lectures stay");
    }

    async fn what_a_suspended_house_wrote_leaves_at_once_and_comes_back_whole(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (series, _) = written(&server, "series", &editor, whole()).await;
        publish(&server, ItemKind::Series, &series, &editor, |_| true).await;
        let dome = BaseId::from_slug("dome");
        let stops = json!([{ "base": dome, "stayMinutes": 60 }, { "base": dome, "stayMinutes": 60 }]);
        let route = json!({ "name": "两站", "theme": "天文", "days": 1, "durationMinutes": 200, "stops": stops });
        let (route, _) = written(&server, "routes", &editor, route).await;
        publish(&server, ItemKind::Route, &route, &editor, |_| true).await;
        let all = [series, route, format!("/v1/manage/bases/{dome}")].map(|path| path.replace("/manage", ""));
        let mut before = Vec::new();
        for path in &all {
            before.push(server.json(path).await);
        }
        let (members, person) = (&server.running.members, PersonId::from_slug("reviewer"));
        let organisation = OrganisationId::from_slug("org");
        members.organisations.suspend(person, organisation, "核实中").unwrap();
        for path in &all {
            hidden(&server, path).await;
        }
        let own = get(&server, "/v1/manage/routes", &editor).await;
        assert_eq!(own["total"], 1, "its editors go on reading");
        let refused = ask(&server, Method::POST, "/v1/manage/series", &editor, whole()).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("organisationSuspended")));
        members.organisations.restore(person, organisation, "已核实").unwrap();
        for (path, before) in all.iter().zip(before) {
            assert_eq!(public(&server, path, |_| true).await, before, "as it was");
        }
    }
}
