//! Logins.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use hashbrown::HashSet;

use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::logins;
use super::{Tx, persons};
use crate::domain::access::Caller;
use crate::domain::ids::{LoginId, PersonId};
use crate::domain::logins::{Login, RefreshToken, Replaced};

/// Inserts a login whose first token is `token`.
pub fn insert(
    tx: &mut Tx<'_>,
    caller: Caller,
    token: &RefreshToken,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(logins::table)
        .values((
            logins::id.eq(caller.login.get()),
            logins::person_id.eq(caller.person.get()),
            logins::family_hash.eq(token.family_hash()),
            logins::secret_hash.eq(token.secret_hash()),
            logins::rotations.eq(0_i64),
            logins::created_at.eq(tx.now.naive_utc()),
            logins::expires_at.eq(expires_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    persons::seen(tx, caller.person)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = logins)]
struct Row {
    id: i64,
    person_id: i64,
    secret_hash: String,
    replaced_hash: Option<String>,
    replaced_salt: Option<String>,
    replaced_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
}

impl Row {
    fn login(self) -> Option<Login> {
        let replaced = || {
            let (secret_hash, salt) = (self.replaced_hash?, self.replaced_salt?);
            Some(Replaced { secret_hash, salt, at: self.replaced_at?.and_utc() })
        };
        Some(Login {
            caller: Caller { person: PersonId::new(self.person_id)?, login: LoginId::new(self.id)? },
            secret_hash: self.secret_hash,
            replaced: replaced(),
            expires_at: self.expires_at.and_utc(),
            ended_at: self.ended_at.map(|at| at.and_utc()),
        })
    }
}

/// The login of a token's family.
pub fn of_family(conn: &mut AnyConn, token: &RefreshToken) -> Result<Option<Login>, Error> {
    let row: Option<Row> = logins::table
        .filter(logins::family_hash.eq(token.family_hash()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.and_then(Row::login))
}

/// Replaces `token` by the one after it, if it is still the good one of a login that stands; `false` if not.
pub fn rotate(
    tx: &mut Tx<'_>,
    login: LoginId,
    token: &RefreshToken,
    salt: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, Error> {
    let replaced = token.secret_hash();
    let good = logins::table
        .find(login.get())
        .filter(logins::secret_hash.eq(&replaced))
        .filter(logins::ended_at.is_null());
    let changed = diesel::update(good)
        .set((
            logins::secret_hash.eq(token.next(salt).secret_hash()),
            logins::replaced_hash.eq(&replaced),
            logins::replaced_salt.eq(salt),
            logins::replaced_at.eq(tx.now.naive_utc()),
            logins::rotations.eq(logins::rotations + 1),
            logins::expires_at.eq(expires_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// A login, as its owner reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: LoginId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Until when it stands, or stood, unless it is used.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// All logins of a person that are kept, the oldest first.
pub fn of_person(conn: &mut AnyConn, person: PersonId) -> Result<Vec<Told>, Error> {
    let rows: Vec<(i64, NaiveDateTime, NaiveDateTime, Option<NaiveDateTime>)> = logins::table
        .filter(logins::person_id.eq(person.get()))
        .order((logins::created_at, logins::id))
        .select((logins::id, logins::created_at, logins::expires_at, logins::ended_at))
        .load(conn)?;
    let told = |(id, created_at, expires_at, ended_at): (i64, NaiveDateTime, NaiveDateTime, Option<_>)| {
        Some(Told {
            id: LoginId::new(id)?,
            created_at: created_at.and_utc(),
            expires_at: expires_at.and_utc(),
            ended_at: ended_at.map(|at: NaiveDateTime| at.and_utc()),
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

/// Ends a login; one that has ended stays so.
pub fn end(tx: &mut Tx<'_>, login: LoginId) -> Result<(), Error> {
    diesel::update(logins::table.find(login.get()).filter(logins::ended_at.is_null()))
        .set(logins::ended_at.eq(tx.now.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Ends all logins of a person but one.
pub fn end_others(tx: &mut Tx<'_>, person: PersonId, kept: LoginId) -> Result<(), Error> {
    let others = logins::table
        .filter(logins::person_id.eq(person.get()))
        .filter(logins::id.ne(kept.get()))
        .filter(logins::ended_at.is_null());
    diesel::update(others).set(logins::ended_at.eq(tx.now.naive_utc())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Whether this is a person's login, and stands.
pub fn stands(conn: &mut AnyConn, caller: Caller) -> Result<bool, Error> {
    let found: i64 = logins::table
        .find(caller.login.get())
        .filter(logins::person_id.eq(caller.person.get()))
        .filter(logins::ended_at.is_null())
        .count()
        .get_result(conn)?;
    Ok(found == 1)
}

/// Those of these logins that stand.
pub fn standing(conn: &mut AnyConn, callers: &[Caller]) -> Result<HashSet<LoginId>, Error> {
    let mut found = HashSet::new();
    for callers in callers.chunks(IDS_PER_STATEMENT) {
        let ids = callers.iter().map(|caller| caller.login.get());
        let rows: Vec<(i64, i64)> = logins::table
            .filter(logins::id.eq_any(ids).and(logins::ended_at.is_null()))
            .select((logins::id, logins::person_id))
            .load(conn)?;
        let theirs = |caller: &&Caller| rows.contains(&(caller.login.get(), caller.person.get()));
        found.extend(callers.iter().filter(theirs).map(|caller| caller.login));
    }
    Ok(found)
}

/// The logins that ended within a span before `now`.
pub fn ended_within(
    conn: &mut AnyConn,
    now: DateTime<Utc>,
    span: Duration,
) -> Result<HashSet<LoginId>, Error> {
    let since = now - TimeDelta::from_std(span).unwrap_or_default();
    let ended = logins::table.filter(logins::ended_at.ge(since.naive_utc()));
    let ids: Vec<i64> = ended.select(logins::id).load(conn)?;
    Ok(ids.into_iter().filter_map(LoginId::new).collect())
}

/// Forgets all logins of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(logins::table.filter(logins::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes logins that had expired before `before`; says how many. One that was ended stays until then, so that its
/// tokens are known for what they are.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let expired = logins::table.filter(logins::expires_at.lt(before.naive_utc()));
    Ok(diesel::delete(expired).execute(&mut *tx.conn)?)
}
