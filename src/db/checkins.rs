//! What devices at doors said, and how parties stand by it. Whoever writes here has locked the session
//! ([`super::seats::lock`]), as whoever changes its sign-ups has.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{checkins, sessions, signups};
use super::signups::ticket_hash;
use crate::domain::checkins::{Outcome, Reason, Verdict, Word};
use crate::domain::ids::{PersonId, SessionId, SignupId};
use crate::domain::sealing::Vault;
use crate::domain::signups::Status;
use crate::domain::ticket_codes::TicketCode;

/// A word as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the device calls it.
    pub id: String,
    /// Of which party.
    pub signup: SignupId,
    /// What was said.
    pub word: Word,
    /// What became of it.
    pub verdict: Verdict,
}

/// The sign-ups of these ticket codes, of whatever session.
pub fn by_codes(
    conn: &mut AnyConn,
    vault: &Vault,
    codes: &[TicketCode],
) -> Result<HashMap<TicketCode, SignupId>, Error> {
    let hashes: Vec<String> = codes.iter().map(|code| ticket_hash(vault, *code)).collect();
    let clear: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let sealed: Vec<(Option<String>, i64)> = signups::table
        .filter(signups::ticket_hash.eq_any(&hashes))
        .select((signups::ticket_hash, signups::id))
        .load(conn)?;
    // From before codes were sealed.
    let in_clear: Vec<(Option<String>, i64)> = signups::table
        .filter(signups::ticket_hash.is_null().and(signups::ticket_code.eq_any(&clear)))
        .select((signups::ticket_code, signups::id))
        .load(conn)?;
    let spellings = codes.iter().zip(hashes.iter().zip(&clear));
    let of = |(code, (hash, clear)): (&TicketCode, (&String, &String))| {
        let is = |(kept, _): &&(Option<String>, i64)| {
            kept.as_ref().is_some_and(|kept| kept == hash || kept == clear)
        };
        let (_, id) = sealed.iter().chain(&in_clear).find(is)?;
        Some((*code, SignupId::new(*id)?))
    };
    Ok(spellings.filter_map(of).collect())
}

/// Entries of a device that were heard before, by their names.
pub fn heard(
    conn: &mut AnyConn,
    session: SessionId,
    device: &str,
    entries: &[&str],
) -> Result<HashMap<String, Entry>, Error> {
    type Row = ((String, i64), WordRow, (String, Option<String>));
    let rows: Vec<Row> = checkins::table
        .filter(checkins::session_id.eq(session.get()).and(checkins::device_id.eq(device)))
        .filter(checkins::entry_id.eq_any(entries))
        .select(((checkins::entry_id, checkins::signup_id), WORD, (checkins::outcome, checkins::reason)))
        .load(conn)?;
    let mut found = HashMap::with_capacity(rows.len());
    for ((id, signup), row, (outcome, reason)) in rows {
        let word = word(signup, row)?;
        let (Some(signup), Some(outcome)) = (SignupId::new(signup), Outcome::from_name(&outcome)) else {
            continue;
        };
        let verdict = (outcome, reason.as_deref().and_then(Reason::from_name));
        found.insert(id.clone(), Entry { id, signup, word, verdict });
    }
    Ok(found)
}

/// A word in the store: of which device, whom it names, whether it takes back, when it was said.
type WordRow = (String, Option<String>, bool, NaiveDateTime);

const WORD: (checkins::device_id, checkins::members, checkins::undo, checkins::said_at) =
    (checkins::device_id, checkins::members, checkins::undo, checkins::said_at);

fn word(signup: i64, (device, members, undo, at): WordRow) -> Result<Word, Error> {
    let corrupt = |source| Error::Corrupt { kind: "check-in of sign-up", id: signup, source };
    let members = members.map(|members| serde_json::from_str(&members)).transpose().map_err(corrupt)?;
    Ok(Word { at: at.and_utc(), device, members, undo })
}

/// All that was said of these parties.
pub fn words(conn: &mut AnyConn, parties: &[SignupId]) -> Result<HashMap<SignupId, Vec<Word>>, Error> {
    let mut found: HashMap<SignupId, Vec<Word>> = HashMap::new();
    for parties in parties.chunks(IDS_PER_STATEMENT) {
        let rows = checkins::table
            .filter(checkins::signup_id.eq_any(parties.iter().map(|id| id.get())))
            .select((checkins::signup_id, WORD))
            .load::<(i64, WordRow)>(conn)?;
        for (signup, row) in rows {
            let word = word(signup, row)?;
            let Some(signup) = SignupId::new(signup) else { continue };
            found.entry(signup).or_default().push(word);
        }
    }
    Ok(found)
}

/// Keeps words of one session; `staff` is who held the device.
///
/// # Errors
/// [`Error::Constraint`] if one is there already.
pub fn insert(
    tx: &mut Tx<'_>,
    session: SessionId,
    staff: Option<PersonId>,
    entries: &[Entry],
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    for entries in entries.chunks(ROWS_PER_STATEMENT) {
        let row = |entry: &Entry| {
            let members = entry.word.members.as_ref().map(serde_json::to_string).transpose();
            let (outcome, reason) = entry.verdict;
            Ok((
                checkins::session_id.eq(session.get()),
                checkins::device_id.eq(entry.word.device.clone()),
                checkins::entry_id.eq(entry.id.clone()),
                checkins::signup_id.eq(entry.signup.get()),
                checkins::members.eq(members.map_err(|source| Error::Corrupt {
                    kind: "check-in of sign-up",
                    id: entry.signup.get(),
                    source,
                })?),
                checkins::undo.eq(entry.word.undo),
                checkins::said_at.eq(entry.word.at.naive_utc()),
                checkins::outcome.eq(outcome.name()),
                checkins::reason.eq(reason.map(Reason::name)),
                checkins::staff_id.eq(staff.map(PersonId::get)),
                checkins::heard_at.eq(now),
            ))
        };
        let rows = entries.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
        let insert = diesel::insert_into(checkins::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Writes who of a party came and how its sign-up stands by that; raises its version.
pub fn settle(tx: &mut Tx<'_>, id: SignupId, status: Status, attended: &[u16]) -> Result<(), Error> {
    let corrupt = |source| Error::Corrupt { kind: "signup", id: id.get(), source };
    diesel::update(signups::table.find(id.get()))
        .set((
            signups::status.eq(status.name()),
            signups::attended.eq(serde_json::to_string(attended).map_err(corrupt)?),
            signups::version.eq(signups::version + 1),
            signups::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The sessions that ended from `since` until before `until`, in which somebody came and somebody else is still expected.
pub fn unsettled(
    conn: &mut AnyConn,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<SessionId>, Error> {
    let of = |status: Status| {
        let of_session = signups::table.filter(signups::session_id.eq(sessions::id));
        exists(of_session.filter(signups::status.eq(status.name())))
    };
    let rows: Vec<i64> = sessions::table
        .filter(sessions::end_at.ge(since.naive_utc()).and(sessions::end_at.lt(until.naive_utc())))
        .filter(of(Status::Attended))
        .filter(of(Status::Confirmed))
        .select(sessions::id)
        .order(sessions::id)
        .load(conn)?;
    Ok(rows.into_iter().filter_map(SessionId::new).collect())
}

/// Marks whoever is still expected in a session as not come; says how many sign-ups.
pub fn give_up(tx: &mut Tx<'_>, session: SessionId) -> Result<usize, Error> {
    let expected = signups::table
        .filter(signups::session_id.eq(session.get()))
        .filter(signups::status.eq(Status::Confirmed.name()));
    let marked = diesel::update(expected)
        .set((
            signups::status.eq(Status::NoShow.name()),
            signups::version.eq(signups::version + 1),
            signups::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(marked)
}
