//! By what names WeChat knows persons: one in each mini-program, and one over all where they are bound together. A name
//! is kept sealed, since messages are sent to it, and found by its pseudonym.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{wechat_openids, wechat_unionids};
use super::sealed::Column;
use crate::domain::ids::{IdentityId, PersonId};
use crate::domain::sealing::Vault;
use crate::domain::wechat::{AppId, OpenId, UnionId};

/// Names within a mini-program.
pub const OPENID: Column = Column::of("wechat_openids", "openid");

/// Names over all mini-programs.
pub const UNIONID: Column = Column::of("wechat_unionids", "unionid");

/// An openid means nothing in another mini-program.
fn openid_hash(vault: &Vault, app: &AppId, openid: &OpenId) -> String {
    vault.blind("openid", &format!("{} {}", app.as_str(), openid.expose()))
}

fn unionid_hash(vault: &Vault, unionid: &UnionId) -> String {
    vault.blind("unionid", unionid.expose())
}

/// Who has this name in a mini-program.
pub fn person_of_openid(
    conn: &mut AnyConn,
    vault: &Vault,
    app: &AppId,
    openid: &OpenId,
) -> Result<Option<PersonId>, Error> {
    let named = wechat_openids::openid_hash.eq(openid_hash(vault, app, openid));
    let row = wechat_openids::table.filter(named).select(wechat_openids::person_id);
    Ok(row.first(conn).optional()?.and_then(PersonId::new))
}

/// Who has this name over all mini-programs.
pub fn person_of_unionid(
    conn: &mut AnyConn,
    vault: &Vault,
    unionid: &UnionId,
) -> Result<Option<PersonId>, Error> {
    let named = wechat_unionids::unionid_hash.eq(unionid_hash(vault, unionid));
    let row = wechat_unionids::table.filter(named).select(wechat_unionids::person_id);
    Ok(row.first(conn).optional()?.and_then(PersonId::new))
}

/// Notes a person's name in a mini-program, which nobody has yet.
pub fn add_openid(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: IdentityId,
    person: PersonId,
    (app, openid): (&AppId, &OpenId),
) -> Result<(), Error> {
    diesel::insert_into(wechat_openids::table)
        .values((
            wechat_openids::id.eq(id.get()),
            wechat_openids::person_id.eq(person.get()),
            wechat_openids::app_id.eq(app.as_str()),
            wechat_openids::openid_hash.eq(openid_hash(vault, app, openid)),
            wechat_openids::openid.eq(OPENID.seal(vault, id.get(), openid.expose())?),
            wechat_openids::created_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes a person's name over all mini-programs, which nobody has yet.
pub fn add_unionid(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: IdentityId,
    person: PersonId,
    unionid: &UnionId,
) -> Result<(), Error> {
    diesel::insert_into(wechat_unionids::table)
        .values((
            wechat_unionids::id.eq(id.get()),
            wechat_unionids::person_id.eq(person.get()),
            wechat_unionids::unionid_hash.eq(unionid_hash(vault, unionid)),
            wechat_unionids::unionid.eq(UNIONID.seal(vault, id.get(), unionid.expose())?),
            wechat_unionids::created_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// A person's names in mini-programs, each with the mini-program and since when, the newest last. Where one person has
/// several in one mini-program, a message goes to the newest.
pub fn openids_of(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
) -> Result<Vec<(String, OpenId, DateTime<Utc>)>, Error> {
    let rows: Vec<(i64, String, String, NaiveDateTime)> = wechat_openids::table
        .filter(wechat_openids::person_id.eq(person.get()))
        .order((wechat_openids::created_at, wechat_openids::id))
        .select((
            wechat_openids::id,
            wechat_openids::app_id,
            wechat_openids::openid,
            wechat_openids::created_at,
        ))
        .load(conn)?;
    let opened = |(id, app, sealed, at): (i64, String, String, NaiveDateTime)| {
        Ok((app, OpenId::from(OPENID.open(vault, id, &sealed)?.expose()), at.and_utc()))
    };
    rows.into_iter().map(opened).collect()
}

/// A person's names over all mini-programs, each with since when, the newest last.
pub fn unionids_of(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
) -> Result<Vec<(UnionId, DateTime<Utc>)>, Error> {
    let rows: Vec<(i64, String, NaiveDateTime)> = wechat_unionids::table
        .filter(wechat_unionids::person_id.eq(person.get()))
        .order((wechat_unionids::created_at, wechat_unionids::id))
        .select((wechat_unionids::id, wechat_unionids::unionid, wechat_unionids::created_at))
        .load(conn)?;
    let opened = |(id, sealed, at): (i64, String, NaiveDateTime)| {
        Ok((UnionId::from(UNIONID.open(vault, id, &sealed)?.expose()), at.and_utc()))
    };
    rows.into_iter().map(opened).collect()
}

/// Forgets all names of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(wechat_openids::table.filter(wechat_openids::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    diesel::delete(wechat_unionids::table.filter(wechat_unionids::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}
