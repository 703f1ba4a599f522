//! Routes, as organisations write them.

use super::*;
use kepu::domain::ids::BaseId;

fn dome() -> String {
    BaseId::from_slug("dome").to_string()
}

/// A base of the organisation's own, drafted.
async fn tower(server: &Server, editor: &str) -> (String, String) {
    let tower = json!({
        "name": "塔", "description": "塔", "category": "science_museum", "booking": { "need": "none" },
        "place": { "name": "塔", "address": "天河路2号", "adcode": "440106", "lat": 23.12, "lng": 113.33 },
    });
    let (path, made) = written(server, "bases", editor, tower).await;
    (path, made["id"].as_str().unwrap().to_owned())
}

fn whole(second: &str) -> Value {
    json!({
        "name": "两站", "theme": "天文", "season": "全年", "days": 1, "durationMinutes": 200, "transport": "地铁",
        "stops": [{ "base": dome(), "day": 1, "stayMinutes": 90 }, { "base": second, "day": 1, "stayMinutes": 60 }],
    })
}

on_both_stores! {
    async fn a_route_waits_for_its_stops_and_is_published_changed_and_put_away(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, made) = written(&server, "routes", &editor, json!({ "days": 2 })).await;
        assert_eq!(lacking(&made), ["name", "theme", "durationMinutes", "stops"]);
        let (tower_path, tower) = tower(&server, &editor).await;
        let own = asked(&server, Method::PUT, &path, &editor, with(whole(&tower), json!({ "version": 1 })), 200).await;
        assert_eq!(lacking(&own), ["stops[1].base"], "it is not published yet");
        let preview = get(&server, &format!("{path}/preview"), &editor).await;
        assert_eq!((&preview["stops"][1]["base"]["name"], &preview["lengthBasis"]), (&json!("塔"), &json!("estimated")));
        let refused = server.send(by(&server, Method::POST, &format!("{path}/submit"), &editor)).await;
        assert_eq!(wrong(&refused), ["stops[1].base notPublished"]);
        publish(&server, ItemKind::Base, &tower_path, &editor, |_| true).await;
        let shown = publish(&server, ItemKind::Route, &path, &editor, |_| true).await;
        assert_eq!(timeless(preview), timeless(shown));
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(server.send(by(&server, Method::GET, &path, &other)).await.status, 403);

        let own = get(&server, &path, &editor).await;
        let own = asked(&server, Method::PUT, &path, &editor, with(own, json!({ "season": "秋" })), 200).await;
        assert_eq!(own["review"]["state"], "approved", "the season needs no review");
        public(&server, &path, |shown| shown["season"] == "秋").await;
        let stops = json!({ "stops": [{ "base": dome(), "stayMinutes": 30 }, { "base": { "id": tower, "name": "塔" }, "stayMinutes": 60 }] });
        let own = asked(&server, Method::PUT, &path, &editor, with(own, stops), 200).await;
        assert_eq!((&own["review"]["state"], &own["stops"][0]["day"]), (&json!("draft"), &json!(1)));
        publish(&server, ItemKind::Route, &path, &editor, |shown| shown["stops"][0]["stayMinutes"] == 30).await;
        asked(&server, Method::POST, &format!("{path}/archive"), &editor, json!({}), 200).await;
        hidden(&server, &path).await;
        publish(&server, ItemKind::Route, &path, &editor, |_| true).await;
    }

    async fn a_surveyed_way_is_as_long_as_its_points_and_lies_where_they_do(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (tower_path, tower) = tower(&server, &editor).await;
        publish(&server, ItemKind::Base, &tower_path, &editor, |_| true).await;
        let track = json!([{ "lat": 23.1, "lng": 113.3 }, { "lat": 23.11, "lng": 113.3 }, { "lat": 23.12, "lng": 113.33 }]);
        let legs = json!({ "crs": "bd09", "legs": [{ "mode": "walk", "minutes": 40, "points": track }] });
        let (path, made) = written(&server, "routes", &editor, with(whole(&tower), legs)).await;
        let metres = made["legs"][0]["lengthMetres"].as_f64().unwrap();
        assert!((4_300.0..4_500.0).contains(&metres), "1.1 km north and 3.3 km north-east: {metres}");
        assert_eq!((&made["crs"], &made["legs"][0]["points"]), (&json!("bd09"), &track));
        let shown = publish(&server, ItemKind::Route, &path, &editor, |_| true).await;
        assert_eq!((&shown["lengthBasis"], &shown["lengthMetres"]), (&json!("surveyed"), &json!(metres.round() as i64)));
        let public = format!("{}?crs=bd09", path.replace("/manage", ""));
        assert_eq!(server.json(&public).await["legs"][0]["points"], track);
        let own = get(&server, &path, &editor).await;
        let legs = json!({ "legs": [{ "mode": "bus" }] });
        let own = asked(&server, Method::PUT, &path, &editor, with(own, legs), 200).await;
        let estimated = get(&server, &format!("{path}/preview"), &editor).await;
        assert_eq!((&estimated["legs"][0]["mode"], &estimated["legs"][0]["basis"]), (&json!("bus"), &json!("estimated")));
        let wrong_legs = json!({ "days": 1, "legs": [{ "points": [{ "lat": 23.1, "lng": 113.3 }] }, {}],
            "stops": [{ "base": dome(), "day": 3, "stayMinutes": 9_999 }, { "base": tower, "stayMinutes": 1 }] });
        let own = asked(&server, Method::PUT, &path, &editor, with(own, wrong_legs), 200).await;
        assert_eq!(lacking(&own), ["legs", "stops[0].day", "stops[0].stayMinutes", "stops[1].day", "legs[0].points"]);
        let off = json!({ "legs": [{ "points": [{ "lat": 95.0, "lng": 0.0 }] }] });
        assert_eq!(wrong(&ask(&server, Method::PUT, &path, &editor, with(own, off)).await), ["legs[0].points[0].lat outOfRange"]);
    }

    async fn another_house_s_drafts_are_no_stops(store: Store) {
        let server = server(store, Vec::new()).await;
        let (editor, gardener) = (editor(&server).await, member(&server, "gardener", MemberRole::Editor, "garden").await);
        let (_, tower) = tower(&server, &editor).await;
        let refused = ask(&server, Method::POST, "/v1/manage/routes", &gardener, whole(&tower)).await;
        assert_eq!(wrong(&refused), ["stops[1].base noSuch"], "they are not told that it exists");
        written(&server, "routes", &gardener, whole(&dome())).await;
        let none = json!({ "stops": [{ "base": "dome", "stayMinutes": 1 }] });
        assert_eq!(wrong(&ask(&server, Method::POST, "/v1/manage/routes", &gardener, none).await), ["stops[0].base noSuch"]);
    }
}
