//! Accreditations of bases.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::accreditations;
use crate::domain::accreditations::{Accreditation, Grant, Level, State};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{AccreditationId, BaseId, OrganisationId, PersonId};
use crate::domain::time::{day_of, start_of};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accreditations)]
struct Row {
    id: i64,
    base_id: i64,
    organisation_id: i64,
    level: String,
    division: i64,
    renews_id: Option<i64>,
    body: String,
    state: String,
    version: i64,
    certificate: Option<String>,
    since: Option<NaiveDateTime>,
    until: Option<NaiveDateTime>,
    reason: Option<String>,
    fields: String,
    author_id: Option<i64>,
    decided_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

fn corrupt(id: i64) -> impl Fn(serde_json::Error) -> Error {
    move |source| Error::Corrupt { kind: "accreditation", id, source }
}

fn text(id: AccreditationId, value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(corrupt(id.get()))
}

impl Row {
    fn accreditation(self) -> Result<Accreditation, Error> {
        let corrupt = corrupt(self.id);
        let word = || corrupt(serde::de::Error::custom("a word or number that this program does not know"));
        let day = |at: NaiveDateTime| day_of(at.and_utc());
        let term = self.since.map(day).zip(self.until.map(day));
        let grant = self.certificate.zip(term);
        Ok(Accreditation {
            id: AccreditationId::new(self.id).ok_or_else(word)?,
            base: BaseId::new(self.base_id).ok_or_else(word)?,
            organisation: OrganisationId::new(self.organisation_id).ok_or_else(word)?,
            level: Level::from_name(&self.level).ok_or_else(word)?,
            division: Adcode::from_number(self.division).ok_or_else(word)?,
            renews: self.renews_id.and_then(AccreditationId::new),
            application: serde_json::from_str(&self.body).map_err(&corrupt)?,
            state: State::from_name(&self.state).ok_or_else(word)?,
            version: self.version,
            grant: grant.map(|(certificate, (since, until))| Grant { certificate, since, until }),
            reason: self.reason,
            fields: serde_json::from_str(&self.fields).map_err(&corrupt)?,
            author: self.author_id.and_then(PersonId::new),
            decided_at: self.decided_at.map(|at| at.and_utc()),
            ended_at: self.ended_at.map(|at| at.and_utc()),
            created_at: self.created_at.and_utc(),
            updated_at: self.updated_at.and_utc(),
        })
    }
}

/// One of them.
pub fn get(conn: &mut AnyConn, id: AccreditationId) -> Result<Option<Accreditation>, Error> {
    let row: Option<Row> =
        accreditations::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::accreditation).transpose()
}

/// Inserts an application.
///
/// # Errors
/// [`Error::Constraint`] if another for the same title of the level is open.
pub fn insert(tx: &mut Tx<'_>, new: &Accreditation) -> Result<(), Error> {
    diesel::insert_into(accreditations::table)
        .values((
            accreditations::id.eq(new.id.get()),
            accreditations::base_id.eq(new.base.get()),
            accreditations::organisation_id.eq(new.organisation.get()),
            accreditations::level.eq(new.level.name()),
            accreditations::title.eq(&new.application.body.zh_cn),
            accreditations::division.eq(new.division.number()),
            accreditations::renews_id.eq(new.renews.map(AccreditationId::get)),
            accreditations::body.eq(text(new.id, &new.application)?),
            accreditations::state.eq(new.state.name()),
            accreditations::version.eq(new.version),
            accreditations::fields.eq(text(new.id, &new.fields)?),
            accreditations::author_id.eq(new.author.map(PersonId::get)),
            accreditations::created_at.eq(new.created_at.naive_utc()),
            accreditations::updated_at.eq(new.updated_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Replaces one, if it still has the version before; `false` if it has not. Its row is locked until the transaction ends.
///
/// # Errors
/// [`Error::Constraint`] as [`insert`].
pub fn replace(tx: &mut Tx<'_>, before: i64, new: &Accreditation) -> Result<bool, Error> {
    let grant = new.grant.as_ref();
    let day = |day: NaiveDate| start_of(day).naive_utc();
    let rows =
        diesel::update(accreditations::table.find(new.id.get()).filter(accreditations::version.eq(before)))
            .set((
                accreditations::title.eq(&new.application.body.zh_cn),
                accreditations::body.eq(text(new.id, &new.application)?),
                accreditations::state.eq(new.state.name()),
                accreditations::version.eq(new.version),
                accreditations::certificate.eq(grant.map(|grant| grant.certificate.clone())),
                accreditations::since.eq(grant.map(|grant| day(grant.since))),
                accreditations::until.eq(grant.map(|grant| day(grant.until))),
                accreditations::reason.eq(&new.reason),
                accreditations::fields.eq(text(new.id, &new.fields)?),
                accreditations::author_id.eq(new.author.map(PersonId::get)),
                accreditations::decided_at.eq(new.decided_at.map(|at| at.naive_utc())),
                accreditations::ended_at.eq(new.ended_at.map(|at| at.naive_utc())),
                accreditations::updated_at.eq(new.updated_at.naive_utc()),
            ))
            .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Gives all of a base, whatever became of them, to another organisation; gives their numbers. Their versions rise: who writes
/// or decides on one at this moment looks again.
pub fn assign(tx: &mut Tx<'_>, base: BaseId, to: OrganisationId) -> Result<Vec<i64>, Error> {
    let all = || accreditations::table.filter(accreditations::base_id.eq(base.get()));
    diesel::update(all())
        .set((
            accreditations::organisation_id.eq(to.get()),
            accreditations::version.eq(accreditations::version + 1),
        ))
        .execute(&mut *tx.conn)?;
    Ok(all().select(accreditations::id).load(&mut *tx.conn)?)
}

/// Which accreditations are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those of these organisations; absent: of any.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Only those that one of these divisions, or one within them, grants; absent: of any.
    pub divisions: Option<Vec<Adcode>>,
    /// Only those of this division, or of one within it.
    pub division: Option<Adcode>,
    /// Only those of this base.
    pub base: Option<BaseId>,
    /// Only those of this level.
    pub level: Option<Level>,
    /// Only those that stand so.
    pub state: Option<State>,
    /// Only those whose term ends before this day begins.
    pub ends_before: Option<NaiveDate>,
}

macro_rules! wanted {
    ($wanted:expr, $divisions:expr) => {{
        let mut query = accreditations::table.into_boxed();
        if let Some(organisations) = &$wanted.organisations {
            let own: Vec<i64> = organisations.iter().map(|id| id.get()).collect();
            query = query.filter(accreditations::organisation_id.eq_any(own));
        }
        if let Some(divisions) = $divisions {
            query = query.filter(accreditations::division.eq_any(divisions));
        }
        if let Some(base) = $wanted.base {
            query = query.filter(accreditations::base_id.eq(base.get()));
        }
        if let Some(level) = $wanted.level {
            query = query.filter(accreditations::level.eq(level.name()));
        }
        if let Some(state) = $wanted.state {
            query = query.filter(accreditations::state.eq(state.name()));
        }
        if let Some(day) = $wanted.ends_before {
            query = query.filter(accreditations::until.lt(start_of(day).naive_utc()));
        }
        query
    }};
}

/// The divisions that grant something, of those that are asked for; `None` if all are.
fn divisions(conn: &mut AnyConn, wanted: &Wanted) -> Result<Option<Vec<i64>>, Error> {
    if wanted.divisions.is_none() && wanted.division.is_none() {
        return Ok(None);
    }
    let mut all: Vec<i64> = accreditations::table.select(accreditations::division).distinct().load(conn)?;
    all.retain(|number| {
        let reached = |own: &Vec<Adcode>| own.iter().any(|own| own.within().contains(number));
        wanted.divisions.as_ref().is_none_or(reached)
            && wanted.division.is_none_or(|asked| asked.within().contains(number))
    });
    Ok(Some(all))
}

/// A page of those asked for, the newest first: at most `limit` of those before the one of this number.
pub fn page(
    conn: &mut AnyConn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Accreditation>, Error> {
    let rows: Vec<Row> = wanted!(wanted, divisions(conn, wanted)?)
        .filter(accreditations::id.lt(before.unwrap_or(i64::MAX)))
        .order(accreditations::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::accreditation).collect()
}

/// How many are asked for.
pub fn count(conn: &mut AnyConn, wanted: &Wanted) -> Result<i64, Error> {
    Ok(wanted!(wanted, divisions(conn, wanted)?).count().get_result(conn)?)
}

/// At most `limit` of those whose term ended before `day`, and that are not closed yet.
pub fn ended_before(conn: &mut AnyConn, day: NaiveDate, limit: i64) -> Result<Vec<AccreditationId>, Error> {
    let ids: Vec<i64> = accreditations::table
        .filter(accreditations::state.eq(State::Approved.name()))
        .filter(accreditations::until.lt(start_of(day).naive_utc()))
        .order(accreditations::until)
        .limit(limit)
        .select(accreditations::id)
        .load(conn)?;
    Ok(ids.into_iter().filter_map(AccreditationId::new).collect())
}

/// Whether a title of a level is applied for or held by a base, other than by the accreditations of these ids.
pub fn taken(
    conn: &mut AnyConn,
    base: BaseId,
    level: Level,
    title: &str,
    but: &[AccreditationId],
) -> Result<bool, Error> {
    let open = [State::Draft, State::Submitted, State::Rejected, State::Approved].map(State::name);
    let others = accreditations::table
        .filter(accreditations::base_id.eq(base.get()).and(accreditations::level.eq(level.name())))
        .filter(accreditations::title.eq(title).and(accreditations::state.eq_any(open)))
        .filter(accreditations::id.ne_all(but.iter().map(|id| id.get())));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// Forgets who wrote what.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(accreditations::table.filter(accreditations::author_id.eq(person.get())))
        .set(accreditations::author_id.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}
