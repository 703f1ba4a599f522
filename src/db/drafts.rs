//! Drafts.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::publication::each_table;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{bases, drafts, events, resources, routes, series};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Draft, Owner, State};
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::kinds::Kind;

#[derive(Queryable, Selectable)]
#[diesel(table_name = drafts)]
struct Row {
    kind: String,
    object_id: i64,
    organisation_id: Option<i64>,
    person_id: Option<i64>,
    division: i64,
    version: i64,
    state: String,
    body: String,
    base: Option<String>,
    reason: Option<String>,
    fields: String,
    author_id: Option<i64>,
    updated_at: NaiveDateTime,
}

impl Row {
    fn draft(self) -> Result<Draft, Error> {
        let corrupt = |source| Error::Corrupt { kind: "draft", id: self.object_id, source };
        let word = || corrupt(serde::de::Error::custom("a word or number that this program does not know"));
        let organisation = self.organisation_id.and_then(OrganisationId::new).map(Owner::Organisation);
        let person = || self.person_id.and_then(PersonId::new).map(Owner::Person);
        Ok(Draft {
            kind: Kind::from_name(&self.kind).ok_or_else(word)?,
            object: self.object_id,
            owner: organisation.or_else(person).ok_or_else(word)?,
            division: Adcode::from_number(self.division).ok_or_else(word)?,
            version: self.version,
            state: State::from_name(&self.state).ok_or_else(word)?,
            body: serde_json::from_str(&self.body).map_err(corrupt)?,
            base: self.base.as_deref().map(serde_json::from_str).transpose().map_err(corrupt)?,
            reason: self.reason,
            fields: serde_json::from_str(&self.fields).map_err(corrupt)?,
            author: self.author_id.and_then(PersonId::new),
            updated_at: self.updated_at.and_utc(),
        })
    }
}

fn text(draft: &Draft, value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Corrupt { kind: "draft", id: draft.object, source })
}

/// The draft of a thing, if it has one.
pub fn get(conn: &mut AnyConn, kind: Kind, id: i64) -> Result<Option<Draft>, Error> {
    let row: Option<Row> =
        drafts::table.find((kind.name(), id)).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::draft).transpose()
}

/// The drafts of these things, in order of id; those that have none are left out.
pub fn find(conn: &mut AnyConn, kind: Kind, ids: &[i64]) -> Result<Vec<Draft>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<Row> = drafts::table
            .filter(drafts::kind.eq(kind.name()).and(drafts::object_id.eq_any(ids)))
            .order(drafts::object_id)
            .select(Row::as_select())
            .load(conn)?;
        for row in rows {
            found.push(row.draft()?);
        }
    }
    Ok(found)
}

/// Whose things of which kind are looked for.
#[derive(Debug, Clone)]
pub struct Owned {
    /// The kind.
    pub kind: Kind,
    /// Whose: their main organisers.
    pub organisations: Vec<OrganisationId>,
    /// How they stand in review; absent: however they do. What was never edited here has no draft, and is as it was
    /// approved.
    pub state: Option<State>,
}

macro_rules! owned {
    ($table:ident, $owned:expr) => {{
        let owners: Vec<i64> = $owned.organisations.iter().map(|id| id.get()).collect();
        let all = $table::table.filter($table::organisation_id.eq_any(owners)).into_boxed();
        let of_kind = drafts::kind.eq($owned.kind.name());
        let drafted = drafts::table.filter(of_kind.and(drafts::object_id.eq($table::id)));
        match $owned.state {
            None => all,
            Some(State::Approved) => {
                let other = drafted.filter(drafts::state.ne(State::Approved.name()));
                all.filter(diesel::dsl::not(diesel::dsl::exists(other)))
            }
            Some(state) => {
                let state: State = state;
                all.filter(diesel::dsl::exists(drafted.filter(drafts::state.eq(state.name()))))
            }
        }
    }};
}

/// How many there are.
pub fn count_of(conn: &mut AnyConn, owned: &Owned) -> Result<i64, Error> {
    Ok(each_table!(owned.kind, table => owned!(table, owned).count().get_result(conn)?, 0))
}

/// Their ids, the newest first: at most `limit` of those that come after the one of the number `before`.
pub fn ids_of(
    conn: &mut AnyConn,
    owned: &Owned,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<i64>, Error> {
    Ok(each_table!(
        owned.kind,
        table => owned!(table, owned)
            .filter(table::id.lt(before.unwrap_or(i64::MAX)))
            .order(table::id.desc())
            .limit(limit as i64)
            .select(table::id)
            .load(conn)?,
        Vec::new()
    ))
}

/// Inserts the first draft of a thing.
///
/// # Errors
/// [`Error::Constraint`] if it has one.
pub fn insert(tx: &mut Tx<'_>, draft: &Draft) -> Result<(), Error> {
    diesel::insert_into(drafts::table)
        .values((
            drafts::kind.eq(draft.kind.name()),
            drafts::object_id.eq(draft.object),
            drafts::organisation_id.eq(draft.organisation().map(OrganisationId::get)),
            drafts::person_id.eq(draft.person().map(PersonId::get)),
            drafts::division.eq(draft.division.number()),
            drafts::version.eq(draft.version),
            drafts::state.eq(draft.state.name()),
            drafts::body.eq(text(draft, &draft.body)?),
            drafts::base.eq(draft.base.as_ref().map(|base| text(draft, base)).transpose()?),
            drafts::reason.eq(&draft.reason),
            drafts::fields.eq(text(draft, &draft.fields)?),
            drafts::author_id.eq(draft.author.map(PersonId::get)),
            drafts::updated_at.eq(draft.updated_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Inserts the first drafts of things, many rows in a statement.
///
/// # Errors
/// [`Error::Constraint`] if one has a draft.
pub fn insert_many(tx: &mut Tx<'_>, all: &[Draft]) -> Result<(), Error> {
    for all in all.chunks(ROWS_PER_STATEMENT) {
        let row = |draft: &Draft| {
            Ok((
                drafts::kind.eq(draft.kind.name()),
                drafts::object_id.eq(draft.object),
                drafts::organisation_id.eq(draft.organisation().map(OrganisationId::get)),
                drafts::person_id.eq(draft.person().map(PersonId::get)),
                drafts::division.eq(draft.division.number()),
                drafts::version.eq(draft.version),
                drafts::state.eq(draft.state.name()),
                drafts::body.eq(text(draft, &draft.body)?),
                drafts::fields.eq(text(draft, &draft.fields)?),
                drafts::author_id.eq(draft.author.map(PersonId::get)),
                drafts::updated_at.eq(draft.updated_at.naive_utc()),
            ))
        };
        let rows = all.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
        let insert = diesel::insert_into(drafts::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Replaces a draft, if it still has the version before; `false` if it has not. Its row is locked until the transaction
/// ends.
pub fn replace(tx: &mut Tx<'_>, before: i64, draft: &Draft) -> Result<bool, Error> {
    let row = drafts::table.find((draft.kind.name(), draft.object)).filter(drafts::version.eq(before));
    let rows = diesel::update(row)
        .set((
            drafts::organisation_id.eq(draft.organisation().map(OrganisationId::get)),
            drafts::person_id.eq(draft.person().map(PersonId::get)),
            drafts::division.eq(draft.division.number()),
            drafts::version.eq(draft.version),
            drafts::state.eq(draft.state.name()),
            drafts::body.eq(text(draft, &draft.body)?),
            drafts::base.eq(draft.base.as_ref().map(|base| text(draft, base)).transpose()?),
            drafts::reason.eq(&draft.reason),
            drafts::fields.eq(text(draft, &draft.fields)?),
            drafts::author_id.eq(draft.author.map(PersonId::get)),
            drafts::updated_at.eq(draft.updated_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Keeps other transactions from changing the draft of a thing until this one ends; of a thing without one, nothing is kept.
pub fn hold(tx: &mut Tx<'_>, kind: Kind, id: i64) -> Result<(), Error> {
    diesel::update(drafts::table.find((kind.name(), id)))
        .set(drafts::object_id.eq(id))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The things of a kind of which a person has a draft that is nobody else's, in order of id.
pub fn of_person(conn: &mut AnyConn, kind: Kind, person: PersonId) -> Result<Vec<Draft>, Error> {
    let rows: Vec<Row> = drafts::table
        .filter(drafts::kind.eq(kind.name()).and(drafts::person_id.eq(person.get())))
        .order(drafts::object_id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::draft).collect()
}

/// How much of a kind that a person wrote last waits for review.
pub fn count_waiting(conn: &mut AnyConn, kind: Kind, author: PersonId) -> Result<i64, Error> {
    let waiting = drafts::table
        .filter(drafts::kind.eq(kind.name()).and(drafts::author_id.eq(author.get())))
        .filter(drafts::state.eq(State::Submitted.name()));
    Ok(waiting.count().get_result(conn)?)
}

/// Deletes the draft of a thing.
pub fn delete(tx: &mut Tx<'_>, kind: Kind, id: i64) -> Result<(), Error> {
    diesel::delete(drafts::table.find((kind.name(), id))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets who wrote what.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(drafts::table.filter(drafts::author_id.eq(person.get())))
        .set(drafts::author_id.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}
