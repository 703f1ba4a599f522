//! What many do at once: nothing is done twice, and nothing that one of them changed is lost.

use kepu::app::review::Reviewer;
use kepu::db::records::Stored;
use kepu::db::{participations, review_items};
use kepu::domain::audit::Actor;
use kepu::domain::events::Event;
use kepu::domain::ids::EditionId;
use kepu::domain::participations::ParticipationState;
use kepu::domain::review::ItemKind;
use kepu::domain::roles::{AuthorityRole, Roles};

use super::*;

/// Does the same many times at once; gives how each went.
fn at_once<T: Send + 'static>(work: Vec<Box<dyn FnOnce() -> T + Send>>) -> Vec<T> {
    let threads: Vec<_> = work.into_iter().map(std::thread::spawn).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

on_both_stores! {
    async fn one_event_proposed_by_many_at_once_waits_once(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        let edition: EditionId = edition(&campaign).parse().unwrap();
        let (talk, person) = (EventId::from_slug("talk"), somebody(&server, &[]).0);
        let propose = || {
            let campaigns = server.running.members.campaigns.clone();
            let by = Actor::Person(person);
            Box::new(move || campaigns.propose(by, talk, edition)) as Box<dyn FnOnce() -> _ + Send>
        };
        let done = at_once((0..8).map(|_| propose()).collect());
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        let (rows, item) = server.running.db.read(|conn| {
            let rows = participations::of_event(conn, talk)?;
            let item = review_items::open_of(conn, ItemKind::Campaign, rows[0].id.get())?;
            Ok::<_, kepu::db::Error>((rows, item))
        }).unwrap();
        assert_eq!((rows.len(), rows[0].version), (1, 1));
        assert_eq!(item.unwrap().what.version, 1);
    }

    async fn campaigns_that_come_at_once_are_all_kept_and_so_is_what_others_change(store: Store) {
        let server = served(store).await;
        let (talk, person) = (EventId::from_slug("talk"), somebody(&server, &[]).0);
        let mut work: Vec<Box<dyn FnOnce() -> Result<(), kepu::app::Error> + Send>> = Vec::new();
        for n in 0..6 {
            let campaign = made(&server, but(week(), json!({ "name": format!("科普周{n}") }))).await;
            let (of, edition) = (id(&campaign).parse::<CampaignId>().unwrap(), edition(&campaign).parse().unwrap());
            let campaigns = server.running.members.campaigns.clone();
            work.push(Box::new(move || {
                let roles = Roles(vec![over("440100", AuthorityRole::Administrator)]);
                campaigns.add(Reviewer { person, roles: &roles }, of, edition, talk)
            }));
            // Somebody else changes the same event meanwhile.
            let db = server.running.db.clone();
            work.push(Box::new(move || db.write(|tx| kepu::db::sessions::touch_event(tx, talk).map_err(Into::into))));
        }
        let done = at_once(work);
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        let record = server.running.db.read(|conn| Event::get(conn, talk.get())).unwrap().unwrap();
        assert_eq!(record.body.campaigns.len(), 6);
        let rows = server.running.db.read(|conn| participations::of_event(conn, talk)).unwrap();
        assert!(rows.len() == 6 && rows.iter().all(|row| row.state == ParticipationState::Confirmed));
    }

    async fn an_edition_is_not_removed_while_an_event_is_proposed_for_it(store: Store) {
        for round in 0..6 {
            let server = served(store).await;
            let campaign = made(&server, week()).await;
            let person = somebody(&server, &[]).0;
            let (of, one): (CampaignId, EditionId) = (id(&campaign).parse().unwrap(), edition(&campaign).parse().unwrap());
            let (proposes, changes) = (server.running.members.campaigns.clone(), server.running.members.campaigns.clone());
            let before = server.running.db.read(|conn| Campaign::get(conn, of.get())).unwrap().unwrap();
            let without = Campaign { editions: Vec::new(), ..before.body };
            let propose: Box<dyn FnOnce() -> bool + Send> = Box::new(move || {
                proposes.propose(Actor::Person(person), EventId::from_slug("talk"), one).is_ok()
            });
            let remove: Box<dyn FnOnce() -> bool + Send> =
                Box::new(move || changes.update(person, of, 1, without).is_ok());
            let work = if round % 2 == 0 { vec![propose, remove] } else { vec![remove, propose] };
            let done = at_once(work);
            assert_eq!(done.iter().filter(|done| **done).count(), 1, "either it is in there, or it is gone");
        }
    }
}
