//! Finding what is news to organisations with endpoints, and noting it for each endpoint that wants to be told.
//!
//! The log of changes, which every change appends to in its own transaction, says which things to look at; the store keeps
//! what each organisation was told of last. Both together make this harmless to repeat, and let it be done after the change
//! and beside it: whoever signs up waits for none of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::db::changes::Change;
use crate::db::webhooks::deliveries::{self, New};
use crate::db::webhooks::seen;
use crate::db::webhooks::{Listening, listening};
use crate::db::{self, AnyConn, Tx};
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::domain::kinds::Kind;
use crate::domain::signups::seats::SeatCount;
use crate::domain::webhooks::news::{News, Thing, news};
use crate::domain::webhooks::{GATHERED, ObjectKind, What};

/// Things that may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    events: BTreeSet<i64>,
    bases: BTreeSet<i64>,
    series: BTreeSet<i64>,
}

impl Touched {
    /// What changes name, and the events of sessions whose seats moved.
    ///
    /// # Errors
    /// If the store fails.
    pub fn of(conn: &mut AnyConn, changes: &[Change], seats: &[SeatCount]) -> Result<Self, db::Error> {
        let mut touched = Self::default();
        for change in changes {
            match change.kind {
                Kind::Event => touched.events.insert(change.object_id),
                Kind::Base => touched.bases.insert(change.object_id),
                Kind::Series => touched.series.insert(change.object_id),
                _ => false,
            };
        }
        // Seats move by the thousand: only those of events that somebody is told of are looked at.
        let moved: BTreeSet<i64> = seats.iter().map(|count| count.event.get()).collect();
        touched.events.extend(seen::told_events(conn, &moved.into_iter().collect::<Vec<_>>())?);
        Ok(touched)
    }

    /// Whether there is nothing to look at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.bases.is_empty() && self.series.is_empty()
    }
}

/// What one thing, with its sessions, was to an organisation and is now.
struct Turn {
    organisation: OrganisationId,
    before: Vec<Thing>,
    after: Vec<Thing>,
}

impl Turn {
    /// What is to be noted: things that are new or differ, and things that are gone.
    fn differences(&self) -> (Vec<Thing>, Vec<Thing>) {
        let told = |thing: &&Thing| !self.before.iter().any(|before| thing.is_as_told(before));
        let key = |thing: &Thing| (thing.object.kind, thing.object.id);
        let gone = |thing: &&Thing| !self.after.iter().any(|after| key(after) == key(thing));
        (
            self.after.iter().filter(told).cloned().collect(),
            self.before.iter().filter(gone).cloned().collect(),
        )
    }
}

/// Whether there is anything to be noted about these things.
///
/// # Errors
/// If the store fails.
pub fn any(conn: &mut AnyConn, touched: &Touched, now: DateTime<Utc>) -> Result<bool, db::Error> {
    let listening = listening(conn)?;
    let differs = |turn: &Turn| {
        let (new, gone) = turn.differences();
        !new.is_empty() || !gone.is_empty()
    };
    Ok(turns(conn, touched, &listening, now)?.iter().any(differs))
}

/// Notes what is news about these things for every endpoint that wants to be told; says how much that is. All that was told
/// up to `low_water` is told then.
///
/// # Errors
/// If the store fails; then nothing is noted.
pub fn tell(tx: &mut Tx<'_>, touched: &Touched, low_water: i64) -> Result<usize, db::Error> {
    // Two replicas would tell everything twice.
    seen::take_turn(tx)?;
    let now = tx.now();
    let listening = listening(tx)?;
    let mut told = 0;
    for turn in turns(tx, touched, &listening, now)? {
        for news in news(&turn.before, &turn.after, now) {
            let wants =
                |one: &&Listening| one.organisation == turn.organisation && one.types.contains(&news.0);
            let endpoints = listening.iter().filter(wants).map(|one| one.webhook);
            told += note(tx, news, endpoints)?;
        }
        let (new, gone) = turn.differences();
        seen::remove(tx, turn.organisation, &gone)?;
        seen::put(tx, turn.organisation, &new)?;
    }
    seen::set_position(tx, low_water)?;
    Ok(told)
}

fn note(
    tx: &mut Tx<'_>,
    (what, object): News,
    endpoints: impl Iterator<Item = WebhookId>,
) -> Result<usize, db::Error> {
    let gathered = what == What::SessionSeats;
    let next_at = if gathered { tx.now() + GATHERED } else { tx.now() };
    let (mut fresh, mut told) = (Vec::new(), 0);
    for webhook in endpoints {
        let new = New { webhook, what, object, next_at };
        told += 1;
        if !(gathered && deliveries::gather(tx, &new)?) {
            fresh.push(new);
        }
    }
    deliveries::insert(tx, &fresh)?;
    Ok(told)
}

/// What these things were to each organisation with an endpoint, and are now.
fn turns(
    conn: &mut AnyConn,
    touched: &Touched,
    listening: &[Listening],
    now: DateTime<Utc>,
) -> Result<Vec<Turn>, db::Error> {
    let listen: BTreeSet<OrganisationId> = listening.iter().map(|one| one.organisation).collect();
    let ids = |ids: &BTreeSet<i64>| ids.iter().copied().collect::<Vec<_>>();
    let single = |(organisations, thing): (Vec<OrganisationId>, Thing)| (organisations, vec![thing]);
    let (events, bases, series) = (ids(&touched.events), ids(&touched.bases), ids(&touched.series));
    let present = [
        (ObjectKind::Event, seen::public_events(conn, &events, now)?),
        (ObjectKind::Base, seen::public_bases(conn, &bases)?.into_iter().map(single).collect()),
        (ObjectKind::Series, seen::public_series(conn, &series)?.into_iter().map(single).collect()),
    ];
    let before = [(ObjectKind::Event, &events), (ObjectKind::Base, &bases), (ObjectKind::Series, &series)];
    let mut turns: HashMap<(OrganisationId, ObjectKind, i64), Turn> = HashMap::new();
    let turn = |organisation| Turn { organisation, before: Vec::new(), after: Vec::new() };
    for (kind, ids) in before {
        for (organisation, thing) in seen::find(conn, kind, ids)? {
            let whole = thing.object.event.map_or(thing.object.id, |event| event.get());
            let place = turns.entry((organisation, kind, whole)).or_insert_with(|| turn(organisation));
            place.before.push(thing);
        }
    }
    for (kind, present) in present {
        for (organisations, things) in present {
            let Some(whole) = things.first().map(|thing| thing.object.id) else { continue };
            let organisations: BTreeSet<_> =
                organisations.into_iter().filter(|one| listen.contains(one)).collect();
            for organisation in organisations {
                let place = turns.entry((organisation, kind, whole)).or_insert_with(|| turn(organisation));
                place.after.clone_from(&things);
            }
        }
    }
    let mut turns: Vec<_> = turns.into_iter().collect();
    turns.sort_unstable_by_key(|(key, _)| *key);
    Ok(turns.into_iter().map(|(_, turn)| turn).collect())
}
