//! What the public sees, and what mirrors are told.

use kepu::db::publication;
use kepu::db::records::Stored;
use kepu::discovery::mirror::{Token, Walk};
use kepu::domain::bases::Base;
use kepu::domain::kinds::Kind;
use kepu::domain::publication::Publication;

use super::*;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::stores::redis_url;

/// The ids of events that a mirror is told of since its token, each with whether it is there; and its next token.
fn told(house: &mut House, token: Option<&Token>) -> (Vec<(i64, bool)>, Token) {
    house.feed.look().unwrap();
    let snapshot = house.live.now().unwrap();
    let walk = Walk::new(&snapshot, token, NOW).unwrap();
    let changed = walk.changes().filter(|changed| changed.kind == Kind::Event);
    let there = |id| snapshot.event(EventId::new(id).unwrap()).is_some();
    (changed.map(|changed| (changed.id, there(changed.id))).collect(), walk.next(0, None))
}

fn hide(house: &House, kind: Kind, id: i64, publication: Publication) {
    house.db.write(|tx| publication::set(tx, kind, id, publication)).unwrap();
}

fn suspend(house: &House, since: Option<&str>) {
    let since = since.map_or("NULL".to_owned(), |since| format!("'{since}'"));
    house.sql(&format!("UPDATE organisations SET suspended_at = {since} WHERE id = {}", org().get()));
    house.db.write(|tx| publication::reconsider(tx, org())).unwrap();
}

on_both_stores! {
    async fn a_mirror_loses_what_is_hidden_and_gets_it_back_whole(store: Store) {
        let mut house = House::new(store);
        let (first, token) = told(&mut house, None);
        assert_eq!(first, [(published(), true)]);
        hide(&house, Kind::Event, published(), Publication::TakenDown);
        let (gone, token) = told(&mut house, Some(&token));
        assert_eq!(gone, [(published(), false)]);
        hide(&house, Kind::Event, published(), Publication::Public);
        let (back, _) = told(&mut house, Some(&token));
        assert_eq!(back, [(published(), true)]);
        let snapshot = house.live.now().unwrap();
        assert_eq!(snapshot.event(EventId::from_slug("talk")).unwrap().sessions.len(), 1);
    }

    async fn nobody_is_told_of_what_was_never_published(store: Store) {
        let mut house = House::new(store);
        let (_, token) = told(&mut house, None);
        let draft = house.create(talk("secret")).unwrap();
        let draft = house.update(&draft, talk("still secret")).unwrap();
        // What was told before may be told again, while other transactions of the cluster are open.
        let of_it = |told: Vec<(i64, bool)>| told.into_iter().filter(|(id, _)| *id == draft.object).count();
        assert_eq!(of_it(told(&mut house, Some(&token)).0), 0);
        house.feed = Feed::load(house.db.clone(), house.live.clone(), Arc::new(house.clock.clone())).unwrap();
        assert_eq!(of_it(told(&mut house, Some(&token)).0), 0, "nor by a server that starts");
        house.submit(draft.object).unwrap();
        let item = house.waiting(draft.object);
        house.reviews.approve(by(&reviewer()), item.id, item.what.version, None).unwrap();
        let told = told(&mut house, Some(&token)).0;
        assert!(told.contains(&(draft.object, true)), "{told:?}");
    }

    async fn suspending_an_organisation_hides_all_it_has_until_it_is_lifted(store: Store) {
        let mut house = House::new(store);
        let museum = BaseId::from_slug("museum");
        suspend(&house, Some("2026-11-22 00:00:00"));
        assert!(!house.shows(published()));
        assert!(!house.live.now().unwrap().bases.contains_key(&museum));
        let hidden = house.db.read(|conn| Base::hidden_among(conn, &[museum.get(), 1])).unwrap();
        assert_eq!(hidden.into_iter().collect::<Vec<_>>(), [museum.get()]);
        assert_refused!(house.create(talk("more")).and_then(|draft| house.submit(draft.object)), Suspended);
        // A server that starts meanwhile shows as little.
        house.feed = Feed::load(house.db.clone(), house.live.clone(), Arc::new(house.clock.clone())).unwrap();
        assert!(!house.shows(published()));
        suspend(&house, None);
        assert!(house.shows(published()));
        assert!(house.live.now().unwrap().bases.contains_key(&museum));
    }

    async fn an_event_follows_the_place_of_a_base_that_is_hidden(store: Store) {
        let mut house = House::new(store);
        let spot = |house: &mut House| {
            house.feed.look().unwrap();
            let snapshot = house.live.now().unwrap();
            let event = snapshot.event(EventId::from_slug("talk")).unwrap();
            event.places.first().and_then(|place| place.spot).map(|spot| spot.position.lat())
        };
        assert_eq!(spot(&mut house), Some(23.1));
        hide(&house, Kind::Base, BaseId::from_slug("museum").get(), Publication::Archived);
        assert_eq!(spot(&mut house), Some(23.1), "it takes place all the same");
        house.feed = Feed::load(house.db.clone(), house.live.clone(), Arc::new(house.clock.clone())).unwrap();
        assert_eq!(spot(&mut house), Some(23.1));
        hide(&house, Kind::Base, BaseId::from_slug("museum").get(), Publication::Public);
        assert_eq!(spot(&mut house), Some(23.1));
    }
}

/// Two replicas over one PostgreSQL: what an authority takes down is gone on both, and comes back on both.
async fn both_follow(redis: Option<String>) {
    let fresh = Arc::new(Fresh::new(Store::Postgres, Holds::Seeds));
    let one = Server::over(fresh.clone(), redis.clone()).await;
    let two = Server::over(fresh, redis).await;
    let found = one.json("/v1/events?adcode=440106").await["items"][0]["id"].as_str().unwrap().to_owned();
    let id = found.parse::<EventId>().unwrap().get();
    let path = format!("/v1/events/{found}");
    one.running.db.write(|tx| persons::insert(tx, administrator().0)).unwrap();
    let reviews = &one.running.members.reviews;
    let both = async |status: u16| {
        for server in [&one, &two] {
            eventually("both show the same", async || {
                (server.get(&path).await.status == status).then_some(())
            })
            .await;
        }
    };
    both(200).await;
    reviews.take_down(by(&administrator()), Kind::Event, id, "核实").unwrap();
    both(404).await;
    reviews.restore(by(&administrator()), Kind::Event, id).unwrap();
    both(200).await;
    one.running.stop().await;
    two.running.stop().await;
}

#[actix_web::test]
async fn replicas_hide_what_is_taken_down() {
    both_follow(None).await;
}

#[actix_web::test]
async fn replicas_hide_what_is_taken_down_with_redis() {
    both_follow(Some(redis_url())).await;
}
