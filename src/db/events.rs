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

/// The events that have a sample programme.
pub fn samples(conn: &mut AnyConn) -> Result<Vec<Record<Event>>, Error> {
    let ids: Vec<i64> = events::table.filter(events::sample.eq(true)).select(events::id).load(conn)?;
    Event::find(conn, &ids)
}
