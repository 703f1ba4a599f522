//! How many messages of a template a person will still take: one for each time that they agreed.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::schema::message_credits;
use crate::domain::ids::PersonId;
use crate::domain::wechat::AppId;

/// How many agreements are counted at most: reports come from phones, and nobody needs more.
pub const MOST: i32 = 100;

/// Adds agreements; gives how many there are then, at most [`MOST`].
pub fn add(tx: &mut Tx<'_>, person: PersonId, app: &AppId, template: &str, more: i32) -> Result<i32, Error> {
    let held = row(person, app, template);
    let known: Option<i32> = held.select(message_credits::credits).first(&mut *tx.conn).optional()?;
    let Some(known) = known else {
        let more = more.clamp(0, MOST);
        let insert = diesel::insert_into(message_credits::table)
            .values((
                message_credits::person_id.eq(person.get()),
                message_credits::app_id.eq(app.as_str()),
                message_credits::template_id.eq(template),
                message_credits::credits.eq(more),
                message_credits::updated_at.eq(tx.now.naive_utc()),
            ))
            .on_conflict((message_credits::person_id, message_credits::app_id, message_credits::template_id))
            .do_update()
            .set(message_credits::credits.eq(message_credits::credits + more));
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
        return Ok(more);
    };
    let more = more.min(MOST - known);
    diesel::update(held)
        .set((
            message_credits::credits.eq(message_credits::credits + more),
            message_credits::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(known + more)
}

/// How many agreements there are.
pub fn count(conn: &mut AnyConn, person: PersonId, app: &AppId, template: &str) -> Result<i32, Error> {
    let held = row(person, app, template).select(message_credits::credits).first(conn).optional()?;
    Ok(held.unwrap_or(0))
}

/// To what a person agreed: mini-program, template, and how many times.
pub fn of_person(conn: &mut AnyConn, person: PersonId) -> Result<Vec<(String, String, i32)>, Error> {
    Ok(message_credits::table
        .filter(message_credits::person_id.eq(person.get()))
        .order((message_credits::app_id, message_credits::template_id))
        .select((message_credits::app_id, message_credits::template_id, message_credits::credits))
        .load(conn)?)
}

/// Takes one agreement for a message; `false` if there is none.
pub fn take(tx: &mut Tx<'_>, person: PersonId, app: &AppId, template: &str) -> Result<bool, Error> {
    let left = row(person, app, template).filter(message_credits::credits.gt(0));
    let taken = diesel::update(left)
        .set((
            message_credits::credits.eq(message_credits::credits - 1),
            message_credits::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(taken == 1)
}

/// Gives back one that was taken, unless the person is forgotten meanwhile.
pub fn give_back(tx: &mut Tx<'_>, person: PersonId, app: &AppId, template: &str) -> Result<(), Error> {
    diesel::update(row(person, app, template).filter(message_credits::credits.lt(MOST)))
        .set((
            message_credits::credits.eq(message_credits::credits + 1),
            message_credits::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes that there is none left, whatever was counted.
pub fn clear(tx: &mut Tx<'_>, person: PersonId, app: &AppId, template: &str) -> Result<(), Error> {
    diesel::update(row(person, app, template))
        .set((message_credits::credits.eq(0), message_credits::updated_at.eq(tx.now.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets what a person agreed to.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let all = message_credits::table.filter(message_credits::person_id.eq(person.get()));
    diesel::delete(all).execute(&mut *tx.conn)?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn row<'a>(person: PersonId, app: &'a AppId, template: &'a str) -> _ {
    let (person, app): (i64, &'a str) = (person.get(), app.as_str());
    message_credits::table.find((person, app, template))
}
