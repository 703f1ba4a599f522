//! Many attempts settled in one transaction, in order of arrival.

use chrono::{DateTime, Utc};
use hashbrown::HashSet;

use super::super::Error;
use super::super::notices::tell;
use super::super::rooms::{Tools, told};
use super::ground::{Ground, OPERATION};
use super::limits::{elsewhere, used};
use super::lists::List;
use super::{Attempt, Settled};
use crate::db::idempotency_keys::{self, Used};
use crate::db::limits_used::{self, Use};
use crate::db::signups::Member;
use crate::db::{self, Tx, consents, policies, seats, signups};
use crate::domain::ids::{ConsentId, PersonId, Random, SessionId, SignupId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::policies::PolicyKind;
use crate::domain::sessions::SignupState;
use crate::domain::signup_terms::SignupTerms;
use crate::domain::signups::bars::Bar;
use crate::domain::signups::refusal::Refusal;
use crate::domain::signups::request::For;
use crate::domain::signups::{Signup, Status};
use crate::domain::ticket_codes::TicketCode;

/// What a batch writes, each table once.
#[derive(Default)]
struct Made {
    signups: Vec<Signup>,
    members: Vec<Member>,
    uses: Vec<Use>,
    keys: Vec<Used>,
    /// Who consented as the guardian of children whom they named here.
    guardians: Vec<PersonId>,
}

impl Made {
    /// An id that no other of the batch has: of hundreds made in one millisecond, two would often be alike.
    fn fresh_id(&self, now: DateTime<Utc>, random: &dyn Random) -> SignupId {
        loop {
            let id = SignupId::fresh(now, random);
            if self.signups.iter().all(|other| other.id != id) {
                return id;
            }
        }
    }
}

/// What came of a batch.
pub(super) struct Done {
    /// Of each attempt, in order.
    pub(super) outcomes: Vec<Result<Settled, Error>>,
    /// The lists of the sessions that were full for somebody.
    pub(super) lists: Vec<(SessionId, List)>,
}

/// Settles attempts in order.
///
/// # Errors
/// If the store fails; then nothing was settled.
pub(super) fn settle(tx: &mut Tx<'_>, tools: Tools<'_>, attempts: &[Attempt]) -> Result<Done, Error> {
    let mut ground = Ground::read(tx, tools, attempts)?;
    let mut made = Made::default();
    let mut outcomes = Vec::with_capacity(attempts.len());
    for attempt in attempts {
        outcomes.push(match judge(tx, tools, &mut ground, &mut made, attempt) {
            // The store's failure is everybody's.
            Err(Error::Db(error)) => return Err(error.into()),
            outcome => outcome,
        });
    }
    write(tx, tools, &made)?;
    let mut promoted = Vec::new();
    let refused = refused_as_full(attempts, &outcomes);
    let mut lists = Vec::new();
    for (id, room) in ground.rooms {
        promoted.extend(room.close(tx, tools)?);
        if refused.contains(&id) {
            lists.push((id, List { moved: seats::moved(tx, id)?, persons: signups::ever(tx, id)? }));
        }
    }
    // Whoever queued and was next at once is told how they stand now.
    for settled in outcomes.iter_mut().flatten() {
        if let Some(newer) = promoted.iter().find(|one| one.id == settled.signup.id) {
            settled.signup = newer.clone();
        }
    }
    Ok(Done { outcomes, lists })
}

/// The sessions that were full for somebody.
fn refused_as_full(attempts: &[Attempt], outcomes: &[Result<Settled, Error>]) -> HashSet<SessionId> {
    let full = |outcome: &Result<Settled, Error>| matches!(outcome, Err(Error::Refused(Refusal::Full(_))));
    attempts.iter().zip(outcomes).filter(|(_, outcome)| full(outcome)).map(|(one, _)| one.session).collect()
}

fn write(tx: &mut Tx<'_>, tools: Tools<'_>, made: &Made) -> Result<(), db::Error> {
    signups::insert(tx, tools.vault, &made.signups)?;
    signups::add_members(tx, &made.members)?;
    limits_used::raise(tx, made.uses.clone())?;
    idempotency_keys::insert(tx, OPERATION, made.keys.clone())?;
    note_guardians(tx, tools, &made.guardians)?;
    let told: Vec<_> = made.signups.iter().filter_map(|signup| told(signup, false)).collect();
    tell(tx, &told)
}

fn judge(
    tx: &mut Tx<'_>,
    tools: Tools<'_>,
    ground: &mut Ground,
    made: &mut Made,
    attempt: &Attempt,
) -> Result<Settled, Error> {
    let (person, session) = (attempt.caller.person, attempt.session);
    if !ground.logins.contains(&attempt.caller.login) {
        return Err(Error::LoginEnded);
    }
    if let Some(key) = &attempt.key
        && let Some(used) = ground.keys.get(&(person, key.given.clone()))
    {
        let before = SignupId::new(used.object).and_then(|id| ground.repeated.get(&id));
        return match before {
            Some(signup) if used.key == *key => Ok(Settled { signup: signup.clone(), made: used.made }),
            _ => Err(Error::Refused(Refusal::KeyReused)),
        };
    }
    if let Some(signup) = ground.standing.get(&(session, person)) {
        let settled = Settled { signup: signup.clone(), made: false };
        note_key(ground, made, attempt, &settled);
        return Ok(settled);
    }
    let room = ground.rooms.get(&session).ok_or(Error::NotFound)?;
    // What was taken down, or whose organiser was suspended, is not there for whoever comes after that.
    let of_event = ground.events.get(&room.session.event).ok_or(Error::NotFound)?.status;
    let state = room.session.signup_state(of_event, tx.now());
    let Some(terms) = room.session.signup.as_deref().cloned() else {
        return Err(Error::Refused(closed(state)));
    };
    if !matches!(state, SignupState::Open | SignupState::Waitlist | SignupState::Full) {
        return Err(Error::Refused(closed(state)));
    }
    let account = ground.accounts.get(&person).cloned().unwrap_or_default();
    let (event, until) = (room.session.event, room.session.end);
    let asked = For { terms: &terms, start: room.session.start, now: tx.now() };
    let allowed = attempt.request.allow(asked, &account).map_err(Error::Refused)?;
    elsewhere(&allowed, |who| ground.members.contains_key(&(session, who.to_owned())))?;
    missed(tx, ground, attempt, &terms)?;
    let asked = (&allowed, attempt.request.headcount);
    let uses = used(tx, ground, (event, until), &terms, &account.who, asked)?;

    let room = ground.rooms.get_mut(&session).ok_or(Error::NotFound)?;
    let seated = room.seats.admit(&terms, allowed.seats, attempt.request.join_waitlist);
    let status = seated.map_err(|queue| Error::Refused(Refusal::Full(queue)))?;
    let queue_number = if status == Status::Waitlisted { Some(room.queue_number(tx)?) } else { None };
    let signup = Signup {
        id: made.fresh_id(tx.now(), tools.random),
        session,
        event,
        person: Some(person),
        status,
        reason: None,
        seats: allowed.seats,
        headcount: attempt.request.headcount,
        queue_number,
        offered_until: None,
        ticket_code: (status != Status::Waitlisted).then(|| TicketCode::fresh(tools.random)),
        ticket_revision: 1,
        personal: Some(allowed.personal),
        attended: Vec::new(),
        policy_version: attempt.request.policy_version.clone(),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    for (who, _) in allowed.members {
        ground.members.insert((session, who.clone()), signup.id);
        made.members.push(Member { session, who, signup: signup.id });
    }
    for one in uses {
        *ground.used.entry((one.scope.clone(), one.who.clone())).or_default() += one.used;
        match made.uses.iter_mut().find(|other| (&other.scope, &other.who) == (&one.scope, &one.who)) {
            Some(other) => {
                other.used += one.used;
                other.until = other.until.max(one.until);
            }
            None => made.uses.push(one),
        }
    }
    let settled = Settled { signup, made: true };
    note_key(ground, made, attempt, &settled);
    if !attempt.request.guardian_for.is_empty() {
        made.guardians.push(person);
    }
    ground.standing.insert((session, person), settled.signup.clone());
    made.signups.push(settled.signup.clone());
    Ok(settled)
}

/// Puts on record who consented as a guardian, and to which text.
pub(in crate::app) fn note_guardians(
    tx: &mut Tx<'_>,
    tools: Tools<'_>,
    guardians: &[PersonId],
) -> Result<(), db::Error> {
    if guardians.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let version = policies::in_force(tx, PolicyKind::Guardian)?.unwrap_or_default();
    for guardian in guardians {
        let id = ConsentId::fresh(now, tools.random);
        consents::insert(tx, tools.vault, id, *guardian, (PolicyKind::Guardian, &version), None)?;
    }
    Ok(())
}

/// Notes the key of an attempt with what came of it.
fn note_key(ground: &mut Ground, made: &mut Made, attempt: &Attempt, settled: &Settled) {
    let Some(key) = attempt.key.clone() else { return };
    let (person, object) = (attempt.caller.person, settled.signup.id);
    let used = Used { person, key: key.clone(), object: object.get(), made: settled.made };
    ground.keys.insert((person, key.given), used.clone());
    ground.repeated.insert(object, settled.signup.clone());
    made.keys.push(used);
}

/// Why nobody can sign up in this state.
pub(super) fn closed(state: SignupState) -> Refusal {
    match state {
        SignupState::NotOpen => Refusal::NotOpen,
        SignupState::None => Refusal::NotNeeded,
        SignupState::Cancelled => Refusal::CalledOff,
        SignupState::Closed
        | SignupState::Ended
        | SignupState::Open
        | SignupState::Waitlist
        | SignupState::Full => Refusal::Closed,
    }
}

/// Refuses who did not come too often.
fn missed(tx: &mut Tx<'_>, ground: &Ground, attempt: &Attempt, terms: &SignupTerms) -> Result<(), Error> {
    let (Some(rule), Some(room)) = (terms.no_shows, ground.rooms.get(&attempt.session)) else {
        return Ok(());
    };
    let since = room.session.start - chrono::TimeDelta::days(rule.days.into());
    let person = attempt.caller.person;
    let missed = signups::no_shows(tx, &[person], since)?.get(&person).copied().unwrap_or_default();
    if missed < i64::from(rule.most) {
        return Ok(());
    }
    let bar = Bar::NoShows { most: rule.most, days: rule.days };
    let invalid = Invalid::one("participants", FieldCode::Barred(bar));
    Err(Error::Refused(Refusal::NotEligible(invalid)))
}
