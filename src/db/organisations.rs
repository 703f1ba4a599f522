//! Organisations.

use diesel::prelude::*;

use super::connection::AnyConn;
use super::error::Error;
use super::records::stored;
use super::schema::organisations;
use crate::domain::ids::OrganisationId;
use crate::domain::organisations::{Organisation, Organiser};

stored!(Organisation => organisations {});

/// The main organiser, as other tables refer to it. Nothing is stored without one: 0 breaks the foreign key.
pub(super) fn main(organisers: &[Organiser]) -> i64 {
    organisers.first().map_or(0, |organiser| organiser.organisation.get())
}

/// Whether an organisation is suspended; one that is not there is not.
pub fn suspended(conn: &mut AnyConn, id: OrganisationId) -> Result<bool, Error> {
    let suspended =
        organisations::table.find(id.get()).filter(organisations::suspended_at.is_not_null());
    Ok(suspended.count().get_result::<i64>(conn)? > 0)
}
