//! Events proposed, decided on, added, taken out.

use kepu::domain::audit::Actor;
use kepu::domain::events::Event;

use super::*;

/// How an event stands in campaigns, as its author reads it.
async fn own(server: &Server, token: &str, slug: &str) -> Vec<(String, Option<String>)> {
    let event = get(server, &of_event(slug, ""), token).await;
    let campaigns = event["campaigns"].as_array().unwrap().iter();
    let reason = |one: &Value| one.get("reason").map(|reason| reason.as_str().unwrap().to_owned());
    campaigns.map(|one| (one["state"].as_str().unwrap().to_owned(), reason(one))).collect()
}

on_both_stores! {
    async fn a_proposal_waits_is_claimed_approved_and_shown(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let (mine, decides) = (editor(&server, "org"), reviewer(&server, "440100"));
        for _ in 0..2 {
            let proposed = propose(&server, &mine, "talk", &edition(&campaign)).await;
            assert_eq!(proposed.status, 200, "{}", proposed.text);
            let expected = json!([{
                "id": campaign["id"], "name": "科普周", "editionId": edition(&campaign), "year": 2026, "state": "proposed",
            }]);
            assert_eq!(proposed.json()["campaigns"], expected);
        }
        assert!(shown(&server, "talk").await.is_empty(), "not before somebody decided");
        let found = get(&server, &format!("/v1/review/items?kind=campaign&campaign={}", id(&campaign)), &decides).await;
        assert_eq!(found["total"], 1, "the same proposal twice waits once");
        let item = &found["items"][0];
        assert_eq!((&item["title"], &item["adcode"], &item["organisation"]["name"]), (&json!("talk"), &json!("440100"), &json!("org")));
        assert_eq!(waiting(&server, &reviewer(&server, "440300")).await.len(), 0);
        let path = format!("/v1/review/items/{}", id(item));
        let detail = get(&server, &path, &decides).await;
        assert_eq!(detail["proposal"], json!({
            "eventId": EventId::from_slug("talk"), "title": "talk", "campaignId": campaign["id"], "campaign": "科普周",
            "editionId": edition(&campaign), "year": 2026, "from": "2026-11-23", "to": "2026-11-29",
        }));
        let claimed = asked(&server, Method::POST, &format!("{path}/claim"), &decides, None, 200).await;
        assert_eq!(claimed["claim"]["mine"], true);
        let other = reviewer(&server, "440100");
        let version = json!({ "version": item["version"] });
        assert_problem(&post(&server, &format!("{path}/approve"), &other, version.clone()).await, 409, "claimed");
        assert_problem(&post(&server, &format!("{path}/approve"), &decides, json!({ "version": 9 })).await, 409, "changedSince");
        let done = post(&server, &format!("{path}/approve"), &decides, version).await;
        assert_eq!((done.status.as_u16(), &done.json()["state"]), (200, &json!("approved")), "{}", done.text);
        shows(&server, "talk", &["科普周"]).await;
        let list = server.json(&format!("/v1/events?campaign={}", id(&campaign))).await;
        assert_eq!(list["total"], 1);
        let seen = server.json(&format!("/v1/campaigns/{}", id(&campaign))).await;
        assert_eq!((&seen["eventCount"], &seen["units"][0]["eventCount"]), (&json!(1), &json!(1)));
        assert_eq!(own(&server, &mine, "talk").await, [("confirmed".to_owned(), None)]);
        assert_eq!(propose(&server, &mine, "talk", &edition(&campaign)).await.json()["campaigns"][0]["state"], "confirmed");
        assert_eq!(waiting(&server, &decides).await.len(), 0);
        assert_eq!(actions(&noted(&server, "event").await), ["participationConfirmed", "participationProposed"]);
    }

    async fn what_was_sent_back_says_why_and_is_proposed_anew(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let (mine, decides) = (editor(&server, "org"), reviewer(&server, "440100"));
        let proposed = async || assert_eq!(propose(&server, &mine, "talk", &edition(&campaign)).await.status, 200);
        proposed().await;
        let first = waiting(&server, &decides).await.remove(0);
        assert_eq!(decide(&server, &decides, "reject").await.json()["state"], "rejected");
        assert_eq!(own(&server, &mine, "talk").await, [("rejected".to_owned(), Some("与主题无关".to_owned()))]);
        proposed().await;
        let again = waiting(&server, &decides).await.remove(0);
        assert_ne!(again["version"], first["version"]);
        let back = of_event("talk", &format!("/campaigns/{}", edition(&campaign)));
        asked(&server, Method::DELETE, &back, &mine, None, 204).await;
        assert_eq!(own(&server, &mine, "talk").await, [("withdrawn".to_owned(), None)]);
        assert_eq!(waiting(&server, &decides).await.len(), 0);
        let late = post(&server, &format!("/v1/review/items/{}/approve", id(&again)), &decides, json!({ "version": again["version"] })).await;
        assert_problem(&late, 409, "changedSince");
        assert_problem(&ask(&server, Method::DELETE, &back, &mine, None).await, 404, "notFound");
        proposed().await;
        assert_eq!(decide(&server, &decides, "approve").await.status, 200);
        shows(&server, "talk", &["科普周"]).await;
        asked(&server, Method::DELETE, &back, &mine, None, 204).await;
        shows(&server, "talk", &[]).await;
    }

    async fn an_event_has_to_lie_within_the_days_of_the_edition(store: Store) {
        let server = served(store).await;
        let mine = editor(&server, "org");
        let editions = json!([{ "from": "2026-12-20", "to": "2026-12-27" }, { "from": "2027-11-24", "to": "2027-11-30" }]);
        let campaign = made(&server, but(week(), json!({ "editions": editions }))).await;
        for one in campaign["editions"].as_array().unwrap() {
            assert_problem(&propose(&server, &mine, "talk", &id(one)).await, 409, "outsideEdition");
        }
        assert_eq!(wrong(&propose(&server, &mine, "talk", "01h2x7m9k4qpz").await), ["editionId noSuch"]);
        assert_eq!(wrong(&propose(&server, &mine, "talk", "x").await), ["editionId noSuch"]);
        // The last of three days still lies within, by an hour of the venue's day.
        let last = made(&server, but(week(), json!({ "editions": [{ "from": "2026-11-27", "to": "2026-11-27" }] }))).await;
        assert_eq!(propose(&server, &mine, "talk", &edition(&last)).await.status, 200);
    }

    async fn an_exhibition_takes_part_by_its_period(store: Store) {
        let fresh = town(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        db.write(|tx| {
            let mut show = event("show", BaseId::from_slug("museum"));
            show.period = serde_json::from_value(json!({ "from": "2026-11-01", "to": "2026-11-23" })).unwrap();
            put_event(tx, "show", &show, NOW, 0)
        }).unwrap();
        drop(db);
        let server = Server::simulated(Arc::new(fresh)).await;
        let mine = editor(&server, "org");
        let campaign = made(&server, week()).await;
        assert_eq!(propose(&server, &mine, "show", &edition(&campaign)).await.status, 200, "their last day is its first");
        let later = made(&server, but(week(), json!({ "editions": [{ "from": "2026-11-24", "to": "2026-11-29" }] }))).await;
        assert_problem(&propose(&server, &mine, "show", &edition(&later)).await, 409, "outsideEdition");
    }

    async fn only_an_editor_of_the_event_proposes_it_and_nobody_decides_on_their_own(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        for role in [member(MemberRole::Owner, "lab"), member(MemberRole::Desk, "org"), over("440000", AuthorityRole::Administrator)] {
            let token = with(&server, role);
            assert_problem(&propose(&server, &token, "talk", &edition(&campaign)).await, 403, "forbidden");
        }
        let both = somebody(&server, &[member(MemberRole::Editor, "org"), over("440100", AuthorityRole::Reviewer)]).1;
        assert_eq!(propose(&server, &both, "talk", &edition(&campaign)).await.status, 200);
        assert_problem(&decide(&server, &both, "approve").await, 403, "ownSubmission");
        let cancelled = post(&server, &of_event("talk", "/cancel"), &both, json!({ "reason": "台风" })).await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.text);
        assert_problem(&decide(&server, &reviewer(&server, "440100"), "approve").await, 409, "nothingToDo");
        assert_eq!(decide(&server, &reviewer(&server, "440100"), "reject").await.status, 200);
    }

    async fn many_proposals_are_approved_in_one_call(store: Store) {
        let server = served(store).await;
        let one = made(&server, week()).await;
        let two = made(&server, but(week(), json!({ "name": "另一个科普周" }))).await;
        let decides = reviewer(&server, "440100");
        for (slug, organisation) in [("talk", "org"), ("lab talk", "lab")] {
            for campaign in [&one, &two] {
                let token = editor(&server, organisation);
                assert_eq!(propose(&server, &token, slug, &edition(campaign)).await.status, 200);
                server.clock.advance(TimeDelta::seconds(1));
            }
        }
        let mut items: Vec<Value> = waiting(&server, &decides).await.iter()
            .map(|item| json!({ "id": item["id"], "version": item["version"] })).collect();
        assert_eq!(items.len(), 4);
        items[2]["version"] = json!(7);
        let done = post(&server, "/v1/review/items/approve", &decides, json!({ "items": items })).await.json();
        let codes: Vec<_> = done["results"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
        assert_eq!(codes, [Value::Null, Value::Null, json!("changedSince"), Value::Null]);
        shows(&server, "talk", &["科普周", "另一个科普周"]).await;
        shows(&server, "lab talk", &["另一个科普周"]).await;
    }

    async fn an_authority_adds_an_event_and_takes_it_out(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let (decides, mine) = (reviewer(&server, "440100"), editor(&server, "org"));
        let talk = EventId::from_slug("talk");
        let body = json!({ "eventId": talk, "editionId": edition(&campaign) });
        let (add, remove) = (kept(&campaign, "/events"), kept(&campaign, "/events/remove"));
        assert_problem(&post(&server, &add, &reviewer(&server, "440300"), body.clone()).await, 403, "forbidden");
        assert_eq!(propose(&server, &mine, "talk", &edition(&campaign)).await.status, 200);
        for _ in 0..2 {
            let added = asked(&server, Method::POST, &add, &decides, Some(body.clone()), 200).await;
            assert_eq!((&added["state"], &added["title"]), (&json!("confirmed"), &json!("talk")));
        }
        assert_eq!(waiting(&server, &decides).await.len(), 0, "what was proposed waits no more");
        shows(&server, "talk", &["科普周"]).await;
        let list = get(&server, &format!("{add}?state=confirmed&edition={}", edition(&campaign)), &decides).await;
        assert_eq!((&list["total"], &list["items"][0]["eventId"]), (&json!(1), &json!(talk)));
        assert_eq!(get(&server, &format!("{add}?state=proposed"), &decides).await["total"], 0);
        let gone = json!({ "eventId": talk, "reason": "与主题无关" });
        asked(&server, Method::POST, &remove, &decides, Some(gone.clone()), 204).await;
        shows(&server, "talk", &[]).await;
        assert_eq!(own(&server, &mine, "talk").await, [("removed".to_owned(), Some("与主题无关".to_owned()))]);
        assert_problem(&post(&server, &remove, &decides, gone).await, 404, "notFound");
        let unknown = json!({ "eventId": "01h2x7m9k4qpz", "editionId": edition(&campaign) });
        assert_problem(&post(&server, &add, &decides, unknown).await, 404, "notFound");
        let entry = noted(&server, "event").await.remove(0);
        assert_eq!((&entry["action"], &entry["reason"]), (&json!("participationRemoved"), &json!("与主题无关")));
    }

    async fn what_is_elsewhere_is_added_only_if_it_was_proposed(store: Store) {
        let server = served(store).await;
        let elsewhere = administrator(&server, "440300");
        let campaign = but(week(), json!({ "adcode": "440300" }));
        let campaign = asked(&server, Method::POST, "/v1/admin/campaigns", &elsewhere, Some(campaign), 201).await;
        let body = json!({ "eventId": EventId::from_slug("talk"), "editionId": edition(&campaign) });
        let add = kept(&campaign, "/events");
        assert_problem(&post(&server, &add, &elsewhere, body.clone()).await, 404, "notFound");
        assert_eq!(propose(&server, &editor(&server, "org"), "talk", &edition(&campaign)).await.status, 200);
        assert_eq!(post(&server, &add, &elsewhere, body).await.status, 200);
    }

    async fn the_seeds_part_in_a_campaign_is_taken_away_too(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let campaign_id: CampaignId = id(&campaign).parse().unwrap();
        server.running.db.write(|tx| {
            let mut talk = event("talk", BaseId::from_slug("museum"));
            talk.campaigns = vec![campaign_id];
            put_event(tx, "talk", &talk, NOW, 0)
        }).unwrap();
        shows(&server, "talk", &["科普周"]).await;
        assert_eq!(own(&server, &editor(&server, "org"), "talk").await, [("confirmed".to_owned(), None)]);
        let gone = json!({ "eventId": EventId::from_slug("talk"), "reason": "有误" });
        asked(&server, Method::POST, &kept(&campaign, "/events/remove"), &reviewer(&server, "440100"), Some(gone), 204).await;
        shows(&server, "talk", &[]).await;
    }

    async fn a_draft_that_was_begun_before_does_not_undo_a_campaign(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let (mine, decides) = (editor(&server, "org"), reviewer(&server, "440100"));
        let read = get(&server, &of_event("talk", ""), &mine).await;
        let fields = ["title", "summary", "form", "topics", "audiences", "free", "mode", "admission", "base", "version"];
        let mut body: Value = fields.iter().map(|field| ((*field).to_owned(), read[*field].clone())).collect();
        body["title"] = json!("新的讲座");
        let drafted = put(&server, &of_event("talk", ""), &mine, body).await;
        assert_eq!((drafted.status.as_u16(), &drafted.json()["review"]["state"]), (200, &json!("draft")), "{}", drafted.text);
        assert_eq!(propose(&server, &mine, "talk", &edition(&campaign)).await.status, 200);
        assert_eq!(decide(&server, &decides, "approve").await.status, 200);
        shows(&server, "talk", &["科普周"]).await;
        asked(&server, Method::POST, &of_event("talk", "/submit"), &mine, None, 200).await;
        let item = get(&server, "/v1/review/items?kind=event", &decides).await["items"][0].clone();
        let approve = format!("/v1/review/items/{}/approve", id(&item));
        assert_eq!(post(&server, &approve, &decides, json!({ "version": item["version"] })).await.status, 200);
        eventually("the new title is shown", async || {
            let event = server.json(&format!("/v1/events/{}", EventId::from_slug("talk"))).await;
            (event["title"] == "新的讲座").then_some(())
        }).await;
        shows(&server, "talk", &["科普周"]).await;
    }

    async fn an_event_that_was_never_published_brings_its_campaign_along(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let (person, mine) = somebody(&server, &[member(MemberRole::Editor, "org")]);
        let decides = reviewer(&server, "440100");
        let drafts = &server.running.members.drafts;
        let org = OrganisationId::from_slug("org");
        let fields = kepu::domain::drafts::body::of(&{
            let mut fresh = event("fresh", BaseId::from_slug("museum"));
            fresh.period = serde_json::from_value(json!({ "from": "2026-11-25", "to": "2026-11-26" })).unwrap();
            fresh
        });
        let new = server.running.db.write(|tx| {
            let draft = drafts.create::<Event>(tx, Actor::Person(person), org, fields)?;
            drafts.submit::<Event>(tx, Actor::Person(person), draft.object)
        }).unwrap();
        let event = kepu::domain::ids::spell(new.object);
        let path = format!("/v1/manage/events/{event}/campaigns");
        let proposed = post(&server, &path, &mine, json!({ "editionId": edition(&campaign) })).await;
        assert_eq!(proposed.status, 200, "{}", proposed.text);
        assert_eq!(decide(&server, &decides, "approve").await.status, 200);
        assert_eq!(server.get(&format!("/v1/events/{event}")).await.status, 404, "it is still a draft");
        let item = get(&server, "/v1/review/items?kind=event", &decides).await["items"][0].clone();
        let approve = format!("/v1/review/items/{}/approve", id(&item));
        assert_eq!(post(&server, &approve, &decides, json!({ "version": item["version"] })).await.status, 200);
        eventually("it is shown with its campaign", async || {
            let answer = server.get(&format!("/v1/events/{event}")).await;
            (answer.status == 200 && answer.json()["campaigns"][0]["id"] == campaign["id"]).then_some(())
        }).await;
    }
}
