//! The days on which a base is closed: at once, for everybody, whatever is being drafted of it.

use super::*;
use kepu::db::audit;
use kepu::domain::ids::BaseId;
use kepu::domain::time::day_of;

fn of_dome() -> String {
    format!("/v1/manage/bases/{}", BaseId::from_slug("dome"))
}

/// From today for three days.
fn repair() -> Value {
    let (from, to) = (day_of(NOW), day_of(NOW + TimeDelta::days(2)));
    json!({ "from": from, "to": to, "reason": "维修" })
}

/// Opens the dome round the clock; gives what its editor reads then.
async fn opened(server: &Server, editor: &str) -> Value {
    let own = get(server, &of_dome(), editor).await;
    let hours = json!({ "hours": { "rule": "24/7" } });
    let own = asked(server, Method::PUT, &of_dome(), editor, with(own, hours), 200).await;
    public(server, &of_dome(), |shown| shown["openNow"] == true).await;
    own
}

async fn close(server: &Server, editor: &str, closures: Value) -> Value {
    let path = format!("{}/closures", of_dome());
    let read = get(server, &path, editor).await;
    asked(server, Method::PUT, &path, editor, with(read, json!({ "closures": closures })), 200).await
}

on_both_stores! {
    async fn a_closure_shows_at_once_in_hours_and_lists_and_says_what_it_concerns(store: Store) {
        let server = server(store, vec![stars("late", 5, json!({}))]).await;
        let editor = editor(&server).await;
        opened(&server, &editor).await;
        let days = json!([{ "from": day_of(start()), "to": day_of(start()), "reason": { "zh-CN": "停电", "en": "No power" } }, repair()]);
        let closed = close(&server, &editor, days).await;
        assert_eq!(closed["closures"][0], repair(), "in order");
        let warned: Vec<&Value> = closed["warnings"].as_array().unwrap().iter().collect();
        let [.., last] = &warned[..] else { panic!("{closed}") };
        assert_eq!((&last["code"], &last["sessions"][0]["id"]), (&json!("sessionsWithin"), &json!(SessionId::from_slug("late"))));
        assert_eq!(last["sessions"][0]["event"]["title"], "stars");
        let shown = public(&server, &of_dome(), |shown| shown["openNow"] == false).await;
        assert_eq!((&shown["notice"]["text"], &shown["closures"][0]["reason"]), (&json!("维修"), &json!("维修")));
        assert_eq!(shown["hours"]["next7Days"][0]["open"], json!([]));
        let path = of_dome().replace("/manage", "");
        let hours = server.json(&format!("{path}/hours")).await;
        assert_eq!((&hours["items"][2]["open"], hours["items"][4]["open"].as_array().unwrap().len()), (&json!([]), 1));
        assert_eq!(server.json("/v1/bases?openNow=true").await["total"], 0);
        assert_eq!(server.json("/v1/bases").await["items"][0]["notice"]["text"], "维修");
        let late = server.json(&format!("/v1/sessions/{}", SessionId::from_slug("late"))).await;
        assert_eq!(late["status"], "scheduled", "nothing is called off by itself");
        let noted = server.running.db.read(|conn| {
            let filter = audit::Filter {
                divisions: vec!["440100".parse().unwrap()], from: None, to: None, actor: None,
                action: Some("closuresChanged"), kind: None, object: None, organisation: None,
            };
            audit::count(conn, &filter)
        });
        assert_eq!(noted.unwrap(), 1);
        close(&server, &editor, json!([])).await;
        public(&server, &of_dome(), |shown| shown["openNow"] == true && shown.get("notice").is_none()).await;
    }

    async fn closures_are_made_to_what_was_read_and_to_what_is_published(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/closures", of_dome());
        let read = get(&server, &path, &editor).await;
        let same = asked(&server, Method::PUT, &path, &editor, read.clone(), 200).await;
        assert_eq!(same, read, "what was read, sent back, changes nothing");
        asked(&server, Method::PUT, &path, &editor, with(read.clone(), json!({ "closures": [repair()] })), 200).await;
        let stale = ask(&server, Method::PUT, &path, &editor, read.clone()).await;
        assert_eq!((stale.status.as_u16(), &stale.json()["code"]), (409, &json!("versionConflict")));
        let version = get(&server, &path, &editor).await["version"].clone();
        let refused = json!({ "version": version, "closures": [
            { "from": "2026-12-05", "to": "2026-12-01", "reason": "反" }, { "from": "明天", "to": "2026-12-01", "reason": "x" },
        ] });
        let answer = ask(&server, Method::PUT, &path, &editor, refused).await;
        assert_eq!(wrong(&answer), ["closures[1].from malformed"]);
        let refused = json!({ "version": version, "closures": [{ "from": "2026-12-05", "to": "2026-12-01", "reason": " " }] });
        let answer = ask(&server, Method::PUT, &path, &editor, refused).await;
        assert_eq!(wrong(&answer), ["closures[0].from inverted", "closures[0].reason empty"]);
        let (draft, _) = written(&server, "bases", &editor, json!({ "name": "新馆" })).await;
        let never = json!({ "version": 1, "closures": [repair()] });
        let answer = ask(&server, Method::PUT, &format!("{draft}/closures"), &editor, never).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (409, &json!("nothingToDo")));
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(server.send(by(&server, Method::GET, &path, &other)).await.status, 403);
    }

    async fn no_draft_opens_again_what_was_closed_meanwhile(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let own = opened(&server, &editor).await;
        let change = json!({ "name": "圆顶", "hours": { "rule": "Mo-Su 00:00-24:00" } });
        asked(&server, Method::PUT, &of_dome(), &editor, with(own, change), 200).await;
        asked(&server, Method::POST, &format!("{}/submit", of_dome()), &editor, json!({}), 200).await;
        close(&server, &editor, json!([repair()])).await;
        public(&server, &of_dome(), |shown| shown["openNow"] == false).await;
        approve(&server, ItemKind::Base, &BaseId::from_slug("dome").to_string());
        let shown = public(&server, &of_dome(), |shown| shown["name"] == "圆顶").await;
        assert_eq!((&shown["openNow"], &shown["closures"][0]["reason"]), (&json!(false), &json!("维修")));
        let own = get(&server, &of_dome(), &editor).await;
        asked(&server, Method::PUT, &of_dome(), &editor, with(own, json!({ "hours": { "rule": "24/7" } })), 200).await;
        let shown = public(&server, &of_dome(), |shown| shown["hours"]["rule"] == "24/7").await;
        assert_eq!(shown["openNow"], false, "hours that are published at once open nothing either");
    }
}
