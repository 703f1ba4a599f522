//! The resource directory.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::stored;
use super::schema::{drafts, resources};
use crate::domain::drafts::State;
use crate::domain::ids::{OrganisationId, PersonId, ResourceId};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::resources::Resource;
use crate::domain::time::start_of;

stored!(reviewed Resource => resources {
    organisation_id: |entry| entry.organisers.first().map(|main| main.organisation.get()),
    base_id: |entry| entry.base.map(|base| base.get()),
    confirmed_at: |entry| entry.registration.as_ref().map(|one| start_of(one.confirmed).naive_utc()),
});

/// Whose entries are asked for: a person's own, and those of organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owners {
    /// The person.
    pub person: PersonId,
    /// The organisations.
    pub organisations: Vec<OrganisationId>,
}

/// The entries of owners that stand so in review; absent: all. What was never edited here has no draft, and is as it was
/// approved.
macro_rules! owned {
    ($owners:expr, $state:expr) => {{
        let organisations: Vec<i64> = $owners.organisations.iter().map(|id| id.get()).collect();
        let drafted = || {
            drafts::table
                .filter(drafts::kind.eq(Kind::Resource.name()).and(drafts::object_id.eq(resources::id)))
        };
        let own = diesel::dsl::exists(drafted().filter(drafts::person_id.eq($owners.person.get())));
        let all =
            resources::table.filter(own.or(resources::organisation_id.eq_any(organisations))).into_boxed();
        match $state {
            None => all,
            Some(State::Approved) => {
                let other = drafted().filter(drafts::state.ne(State::Approved.name()));
                all.filter(diesel::dsl::not(diesel::dsl::exists(other)))
            }
            Some(state) => {
                let state: State = state;
                all.filter(diesel::dsl::exists(drafted().filter(drafts::state.eq(state.name()))))
            }
        }
    }};
}

/// How many entries of these owners stand so in review; absent: all.
pub fn count_of(conn: &mut AnyConn, owners: &Owners, state: Option<State>) -> Result<i64, Error> {
    Ok(owned!(owners, state).count().get_result(conn)?)
}

/// The entries of these owners that stand so in review (absent: all), the newest first: at most `limit` of those that come
/// after the one of this number.
pub fn page_of(
    conn: &mut AnyConn,
    owners: &Owners,
    state: Option<State>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<ResourceId>, Error> {
    let ids: Vec<i64> = owned!(owners, state)
        .filter(resources::id.lt(before.unwrap_or(i64::MAX)))
        .order(resources::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(resources::id)
        .load(conn)?;
    Ok(ids.into_iter().filter_map(ResourceId::new).collect())
}

/// At most `limit` entries that everybody sees and that nobody has confirmed since `day` began.
pub fn unconfirmed_since(conn: &mut AnyConn, day: NaiveDate, limit: i64) -> Result<Vec<ResourceId>, Error> {
    let old = resources::table
        .filter(resources::publication.eq(Publication::Public.name()))
        .filter(resources::confirmed_at.lt(start_of(day).naive_utc()));
    let ids: Vec<i64> = old.order(resources::id).limit(limit).select(resources::id).load(conn)?;
    Ok(ids.into_iter().filter_map(ResourceId::new).collect())
}

/// Puts an entry away that everybody sees; `false` if nobody does.
pub fn put_away(tx: &mut Tx<'_>, id: ResourceId) -> Result<bool, Error> {
    let shown = resources::table.find(id.get()).filter(resources::publication.eq(Publication::Public.name()));
    let rows = diesel::update(shown)
        .set(resources::publication.eq(Publication::Archived.name()))
        .execute(&mut *tx.conn)?;
    if rows == 1 {
        tx.changed(Kind::Resource, id.get());
    }
    Ok(rows == 1)
}

/// Deletes an entry that nobody but its author ever saw.
pub fn delete(tx: &mut Tx<'_>, id: ResourceId) -> Result<(), Error> {
    diesel::delete(resources::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}
