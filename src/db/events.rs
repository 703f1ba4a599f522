//! Events; their sessions have a table and a file of their own.

use diesel::prelude::*;

use super::connection::AnyConn;
use super::error::Error;
use super::records::{Stored, stored};
use super::schema::events;
use crate::domain::events::Event;
use crate::domain::ids::{BaseId, SeriesId};
use crate::domain::record::Record;

stored!(Event => events {
    organisation_id: |event| super::organisations::main(&event.organisers),
    base_id: |event| event.base.map(BaseId::get),
    series_id: |event| event.series.map(SeriesId::get),
    sample: |event| event.sample,
});

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
