//! What comes first on the first screen.

use kepu::domain::time::rfc3339;

use super::*;

const PATH: &str = "/v1/admin/featured";

fn thing(kind: &str, id: impl ToString) -> Value {
    json!({ "kind": kind, "id": id.to_string() })
}

fn list(adcode: &str, version: i64, items: &[Value]) -> Value {
    json!({ "adcode": adcode, "version": version, "items": items })
}

async fn first(server: &Server, query: &str) -> Vec<String> {
    let home = server.json(&format!("/v1/home?{query}")).await;
    home["featured"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn comes_first(server: &Server, query: &str, expected: &[String]) {
    let what = format!("{query}: {expected:?}");
    eventually(&what, async || (first(server, query).await == expected).then_some(())).await;
}

fn talk() -> String {
    EventId::from_slug("talk").to_string()
}

fn museum() -> String {
    BaseId::from_slug("museum").to_string()
}

on_both_stores! {
    async fn an_authority_says_what_comes_first_and_the_list_is_replaced_whole(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        assert_eq!(get(&server, PATH, &token).await, json!({ "adcode": "440100", "items": [], "version": 0 }));
        let campaign = made(&server, week()).await;
        let items = [thing("base", museum()), thing("event", talk()), thing("campaign", id(&campaign))];
        eventually("the campaign is found", async || {
            (server.json("/v1/campaigns").await["total"] == 1).then_some(())
        }).await;
        let set = put(&server, PATH, &token, list("440100", 0, &items)).await;
        assert_eq!((set.status.as_u16(), &set.json()["version"]), (200, &json!(1)), "{}", set.text);
        comes_first(&server, "adcode=440100", &[museum(), talk(), id(&campaign)]).await;
        let home = server.json("/v1/home?adcode=440100").await;
        assert_eq!((&home["featured"][1]["kind"], &home["featured"][1]["title"]), (&json!("event"), &json!("talk")));
        let told = get(&server, PATH, &token).await;
        let shown: Vec<_> = told["items"].as_array().unwrap().iter().map(|one| (one["name"].clone(), one["shown"].clone())).collect();
        assert_eq!(shown, [(json!("museum"), json!(true)), (json!("talk"), json!(true)), (json!("科普周"), json!(true))]);
        assert_problem(&put(&server, PATH, &token, list("440100", 0, &items)).await, 409, "versionConflict");
        assert_eq!(put(&server, PATH, &token, list("440100", 1, &items[1..2])).await.json()["version"], 2);
        comes_first(&server, "adcode=440100", &[talk()]).await;
        let entries = noted(&server, "featured").await;
        assert_eq!(actions(&entries), ["featuredSet", "featuredSet"]);
        assert!(entries[0]["before"].as_str().unwrap().contains(&museum()), "{}", entries[0]);
    }

    async fn a_district_that_names_nothing_shows_what_the_city_or_the_province_names(store: Store) {
        let server = served(store).await;
        let province = administrator(&server, "440000");
        assert_eq!(put(&server, PATH, &province, list("440000", 0, &[thing("base", museum())])).await.status, 200);
        for query in ["adcode=440106", "adcode=440300", "adcode=440000", ""] {
            comes_first(&server, query, &[museum()]).await;
        }
        assert_eq!(put(&server, PATH, &province, list("440100", 0, &[thing("event", talk())])).await.status, 200);
        comes_first(&server, "adcode=440106", &[talk()]).await;
        comes_first(&server, "adcode=440300", &[museum()]).await;
        // Where nothing of the city's is there to see, the province's is.
        server.clock.advance(TimeDelta::days(4));
        comes_first(&server, "adcode=440106", &[museum()]).await;
    }

    async fn what_is_taken_down_falls_out_and_comes_back(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let items = [thing("event", talk()), thing("base", museum())];
        assert_eq!(put(&server, PATH, &token, list("440100", 0, &items)).await.status, 200);
        comes_first(&server, "adcode=440100", &[talk(), museum()]).await;
        let path = format!("/v1/admin/events/{}", talk());
        let down = json!({ "reason": "地址有误" });
        assert_eq!(post(&server, &format!("{path}/takedown"), &token, down).await.status, 200);
        comes_first(&server, "adcode=440100", &[museum()]).await;
        let told = get(&server, PATH, &token).await;
        assert_eq!(told["items"][0], json!({ "kind": "event", "id": talk(), "shown": false }));
        let kept = put(&server, PATH, &token, list("440100", 1, &[items[1].clone(), items[0].clone()])).await;
        assert_eq!(kept.status, 200, "what is in there may stay: {}", kept.text);
        asked(&server, Method::POST, &format!("{path}/restore"), &token, None, 200).await;
        comes_first(&server, "adcode=440100", &[museum(), talk()]).await;
    }

    async fn a_thing_comes_first_in_its_time_and_no_more_than_five_do(store: Store) {
        let server = served(store).await;
        let token = administrator(&server, "440100");
        let mut ids = Vec::new();
        server.running.db.write(|tx| {
            for n in 0..6 {
                let slug = format!("base {n}");
                put_base(tx, &slug, &base(&slug, 23.1, 113.3))?;
                ids.push(BaseId::from_slug(&slug).to_string());
            }
            Ok::<_, kepu::app::Error>(())
        }).unwrap();
        let hour = |n: i64| rfc3339(NOW + TimeDelta::hours(n)).to_string();
        let mut items: Vec<Value> = ids.iter().map(|id| thing("base", id)).collect();
        items[0]["from"] = json!(hour(1));
        items[1]["to"] = json!(hour(1));
        assert_eq!(put(&server, PATH, &token, list("440100", 0, &items)).await.status, 200);
        comes_first(&server, "adcode=440100", &ids[1..6]).await;
        server.clock.advance(TimeDelta::hours(1));
        let later: Vec<String> = [&ids[..1], &ids[2..6]].concat();
        comes_first(&server, "adcode=440100", &later).await;
    }

    async fn only_administrators_of_the_division_say_so_and_only_of_what_is_public(store: Store) {
        let server = served(store).await;
        let items = [thing("event", talk())];
        for role in [over("440100", AuthorityRole::Reviewer), over("440300", AuthorityRole::Administrator), over("440106", AuthorityRole::Administrator)] {
            let token = with(&server, role);
            assert_problem(&put(&server, PATH, &token, list("440100", 0, &items)).await, 403, "forbidden");
            assert_problem(&ask(&server, Method::GET, "/v1/admin/featured?adcode=440100", &token, None).await, 403, "forbidden");
        }
        let token = administrator(&server, "440100");
        let hour = |n: i64| rfc3339(NOW + TimeDelta::hours(n)).to_string();
        let unknown = thing("route", "01h2x7m9k4qpz");
        let backwards = but(thing("base", museum()), json!({ "from": hour(2), "to": hour(1) }));
        let refused = put(&server, PATH, &token, list("440100", 0, &[unknown, thing("series", "x")])).await;
        assert_eq!(wrong(&refused), ["items[1].id noSuch"]);
        let refused = put(&server, PATH, &token, list("440100", 0, &[thing("route", "01h2x7m9k4qpz")])).await;
        assert_eq!(wrong(&refused), ["items[0].id noSuch"]);
        let refused = put(&server, PATH, &token, list("440100", 0, &[backwards.clone(), backwards])).await;
        assert_eq!(wrong(&refused), ["items[0].from inverted", "items[1] repeated", "items[1].from inverted"]);
        let held = server.running.db.read(|conn| kepu::domain::featured::FeaturedList::get(conn, 440_100)).unwrap();
        assert_eq!(held, None);
    }

    async fn every_replica_that_starts_knows_what_comes_first(store: Store) {
        let fresh = town(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let list = serde_json::from_value(json!({ "adcode": "440100", "items": [thing("event", talk())] })).unwrap();
        let list: kepu::domain::featured::FeaturedList = list;
        db.write(|tx| save(tx, 440_100, &list, Existing::Keep)).unwrap();
        drop(db);
        let server = Server::simulated(Arc::new(fresh)).await;
        assert_eq!(first(&server, "adcode=440106").await, [talk()]);
    }
}
