//! What a batch stands on: everything its attempts ask about, read with a few statements for all of them.

use hashbrown::{HashMap, HashSet};

use super::super::Error;
use super::super::rooms::{self, Room, Tools};
use super::Attempt;
use crate::db::companions::{self, Lock};
use crate::db::idempotency_keys::{self, Used};
use crate::db::{Tx, consents, events, limits_used, logins, persons, signups};
use crate::domain::events::Event;
use crate::domain::ids::{CompanionId, EventId, LoginId, PersonId, SessionId, SignupId};
use crate::domain::record::Record;
use crate::domain::sealing::Vault;
use crate::domain::signups::Signup;
use crate::domain::signups::party::PersonName;
use crate::domain::signups::request::{Account, Companion, Request, Who};

/// The operation under which keys of sign-ups are kept.
pub(super) const OPERATION: &str = "signUp";

/// By what a person, or somebody they bring along, is told apart in a session.
const WHO: &str = "participant";

/// What a batch stands on, moved along as its attempts are settled.
pub(super) struct Ground {
    /// The sessions, locked.
    pub(super) rooms: HashMap<SessionId, Room>,
    /// The logins that stand.
    pub(super) logins: HashSet<LoginId>,
    /// What accounts know.
    pub(super) accounts: HashMap<PersonId, Account>,
    /// The sign-ups that stand.
    pub(super) standing: HashMap<(SessionId, PersonId), Signup>,
    /// Who is in the sessions by which sign-up.
    pub(super) members: HashMap<(SessionId, String), SignupId>,
    /// Keys that were used.
    pub(super) keys: HashMap<(PersonId, String), Used>,
    /// What the requests of those keys made.
    pub(super) repeated: HashMap<SignupId, Signup>,
    /// What was used of limits, as far as it was asked.
    pub(super) used: HashMap<(String, String), i32>,
    /// The events of the sessions, as far as everybody sees them.
    pub(super) events: HashMap<EventId, Event>,
}

impl Ground {
    /// Reads it, after the companions that are named and the sessions are locked, in this order, which is everybody's.
    pub(super) fn read(tx: &mut Tx<'_>, tools: Tools<'_>, attempts: &[Attempt]) -> Result<Self, Error> {
        let sessions: Vec<SessionId> = distinct(attempts.iter().map(|attempt| attempt.session));
        let persons: Vec<PersonId> = distinct(attempts.iter().map(|attempt| attempt.caller.person));
        let callers: Vec<_> = attempts.iter().map(|attempt| attempt.caller).collect();
        let named = distinct(attempts.iter().flat_map(|attempt| companions_of(&attempt.request)));
        companions::lock(tx, &named, Lock::Shared)?;
        let rooms = rooms::open(tx, &sessions)?;
        let logins = logins::standing(tx, &callers)?;
        let accounts = accounts(tx, tools, &persons, &named)?;
        let standing = signups::standing(tx, tools.vault, &sessions, &persons)?;
        let known = accounts.values().flat_map(|account| {
            let companions = account.companions.values().filter_map(|one| one.who.clone());
            companions.chain([account.who.clone()])
        });
        let members = signups::members(tx, &sessions, &distinct(known))?;
        let given: Vec<&str> = attempts
            .iter()
            .filter_map(|attempt| attempt.key.as_ref())
            .map(|key| key.given.as_str())
            .collect();
        let keyed: Vec<PersonId> = distinct(
            attempts.iter().filter(|attempt| attempt.key.is_some()).map(|attempt| attempt.caller.person),
        );
        let keys = if keyed.is_empty() {
            HashMap::new()
        } else {
            idempotency_keys::find(tx, OPERATION, &keyed, &given)?
        };
        let before: Vec<SignupId> = keys.values().filter_map(|used| SignupId::new(used.object)).collect();
        let repeated = signups::find(tx, tools.vault, &before)?.into_iter();
        let repeated = repeated.map(|signup| (signup.id, signup)).collect();
        let events = events_of(tx, &rooms)?;
        Ok(Self { rooms, logins, accounts, standing, members, keys, repeated, used: HashMap::new(), events })
    }

    /// What somebody has used of a limit.
    pub(super) fn used(&mut self, tx: &mut Tx<'_>, scope: &str, who: &str) -> Result<i32, Error> {
        let key = (scope.to_owned(), who.to_owned());
        if let Some(used) = self.used.get(&key) {
            return Ok(*used);
        }
        let used = limits_used::used(tx, scope, who)?;
        self.used.insert(key, used);
        Ok(used)
    }
}

/// A keyed hash that stands for a person among the participants of sessions.
pub(in crate::app) fn who(vault: &Vault, person: PersonId) -> String {
    vault.blind(WHO, &person.to_string())
}

/// What one account knows that a request asks about.
pub(in crate::app) fn account(
    tx: &mut Tx<'_>,
    tools: Tools<'_>,
    person: PersonId,
    request: &Request,
) -> Result<Account, Error> {
    let named = distinct(companions_of(request));
    Ok(accounts(tx, tools, &[person], &named)?.remove(&person).unwrap_or_default())
}

/// The companions that a request names.
pub(in crate::app) fn companions_of(request: &Request) -> impl Iterator<Item = CompanionId> {
    request.participants.iter().filter_map(|participant| match participant.who {
        Who::Companion(id) => Some(id),
        Who::Myself(_) | Who::Named(_) => None,
    })
}

fn accounts(
    tx: &mut Tx<'_>,
    tools: Tools<'_>,
    persons: &[PersonId],
    named: &[CompanionId],
) -> Result<HashMap<PersonId, Account>, Error> {
    let known = persons::known(tx, tools.vault, persons)?;
    let account = |id: &PersonId| {
        let known = known.get(id);
        let account = Account {
            who: who(tools.vault, *id),
            name: known.and_then(|known| Some(PersonName::from(known.name.as_ref()?.expose()))),
            has_phone: known.is_some_and(|known| known.has_phone),
            ..Account::default()
        };
        (*id, account)
    };
    let mut accounts: HashMap<PersonId, Account> = persons.iter().map(account).collect();
    let consented = consents::stand_for(tx, named)?;
    for (person, id, companion) in companions::find(tx, tools.vault, named)? {
        // Another's companion is nobody to this account.
        let Some(account) = accounts.get_mut(&person) else { continue };
        let who = companion.who(tools.vault);
        let consented = consented.contains(&id);
        let companion = Companion { name: companion.name, birth: companion.birth, who, consented };
        account.companions.insert(id, companion);
    }
    Ok(accounts)
}

fn events_of(tx: &mut Tx<'_>, rooms: &HashMap<SessionId, Room>) -> Result<HashMap<EventId, Event>, Error> {
    let ids: Vec<i64> = distinct(rooms.values().map(|room| room.session.event.get()));
    let of = |record: Record<Event>| Some((EventId::new(record.id)?, record.body));
    Ok(events::shown(tx, &ids)?.into_iter().filter_map(of).collect())
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}
