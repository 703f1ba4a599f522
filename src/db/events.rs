//! Events; their sessions have a table and a file of their own.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::publication::shown;
use super::records::{IDS_PER_STATEMENT, Row, Stored, stored};
use super::schema::events;
use crate::domain::events::Event;
use crate::domain::ids::{BaseId, EventId, SeriesId};
use crate::domain::publication::Publication;
use crate::domain::record::Record;

stored!(reviewed Event => events {
    organisation_id: |event| super::organisations::main(&event.organisers),
    base_id: |event| event.base.map(BaseId::get),
    series_id: |event| event.series.map(SeriesId::get),
    sample: |event| event.sample,
});

/// Those of these events that everybody sees: public, and of no organiser that is suspended.
pub fn shown(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<Record<Event>>, Error> {
    let mut records = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows = events::table
            .filter(events::id.eq_any(ids))
            .filter(shown!(events))
            .select((events::id, events::version, events::updated_at, events::body))
            .order(events::id)
            .load::<Row>(conn)?;
        records.extend(rows.into_iter().filter_map(Row::readable));
    }
    Ok(records)
}

/// The events that have a sample programme. Most samples of a store that was filled to measure with have none: what
/// the body holds is looked for in the store, so that a million of them do not have to be read.
pub fn samples(conn: &mut AnyConn) -> Result<Vec<Record<Event>>, Error> {
    // In JSON a quotation mark within a text follows a backslash, so that only the field itself looks like this.
    let programme = events::body.like("%\"programme\":%");
    let ids: Vec<i64> =
        events::table.filter(events::sample.eq(true).and(programme)).select(events::id).load(conn)?;
    Event::find(conn, &ids)
}

/// Whether there is any event.
pub fn any(conn: &mut AnyConn) -> Result<bool, Error> {
    Ok(events::table.select(events::id).first::<i64>(conn).optional()?.is_some())
}

/// The events that were published and not announced, in order of id, each with whether it is a sample.
pub fn unannounced(conn: &mut AnyConn) -> Result<Vec<(EventId, bool)>, Error> {
    let rows: Vec<(i64, bool)> = events::table
        .filter(events::announced_at.is_null().and(events::publication.eq(Publication::Public.name())))
        .order(events::id)
        .select((events::id, events::sample))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, sample)| Some((EventId::new(id)?, sample))).collect())
}

/// Notes that an event is announced by this transaction; `false` if it was before, or is not there.
pub fn announce(tx: &mut Tx<'_>, id: EventId) -> Result<bool, Error> {
    let fresh = events::table.find(id.get()).filter(events::announced_at.is_null());
    let changed =
        diesel::update(fresh).set(events::announced_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Notes that every event there is was announced; says how many had not been.
pub fn announce_all(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let fresh = events::table.filter(events::announced_at.is_null());
    Ok(diesel::update(fresh).set(events::announced_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?)
}
