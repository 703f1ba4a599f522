//! Bases.

use diesel::prelude::*;

use super::connection::AnyConn;
use super::error::Error;
use super::records::{Stored, stored};
use super::schema::bases;
use crate::domain::bases::Base;
use crate::domain::ids::OrganisationId;
use crate::domain::publication::Publication;
use crate::domain::record::Record;

stored!(reviewed Base => bases {
    organisation_id: |base| super::organisations::main(&base.organisers),
    adcode: |base| base.place.adcode.number(),
});

/// The bases of which an organisation is the main organiser, unless they were never published; in order of id.
pub fn of_organisation(conn: &mut AnyConn, organisation: OrganisationId) -> Result<Vec<Record<Base>>, Error> {
    let ids: Vec<i64> = bases::table
        .filter(bases::organisation_id.eq(organisation.get()))
        .filter(bases::publication.ne(Publication::Draft.name()))
        .select(bases::id)
        .load(conn)?;
    Base::find(conn, &ids)
}
