//! What organisations with endpoints were told of last, thing by thing; and up to where in the log of changes.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::db::Tx;
use crate::db::connection::AnyConn;
use crate::db::dialect::each;
use crate::db::error::Error;
use crate::db::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT, Stored};
use crate::db::schema::{bases, events, series, webhook_position, webhook_seen as seen};
use crate::db::sessions;
use crate::domain::bases::Base;
use crate::domain::events::Event;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::record::Record;
use crate::domain::series::Series;
use crate::domain::webhooks::news::Thing;
use crate::domain::webhooks::{Object, ObjectKind};

#[derive(Queryable, Selectable)]
#[diesel(table_name = seen)]
struct Row {
    organisation_id: i64,
    kind: String,
    object_id: i64,
    event_id: Option<i64>,
    version: i64,
    digest: i64,
    cancelled: bool,
    ends_at: Option<NaiveDateTime>,
    seats: i64,
}

impl Row {
    fn thing(self) -> Option<(OrganisationId, Thing)> {
        let object = Object {
            kind: ObjectKind::from_name(&self.kind)?,
            id: self.object_id,
            event: self.event_id.and_then(EventId::new),
            version: self.version,
        };
        let ends_at = self.ends_at.map(|at| at.and_utc());
        let thing =
            Thing { object, digest: self.digest, cancelled: self.cancelled, ends_at, seats: self.seats };
        Some((OrganisationId::new(self.organisation_id)?, thing))
    }
}

/// What organisations were told of these things last; of an event with its sessions.
pub fn find(
    conn: &mut AnyConn,
    kind: ObjectKind,
    ids: &[i64],
) -> Result<Vec<(OrganisationId, Thing)>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let things = seen::table.filter(seen::kind.eq(kind.name()).and(seen::object_id.eq_any(ids)));
        found.extend(things.select(Row::as_select()).load(conn)?.into_iter().filter_map(Row::thing));
        if kind == ObjectKind::Event {
            let sessions = seen::table.filter(seen::event_id.eq_any(ids));
            found.extend(sessions.select(Row::as_select()).load(conn)?.into_iter().filter_map(Row::thing));
        }
    }
    Ok(found)
}

/// Which of these events organisations were told of.
pub fn told_events(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let events =
            seen::table.filter(seen::kind.eq(ObjectKind::Event.name()).and(seen::object_id.eq_any(ids)));
        found.extend(events.select(seen::object_id).distinct().load::<i64>(conn)?);
    }
    Ok(found)
}

/// Notes what an organisation is told of these things.
pub fn put(tx: &mut Tx<'_>, organisation: OrganisationId, things: &[Thing]) -> Result<(), Error> {
    let row = |thing: &Thing| {
        (
            seen::organisation_id.eq(organisation.get()),
            seen::kind.eq(thing.object.kind.name()),
            seen::object_id.eq(thing.object.id),
            seen::event_id.eq(thing.object.event.map(EventId::get)),
            seen::version.eq(thing.object.version),
            seen::digest.eq(thing.digest),
            seen::cancelled.eq(thing.cancelled),
            seen::ends_at.eq(thing.ends_at.map(|at| at.naive_utc())),
            seen::seats.eq(thing.seats),
        )
    };
    remove(tx, organisation, things)?;
    for things in things.chunks(ROWS_PER_STATEMENT) {
        let insert = diesel::insert_into(seen::table).values(things.iter().map(row).collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Notes that these things are none of an organisation's public ones any more.
pub fn remove(tx: &mut Tx<'_>, organisation: OrganisationId, things: &[Thing]) -> Result<(), Error> {
    for things in things.chunks(IDS_PER_STATEMENT) {
        for kind in ObjectKind::ALL {
            let ids: Vec<i64> = things
                .iter()
                .filter(|thing| thing.object.kind == *kind)
                .map(|thing| thing.object.id)
                .collect();
            if ids.is_empty() {
                continue;
            }
            let own = seen::table.filter(seen::organisation_id.eq(organisation.get()));
            let gone = own.filter(seen::kind.eq(kind.name()).and(seen::object_id.eq_any(ids)));
            diesel::delete(gone).execute(&mut *tx.conn)?;
        }
    }
    Ok(())
}

/// Forgets all that an organisation was told of.
pub fn forget(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(), Error> {
    diesel::delete(seen::table.filter(seen::organisation_id.eq(organisation.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets sessions that were over before `before`; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let over = seen::table.filter(seen::ends_at.lt(before.naive_utc()));
    Ok(diesel::delete(over).execute(&mut *tx.conn)?)
}

/// The public things of an organisation, whatever its part in them.
pub fn present(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> Result<Vec<Thing>, Error> {
    // Ids are unlike any other word, so that a body that holds one names the organisation.
    let named = format!("%\"{organisation}\"%");
    let ids: Vec<i64> = events::table.filter(events::body.like(&named)).select(events::id).load(conn)?;
    let mut things: Vec<Thing> = public_events(conn, &ids, now)?
        .into_iter()
        .filter(|(organisations, _)| organisations.contains(&organisation))
        .flat_map(|(_, things)| things)
        .collect();
    let ids: Vec<i64> = bases::table.filter(bases::body.like(&named)).select(bases::id).load(conn)?;
    let own = |(organisations, thing): (Vec<OrganisationId>, Thing)| {
        organisations.contains(&organisation).then_some(thing)
    };
    things.extend(public_bases(conn, &ids)?.into_iter().filter_map(own));
    let ids: Vec<i64> = series::table.filter(series::body.like(&named)).select(series::id).load(conn)?;
    things.extend(public_series(conn, &ids)?.into_iter().filter_map(own));
    Ok(things)
}

/// What is public, with the organisations whose it is.
pub type Owned<T> = (Vec<OrganisationId>, T);

/// Those of these events that are public: whose they are, and what is told of them and of their sessions to come.
pub fn public_events(
    conn: &mut AnyConn,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<Owned<Vec<Thing>>>, Error> {
    let sessions = sessions::of_events(conn, ids)?;
    let events = shown::<Event>(conn, ids)?;
    let one = |event: Record<Event>| {
        let own = EventId::new(event.id).and_then(|id| sessions.get(&id)).map(Vec::as_slice);
        let organisers = event.body.organisers.iter().map(|organiser| organiser.organisation).collect();
        (organisers, Thing::of_event(&event, own.unwrap_or_default(), now))
    };
    Ok(events.map(one).collect())
}

fn shown<T: Stored>(conn: &mut AnyConn, ids: &[i64]) -> Result<impl Iterator<Item = Record<T>>, Error> {
    let hidden = T::hidden_among(conn, ids)?;
    Ok(T::find(conn, ids)?.into_iter().filter(move |found| !hidden.contains(&found.id)))
}

/// Those of these bases that are public: whose they are, and what is told of them.
pub fn public_bases(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<Owned<Thing>>, Error> {
    let bases = shown::<Base>(conn, ids)?;
    let of =
        |base: &Base| -> Vec<OrganisationId> { base.organisers.iter().map(|one| one.organisation).collect() };
    Ok(bases.map(|base| (of(&base.body), Thing::of(ObjectKind::Base, &base))).collect())
}

/// Those of these series that are public: whose they are, and what is told of them.
pub fn public_series(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<Owned<Thing>>, Error> {
    let series = shown::<Series>(conn, ids)?;
    let of = |series: &Series| -> Vec<OrganisationId> {
        series.organisers.iter().map(|one| one.organisation).collect()
    };
    Ok(series.map(|series| (of(&series.body), Thing::of(ObjectKind::Series, &series))).collect())
}

/// Up to which transaction of the log of changes all news was told.
pub fn position(conn: &mut AnyConn) -> Result<i64, Error> {
    Ok(webhook_position::table.find(1).select(webhook_position::low_water).first(conn)?)
}

/// Takes the turn of telling news, until the transaction ends.
pub fn take_turn(tx: &mut Tx<'_>) -> Result<(), Error> {
    diesel::update(webhook_position::table.find(1))
        .set(webhook_position::low_water.eq(webhook_position::low_water))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes up to where all news was told; who holds the turn does.
pub fn set_position(tx: &mut Tx<'_>, low_water: i64) -> Result<(), Error> {
    diesel::update(webhook_position::table.find(1))
        .set(webhook_position::low_water.eq(low_water))
        .execute(&mut *tx.conn)?;
    Ok(())
}
