//! Bases, as organisations write them.

use super::*;
use kepu::app::review::Reviewer;
use kepu::db::records::Stored;
use kepu::domain::bases::Base;
use kepu::domain::ids::BaseId;
use kepu::domain::kinds::Kind;

use crate::support::catalogue::{base, put_base};

/// All that a base needs to be submitted, in Tianhe.
fn whole() -> Value {
    json!({
        "name": { "zh-CN": "天文馆", "en": "Observatory" }, "description": "天象厅与望远镜。", "category": "science_museum",
        "place": { "name": "天文馆", "address": "天河路1号", "adcode": "440106", "lat": 23.1312, "lng": 113.3215 },
        "hours": { "rule": "Mo-Su 09:00-17:00; PH 09:00-17:00", "note": "16:30停止入场" },
        "booking": { "need": "recommended", "text": "团体提前三天" }, "free": false,
        "price": { "amount": 30.0, "currency": "CNY", "concessions": [{ "who": "学生", "amount": 15.0 }] },
        "phone": "020-12345678", "accessibility": { "wheelchair": "yes" }, "facilities": ["天象厅"],
        "images": [{ "url": "https://example.org/a.webp", "alt": "圆顶", "width": 1200, "height": 800 }],
    })
}

on_both_stores! {
    async fn a_base_grows_is_published_changed_and_put_away(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, made) = written(&server, "bases", &editor, json!({ "name": "天文馆" })).await;
        assert_eq!((&made["review"]["state"], &made["publication"]), (&json!("draft"), &json!("draft")));
        assert_eq!(lacking(&made), ["description", "category", "place", "booking"]);
        let refused = server.send(by(&server, Method::POST, &format!("{path}/submit"), &editor)).await;
        assert_eq!(wrong(&refused), ["booking missing", "category missing", "description missing", "place missing"]);
        let other = member(&server, "other", MemberRole::Owner, "garden").await;
        assert_eq!(server.send(by(&server, Method::GET, &path, &other)).await.status, 404);
        hidden(&server, &path).await;

        let changed = asked(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 1 })), 200).await;
        assert_eq!((lacking(&changed).len(), &changed["version"], &changed["warnings"]), (0, &json!(2), &json!([])));
        for (field, value) in whole().as_object().unwrap() {
            assert_eq!(&changed[field], value, "{field}");
        }
        let stale = ask(&server, Method::PUT, &path, &editor, with(whole(), json!({ "version": 1 }))).await;
        assert_eq!((stale.status.as_u16(), &stale.json()["code"]), (409, &json!("versionConflict")));
        let preview = get(&server, &format!("{path}/preview"), &editor).await;
        let shown = publish(&server, ItemKind::Base, &path, &editor, |_| true).await;
        assert_eq!(timeless(preview), timeless(shown.clone()), "what was shown is what it became");
        assert_eq!((&shown["phone"], &shown["levels"]), (&json!("020-12345678"), &json!([])));
        assert_eq!(server.send(by(&server, Method::GET, &path, &other)).await.status, 403, "everybody knows of it now");

        let own = get(&server, &path, &editor).await;
        assert_eq!((&own["publication"], &own["review"]["state"]), (&json!("public"), &json!("approved")));
        let told = asked(&server, Method::PUT, &path, &editor, with(own, json!({ "phone": "020-87654321" })), 200).await;
        assert_eq!(told["review"]["state"], "approved", "a telephone number needs no review");
        public(&server, &path, |shown| shown["phone"] == "020-87654321").await;
        let renamed = asked(&server, Method::PUT, &path, &editor, with(told, json!({ "name": "新馆" })), 200).await;
        assert_eq!((&renamed["review"]["state"], &renamed["publication"]), (&json!("draft"), &json!("public")));
        assert_eq!(server.json(&path.replace("/manage", "")).await["name"], "天文馆", "until it is approved");
        publish(&server, ItemKind::Base, &path, &editor, |shown| shown["name"] == "新馆").await;

        let away = asked(&server, Method::POST, &format!("{path}/archive"), &editor, json!({}), 200).await;
        assert_eq!(away["publication"], "archived");
        hidden(&server, &path).await;
        publish(&server, ItemKind::Base, &path, &editor, |shown| shown["name"] == "新馆").await;
    }

    async fn my_bases_are_listed_copied_and_handed_in_together(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let (path, made) = written(&server, "bases", &editor, whole()).await;
        let duplicate = || {
            let request = by(&server, Method::POST, &format!("{path}/duplicate"), &editor);
            server.send(request.header("Idempotency-Key", "once"))
        };
        let copy = duplicate().await;
        assert_eq!(copy.status, 201, "{}", copy.text);
        let copy = copy.json();
        assert_eq!((&copy["name"], &copy["place"]), (&made["name"], &made["place"]));
        assert_ne!(copy["id"], made["id"]);
        assert_eq!(duplicate().await.json()["id"], copy["id"], "the same request again is one copy");
        let page = get(&server, "/v1/manage/bases?limit=2", &editor).await;
        assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(3), 2));
        let cursor = page["nextCursor"].as_str().unwrap();
        let rest = get(&server, &format!("/v1/manage/bases?limit=2&cursor={cursor}"), &editor).await;
        assert_eq!((rest["items"].as_array().unwrap().len(), rest.get("nextCursor")), (1, None));
        let (_, bare) = written(&server, "bases", &editor, json!({})).await;
        let ids = json!({ "ids": [made["id"], bare["id"]] });
        let refused = ask(&server, Method::POST, "/v1/manage/bases/submit", &editor, ids).await;
        let fields = ["booking", "category", "description", "name", "place"];
        assert_eq!(wrong(&refused), fields.map(|field| format!("ids[1].{field} missing")));
        let ids = json!({ "ids": [made["id"], copy["id"]] });
        let list = asked(&server, Method::POST, "/v1/manage/bases/submit", &editor, ids, 200).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        assert_eq!(get(&server, "/v1/manage/bases?state=submitted", &editor).await["total"], 2);
        let back = asked(&server, Method::POST, &format!("{path}/withdraw"), &editor, json!({}), 200).await;
        assert_eq!(back["review"]["state"], "draft");
    }

    async fn levels_are_not_for_authors_to_write(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let mut dome = serde_json::to_value(base("dome", 23.1, 113.3)).unwrap();
        dome["recognitions"] = json!([{ "level": "national", "body": { "zh-CN": "中国科协" }, "since": "2021" }]);
        let dome: Base = serde_json::from_value(dome).unwrap();
        server
            .running
            .db
            .write(|tx| {
                let level = json!({ "scheme": "level", "code": "national", "name": { "zh-CN": "国家级" },
                    "source": { "text": "a test" } });
                let level: kepu::domain::taxonomy::Term = serde_json::from_value(level).unwrap();
                app::catalogue::save(tx, level.id().get(), &level, app::catalogue::Existing::Keep)?;
                put_base(tx, "dome", &dome)
            })
            .unwrap();
        let path = format!("/v1/manage/bases/{}", BaseId::from_slug("dome"));
        let own = get(&server, &path, &editor).await;
        for field in ["levels", "recognitions", "closures", "source"] {
            let forged = with(own.clone(), json!({ field: [] }));
            assert_eq!(wrong(&ask(&server, Method::PUT, &path, &editor, forged).await), [format!("{field} unknown")]);
        }
        asked(&server, Method::PUT, &path, &editor, with(own, json!({ "phone": "020-1" })), 200).await;
        let shown = public(&server, &path, |shown| shown["phone"] == "020-1").await;
        assert_eq!(shown["levels"], json!([{ "level": "national", "body": "中国科协", "since": "2021" }]));
    }

    async fn a_base_that_changes_hands_is_written_by_its_new_house(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let gardener = member(&server, "gardener", MemberRole::Editor, "garden").await;
        let id = BaseId::from_slug("dome");
        let path = format!("/v1/manage/bases/{id}");
        let own = get(&server, &path, &editor).await;
        let submitted = with(own, json!({ "name": "大圆顶" }));
        asked(&server, Method::PUT, &path, &editor, submitted, 200).await;
        asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        let (db, members) = (&server.running.db, &server.running.members);
        let person = PersonId::from_slug("chief");
        db.write(|tx| persons::insert(tx, person)).unwrap();
        let chief = |division: &str| Roles(vec![Role::Authority(AuthorityRole::Administrator, division.parse().unwrap())]);
        let assign = |division: &str, to: &str| {
            let (roles, to) = (chief(division), OrganisationId::from_slug(to));
            members.reviews.assign(Reviewer { person, roles: &roles }, Kind::Base, id.get(), to, "移交")
        };
        assert!(matches!(assign("440300", "garden"), Err(app::Error::NotFound)), "beyond their division");
        assert!(matches!(assign("440100", "nobody"), Err(app::Error::Invalid(_))));
        assert!(matches!(assign("440100", "org"), Err(app::Error::NothingToDo)));
        assign("440100", "garden").unwrap();
        assert_eq!(server.send(by(&server, Method::GET, &path, &editor)).await.status, 403);
        let theirs = get(&server, &path, &gardener).await;
        assert_eq!((&theirs["name"], &theirs["review"]["state"]), (&json!("大圆顶"), &json!("draft")), "not in their name");
        let shown = public(&server, &path, |shown| shown["organisers"][0]["name"] == "garden").await;
        assert_eq!((&shown["name"], shown["organisers"].as_array().unwrap().len()), (&json!("dome"), 1));
        assert_eq!(get(&server, "/v1/manage/bases", &editor).await["total"], 0);
        assert_eq!(db.read(|conn| Base::get(conn, id.get())).unwrap().unwrap().body.organisers.len(), 1);
    }
}
