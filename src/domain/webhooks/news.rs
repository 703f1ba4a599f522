//! What is news: the difference between what an organisation was told of last and what is public of its things now.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Object, ObjectKind, What};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::EventId;
use crate::domain::record::Record;
use crate::domain::sessions::Session;

/// A thing as it is told of: enough to see later whether it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What it is; a session has the version of its event.
    pub object: Object,
    /// A hash of what is said of it.
    pub digest: i64,
    /// Whether it is called off.
    pub cancelled: bool,
    /// When it is over, if it is a session.
    pub ends_at: Option<DateTime<Utc>>,
    /// The number under which its seats were moved last, if it is a session.
    pub seats: i64,
}

/// Something to be told, and what it is about.
pub type News = (What, Object);

impl Thing {
    /// A thing that a catalogue has by itself.
    pub fn of<T: Serialize>(kind: ObjectKind, record: &Record<T>) -> Self {
        let object = Object { kind, id: record.id, event: None, version: record.version };
        Self { object, digest: digest(&record.body), cancelled: false, ends_at: None, seats: 0 }
    }

    /// An event, then those of its sessions that are not over.
    pub fn of_event(event: &Record<Event>, sessions: &[Session], now: DateTime<Utc>) -> Vec<Self> {
        let cancelled = event.body.status == EventStatus::Cancelled;
        let whole = Self { cancelled, ..Self::of(ObjectKind::Event, event) };
        let to_come = sessions.iter().filter(|session| now < session.end);
        let session = |session: &Session| {
            let (id, of) = (session.id.get(), EventId::new(event.id));
            // Seats are told by themselves; that it was moved once is told by its times.
            let said = (session.start, session.end, &session.place, &session.signup, session.capacity);
            Self {
                object: Object { kind: ObjectKind::Session, id, event: of, version: event.version },
                digest: digest(&said),
                cancelled: session.status == EventStatus::Cancelled,
                ends_at: Some(session.end),
                seats: session.moved,
            }
        };
        std::iter::once(whole).chain(to_come.map(session)).collect()
    }

    fn is(&self, other: &Self) -> bool {
        (self.object.kind, self.object.id) == (other.object.kind, other.object.id)
    }

    /// Whether there is nothing to note when this stands in place of `before`.
    #[must_use]
    pub fn is_as_told(&self, before: &Self) -> bool {
        let unversioned =
            |thing: &Self| Self { object: Object { version: 0, ..thing.object }, ..thing.clone() };
        self.is(before) && unversioned(self) == unversioned(before)
    }
}

/// The first bits of a hash of what something is; the same in every version of this program that writes it alike.
fn digest(said: &impl Serialize) -> i64 {
    let text = serde_json::to_vec(said).unwrap_or_default();
    let hash = Sha256::digest(text);
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

/// What is to be told of a thing with its sessions at `now`: both lists hold the thing itself, if it is public, and its
/// sessions to come.
#[must_use]
pub fn news(before: &[Thing], after: &[Thing], now: DateTime<Utc>) -> Vec<News> {
    let whole =
        |things: &[Thing]| things.iter().find(|thing| thing.object.kind != ObjectKind::Session).cloned();
    match (whole(before), whole(after)) {
        (None, None) => Vec::new(),
        (None, Some(published)) => vec![(appeared(published.object.kind), published.object)],
        (Some(gone), None) => vec![(vanished(gone.object.kind), gone.object)],
        (Some(_), Some(_)) => {
            let mut told = Vec::new();
            for thing in after {
                match before.iter().find(|other| other.is(thing)) {
                    Some(before) => changed(before, thing, &mut told),
                    None => told.push((What::SessionAdded, thing.object)),
                }
            }
            let gone = before.iter().filter(|thing| !after.iter().any(|other| other.is(thing)));
            // What is over was not called off.
            let called_off =
                gone.filter(|thing| !thing.cancelled && thing.ends_at.is_some_and(|end| now < end));
            told.extend(called_off.map(|thing| (What::SessionCancelled, thing.object)));
            told
        }
    }
}

fn changed(before: &Thing, after: &Thing, told: &mut Vec<News>) {
    let (cancelled, changed) = match after.object.kind {
        ObjectKind::Session => (What::SessionCancelled, What::SessionChanged),
        kind => (vanishing(kind), altered(kind)),
    };
    if after.cancelled && !before.cancelled {
        told.push((cancelled, after.object));
    } else if after.digest != before.digest || after.cancelled != before.cancelled {
        told.push((changed, after.object));
    }
    if after.seats > before.seats {
        told.push((What::SessionSeats, Object { version: after.seats, ..after.object }));
    }
}

fn appeared(kind: ObjectKind) -> What {
    if kind == ObjectKind::Event { What::EventPublished } else { altered(kind) }
}

fn vanished(kind: ObjectKind) -> What {
    if kind == ObjectKind::Event { What::EventWithdrawn } else { altered(kind) }
}

fn vanishing(kind: ObjectKind) -> What {
    if kind == ObjectKind::Event { What::EventCancelled } else { altered(kind) }
}

fn altered(kind: ObjectKind) -> What {
    match kind {
        ObjectKind::Base => What::BaseChanged,
        ObjectKind::Series => What::SeriesChanged,
        ObjectKind::Event | ObjectKind::Session | ObjectKind::Webhook => What::EventChanged,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn event(version: i64) -> Thing {
        let object = Object { kind: ObjectKind::Event, id: 1, event: None, version };
        Thing { object, digest: 1, cancelled: false, ends_at: None, seats: 0 }
    }

    fn session(id: i64, version: i64) -> Thing {
        let object = Object { kind: ObjectKind::Session, id, event: EventId::new(1), version };
        Thing { object, digest: 1, cancelled: false, ends_at: Some(NOW + TimeDelta::hours(1)), seats: 4 }
    }

    fn told(before: &[Thing], after: &[Thing]) -> Vec<(What, i64, i64)> {
        let news = news(before, after, NOW);
        news.into_iter().map(|(what, object)| (what, object.id, object.version)).collect()
    }

    #[test]
    fn an_event_with_its_sessions_appears_and_vanishes_as_one() {
        let whole = [event(3), session(2, 3), session(4, 3)];
        assert_eq!(told(&[], &whole), [(What::EventPublished, 1, 3)]);
        assert_eq!(told(&whole, &[]), [(What::EventWithdrawn, 1, 3)]);
        assert!(told(&whole, &whole).is_empty());
        assert!(told(&[], &[]).is_empty());
    }

    #[test]
    fn each_difference_is_told_once() {
        let before = [event(3), session(2, 3), session(4, 3)];
        let moved = Thing { digest: 2, ..session(2, 4) };
        assert_eq!(told(&before, &[event(4), moved, session(4, 4)]), [(What::SessionChanged, 2, 4)]);
        let off = Thing { cancelled: true, ..session(2, 4) };
        assert_eq!(
            told(&before, &[Thing { digest: 2, ..event(4) }, off.clone(), session(4, 4), session(5, 4)]),
            [(What::EventChanged, 1, 4), (What::SessionCancelled, 2, 4), (What::SessionAdded, 5, 4)]
        );
        assert_eq!(told(&[event(4), off], &[event(5), session(2, 5)]), [(What::SessionChanged, 2, 5)]);
        let called_off = Thing { cancelled: true, digest: 2, ..event(4) };
        assert_eq!(told(&before[..1], &[called_off]), [(What::EventCancelled, 1, 4)]);
        assert_eq!(told(&before, &before[..2]), [(What::SessionCancelled, 4, 3)], "taken out");
    }

    #[test]
    fn what_is_over_is_not_called_off_and_seats_are_told_by_their_number() {
        let over = Thing { ends_at: Some(NOW), ..session(2, 3) };
        assert!(told(&[event(3), over], &[event(3)]).is_empty());
        let taken = Thing { seats: 9, ..session(2, 3) };
        assert_eq!(told(&[event(3), session(2, 3)], &[event(3), taken]), [(What::SessionSeats, 2, 9)]);
    }

    #[test]
    fn bases_and_series_have_one_word() {
        let base = |digest| {
            let object = Object { kind: ObjectKind::Base, id: 1, event: None, version: digest };
            Thing { object, digest, cancelled: false, ends_at: None, seats: 0 }
        };
        for (before, after) in
            [(vec![], vec![base(1)]), (vec![base(1)], vec![base(2)]), (vec![base(1)], vec![])]
        {
            let words: Vec<_> = told(&before, &after).into_iter().map(|(what, ..)| what).collect();
            assert_eq!(words, [What::BaseChanged]);
        }
    }
}
