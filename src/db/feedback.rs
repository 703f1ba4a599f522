//! What those who came say of a session. Their words are sealed here on their way in, and opened on their way out.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::feedback;
use crate::domain::feedback::{Feedback, Words};
use crate::domain::ids::{SessionId, SignupId};
use crate::domain::sealing::{Place, Vault};

/// Where the words of a sign-up's feedback stand.
pub fn place(signup: SignupId) -> Place {
    Place { table: "feedback", column: "words", row: signup.get() }
}

/// What a party says, if it said anything, and when it last did.
pub fn get(
    conn: &mut AnyConn,
    vault: &Vault,
    signup: SignupId,
) -> Result<Option<(Feedback, DateTime<Utc>)>, Error> {
    let row: Option<(i32, Option<String>, NaiveDateTime)> = feedback::table
        .find(signup.get())
        .select((feedback::stars, feedback::words, feedback::updated_at))
        .first(conn)
        .optional()?;
    let Some((stars, words, at)) = row else { return Ok(None) };
    let open = |sealed: String| vault.open(place(signup), &sealed).map(|words| Words::from(words.expose()));
    let words = words.map(open).transpose()?;
    Ok(Some((Feedback { stars: stars.try_into().unwrap_or_default(), words }, at.and_utc())))
}

/// Keeps what a party says, in place of what it said before.
pub fn set(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (session, signup): (SessionId, SignupId),
    said: &Feedback,
) -> Result<(), Error> {
    let seal =
        |words: &Words| vault.seal(place(signup), words.expose()).map(|sealed| sealed.as_str().to_owned());
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
