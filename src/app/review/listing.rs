//! What waits, and what was decided, page by page.

use chrono::{DateTime, Utc};

use super::super::Error;
use super::{Judged, Reviews, judged};
use crate::db::{AnyConn, review_items, sessions};
use crate::domain::ids::ReviewItemId;
use crate::domain::review::{Item, ItemKind, ItemState};

/// In which order what waits is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// What waits longest first.
    #[default]
    Oldest,
    /// The events that start first first, then all else.
    Soonest,
}

/// A place in a list: the number by which it is ordered, and the id of the item.
pub type Place = (i64, i64);

/// A page of a part of the queue.
#[derive(Debug)]
pub struct Listed {
    /// The items, each with its place.
    pub items: Vec<(Judged, Place)>,
    /// How many there are in all.
    pub total: i64,
}

/// A page in the order of time, each item with its place.
fn in_turn(
    conn: &mut AnyConn,
    wanted: &review_items::Wanted,
    waits: bool,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<(Item, Place)>, Error> {
    // What was decided last has the least number.
    let turned = |number: i64| if waits { Some(number) } else { number.checked_neg() };
    let after =
        after.and_then(|(number, id)| DateTime::from_timestamp_micros(turned(number)?).map(|at| (at, id)));
    let items = review_items::page(conn, wanted, after, limit)?;
    let place = |item: &Item| {
        let at = if waits { item.since } else { item.decided_at.unwrap_or(item.since) };
        (turned(at.timestamp_micros()).unwrap_or_default(), item.id.get())
    };
    let placed = |item: Item| {
        let place = place(&item);
        (item, place)
    };
    Ok(items.into_iter().map(placed).collect())
}

/// A page of what waits in the order in which events start, each item with its place. What waits in a part of the queue
/// is some thousands of items at most, so that all of them are put in order.
fn soonest(
    conn: &mut AnyConn,
    wanted: &review_items::Wanted,
    after: Option<Place>,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Vec<(Item, Place)>, Error> {
    let all = review_items::all(conn, wanted)?;
    let of_event =
        |(_, kind, object): &(ReviewItemId, ItemKind, i64)| (*kind == ItemKind::Event).then_some(*object);
    let events: Vec<i64> = all.iter().filter_map(of_event).collect();
    let coming = sessions::coming(conn, &events, now)?;
    let place = |one: &(ReviewItemId, ItemKind, i64)| {
        let start = of_event(one).and_then(|event| coming.get(&event)).map(|coming| coming.start);
        (start.map_or(i64::MAX, |start| start.timestamp_micros()), one.0)
    };
    let mut places: Vec<(i64, ReviewItemId)> = all.iter().map(place).collect();
    places.retain(|(number, id)| after.is_none_or(|after| (*number, id.get()) > after));
    places.sort_unstable();
    places.truncate(limit);
    let mut found = Vec::with_capacity(places.len());
    for (number, id) in places {
        found.extend(review_items::get(conn, id)?.map(|item| (item, (number, id.get()))));
    }
    Ok(found)
}

impl Reviews {
    /// A page of a part of the queue, and how much there is of it in all: of what waits in this order, of what was
    /// decided what was decided last first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn list(
        &self,
        wanted: &review_items::Wanted,
        order: Order,
        after: Option<Place>,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<Listed, Error> {
        self.db.snapshot(|conn| {
            let waits = wanted.state.is_none_or(|state| state == ItemState::Open);
            let found = if waits && order == Order::Soonest {
                soonest(conn, wanted, after, limit, now)?
            } else {
                in_turn(conn, wanted, waits, after, limit)?
            };
            let mut items = Vec::with_capacity(found.len());
            for (item, place) in found {
                items.push((judged(conn, item, now)?, place));
            }
            Ok(Listed { items, total: review_items::count(conn, wanted)? })
        })
    }
}
