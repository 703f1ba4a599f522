//! What follows for sign-ups when somebody changes what they said of a companion, or takes back their consent for a child.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::{Signups, end};
use crate::app::Error;
use crate::app::desk;
use crate::app::notices::{drop_reminders, tell};
use crate::app::rooms::{self, Room, about};
use crate::db::signups::Member;
use crate::db::{Tx, signups};
use crate::domain::companions::{Companion, Held};
use crate::domain::ids::{CompanionId, PersonId, SessionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::notices::{Details, Notice, Purpose};
use crate::domain::signups::bars::Bar;
use crate::domain::signups::corrections;
use crate::domain::signups::party::{Known, Role};
use crate::domain::signups::refusal::Refusal;
use crate::domain::signups::{Reason, Signup, Status};

/// A companion of somebody, in a transaction that changes what is known of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct Of {
    /// Whose companion.
    pub(in crate::app) person: PersonId,
    /// Which.
    pub(in crate::app) companion: CompanionId,
}

impl Signups {
    /// Writes what a person says of a companion now into all sign-ups that stand, past ones too, and counts them by their new
    /// pseudonym: whoever corrects a name or a birth date makes nobody new of them, whom limits would not know. By a name that
    /// is not alike they are somebody else, who takes nobody's seat; whoever was there before stays who they were.
    ///
    /// # Errors
    /// [`Error::SignedUp`] if somebody else were to take part in what is not over; [`Refusal::Duplicate`] if whom they are now is signed up by somebody else in one of the sessions,
    /// [`Refusal::LimitReached`] if that one has used a limit up.
    pub(in crate::app) fn known_as(
        &self,
        tx: &mut Tx<'_>,
        of: Of,
        before: &Companion,
        after: &Companion,
    ) -> Result<(), Error> {
        if (&before.name, before.birth) == (&after.name, after.birth) {
            return Ok(());
        }
        let [old, new] = [before, after].map(|one| one.who(&self.vault));
        let (rooms, all) = self.with(tx, of)?;
        let (mut freed, mut used) = (Vec::new(), Vec::new());
        let now = tx.now();
        for mut signup in all {
            let Some(room) = rooms.get(&signup.session) else { continue };
            let Some(personal) = &mut signup.personal else { continue };
            if !corrections::rename(&mut personal.party, of.companion, &after.name, after.birth) {
                if open(&signup) && now < room.session.end {
                    return Err(Error::SignedUp);
                }
                continue;
            }
            if attends(&signup, of.companion) && old != new {
                let mut who = signups::remove_members(tx, signup.id)?;
                freed.extend(self.uses(tx, &room.session, &signup, who.clone())?);
                who.retain(|one| Some(one) != old.as_ref());
                if let Some(new) = new.as_ref().filter(|new| !who.contains(new)) {
                    if !signups::members(tx, &[signup.session], std::slice::from_ref(new))?.is_empty() {
                        let barred = FieldCode::Barred(Bar::AlreadySignedUp);
                        return Err(Error::Refused(Refusal::Duplicate(Invalid::one("birthDate", barred))));
                    }
                    who.push(new.clone());
                }
                add(tx, &signup, &who)?;
                used.extend(self.uses(tx, &room.session, &signup, who)?);
            }
            signup.ticket_revision += 1;
            signups::update(tx, &self.vault, &mut signup)?;
        }
        desk::exchange(tx, freed, used)
    }

    /// Takes a child under 14 out of whatever is to come and has not begun for it, since its guardian consents no more; a
    /// sign-up in which nobody is left to take part ends. Whoever is older stays, as whoever named them wanted. Freed seats go to the queue, and whoever signed up is told.
    ///
    /// # Errors
    /// If the store fails.
    pub(in crate::app) fn without(&self, tx: &mut Tx<'_>, of: Of, held: &Held) -> Result<(), Error> {
        let (mut rooms, all) = self.with(tx, of)?;
        let child = held.companion.who(&self.vault);
        let (mut freed, mut used, mut told) = (Vec::new(), Vec::new(), Vec::new());
        let now = tx.now();
        for mut signup in all {
            let Some(room) = rooms.get_mut(&signup.session) else { continue };
            if !open(&signup) || room.session.start <= now || !is_child(&signup, of.companion, held, now) {
                continue;
            }
            let before = (signup.status, signup.seats);
            let mut who = signups::remove_members(tx, signup.id)?;
            freed.extend(self.uses(tx, &room.session, &signup, who.clone())?);
            leave(&mut signup, of.companion);
            if signup.headcount.is_none() && people(&signup, Role::Attendee) == 0 {
                signup.reason = Some(Reason::ByPerson);
                end(&mut signup, Status::Cancelled);
                drop_reminders(tx, &[signup.id])?;
            } else {
                if signup.headcount.is_none() {
                    let (attendees, guardians) =
                        (people(&signup, Role::Attendee), people(&signup, Role::Guardian));
                    signup.seats = room.terms().seats(attendees, guardians);
                }
                signup.ticket_revision += 1;
                who.retain(|one| Some(one) != child.as_ref());
                add(tx, &signup, &who)?;
                used.extend(self.uses(tx, &room.session, &signup, who)?);
            }
            room.seats.moved(before, (signup.status, signup.seats));
            signups::update(tx, &self.vault, &mut signup)?;
            let details = Details { withdrawn: true, ..Details::default() };
            told.push(Notice::new(of.person, Purpose::Changed, about(&signup)).with(details));
        }
        desk::exchange(tx, freed, used)?;
        tell(tx, &told)?;
        let mut rooms: Vec<Room> = rooms.into_values().collect();
        rooms.sort_unstable_by_key(|room| room.session.id);
        rooms.into_iter().try_for_each(|room| room.close(tx, self.tools()).map(drop))
    }

    /// The sign-ups of a person that stand and name their companion, under the locks of their sessions.
    fn with(&self, tx: &mut Tx<'_>, of: Of) -> Result<(HashMap<SessionId, Room>, Vec<Signup>), Error> {
        let named = |tx: &mut Tx<'_>| {
            let mut all = signups::all_standing(tx, &self.vault, of.person)?;
            all.retain(|signup| places(signup, of.companion).next().is_some());
            Ok::<_, Error>(all)
        };
        let sessions: Vec<SessionId> = named(tx)?.iter().map(|signup| signup.session).collect();
        let rooms = rooms::open(tx, &sessions)?;
        // As they are now that nobody else can change them.
        Ok((rooms, named(tx)?))
    }
}

/// The places of a companion in a party: one, or none.
fn places(signup: &Signup, companion: CompanionId) -> impl Iterator<Item = usize> {
    let party = signup.personal.iter().flat_map(|personal| &personal.party).enumerate();
    party.filter(move |(_, member)| member.known == Some(Known::Companion(companion))).map(|(place, _)| place)
}

/// Whether it stands, and nobody of it came yet.
fn open(signup: &Signup) -> bool {
    matches!(signup.status, Status::Confirmed | Status::Waitlisted | Status::Offered | Status::Pending)
}

/// Whether a companion is under 14, as far as anybody said: here or there, and in doubt by whether a guardian consented.
fn is_child(signup: &Signup, companion: CompanionId, held: &Held, now: DateTime<Utc>) -> bool {
    let party = signup.personal.iter().flat_map(|personal| &personal.party);
    let named = party.filter(|member| member.known == Some(Known::Companion(companion)));
    let mut births = named.filter_map(|member| member.birth).chain(held.companion.birth).peekable();
    match births.peek() {
        Some(_) => births.any(|birth| birth.needs_consent_at(now)),
        None => held.consent.is_some(),
    }
}

fn attends(signup: &Signup, companion: CompanionId) -> bool {
    let party = signup.personal.iter().flat_map(|personal| &personal.party);
    party
        .filter(|member| member.role == Role::Attendee)
        .any(|member| member.known == Some(Known::Companion(companion)))
}

fn people(signup: &Signup, role: Role) -> usize {
    let party = signup.personal.iter().flat_map(|personal| &personal.party);
    party.filter(|member| member.role == role).count()
}

/// Takes a companion out of a party, with what was answered of them; whoever stood behind them moves up.
fn leave(signup: &mut Signup, companion: CompanionId) {
    let Some(gone) = places(signup, companion).next() else { return };
    let Some(personal) = &mut signup.personal else { return };
    personal.party.remove(gone);
    personal.answers.retain(|answer| answer.participant.map(usize::from) != Some(gone));
    for place in personal.answers.iter_mut().filter_map(|answer| answer.participant.as_mut()) {
        *place -= u16::from(usize::from(*place) > gone);
    }
}

fn add(tx: &mut Tx<'_>, signup: &Signup, who: &[String]) -> Result<(), Error> {
    let member = |who: &String| Member { session: signup.session, who: who.clone(), signup: signup.id };
    Ok(signups::add_members(tx, &who.iter().map(member).collect::<Vec<_>>())?)
}
