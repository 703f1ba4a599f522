//! What those who came say of a session. Their words are sealed here on their way in, and opened on their way out.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{feedback, signups};
use super::sealed::Column;
use crate::domain::feedback::{Feedback, Words};
use crate::domain::ids::{PersonId, SessionId, SignupId};
use crate::domain::sealing::Vault;

/// The column of what was said in words.
pub const WORDS: Column = Column { table: "feedback", key: "signup_id", column: "words" };

#[derive(Queryable, Selectable)]
#[diesel(table_name = feedback)]
struct Row {
    signup_id: i64,
    stars: i32,
    words: Option<String>,
    updated_at: NaiveDateTime,
}

/// What a person said of the sessions that they attended, each with its sign-up and when it was said last.
pub fn of_person(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
) -> Result<Vec<(SignupId, Feedback, DateTime<Utc>)>, Error> {
    let own = signups::table.filter(signups::person_id.eq(person.get())).select(signups::id);
    let rows: Vec<Row> = feedback::table
        .filter(feedback::signup_id.eq_any(own))
        .order(feedback::signup_id)
        .select(Row::as_select())
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for Row { signup_id, stars, words, updated_at } in rows {
        let Some(signup) = SignupId::new(signup_id) else { continue };
        let words = words.map(|sealed| WORDS.open(vault, signup_id, &sealed)).transpose()?;
        let words = words.map(|opened| Words::from(opened.expose()));
        let said = Feedback { stars: stars.try_into().unwrap_or_default(), words };
        found.push((signup, said, updated_at.and_utc()));
    }
    Ok(found)
}

/// Forgets what a person said in words; their stars are nobody's, and stay. The sign-ups must still be theirs.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let own = signups::table.filter(signups::person_id.eq(person.get())).select(signups::id);
    diesel::update(feedback::table.filter(feedback::signup_id.eq_any(own)))
        .set(feedback::words.eq(None::<String>))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Keeps what a party says, in place of what it said before.
pub fn set(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (session, signup): (SessionId, SignupId),
    said: &Feedback,
) -> Result<(), Error> {
    let seal = |words: &Words| WORDS.seal(vault, signup.get(), words.expose());
    let words = said.words.as_ref().map(seal).transpose()?;
    let now = tx.now.naive_utc();
    let stars = i32::from(said.stars);
    let again = (feedback::stars.eq(stars), feedback::words.eq(&words), feedback::updated_at.eq(now));
    let changed = diesel::update(feedback::table.find(signup.get())).set(again).execute(&mut *tx.conn)?;
    if changed == 0 {
        diesel::insert_into(feedback::table)
            .values((
                feedback::signup_id.eq(signup.get()),
                feedback::session_id.eq(session.get()),
                feedback::stars.eq(stars),
                feedback::words.eq(&words),
                feedback::created_at.eq(now),
                feedback::updated_at.eq(now),
            ))
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}
