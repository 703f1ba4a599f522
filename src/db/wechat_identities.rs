//! By what names WeChat knows persons: one in each mini-program, and one over all where they are bound together.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{wechat_openids, wechat_unionids};
use crate::domain::ids::PersonId;
use crate::domain::wechat::{AppId, OpenId, UnionId};

/// Who has this name in a mini-program.
pub fn person_of_openid(conn: &mut AnyConn, app: &AppId, openid: &OpenId) -> Result<Option<PersonId>, Error> {
    let row = wechat_openids::table.find((app.as_str(), openid.expose())).select(wechat_openids::person_id);
    Ok(row.first(conn).optional()?.and_then(PersonId::new))
}

/// Who has this name over all mini-programs.
pub fn person_of_unionid(conn: &mut AnyConn, unionid: &UnionId) -> Result<Option<PersonId>, Error> {
    let row = wechat_unionids::table.find(unionid.expose()).select(wechat_unionids::person_id);
    Ok(row.first(conn).optional()?.and_then(PersonId::new))
}

/// Notes a person's name in a mini-program, which nobody has yet.
pub fn add_openid(tx: &mut Tx<'_>, app: &AppId, openid: &OpenId, person: PersonId) -> Result<(), Error> {
    diesel::insert_into(wechat_openids::table)
        .values((
            wechat_openids::app_id.eq(app.as_str()),
            wechat_openids::openid.eq(openid.expose()),
            wechat_openids::person_id.eq(person.get()),
            wechat_openids::created_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes a person's name over all mini-programs, which nobody has yet.
pub fn add_unionid(tx: &mut Tx<'_>, unionid: &UnionId, person: PersonId) -> Result<(), Error> {
    diesel::insert_into(wechat_unionids::table)
        .values((
            wechat_unionids::unionid.eq(unionid.expose()),
            wechat_unionids::person_id.eq(person.get()),
            wechat_unionids::created_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The names of a person in all mini-programs, by the mini-program's id.
pub fn openids(conn: &mut AnyConn, person: PersonId) -> Result<Vec<(String, OpenId)>, Error> {
    let names: Vec<(String, String)> = wechat_openids::table
        .filter(wechat_openids::person_id.eq(person.get()))
        .select((wechat_openids::app_id, wechat_openids::openid))
        .load(conn)?;
    Ok(names.into_iter().map(|(app, openid)| (app, openid.into())).collect())
}

/// Forgets all names of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(wechat_openids::table.filter(wechat_openids::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    diesel::delete(wechat_unionids::table.filter(wechat_unionids::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}
