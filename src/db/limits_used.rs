//! How much of a limit over several sessions each person has used.

use chrono::{DateTime, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::limits_used;

/// A use of a limit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// What is limited: `event:` or `campaign:` and an id.
    pub scope: String,
    /// A keyed hash of who uses it.
    pub who: String,
    /// How much is used.
    pub used: i32,
    /// How much may be used in all.
    pub most: i32,
    /// When the session ends for which it is used: the use is known for so long after the last one, and forgotten then.
    pub until: DateTime<Utc>,
}

/// What somebody has used of a limit.
pub fn used(conn: &mut AnyConn, scope: &str, who: &str) -> Result<i32, Error> {
    let row = limits_used::table.find((scope, who)).select(limits_used::used);
    Ok(row.first(conn).optional()?.unwrap_or_default())
}

/// Uses limits, in the order of their keys, so that two transactions never wait for each other in a circle. No key
/// comes twice.
///
/// # Errors
/// [`Error::Constraint`] if one would be passed: another transaction used it meanwhile.
pub fn raise(tx: &mut Tx<'_>, mut uses: Vec<Use>) -> Result<(), Error> {
    uses.sort_unstable();
    for uses in uses.chunks(ROWS_PER_STATEMENT) {
        let row = |one: &Use| {
            (
                limits_used::scope.eq(one.scope.clone()),
                limits_used::who.eq(one.who.clone()),
                limits_used::used.eq(one.used),
                limits_used::most.eq(one.most),
                limits_used::until.eq(one.until.naive_utc()),
            )
        };
        let rows: Vec<_> = uses.iter().map(row).collect();
        let upsert = diesel::insert_into(limits_used::table)
            .values(rows)
            .on_conflict((limits_used::scope, limits_used::who))
            .do_update()
            .set((
                limits_used::used.eq(limits_used::used + excluded(limits_used::used)),
                limits_used::most.eq(excluded(limits_used::most)),
                limits_used::until.eq(case_when(
                    excluded(limits_used::until).gt(limits_used::until),
                    excluded(limits_used::until),
                )
                .otherwise(limits_used::until)),
            ));
        each!(&mut *tx.conn, conn => upsert.execute(conn))?;
    }
    Ok(())
}

/// Locks limits until the transaction ends, in the order of their keys: for who gives some back and then uses others.
pub fn hold<'a>(tx: &mut Tx<'_>, uses: impl Iterator<Item = &'a Use>) -> Result<(), Error> {
    let mut uses: Vec<&Use> = uses.collect();
    uses.sort_unstable();
    uses.dedup_by(|one, other| (&one.scope, &one.who) == (&other.scope, &other.who));
    for one in uses {
        let row = (
            limits_used::scope.eq(&one.scope),
            limits_used::who.eq(&one.who),
            limits_used::used.eq(0),
            limits_used::most.eq(one.most),
            limits_used::until.eq(one.until.naive_utc()),
        );
        let upsert = diesel::insert_into(limits_used::table)
            .values(row)
            .on_conflict((limits_used::scope, limits_used::who))
            .do_update()
            .set(limits_used::used.eq(limits_used::used));
        each!(&mut *tx.conn, conn => upsert.execute(conn))?;
    }
    Ok(())
}

/// Gives back uses of limits, in the order of their keys.
pub fn give_back(tx: &mut Tx<'_>, mut uses: Vec<Use>) -> Result<(), Error> {
    uses.sort_unstable();
    for Use { scope, who, used, .. } in uses {
        let row = limits_used::table.find((scope, who)).filter(limits_used::used.ge(used));
        diesel::update(row).set(limits_used::used.eq(limits_used::used - used)).execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Forgets what an account has used, and those of `who` who have used nothing any more.
pub fn forget(tx: &mut Tx<'_>, account: &str, who: &[String]) -> Result<(), Error> {
    diesel::delete(limits_used::table.filter(limits_used::who.eq(account))).execute(&mut *tx.conn)?;
    for who in who.chunks(IDS_PER_STATEMENT) {
        let unused = limits_used::table.filter(limits_used::who.eq_any(who).and(limits_used::used.eq(0)));
        diesel::delete(unused).execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Deletes uses whose last session ended before `before`, and those that were given back; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let old = limits_used::until.lt(before.naive_utc()).or(limits_used::used.eq(0));
    Ok(diesel::delete(limits_used::table.filter(old)).execute(&mut *tx.conn)?)
}
