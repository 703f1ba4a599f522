//! Administrative divisions; the id is the adcode.

use diesel::prelude::*;

use super::connection::AnyConn;
use super::error::Error;
use super::records::stored;
use super::schema::divisions;
use crate::domain::divisions::{Adcode, Division};

/// Whether there are none: then nothing that has a place can be stored either, and the catalogue is empty.
pub fn is_empty(conn: &mut AnyConn) -> Result<bool, Error> {
    Ok(divisions::table.count().get_result::<i64>(conn)? == 0)
}

/// The first of all divisions: a province before what lies within it.
pub fn first(conn: &mut AnyConn) -> Result<Option<Adcode>, Error> {
    let first: Option<i64> =
        divisions::table.order(divisions::id).select(divisions::id).first(conn).optional()?;
    Ok(first.and_then(Adcode::from_number))
}

stored!(Division => divisions {});
