//! Sign-ups. What is personal in them is sealed here on its way in and opened on its way out.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use hashbrown::{HashMap, HashSet};

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{sessions, signup_members, signups};
use super::sealed::Column;
use crate::domain::ids::{EventId, PersonId, SessionId, SignupId};
use crate::domain::sealing::{Place, Vault};
use crate::domain::signups::party::Personal;
use crate::domain::signups::{Reason, Signup, Status};
use crate::domain::ticket_codes::TicketCode;

/// Which sign-ups stand, in the words of the index `signups_once`: with parameters in their place neither store knows that
/// the index holds all of them, and SQLite reads the whole session instead.
const STANDS: &str = "signups.status NOT IN ('cancelled', 'rejected')";

/// What is personal in sign-ups.
pub const PERSONAL: Column = Column::of("signups", "personal");

/// The codes of tickets: sealed, and found by a pseudonym.
pub const TICKET: Column = Column::of("signups", "ticket_code");

/// By what a ticket's code is found.
pub fn ticket_hash(vault: &Vault, code: TicketCode) -> String {
    vault.blind("ticket", &code.to_string())
}

/// Where what is personal in a sign-up stands.
pub fn place(id: SignupId) -> Place {
    PERSONAL.place(id.get())
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = signups, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: i64,
    session_id: i64,
    event_id: i64,
    person_id: Option<i64>,
    status: String,
    reason: Option<String>,
    seats: i32,
    headcount: Option<i32>,
    queue_number: Option<i64>,
    offered_until: Option<NaiveDateTime>,
    ticket_code: Option<String>,
    ticket_hash: Option<String>,
    ticket_revision: i32,
    personal: Option<String>,
    attended: String,
    policy_version: String,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl Row {
    fn new(vault: &Vault, signup: &Signup) -> Result<Self, Error> {
        let id = signup.id.get();
        let corrupt = |source| Error::Corrupt { kind: "signup", id, source };
        let sealed = |personal: &Personal| {
            let text = serde_json::to_string(personal).map_err(corrupt)?;
            Ok::<_, Error>(vault.seal(place(signup.id), &text)?.as_str().to_owned())
        };
        Ok(Self {
            id,
            session_id: signup.session.get(),
            event_id: signup.event.get(),
            person_id: signup.person.map(PersonId::get),
            status: signup.status.name().to_owned(),
            reason: signup.reason.map(|reason| reason.name().to_owned()),
            seats: signup.seats,
            headcount: signup.headcount.map(i32::from),
            queue_number: signup.queue_number,
            offered_until: signup.offered_until.map(|at| at.naive_utc()),
            ticket_code: signup
                .ticket_code
                .map(|code| TICKET.seal(vault, id, &code.to_string()))
                .transpose()?,
            ticket_hash: signup.ticket_code.map(|code| ticket_hash(vault, code)),
            ticket_revision: signup.ticket_revision.try_into().unwrap_or(i32::MAX),
            personal: signup.personal.as_ref().map(sealed).transpose()?,
            attended: serde_json::to_string(&signup.attended).map_err(corrupt)?,
            policy_version: signup.policy_version.clone(),
            version: signup.version,
            created_at: signup.created_at.naive_utc(),
            updated_at: signup.updated_at.naive_utc(),
        })
    }

    fn signup(self, vault: &Vault) -> Result<Signup, Error> {
        let corrupt = |source| Error::Corrupt { kind: "signup", id: self.id, source };
        let strange = |what: &str| corrupt(serde::de::Error::custom(what));
        let id = SignupId::new(self.id).ok_or_else(|| strange("an id is positive"))?;
        let opened = |sealed: String| {
            let text = vault.open(place(id), &sealed)?;
            serde_json::from_str::<Personal>(text.expose()).map_err(corrupt)
        };
        let code = |kept: String| match self.ticket_hash {
            Some(_) => Ok::<_, Error>(TICKET.open(vault, self.id, &kept)?.expose().parse().ok()),
            // In clear, from before codes were sealed.
            None => Ok(kept.parse().ok()),
        };
        Ok(Signup {
            id,
            session: SessionId::new(self.session_id).ok_or_else(|| strange("an id is positive"))?,
            event: EventId::new(self.event_id).ok_or_else(|| strange("an id is positive"))?,
            person: self.person_id.and_then(PersonId::new),
            status: Status::from_name(&self.status).ok_or_else(|| strange("no such status"))?,
            reason: self.reason.as_deref().and_then(Reason::from_name),
            seats: self.seats,
            headcount: self.headcount.and_then(|heads| heads.try_into().ok()),
            queue_number: self.queue_number,
            offered_until: self.offered_until.map(|at| at.and_utc()),
            ticket_code: self.ticket_code.map(code).transpose()?.flatten(),
            ticket_revision: self.ticket_revision.try_into().unwrap_or(1),
            personal: self.personal.map(opened).transpose()?,
            attended: serde_json::from_str(&self.attended).map_err(corrupt)?,
            policy_version: self.policy_version,
            version: self.version,
            created_at: self.created_at.and_utc(),
            updated_at: self.updated_at.and_utc(),
        })
    }
}

fn read(vault: &Vault, rows: Vec<Row>) -> Result<Vec<Signup>, Error> {
    rows.into_iter().map(|row| row.signup(vault)).collect()
}

/// Inserts sign-ups, many rows in a statement.
///
/// # Errors
/// [`Error::Constraint`] if a person has another one in the session, or a ticket code is taken.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, made: &[Signup]) -> Result<(), Error> {
    for made in made.chunks(ROWS_PER_STATEMENT) {
        let row = |signup: &Signup| Ok((Row::new(vault, signup)?, counted(signup)));
        let rows = made.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
        let insert = diesel::insert_into(signups::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Writes a sign-up that the transaction has read under the lock of its session, and raises its version.
pub fn update(tx: &mut Tx<'_>, vault: &Vault, signup: &mut Signup) -> Result<(), Error> {
    signup.version += 1;
    signup.updated_at = tx.now;
    let row = Row::new(vault, signup)?;
    // Where names are gone, the count of those who bore them stays.
    let counted = signup.personal.is_some().then(|| counted(signup));
    diesel::update(signups::table.find(signup.id.get())).set((row, counted)).execute(&mut *tx.conn)?;
    Ok(())
}

/// How many people a sign-up is for, as statistics count them.
fn counted(signup: &Signup) -> dsl::Eq<signups::people, i32> {
    signups::people.eq(i32::from(signup.people()))
}

/// A sign-up.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: SignupId) -> Result<Option<Signup>, Error> {
    let row = signups::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(|row: Row| row.signup(vault)).transpose()
}

/// A sign-up, if it is this person's.
pub fn get_of(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    id: SignupId,
) -> Result<Option<Signup>, Error> {
    let own = signups::table.find(id.get()).filter(signups::person_id.eq(person.get()));
    let row = own.select(Row::as_select()).first(conn).optional()?;
    row.map(|row: Row| row.signup(vault)).transpose()
}

/// The session of a sign-up, which never changes.
pub fn session_of(conn: &mut AnyConn, id: SignupId) -> Result<Option<SessionId>, Error> {
    let session = signups::table.find(id.get()).select(signups::session_id).first(conn).optional()?;
    Ok(session.and_then(SessionId::new))
}

/// Some sign-ups.
pub fn find(conn: &mut AnyConn, vault: &Vault, ids: &[SignupId]) -> Result<Vec<Signup>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let ids = ids.iter().map(|id| id.get());
        let rows = signups::table.filter(signups::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
        found.extend(read(vault, rows)?);
    }
    Ok(found)
}

/// The sign-ups of these persons in these sessions that stand: of each pair at most one.
///
/// `+ 0` keeps the planner from going by the session: before it has statistics it believes that few are in one, and reads
/// all of a hot one for every batch.
pub fn standing(
    conn: &mut AnyConn,
    vault: &Vault,
    sessions: &[SessionId],
    persons: &[PersonId],
) -> Result<HashMap<(SessionId, PersonId), Signup>, Error> {
    let mut found = HashMap::new();
    for persons in persons.chunks(IDS_PER_STATEMENT) {
        let rows = signups::table
            .filter(signups::person_id.eq_any(persons.iter().map(|id| id.get())))
            .filter((signups::session_id + 0_i64).eq_any(sessions.iter().map(|id| id.get())))
            .filter(dsl::sql::<Bool>(STANDS))
            .select(Row::as_select())
            .load(conn)?;
        let of = |signup: Signup| Some(((signup.session, signup.person?), signup));
        found.extend(read(vault, rows)?.into_iter().filter_map(of));
    }
    Ok(found)
}

/// All sign-ups of a person that stand, of past sessions too.
pub fn all_standing(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Signup>, Error> {
    let rows = signups::table
        .filter(signups::person_id.eq(person.get()))
        .filter(signups::status.ne_all([Status::Cancelled.name(), Status::Rejected.name()]))
        .order(signups::id)
        .select(Row::as_select())
        .load(conn)?;
    read(vault, rows)
}

/// Everybody who ever signed up for a session.
pub fn ever(conn: &mut AnyConn, session: SessionId) -> Result<HashSet<PersonId>, Error> {
    let of_session = signups::table.filter(signups::session_id.eq(session.get()));
    let rows: Vec<Option<i64>> = of_session.select(signups::person_id).load(conn)?;
    Ok(rows.into_iter().flatten().filter_map(PersonId::new).collect())
}

/// A person's sign-ups, the latest first: those made before `before`, at most `limit`.
pub fn of_person(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    before: Option<SignupId>,
    limit: usize,
) -> Result<Vec<Signup>, Error> {
    let before = before.map_or(i64::MAX, SignupId::get);
    let rows = signups::table
        .filter(signups::person_id.eq(person.get()).and(signups::id.lt(before)))
        .order(signups::id.desc())
        .limit(limit as i64)
        .select(Row::as_select())
        .load(conn)?;
    read(vault, rows)
}

/// How many sign-ups a person has.
pub fn count_of_person(conn: &mut AnyConn, person: PersonId) -> Result<u64, Error> {
    let count: i64 = signups::table.filter(signups::person_id.eq(person.get())).count().get_result(conn)?;
    Ok(count.try_into().unwrap_or_default())
}

/// All sign-ups of a session, in order of their making.
pub fn of_session(conn: &mut AnyConn, vault: &Vault, session: SessionId) -> Result<Vec<Signup>, Error> {
    let rows = signups::table
        .filter(signups::session_id.eq(session.get()))
        .order(signups::id)
        .select(Row::as_select())
        .load(conn)?;
    read(vault, rows)
}

/// Those at the head of a session's queue who want at most `seats`.
pub fn next_in_queue(
    conn: &mut AnyConn,
    vault: &Vault,
    session: SessionId,
    seats: i32,
    limit: i64,
) -> Result<Vec<Signup>, Error> {
    let rows = signups::table
        .filter(signups::session_id.eq(session.get()))
        .filter(signups::status.eq(Status::Waitlisted.name()).and(signups::seats.le(seats)))
        .order(signups::queue_number)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    read(vault, rows)
}

/// How many queue before a number, counted in parties.
pub fn ahead(conn: &mut AnyConn, session: SessionId, number: i64) -> Result<u64, Error> {
    let count: i64 = signups::table
        .filter(signups::session_id.eq(session.get()).and(signups::status.eq(Status::Waitlisted.name())))
        .filter(signups::queue_number.lt(number))
        .count()
        .get_result(conn)?;
    Ok(count.try_into().unwrap_or_default())
}

/// The sessions in which an offer has lapsed at `now`, or somebody still queues although it has begun.
pub fn overdue(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<Vec<SessionId>, Error> {
    let now = now.naive_utc();
    let lapsed: Vec<i64> = signups::table
        .filter(signups::status.eq(Status::Offered.name()).and(signups::offered_until.le(now)))
        .select(signups::session_id)
        .distinct()
        .limit(IDS_PER_STATEMENT as i64)
        .load(conn)?;
    let begun: Vec<i64> = sessions::table
        .filter(sessions::waiting.gt(0).and(sessions::start_at.le(now)).and(sessions::seats_number.gt(0)))
        .select(sessions::id)
        .limit(IDS_PER_STATEMENT as i64)
        .load(conn)?;
    let mut found: Vec<SessionId> = lapsed.into_iter().chain(begun).filter_map(SessionId::new).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The sessions that start after `now` and until `until`, for which fewer than `step` reminders were told.
pub fn to_remind(
    conn: &mut AnyConn,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    step: i32,
) -> Result<Vec<SessionId>, Error> {
    let ids: Vec<i64> = sessions::table
        .filter(sessions::seats_number.gt(0).and(sessions::reminded.lt(step)))
        .filter(sessions::start_at.gt(now.naive_utc()).and(sessions::start_at.le(until.naive_utc())))
        .select(sessions::id)
        .limit(IDS_PER_STATEMENT as i64)
        .load(conn)?;
    Ok(ids.into_iter().filter_map(SessionId::new).collect())
}

/// Notes that so many reminders of a session were told; `false` if another transaction noted it before.
pub fn remind(tx: &mut Tx<'_>, session: SessionId, step: i32) -> Result<bool, Error> {
    let open = sessions::table.find(session.get()).filter(sessions::reminded.lt(step));
    Ok(diesel::update(open).set(sessions::reminded.eq(step)).execute(&mut *tx.conn)? == 1)
}

/// Those who have seats of a session since before `since`: whose, and by which sign-up.
pub fn confirmed_before(
    conn: &mut AnyConn,
    session: SessionId,
    since: DateTime<Utc>,
) -> Result<Vec<(PersonId, SignupId, EventId)>, Error> {
    let rows: Vec<(Option<i64>, i64, i64)> = signups::table
        .filter(signups::session_id.eq(session.get()).and(signups::status.eq(Status::Confirmed.name())))
        .filter(signups::created_at.le(since.naive_utc()))
        .select((signups::person_id, signups::id, signups::event_id))
        .load(conn)?;
    let read = |(person, signup, event): (Option<i64>, i64, i64)| {
        Some((PersonId::new(person?)?, SignupId::new(signup)?, EventId::new(event)?))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Forgets what is personal in the sign-ups of sessions that ended before `before`, and the pseudonyms of those who were
/// there; says in how many. Who signed up, for how many seats and people and how many came stays.
pub fn forget_personal(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let over = sessions::table.filter(sessions::end_at.lt(before.naive_utc())).select(sessions::id);
    diesel::delete(signup_members::table.filter(signup_members::session_id.eq_any(over)))
        .execute(&mut *tx.conn)?;
    let kept = signups::table.filter(signups::personal.is_not_null().and(signups::session_id.eq_any(over)));
    Ok(diesel::update(kept).set(signups::personal.eq(None::<String>)).execute(&mut *tx.conn)?)
}

/// The offers of a session that have lapsed at `now`.
pub fn lapsed(
    conn: &mut AnyConn,
    vault: &Vault,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Vec<Signup>, Error> {
    let rows = signups::table
        .filter(signups::session_id.eq(session.get()).and(signups::status.eq(Status::Offered.name())))
        .filter(signups::offered_until.le(now.naive_utc()))
        .order(signups::queue_number)
        .select(Row::as_select())
        .load(conn)?;
    read(vault, rows)
}

/// How often each of these persons did not come, of sessions that ended after `since`.
pub fn no_shows(
    conn: &mut AnyConn,
    persons: &[PersonId],
    since: DateTime<Utc>,
) -> Result<HashMap<PersonId, i64>, Error> {
    let mut found = HashMap::new();
    for persons in persons.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<Option<i64>> = signups::table
            .inner_join(sessions::table)
            .filter(signups::person_id.eq_any(persons.iter().map(|id| id.get())))
            .filter(signups::status.eq(Status::NoShow.name()).and(sessions::end_at.gt(since.naive_utc())))
            .select(signups::person_id)
            .load(conn)?;
        for person in rows.into_iter().flatten().filter_map(PersonId::new) {
            *found.entry(person).or_default() += 1;
        }
    }
    Ok(found)
}

/// Somebody who is in a session by a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// The session.
    pub session: SessionId,
    /// A keyed hash of who it is.
    pub who: String,
    /// By which sign-up.
    pub signup: SignupId,
}

/// Those of these people who are in these sessions already; `+ 0` as in [`standing`].
pub fn members(
    conn: &mut AnyConn,
    sessions: &[SessionId],
    who: &[String],
) -> Result<HashMap<(SessionId, String), SignupId>, Error> {
    let mut found = HashMap::new();
    for who in who.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, String, i64)> = signup_members::table
            .filter((signup_members::session_id + 0_i64).eq_any(sessions.iter().map(|id| id.get())))
            .filter(signup_members::who.eq_any(who))
            .load(conn)?;
        let member = |(session, who, signup)| Some(((SessionId::new(session)?, who), SignupId::new(signup)?));
        found.extend(rows.into_iter().filter_map(member));
    }
    Ok(found)
}

/// Notes who is in sessions.
///
/// # Errors
/// [`Error::Constraint`] if one is there already.
pub fn add_members(tx: &mut Tx<'_>, members: &[Member]) -> Result<(), Error> {
    for members in members.chunks(ROWS_PER_STATEMENT) {
        let row = |member: &Member| {
            (
                signup_members::session_id.eq(member.session.get()),
                signup_members::who.eq(member.who.clone()),
                signup_members::signup_id.eq(member.signup.get()),
            )
        };
        let insert =
            diesel::insert_into(signup_members::table).values(members.iter().map(row).collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Takes everybody of a sign-up out of its session; says who they were.
pub fn remove_members(tx: &mut Tx<'_>, signup: SignupId) -> Result<Vec<String>, Error> {
    let of = signup_members::table.filter(signup_members::signup_id.eq(signup.get()));
    let who = of.select(signup_members::who).load(&mut *tx.conn)?;
    diesel::delete(of).execute(&mut *tx.conn)?;
    Ok(who)
}

/// A person's sign-ups that stand for sessions which begin after `now`.
pub fn to_come(conn: &mut AnyConn, person: PersonId, now: DateTime<Utc>) -> Result<Vec<SignupId>, Error> {
    let standing = [Status::Confirmed, Status::Waitlisted, Status::Offered, Status::Pending];
    let ids: Vec<i64> = signups::table
        .inner_join(sessions::table)
        .filter(signups::person_id.eq(person.get()))
        .filter(signups::status.eq_any(standing.map(Status::name)))
        .filter(sessions::start_at.gt(now.naive_utc()))
        .select(signups::id)
        .load(conn)?;
    Ok(ids.into_iter().filter_map(SignupId::new).collect())
}

/// Seals ticket codes that stand in clear, from before they were sealed, at most `limit`; says how many.
pub fn seal_tickets(tx: &mut Tx<'_>, vault: &Vault, limit: i64) -> Result<usize, Error> {
    let clear = signups::table.filter(signups::ticket_code.is_not_null().and(signups::ticket_hash.is_null()));
    let rows: Vec<(i64, Option<String>)> =
        clear.select((signups::id, signups::ticket_code)).limit(limit).load(&mut *tx.conn)?;
    for (id, kept) in &rows {
        // What is no code lets nobody in.
        let code: Option<TicketCode> = kept.as_ref().and_then(|kept| kept.parse().ok());
        let sealed = code.map(|code| TICKET.seal(vault, *id, &code.to_string())).transpose()?;
        diesel::update(signups::table.find(id).filter(signups::ticket_hash.is_null()))
            .set((
                signups::ticket_code.eq(sealed),
                signups::ticket_hash.eq(code.map(|code| ticket_hash(vault, code))),
            ))
            .execute(&mut *tx.conn)?;
    }
    Ok(rows.len())
}

/// Forgets whose sign-ups these were and what was personal in them: what stays is that somebody came, or did not.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let theirs = || signups::table.filter(signups::person_id.eq(person.get()));
    let ids: Vec<i64> = theirs().select(signups::id).load(&mut *tx.conn)?;
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        diesel::delete(signup_members::table.filter(signup_members::signup_id.eq_any(ids)))
            .execute(&mut *tx.conn)?;
    }
    diesel::update(theirs())
        .set((
            signups::person_id.eq(None::<i64>),
            signups::personal.eq(None::<String>),
            signups::ticket_code.eq(None::<String>),
            signups::ticket_hash.eq(None::<String>),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}
