//! Taking what a device says, word by word.

use std::fmt;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::super::{Error, rooms};
use crate::db::checkins::{self, Entry};
use crate::db::{Tx, signups};
use crate::domain::checkins::{Doors, Outcome, Party, Reason, Verdict, Word};
use crate::domain::ids::{PersonId, SessionId, SignupId};
use crate::domain::sealing::Vault;
use crate::domain::signups::Signup;
use crate::domain::ticket_codes::TicketCode;
use crate::domain::tickets::{Ticket, TicketKeys};

/// What a device says of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What the device calls it: of two with one name, the first counts, and another is refused.
    pub entry: String,
    /// By what it knows the party.
    pub shown: Shown,
    /// Of whom: places in the party, from 0, in order and each once; absent: of all.
    pub members: Option<Vec<u16>>,
    /// When, by its clock.
    pub at: DateTime<Utc>,
    /// Whether it takes back that they are here.
    pub undo: bool,
}

impl Said {
    /// Whether it says of whom it is what was said before. The time is no part of it: what is kept is what was believed.
    fn repeats(&self, word: &Word) -> bool {
        self.undo == word.undo && self.members == word.members
    }
}

/// By what a device knows a party.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// What it scanned or somebody typed.
    Ticket(String),
    /// It was found in the desk's list.
    Signup(SignupId),
    /// By what can be no sign-up's id.
    Nobody,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(_) => f.write_str("Ticket(***)"),
            Self::Signup(id) => write!(f, "{id:?}"),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}

/// What became of what a device said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What the device calls it.
    pub entry: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Of which party it was, and who of it is here after all that was heard; absent where it was none of this session.
    pub party: Option<(SignupId, Vec<u16>)>,
}

/// Where something is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// At which session.
    pub(super) session: SessionId,
    /// Who held the device, if one was held.
    pub(super) staff: Option<PersonId>,
    /// The device.
    pub(super) device: &'a str,
}

/// What is said, its ticket read.
pub(super) struct Claim<'a> {
    said: &'a Said,
    of: Of,
}

/// Of which party.
enum Of {
    Ticket(Ticket),
    Code(TicketCode),
    Signup(SignupId),
    /// By a ticket that is none.
    Forged,
    Nobody,
}

/// Reads the tickets of what is said: that takes a moment, and no lock should be held meanwhile.
pub(super) fn claims<'a>(keys: &TicketKeys, said: &'a [Said]) -> Vec<Claim<'a>> {
    let of = |shown: &Shown| match shown {
        Shown::Signup(id) => Of::Signup(*id),
        Shown::Nobody => Of::Nobody,
        Shown::Ticket(text) => match (keys.verify(text), text.parse()) {
            (Ok(ticket), _) => Of::Ticket(ticket),
            (_, Ok(code)) => Of::Code(code),
            _ => Of::Forged,
        },
    };
    said.iter().map(|said| Claim { said, of: of(&said.shown) }).collect()
}

/// Hears claims in their order, in one transaction.
pub(super) fn hear(
    tx: &mut Tx<'_>,
    vault: &Vault,
    place: Place<'_>,
    claims: &[Claim<'_>],
) -> Result<Vec<Heard>, Error> {
    let mut hearing = Hearing::open(tx, vault, place, claims)?;
    let claimed: Vec<_> = claims.iter().map(|claim| claim.said.at).collect();
    let believed = hearing.doors.believe(&claimed, hearing.now);
    let heard: Vec<_> = claims.iter().zip(believed).map(|(claim, at)| hearing.hear(claim, at)).collect();
    let tell = |(claim, (verdict, signup)): (&Claim<'_>, (Verdict, Option<SignupId>))| Heard {
        entry: claim.said.entry.clone(),
        verdict,
        party: signup.and_then(|id| Some((id, hearing.parties.get(&id)?.party.attended()))),
    };
    let told = claims.iter().zip(heard).map(tell).collect();
    checkins::insert(tx, place.session, place.staff, &hearing.entries)?;
    for (id, known) in hearing.parties {
        let attended = known.party.attended();
        if (known.party.status, &attended) != (known.signup.status, &known.signup.attended) {
            checkins::settle(tx, id, known.party.status, &attended)?;
        }
    }
    Ok(told)
}

/// A party of the session, as it was read and as it is by what was heard.
struct Known {
    signup: Signup,
    party: Party,
}

/// The state of a hearing.
struct Hearing<'a> {
    place: Place<'a>,
    now: DateTime<Utc>,
    doors: Doors,
    /// What was heard before, by its name.
    before: HashMap<String, Entry>,
    codes: HashMap<TicketCode, SignupId>,
    /// Those of this session.
    parties: HashMap<SignupId, Known>,
    /// Those that are there, but of another session.
    strangers: Vec<SignupId>,
    /// What is to be kept.
    entries: Vec<Entry>,
}

impl<'a> Hearing<'a> {
    fn open(tx: &mut Tx<'_>, vault: &Vault, place: Place<'a>, claims: &[Claim<'_>]) -> Result<Self, Error> {
        let room = rooms::open_one(tx, place.session)?;
        let names: Vec<&str> = claims.iter().map(|claim| claim.said.entry.as_str()).collect();
        let before = checkins::heard(tx, place.session, place.device, &names)?;
        let typed: Vec<TicketCode> = claims
            .iter()
            .filter_map(|claim| if let Of::Code(code) = claim.of { Some(code) } else { None })
            .collect();
        let codes = checkins::by_codes(tx, vault, &typed)?;
        let mut ids: Vec<SignupId> = claims.iter().filter_map(|claim| claim.of.signup(&codes)).collect();
        ids.extend(before.values().map(|entry| entry.signup));
        ids.sort_unstable();
        ids.dedup();
        let mut words = checkins::words(tx, &ids)?;
        let (own, strange): (Vec<_>, Vec<_>) =
            signups::find(tx, vault, &ids)?.into_iter().partition(|signup| signup.session == place.session);
        let known = |signup: Signup| {
            let party = Party {
                status: signup.status,
                people: signup.people(),
                words: words.remove(&signup.id).unwrap_or_default(),
            };
            (signup.id, Known { signup, party })
        };
        Ok(Self {
            place,
            now: tx.now(),
            doors: Doors::of(room.session.start, room.session.end),
            before,
            codes,
            parties: own.into_iter().map(known).collect(),
            strangers: strange.into_iter().map(|signup| signup.id).collect(),
            entries: Vec::new(),
        })
    }

    /// What becomes of a claim that is believed to be said `at`, and of which party of this session it is.
    fn hear(&mut self, claim: &Claim<'_>, at: DateTime<Utc>) -> (Verdict, Option<SignupId>) {
        if let Some(entry) = self.before.get(&claim.said.entry) {
            // A device that counts anew must not wave somebody in by what it said before, nor believe that it took back
            // what it did not.
            let reused = (Outcome::Unknown, Some(Reason::EntryReused));
            let claimed = claim.of.signup(&self.codes);
            return match claimed {
                Some(id) if id == entry.signup && claim.said.repeats(&entry.word) => (entry.verdict, claimed),
                Some(id) if id == entry.signup => (reused, claimed),
                _ => (reused, None),
            };
        }
        match self.judge(claim, at) {
            Err(verdict) => {
                (verdict, claim.of.signup(&self.codes).filter(|id| self.parties.contains_key(id)))
            }
            Ok((entry, verdict)) => {
                let signup = entry.signup;
                self.before.insert(entry.id.clone(), entry.clone());
                self.entries.push(entry);
                (verdict, Some(signup))
            }
        }
    }

    /// Hears a claim that was not heard before.
    fn judge(&mut self, claim: &Claim<'_>, at: DateTime<Utc>) -> Result<(Entry, Verdict), Verdict> {
        let Claim { said, of } = claim;
        let unknown = (Outcome::Unknown, None);
        if let Of::Ticket(ticket) = of
            && ticket.session != self.place.session
        {
            return Err((Outcome::OtherSession, None));
        }
        let id = of.signup(&self.codes).ok_or(match of {
            Of::Forged => (Outcome::Unknown, Some(Reason::NotGenuine)),
            _ => unknown,
        })?;
        if self.strangers.contains(&id) {
            return Err((Outcome::OtherSession, None));
        }
        let known = self.parties.get_mut(&id).ok_or(unknown)?;
        known.party.admits(said.members.as_deref())?;
        if let Of::Ticket(ticket) = of
            && ticket.revision < known.signup.ticket_revision
        {
            return Err((Outcome::Cancelled, Some(Reason::Replaced)));
        }
        self.doors.admit(at, self.now).map_err(|reason| (Outcome::Unknown, Some(reason)))?;
        let device = self.place.device.to_owned();
        let word = Word { at, device, members: said.members.clone(), undo: said.undo };
        let verdict = known.party.hear(word.clone());
        Ok((Entry { id: said.entry.clone(), signup: id, word, verdict }, verdict))
    }
}

impl Of {
    fn signup(&self, codes: &HashMap<TicketCode, SignupId>) -> Option<SignupId> {
        match self {
            Self::Ticket(ticket) => Some(ticket.signup),
            Self::Code(code) => codes.get(code).copied(),
            Self::Signup(id) => Some(*id),
            Self::Forged | Self::Nobody => None,
        }
    }
}
