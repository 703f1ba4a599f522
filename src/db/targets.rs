//! Targets.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::targets;
use crate::domain::divisions::Adcode;
use crate::domain::ids::TargetId;
use crate::domain::targets::{Goal, Target};

type Row = (i64, i64, String);

const ROW: (targets::id, targets::version, targets::body) = (targets::id, targets::version, targets::body);

fn corrupt(id: i64, source: serde_json::Error) -> Error {
    Error::Corrupt { kind: "target", id, source }
}

fn read((id, version, body): Row) -> Result<Target, Error> {
    let strange = || corrupt(id, serde::de::Error::custom("an id is positive"));
    let goal = serde_json::from_str(&body).map_err(|source| corrupt(id, source))?;
    Ok(Target { id: TargetId::new(id).ok_or_else(strange)?, goal, version })
}

fn text(id: TargetId, goal: &Goal) -> Result<String, Error> {
    serde_json::to_string(goal).map_err(|source| corrupt(id.get(), source))
}

/// The targets of these divisions and those within them. Nobody asks for none: that would be all.
macro_rules! within {
    ($all:expr, $divisions:expr) => {{
        let mut asked = $all.into_boxed();
        // The first `or` of a statement without a condition is its condition.
        for division in $divisions {
            let within = division.within();
            asked = asked.or_filter(targets::division.between(*within.start(), *within.end()));
        }
        asked
    }};
}

/// A target.
pub fn get(conn: &mut AnyConn, id: TargetId) -> Result<Option<Target>, Error> {
    let row: Option<Row> = targets::table.find(id.get()).select(ROW).first(conn).optional()?;
    row.map(read).transpose()
}

/// The targets of these divisions and those within them, the newest first: those made before `before`, at most `limit`.
pub fn list(
    conn: &mut AnyConn,
    divisions: &[Adcode],
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Target>, Error> {
    let rows: Vec<Row> = within!(targets::table, divisions)
        .filter(targets::id.lt(before.unwrap_or(i64::MAX)))
        .order(targets::id.desc())
        .limit(limit as i64)
        .select(ROW)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many targets these divisions and those within them have.
pub fn count(conn: &mut AnyConn, divisions: &[Adcode]) -> Result<i64, Error> {
    Ok(within!(targets::table.count(), divisions).get_result(conn)?)
}

/// How many targets a division has itself.
pub fn count_of(conn: &mut AnyConn, division: Adcode) -> Result<i64, Error> {
    Ok(targets::table.filter(targets::division.eq(division.number())).count().get_result(conn)?)
}

/// Inserts a target at version 1.
pub fn insert(tx: &mut Tx<'_>, id: TargetId, goal: &Goal) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(targets::table)
        .values((
            targets::id.eq(id.get()),
            targets::division.eq(goal.division.number()),
            targets::body.eq(text(id, goal)?),
            targets::version.eq(1_i64),
            targets::created_at.eq(now),
            targets::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Replaces a target and raises its version, if it still is `version`; `false` if it is not.
pub fn replace(tx: &mut Tx<'_>, id: TargetId, version: i64, goal: &Goal) -> Result<bool, Error> {
    let row = targets::table.find(id.get()).filter(targets::version.eq(version));
    let changed = diesel::update(row)
        .set((
            targets::division.eq(goal.division.number()),
            targets::body.eq(text(id, goal)?),
            targets::version.eq(version + 1),
            targets::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Deletes a target.
pub fn delete(tx: &mut Tx<'_>, id: TargetId) -> Result<(), Error> {
    diesel::delete(targets::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}
