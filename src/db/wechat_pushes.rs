//! What WeChat pushed lately: it repeats a push until it is answered, and each is to count once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::dialect::each;
use super::error::Error;
use super::schema::wechat_pushes;

/// Notes a push by its digest; `false` if it was noted before.
pub fn note(tx: &mut Tx<'_>, digest: &str) -> Result<bool, Error> {
    let insert = diesel::insert_into(wechat_pushes::table)
        .values((wechat_pushes::digest.eq(digest), wechat_pushes::seen_at.eq(tx.now.naive_utc())))
        .on_conflict_do_nothing();
    Ok(each!(&mut *tx.conn, conn => insert.execute(conn))? == 1)
}

/// Forgets pushes noted before `before`; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let old = wechat_pushes::table.filter(wechat_pushes::seen_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut *tx.conn)?)
}
