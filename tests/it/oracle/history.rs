//! Other ways to the same catalogue: things come one by one in any order, once as something else, and what is older
//! than what is held comes again.

use kepu::discovery::Item;
use kepu::domain::ids::{EventId, SessionId};
use kepu::domain::record::Record;
use kepu::domain::sessions::Session;

use super::catalogue::World;
use super::chance::Chance;

/// A way to a catalogue.
pub fn of(world: &World, chance: &mut Chance) -> Vec<Item> {
    let mut items = world.items();
    items.extend(former(&world.organisations, chance).map(Item::Organisation));
    items.extend(former(&world.bases, chance).map(Item::Base));
    items.extend(former(&world.series, chance).map(Item::Series));
    items.extend(former(&world.campaigns, chance).map(Item::Campaign));
    items.extend(former(&world.routes, chance).map(Item::Route));
    items.extend(former(&world.resources, chance).map(Item::Resource));
    let events: Vec<_> = world.events.iter().map(|(event, _)| event.clone()).collect();
    let former_events: Vec<_> = former(&events, chance).collect();
    items.extend(former_events.into_iter().map(|event| {
        let sessions = former_sessions(world, EventId::new(event.id).unwrap(), chance);
        Item::Event(event, sessions)
    }));
    chance.shuffle(&mut items);
    items
}

/// Versions that came before: each what another of its kind is now.
fn former<T: Clone>(records: &[Record<T>], chance: &mut Chance) -> impl Iterator<Item = Record<T>> + use<T> {
    let mut before = Vec::new();
    for record in records {
        for _ in 0..chance.below(3) {
            let body = chance.one(records).body.clone();
            before.push(Record { version: record.version - 1, body, ..record.clone() });
        }
    }
    before.into_iter()
}

/// Sessions that an event had before: some of its own, and others that are gone.
fn former_sessions(world: &World, event: EventId, chance: &mut Chance) -> Vec<Session> {
    let all: Vec<_> = world.events.iter().flat_map(|(_, sessions)| sessions).collect();
    let mut sessions: Vec<_> = chance
        .some(0, 4, &all)
        .into_iter()
        .map(|session| Session {
            id: if session.event == event { session.id } else { gone(session.id, event) },
            event,
            ..Session::clone(session)
        })
        .collect();
    sessions.sort_by_key(|session| (session.start, session.id));
    sessions
}

/// An id that no session of the catalogue has.
fn gone(session: SessionId, event: EventId) -> SessionId {
    SessionId::from_slug(&format!("{event}:{session}"))
}
