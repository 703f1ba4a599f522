//! What is news: everything that happens to an organisation's things, once, and nothing that was there before.

use kepu::db::{seats, sessions};
use kepu::domain::events::EventStatus;
use kepu::domain::signups::seats::Seats;

use super::*;
use crate::support::catalogue::organisation;

fn statement(db: &Db, statement: &str) {
    use diesel::prelude::*;
    use kepu::db::{AnyConn, Error};
    let changed = db.write(|tx| {
        Ok::<_, Error>(match &mut **tx {
            AnyConn::Sqlite(conn) => diesel::sql_query(statement).execute(conn)?,
            AnyConn::Postgres(conn) => diesel::sql_query(statement).execute(conn)?,
        })
    });
    assert_eq!(changed.unwrap(), 1, "{statement}");
}

/// Changes a session, and says so as whoever changes one does.
fn change_session(post: &Post, slug: &str, set: &str) {
    statement(&post.db, &format!("UPDATE sessions SET {set} WHERE id = {}", session(slug).get()));
    post.db.write(|tx| sessions::touch_event(tx, EventId::from_slug("talk"))).unwrap();
}

fn move_seats(post: &Post, slug: &str, taken: i32) {
    let seats = Seats { capacity: None, taken, waiting: 0 };
    post.db.write(|tx| seats::count(tx, session(slug), seats, None)).unwrap();
}

fn words(post: &Post) -> Vec<(String, String)> {
    post.arrived().into_iter().map(|(what, id, _)| (what, id)).collect()
}

fn pair(what: &str, id: impl ToString) -> (String, String) {
    (what.to_owned(), id.to_string())
}

on_both_stores! {
    async fn what_happens_to_its_things_is_told_and_nothing_that_was_there(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        assert_eq!(post.look(), 0, "what was there is no news");
        post.write_event("talk", "talk");
        assert_eq!(post.look(), 0, "to be saved unchanged is none either");

        post.write_event("talk", "another title");
        change_session(&post, "talk:0", "status = 'cancelled'");
        post.write_event("show", "show");
        assert_eq!(post.look(), 3);
        change_session(&post, "talk:1", "end_at = '2026-11-27 12:00:00'");
        post.look();
        let mut off = event("talk", BaseId::from_slug("museum"));
        off.status = EventStatus::Cancelled;
        post.db.write(|tx| put_event(tx, "talk", &off, NOW + chrono::TimeDelta::days(1), 3)).unwrap();
        post.look();
        post.send().await;
        let mut told = words(&post);
        told.sort();
        let mut expected = vec![
            pair("event.changed", event_id("talk")),
            pair("session.cancelled", session("talk:0")),
            pair("event.published", event_id("show")),
            pair("session.changed", session("talk:1")),
            pair("event.cancelled", event_id("talk")),
            pair("session.added", session("talk:2")),
        ];
        expected.sort();
        assert_eq!(told, expected);
        assert!(post.states(webhook.id).iter().all(|state| *state == State::Delivered));
        let of_talk = post.arrived().into_iter().filter(|(_, id, _)| *id == event_id("talk"));
        let versions: Vec<i64> = of_talk.map(|(.., version)| version).collect();
        assert!(versions.is_sorted() && versions.len() == 2, "{versions:?}");
    }

    async fn bases_are_told_and_things_that_are_no_longer_its_own(store: Store) {
        let post = Post::open(store).await;
        post.endpoint();
        let mut museum = base("museum", 23.1, 113.3);
        museum.name.zh_cn = "renamed".to_owned();
        let mut talk = event("talk", BaseId::from_slug("museum"));
        talk.organisers[0].organisation = OrganisationId::from_slug("lab");
        post.db
            .write(|tx| {
                organisation(tx, "lab")?;
                put_base(tx, "museum", &museum)?;
                put_event(tx, "talk", &talk, NOW + chrono::TimeDelta::days(1), 2)
            })
            .unwrap();
        post.look();
        post.send().await;
        let mut told = words(&post);
        told.sort();
        let museum = pair("base.changed", BaseId::from_slug("museum"));
        assert_eq!(told, [museum, pair("event.withdrawn", event_id("talk"))]);
    }

    async fn several_endpoints_and_organisations_are_each_told_their_own(store: Store) {
        let post = Post::open(store).await;
        let (all, _) = post.endpoint();
        let (few, _) = post.endpoint_at(&post.receiver.url("/few"), &[What::SessionCancelled]);
        post.db.write(|tx| organisation(tx, "lab")).unwrap();
        let said = Said { name: None, address: post.receiver.url("/lab").as_str().into(), types: What::ALL.to_vec(), active: true };
        let (lab, _) = post.webhooks.create(editor(), OrganisationId::from_slug("lab"), &said, None).unwrap();
        post.write_event("talk", "another title");
        change_session(&post, "talk:0", "status = 'cancelled'");
        assert_eq!(post.look(), 3);
        let counts = [all.id, few.id, lab.id].map(|id| post.kept(id).len());
        assert_eq!(counts, [2, 1, 0]);
    }

    async fn seats_are_gathered_and_told_with_a_growing_version(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        post.look();
        for taken in 1..=3 {
            move_seats(&post, "talk:0", taken);
            post.look();
        }
        post.send().await;
        assert_eq!(post.receiver.taken().len(), 0, "they are gathered");
        seconds(&post, 5);
        post.send().await;
        move_seats(&post, "talk:0", 4);
        post.look();
        seconds(&post, 5);
        post.send().await;
        let told: Vec<_> = post.arrived();
        assert_eq!(told.len(), 2, "three at once are one: {told:?}");
        assert!(told[0].2 < told[1].2 && told.iter().all(|one| one.0 == "session.seats"));
        assert_eq!(post.kept(webhook.id).len(), 2);
        let body = post.receiver.taken()[0].json();
        assert_eq!(body["eventId"], event_id("talk"));
    }

    async fn who_starts_over_or_tells_beside_another_tells_nothing_twice(store: Store) {
        let post = Post::open(store).await;
        let (webhook, _) = post.endpoint();
        let other = || Teller::new(post.fresh.open(Arc::new(post.clock.clone())), Arc::new(post.clock.clone()));
        let mut late = other();
        late.look().unwrap();
        post.write_event("talk", "another title");
        move_seats(&post, "talk:0", 1);
        assert_eq!(post.look(), 2);
        assert_eq!((late.look().unwrap(), other().look().unwrap(), post.look()), (0, 0, 0));
        assert_eq!(post.kept(webhook.id).len(), 2);
    }

    async fn an_endpoint_made_later_is_told_of_nothing_that_was_told_before(store: Store) {
        let post = Post::open(store).await;
        let (first, _) = post.endpoint();
        post.write_event("talk", "another title");
        post.look();
        post.webhooks.remove(Actor::Operator, first.id).unwrap();
        post.write_event("talk", "a third title");
        assert_eq!(post.look(), 0);
        let (second, _) = post.endpoint();
        assert_eq!((post.look(), post.kept(second.id).len()), (0, 0));
        post.write_event("talk", "a fourth title");
        assert_eq!(post.look(), 1);
    }
}
