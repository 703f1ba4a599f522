//! Organisations, and how each stands.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, Row, pages, stored};
use super::schema::organisation_applications as applications;
use super::schema::organisations;
use crate::domain::applications::ApplicationState;
use crate::domain::credit_codes::CreditCode;
use crate::domain::divisions::Adcode;
use crate::domain::ids::OrganisationId;
use crate::domain::organisations::{Organisation, Organiser, StandingWord};
use crate::domain::publication::Publication;
use crate::domain::record::Record;

// Everybody sees those that are verified.
stored!(Organisation => organisations { division: |one| one.adcode.map(Adcode::number) } {
    fn each_public_page(
        conn: &mut AnyConn,
        each: &mut super::records::EachPage<'_, Self>,
    ) -> Result<(), Error> {
        use super::schema::organisations::dsl;
        pages!(conn, dsl::organisations.filter(dsl::verified.eq(true)), dsl, each)
    }

    fn hidden_among(conn: &mut AnyConn, ids: &[i64]) -> Result<HashSet<i64>, Error> {
        let mut hidden = HashSet::new();
        for ids in ids.chunks(IDS_PER_STATEMENT) {
            let rows = organisations::table
                .filter(organisations::id.eq_any(ids).and(organisations::verified.eq(false)))
                .select(organisations::id);
            hidden.extend(rows.load::<i64>(conn)?);
        }
        Ok(hidden)
    }
});

/// The main organiser, as other tables refer to it. Nothing is stored without one: 0 breaks the foreign key.
pub(super) fn main(organisers: &[Organiser]) -> i64 {
    organisers.first().map_or(0, |organiser| organiser.organisation.get())
}

/// How an organisation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether an authority found right what it says of itself.
    pub verified: bool,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Why.
    pub suspended_reason: Option<String>,
    /// Since when it is trusted.
    pub trusted_at: Option<DateTime<Utc>>,
    /// When an authority last took something of its down, since it was trusted.
    pub taken_down_at: Option<DateTime<Utc>>,
}

type StandingRow =
    (bool, Option<NaiveDateTime>, Option<String>, Option<NaiveDateTime>, Option<NaiveDateTime>);

const STANDING: (
    organisations::verified,
    organisations::suspended_at,
    organisations::suspended_reason,
    organisations::trusted_at,
    organisations::taken_down_at,
) = (
    organisations::verified,
    organisations::suspended_at,
    organisations::suspended_reason,
    organisations::trusted_at,
    organisations::taken_down_at,
);

fn read((verified, suspended_at, suspended_reason, trusted_at, taken_down_at): StandingRow) -> Standing {
    Standing {
        verified,
        suspended_at: suspended_at.map(|at| at.and_utc()),
        suspended_reason,
        trusted_at: trusted_at.map(|at| at.and_utc()),
        taken_down_at: taken_down_at.map(|at| at.and_utc()),
    }
}

/// How an organisation stands; `None` if there is no such organisation.
pub fn standing(conn: &mut AnyConn, id: OrganisationId) -> Result<Option<Standing>, Error> {
    let row: Option<StandingRow> =
        organisations::table.find(id.get()).select(STANDING).first(conn).optional()?;
    Ok(row.map(read))
}

/// Whether an organisation is suspended; one that is not there is not.
pub fn suspended(conn: &mut AnyConn, id: OrganisationId) -> Result<bool, Error> {
    Ok(!suspended_among(conn, &[id])?.is_empty())
}

/// Those of these organisations that are suspended.
pub fn suspended_among(conn: &mut AnyConn, ids: &[OrganisationId]) -> Result<Vec<OrganisationId>, Error> {
    let suspended = organisations::table
        .filter(organisations::id.eq_any(ids.iter().map(|id| id.get())))
        .filter(organisations::suspended_at.is_not_null());
    let ids: Vec<i64> = suspended.select(organisations::id).load(conn)?;
    Ok(ids.into_iter().filter_map(OrganisationId::new).collect())
}

/// Whether everybody sees an organisation; `None` if there is no such organisation.
pub(super) fn publication(conn: &mut AnyConn, id: i64) -> Result<Option<Publication>, Error> {
    let verified: Option<bool> =
        organisations::table.find(id).select(organisations::verified).first(conn).optional()?;
    Ok(verified.map(|verified| if verified { Publication::Public } else { Publication::Draft }))
}

/// Keeps other transactions from changing an organisation until this one ends; `false` if there is no such organisation.
pub fn hold(tx: &mut Tx<'_>, id: OrganisationId) -> Result<bool, Error> {
    let held = diesel::update(organisations::table.find(id.get()))
        .set(organisations::id.eq(id.get()))
        .execute(&mut *tx.conn)?;
    Ok(held == 1)
}

/// Says whether an organisation is verified: whether everybody sees it.
pub fn set_verified(tx: &mut Tx<'_>, id: OrganisationId, verified: bool) -> Result<(), Error> {
    diesel::update(organisations::table.find(id.get()))
        .set(organisations::verified.eq(verified))
        .execute(&mut *tx.conn)?;
    tx.changed(crate::domain::kinds::Kind::Organisation, id.get());
    Ok(())
}

/// Says by which credit code an organisation was verified.
///
/// # Errors
/// [`Error::Constraint`] if another has it.
pub fn set_credit_code(tx: &mut Tx<'_>, id: OrganisationId, code: Option<&CreditCode>) -> Result<(), Error> {
    diesel::update(organisations::table.find(id.get()))
        .set(organisations::credit_code.eq(code.map(CreditCode::as_str)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The organisation that was verified by a credit code.
pub fn of_credit_code(conn: &mut AnyConn, code: &CreditCode) -> Result<Option<OrganisationId>, Error> {
    let id: Option<i64> = organisations::table
        .filter(organisations::credit_code.eq(code.as_str()))
        .select(organisations::id)
        .first(conn)
        .optional()?;
    Ok(id.and_then(OrganisationId::new))
}

/// Suspends an organisation for a reason, or restores it. What it published is to be looked at again, by
/// [`reconsider`](super::publication::reconsider).
pub fn set_suspended(tx: &mut Tx<'_>, id: OrganisationId, reason: Option<&str>) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::update(organisations::table.find(id.get()))
        .set((
            organisations::suspended_at.eq(reason.map(|_| now)),
            organisations::suspended_reason.eq(reason),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Says whether an organisation is trusted.
pub fn set_trusted(tx: &mut Tx<'_>, id: OrganisationId, trusted: bool) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::update(organisations::table.find(id.get()))
        .set((
            organisations::trusted_at.eq(trusted.then_some(now)),
            organisations::taken_down_at.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Keeps that an authority took something of an organisation's down now.
pub fn set_taken_down(tx: &mut Tx<'_>, id: OrganisationId) -> Result<(), Error> {
    diesel::update(organisations::table.find(id.get()))
        .set(organisations::taken_down_at.eq(tx.now.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Which organisations an authority asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In which divisions, with those within them.
    pub divisions: Vec<Adcode>,
    /// How they stand.
    pub standing: Option<StandingWord>,
}

/// Narrows a statement to what a filter asks for.
macro_rules! asked {
    ($all:expr, $filter:expr) => {{
        let filter: &Filter = $filter;
        let mut asked = $all.into_boxed();
        // The first `or` of a statement without a condition is its condition.
        for division in &filter.divisions {
            let within = division.within();
            asked = asked.or_filter(organisations::division.between(*within.start(), *within.end()));
            if division.is_province() {
                asked = asked.or_filter(organisations::division.is_null());
            }
        }
        let in_state = |state: ApplicationState| {
            let those = applications::table.filter(applications::state.eq(state.name()));
            organisations::id.eq_any(those.select(applications::organisation_id))
        };
        match filter.standing {
            None => {}
            Some(StandingWord::Waiting) => asked = asked.filter(in_state(ApplicationState::Submitted)),
            Some(StandingWord::Refused) => asked = asked.filter(in_state(ApplicationState::Refused)),
            Some(StandingWord::Verified) => asked = asked.filter(organisations::verified.eq(true)),
            Some(StandingWord::Trusted) => asked = asked.filter(organisations::trusted_at.is_not_null()),
            Some(StandingWord::Suspended) => asked = asked.filter(organisations::suspended_at.is_not_null()),
        }
        asked
    }};
}

/// A page of organisations, newest first: at most `limit` of those before the one of this id.
pub fn list(
    conn: &mut AnyConn,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<(Record<Organisation>, Standing)>, Error> {
    if filter.divisions.is_empty() {
        return Ok(Vec::new());
    }
    let columns = (organisations::id, organisations::version, organisations::updated_at, organisations::body);
    let mut page = asked!(organisations::table.select((columns, STANDING)), filter)
        .order(organisations::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX));
    if let Some(before) = before {
        page = page.filter(organisations::id.lt(before));
    }
    let rows: Vec<(Row, StandingRow)> = page.load(conn)?;
    rows.into_iter().map(|(row, standing)| Ok((row.record()?, read(standing)))).collect()
}

/// How many organisations are asked for.
pub fn count(conn: &mut AnyConn, filter: &Filter) -> Result<u64, Error> {
    if filter.divisions.is_empty() {
        return Ok(0);
    }
    let count: i64 = asked!(organisations::table.count(), filter).get_result(conn)?;
    Ok(count.unsigned_abs())
}
