//! What is done about a sign-up once it is made: accepted, changed, cancelled, decided by the host, and what time does to
//! it. To make one is the business of the [desk](super::desk).
//!
//! Each works on the sign-up under the lock of its session, and whoever is next in the queue gets what becomes free in the
//! same transaction.

mod family;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub(super) use family::Of;

use super::Error;
use super::desk;
use super::notices::{drop_reminders, tell};
use super::rooms::{self, Room, Tools, about, told};
use crate::db::companions::{self, Lock};
use crate::db::limits_used::{self, Use};
use crate::db::records::Stored;
use crate::db::{Db, Tx, data_looks, sessions, signups};
use crate::domain::data_looks::Look;
use crate::domain::events::Event;
use crate::domain::ids::{CampaignId, CompanionId, PersonId, Random, SessionId, SignupId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::notices::{Notice, Purpose};
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
use crate::domain::signup_terms::SignupTerms;
use crate::domain::signups::bars::Bar;
use crate::domain::signups::corrections;
use crate::domain::signups::party::{Known, Member, Personal, Role};
use crate::domain::signups::refusal::Refusal;
use crate::domain::signups::request::{For, Request};
use crate::domain::signups::{Reason, Signup, Status};
use crate::domain::ticket_codes::TicketCode;

/// The use cases of sign-ups that were made. All of them block.
#[derive(Clone)]
pub struct Signups {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
}

/// Who does something about a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whose it is.
    Person(PersonId),
    /// The host of a session.
    Host(SessionId),
}

/// What the host decides on a sign-up that waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They are welcome.
    Approve,
    /// They are not.
    Reject,
}

impl Signups {
    /// The use cases over a store.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        Self { db, vault, random }
    }

    fn tools(&self) -> Tools<'_> {
        Tools { vault: &self.vault, random: &*self.random }
    }

    /// Works on a sign-up under the lock of its session; gives it as it is then.
    fn on(
        &self,
        by: By,
        id: SignupId,
        work: impl Fn(&mut Tx<'_>, &mut Room, &mut Signup) -> Result<(), Error>,
    ) -> Result<Signup, Error> {
        self.on_with(by, id, &[], work)
    }

    /// The same, under the locks of companions too: what is known of them stays true.
    fn on_with(
        &self,
        by: By,
        id: SignupId,
        named: &[CompanionId],
        work: impl Fn(&mut Tx<'_>, &mut Room, &mut Signup) -> Result<(), Error>,
    ) -> Result<Signup, Error> {
        rooms::patiently(&self.db, |tx| {
            companions::lock(tx, named, Lock::Shared)?;
            let session = signups::session_of(tx, id)?.ok_or(Error::NotFound)?;
            let mut room = rooms::open_one(tx, session)?;
            let mut signup = signups::get(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
            let theirs = match by {
                By::Person(person) => signup.person == Some(person),
                By::Host(of) => of == session,
            };
            if !theirs {
                return Err(Error::NotFound);
            }
            let before = signup.clone();
            work(tx, &mut room, &mut signup)?;
            if signup != before {
                room.seats.moved((before.status, before.seats), (signup.status, signup.seats));
                signups::update(tx, &self.vault, &mut signup)?;
                if before.status.stands() && !signup.status.stands() {
                    self.let_go(tx, &room, &signup)?;
                }
            }
            // Who queues with a smaller party may be next at once.
            let promoted = room.close(tx, self.tools())?;
            Ok(promoted.into_iter().find(|one| one.id == id).unwrap_or(signup))
        })
    }

    /// What follows when a sign-up stands no more: others may sign its people up, and limits are given back.
    fn let_go(&self, tx: &mut Tx<'_>, room: &Room, signup: &Signup) -> Result<(), Error> {
        let members = signups::remove_members(tx, signup.id)?;
        drop_reminders(tx, &[signup.id])?;
        let uses = self.uses(tx, &room.session, signup, members)?;
        Ok(limits_used::give_back(tx, uses)?)
    }

    /// What a sign-up with these members uses of the limits over several sessions.
    fn uses(
        &self,
        tx: &mut Tx<'_>,
        session: &Session,
        signup: &Signup,
        members: Vec<String>,
    ) -> Result<Vec<Use>, Error> {
        let Some(terms) = session.signup.as_deref() else { return Ok(Vec::new()) };
        if terms.per_event_max.is_none() && terms.per_campaign_max.is_none() {
            return Ok(Vec::new());
        }
        let event = Event::get(tx, signup.event.get())?;
        let campaigns = event.map(|event| event.body.campaigns).unwrap_or_default();
        Ok(uses(&self.vault, (terms, session.end), &campaigns, signup, members))
    }

    /// Takes a person out of limits and sessions, as far as it was they who signed up: whoever comes anew is somebody new.
    /// Their sign-ups for what is to come have been given up.
    pub(super) fn forget(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
        let all = signups::all_standing(tx, &self.vault, person)?;
        let ids: Vec<SessionId> = all.iter().map(|signup| signup.session).collect();
        let sessions = sessions::find(tx, &ids)?;
        let (mut uses, mut who) = (Vec::new(), vec![desk::who(&self.vault, person)]);
        for signup in &all {
            let members = signups::remove_members(tx, signup.id)?;
            who.extend(members.iter().cloned());
            if let Some(session) = sessions.get(&signup.session) {
                uses.extend(self.uses(tx, session, signup, members)?);
            }
        }
        limits_used::give_back(tx, uses)?;
        limits_used::forget(tx, &who[0], &who)?;
        Ok(signups::forget(tx, person)?)
    }

    /// Takes the seats that are offered.
    ///
    /// # Errors
    /// [`Refusal::NotOffered`] while it queues; [`Refusal::OfferLapsed`] if there is no offer any more.
    pub fn accept(&self, person: PersonId, id: SignupId) -> Result<Signup, Error> {
        self.on(By::Person(person), id, |tx, room, signup| {
            // To accept twice is to have accepted.
            let seated = matches!(signup.status, Status::Confirmed | Status::Pending);
            if seated && signup.queue_number.is_some() {
                return Ok(());
            }
            if signup.status == Status::Waitlisted {
                return Err(Error::Refused(Refusal::NotOffered));
            }
            let stands = signup.offered_until.is_some_and(|until| tx.now() < until);
            if signup.status != Status::Offered || !stands {
                return Err(Error::Refused(Refusal::OfferLapsed));
            }
            signup.status = room.terms().when_seated();
            signup.offered_until = None;
            signup.ticket_code.get_or_insert_with(|| TicketCode::fresh(&*self.random));
            Ok(tell(tx, &told(signup, true).into_iter().collect::<Vec<_>>())?)
        })
    }

    /// Gives a sign-up up, or leaves the queue; what was given up already stays so.
    ///
    /// # Errors
    /// [`Refusal::CancelClosed`] if it is too late, unless only children under 14 take part: their guardian may take back
    /// their consent until it begins; [`Refusal::Attended`] if somebody of it came, [`Refusal::Over`] if they should have.
    pub fn cancel(&self, person: PersonId, id: SignupId) -> Result<Signup, Error> {
        self.on(By::Person(person), id, |tx, room, signup| {
            match signup.status {
                Status::Cancelled | Status::Rejected => return Ok(()),
                Status::Attended => return Err(Error::Refused(Refusal::Attended)),
                Status::NoShow => return Err(Error::Refused(Refusal::Over)),
                Status::Waitlisted => signup.reason = Some(Reason::LeftQueue),
                Status::Offered | Status::Pending | Status::Confirmed => {
                    let late = room.terms().cancel_until(room.session.start) <= tx.now();
                    // A guardian takes back their consent whenever they like.
                    let bound = !(tx.now() < room.session.start && for_children(signup, tx.now()));
                    // Seats that were never accepted or granted bind nobody.
                    if late && bound && signup.status == Status::Confirmed {
                        return Err(Error::Refused(Refusal::CancelClosed));
                    }
                    signup.reason = Some(Reason::ByPerson);
                }
            }
            end(signup, Status::Cancelled);
            Ok(())
        })
    }

    /// Gives up all sign-ups of a person for what is to come, however late: whoever closes their account takes no seat.
    ///
    /// # Errors
    /// If the store fails; what was given up until then is.
    pub fn leave(&self, person: PersonId) -> Result<(), Error> {
        let to_come = |tx: &mut Tx<'_>| {
            let now = tx.now();
            signups::to_come(tx, person, now)
        };
        for id in self.db.write(to_come)? {
            self.on(By::Person(person), id, |_, _, signup| {
                // It may have been settled since it was looked up.
                if matches!(
                    signup.status,
                    Status::Waitlisted | Status::Offered | Status::Pending | Status::Confirmed
                ) {
                    signup.reason = Some(Reason::AccountClosed);
                    end(signup, Status::Cancelled);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Corrects a party, makes it smaller, or fills the list of a class; freed seats go to the queue. Contact and heads that
    /// the request leaves out stay. Once it is too late to cancel, nobody is replaced by somebody else, but in the list of a
    /// class: its seats are the school's, and its list may follow when it has been checked in. Where the host has approved,
    /// whoever replaces somebody waits for them again, with the seats held.
    ///
    /// # Errors
    /// [`Error::VersionConflict`] if it is no longer at `version`; [`Refusal::Over`] if it does not stand any more;
    /// [`Refusal::CancelClosed`] if it is too late to shrink by others than children under 14; the refusals of [`Request::allow`].
    pub fn change(
        &self,
        person: PersonId,
        id: SignupId,
        version: i64,
        request: &Request,
    ) -> Result<Signup, Error> {
        let named: Vec<_> = desk::companions_of(request).collect();
        self.on_with(By::Person(person), id, &named, |tx, room, signup| {
            if signup.version != version {
                return Err(Error::VersionConflict);
            }
            let changeable = match signup.status {
                Status::Confirmed | Status::Waitlisted | Status::Offered | Status::Pending => true,
                Status::Attended => signup.headcount.is_some(),
                Status::Cancelled | Status::NoShow | Status::Rejected => false,
            };
            if !changeable || room.session.end <= tx.now() {
                return Err(Error::Refused(Refusal::Over));
            }
            let terms = room.terms();
            let standing = signup.personal.clone().unwrap_or_default();
            let request = &Request {
                headcount: request.headcount.or(signup.headcount),
                contact: request.contact.clone().or(standing.contact),
                ..request.clone()
            };
            let mut account = desk::account(tx, self.tools(), person, request)?;
            account.standing = standing.party;
            let asked = For { terms: &terms, start: room.session.start, now: tx.now() };
            let mut allowed = request.allow(asked, &account).map_err(Error::Refused)?;
            let same_way = request.headcount.is_some() == signup.headcount.is_some();
            if allowed.seats > signup.seats || !same_way {
                let bar = FieldCode::Barred(Bar::CannotGrow);
                return Err(Error::Refused(Refusal::Invalid(Invalid::one("participants", bar))));
            }
            let came = signup.status == Status::Attended;
            let late = came || terms.cancel_until(room.session.start) <= tx.now();
            let fewer = allowed.seats < signup.seats || came && request.headcount < signup.headcount;
            let before =
                signup.personal.as_ref().map(|personal| personal.party.as_slice()).unwrap_or_default();
            if fewer && late {
                let gone = corrections::left_out(before, &allowed.personal.party);
                let children = gone.iter().all(|one| is_child(one, tx.now())) && signup.headcount.is_none();
                if gone.is_empty() || !children || room.session.start <= tx.now() {
                    return Err(Error::Refused(Refusal::CancelClosed));
                }
            }
            corrections::remember(before, &mut allowed.personal.party);
            let approved = terms.approval && signup.status == Status::Confirmed;
            if signup.headcount.is_none() && (late || approved) {
                let replaced = corrections::correct(before, &mut allowed.personal.party);
                if late {
                    refuse(&replaced)?;
                } else if !replaced.is_empty() {
                    // Whom the host looks at now is compared with from then on, not who was there before.
                    allowed.personal.party.iter_mut().for_each(Member::forget_first);
                    signup.status = Status::Pending;
                }
            }
            whoever_came_stays(signup, &mut allowed.personal)?;
            let before = signups::remove_members(tx, signup.id)?;
            let before = self.uses(tx, &room.session, signup, before)?;
            let members = desk::add_members(tx, signup, &allowed)?;
            if !request.guardian_for.is_empty() {
                desk::note_guardians(tx, self.tools(), &[person])?;
            }
            signup.seats = allowed.seats;
            signup.headcount = request.headcount;
            signup.personal = Some(allowed.personal);
            signup.ticket_revision += 1;
            let after = self.uses(tx, &room.session, signup, members)?;
            desk::exchange(tx, before, after)
        })
    }

    /// The sign-ups of a session, in order of their making, for somebody of its host; that they looked, what for and at
    /// which fields, is recorded in the same transaction: no record, no look.
    ///
    /// # Errors
    /// If the store fails.
    pub fn of_session(
        &self,
        session: SessionId,
        staff: PersonId,
        purpose: &str,
        fields: &[&'static str],
    ) -> Result<Vec<Signup>, Error> {
        self.db.write(|tx| {
            let all = signups::of_session(tx, &self.vault, session)?;
            let look = |signup: &Signup| look(staff, signup, purpose, fields);
            data_looks::record(tx, &all.iter().map(look).collect::<Vec<_>>())?;
            Ok(all)
        })
    }

    /// Decides on a sign-up that waits for the host, or takes back what another has, for as long as nobody of it came;
    /// one decided alike stays so. Whoever decides is shown the party, masked, and that is recorded. With a `version`, the
    /// decision is on what was read: a party that changed since is not let in unseen.
    ///
    /// # Errors
    /// [`Error::VersionConflict`] if it is no longer at `version`; [`Refusal::Attended`] if somebody of it came;
    /// [`Refusal::Over`] if there is nothing to approve, or if it has come to its end.
    pub fn decide(
        &self,
        (session, staff): (SessionId, PersonId),
        id: SignupId,
        decision: Decision,
        version: Option<i64>,
    ) -> Result<Signup, Error> {
        self.on(By::Host(session), id, |tx, _, signup| {
            data_looks::record(tx, &[look(staff, signup, "decision", MASKED)])?;
            let changed = version.is_some_and(|version| version != signup.version);
            match (signup.status, decision) {
                (Status::Confirmed, Decision::Approve) | (Status::Rejected, Decision::Reject) => Ok(()),
                _ if changed => Err(Error::VersionConflict),
                (Status::Pending, Decision::Approve) => {
                    signup.status = Status::Confirmed;
                    Ok(tell(tx, &told(signup, false).into_iter().collect::<Vec<_>>())?)
                }
                (
                    Status::Pending | Status::Confirmed | Status::Offered | Status::Waitlisted,
                    Decision::Reject,
                ) => {
                    signup.reason = Some(Reason::ByHost);
                    end(signup, Status::Rejected);
                    let notice =
                        signup.person.map(|person| Notice::new(person, Purpose::Rejected, about(signup)));
                    Ok(tell(tx, &notice.into_iter().collect::<Vec<_>>())?)
                }
                (Status::Attended, _) => Err(Error::Refused(Refusal::Attended)),
                _ => Err(Error::Refused(Refusal::Over)),
            }
        })
    }

    /// Lets offers lapse whose time is over, and ends the queue of what has begun; says how many sign-ups that ended.
    ///
    /// # Errors
    /// If the store fails: the last failure, after all sessions were looked at.
    pub fn lapse(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut all = Ok(0);
        for session in self.db.read(|conn| signups::overdue(conn, now))? {
            // One session that cannot be settled keeps no other from it.
            match self.db.write(|tx| self.lapse_in(tx, session)) {
                Ok(ended) => all = all.map(|before| before + ended),
                Err(error) => all = Err(error),
            }
        }
        all
    }

    fn lapse_in(&self, tx: &mut Tx<'_>, session: SessionId) -> Result<usize, Error> {
        let mut room = rooms::open_one(tx, session)?;
        let now = tx.now();
        let mut over = signups::lapsed(tx, &self.vault, session, now)?;
        over.iter_mut().for_each(|signup| signup.reason = Some(Reason::OfferLapsed));
        if room.session.start <= now {
            let mut queue = signups::next_in_queue(tx, &self.vault, session, i32::MAX, i64::MAX)?;
            queue.iter_mut().for_each(|signup| signup.reason = Some(Reason::NeverFree));
            over.extend(queue);
        }
        let mut notices = Vec::new();
        for signup in &mut over {
            let before = (signup.status, signup.seats);
            end(signup, Status::Cancelled);
            room.seats.moved(before, (signup.status, signup.seats));
            signups::update(tx, &self.vault, signup)?;
            self.let_go(tx, &room, signup)?;
            let lapsed = signup.reason == Some(Reason::OfferLapsed);
            let told = signup.person.filter(|_| lapsed);
            notices.extend(told.map(|person| Notice::new(person, Purpose::Lapsed, about(signup))));
        }
        tell(tx, &notices)?;
        room.close(tx, self.tools())?;
        Ok(over.len())
    }
}

/// Whether only children under 14 take part by a sign-up, for whom a guardian decides.
fn for_children(signup: &Signup, now: DateTime<Utc>) -> bool {
    let party = signup.personal.as_ref().map(|personal| personal.party.as_slice()).unwrap_or_default();
    let mut attendees = party.iter().filter(|member| member.role == Role::Attendee).peekable();
    attendees.peek().is_some() && signup.headcount.is_none() && attendees.all(|one| is_child(one, now))
}

fn is_child(member: &Member, now: DateTime<Utc>) -> bool {
    member.known != Some(Known::Myself) && member.birth.is_some_and(|birth| birth.needs_consent_at(now))
}

/// What a sign-up with these members uses of the limits that the terms of its session set, which ends at `until`.
pub(super) fn uses(
    vault: &Vault,
    (terms, until): (&SignupTerms, DateTime<Utc>),
    campaigns: &[CampaignId],
    signup: &Signup,
    members: Vec<String>,
) -> Vec<Use> {
    let party = signup.personal.as_ref().map(|personal| personal.party.as_slice()).unwrap_or_default();
    let attendees = party.iter().filter(|member| member.role == Role::Attendee).count();
    let account = signup.person.map(|person| desk::who(vault, person));
    let others = i32::try_from(attendees.saturating_sub(members.len())).unwrap_or_default();
    let users = desk::users(members, others, signup.headcount, account);
    desk::uses(terms, (signup.event, until), campaigns, &users)
}

/// Refuses a party in which somebody is another than before.
fn refuse(replaced: &[usize]) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    for place in replaced {
        invalid.push(format!("participants[{place}]"), FieldCode::Barred(Bar::Replaced));
    }
    invalid.or(()).map_err(|invalid| Error::Refused(Refusal::Invalid(invalid)))
}

/// Refuses to call by another's name who was checked in already.
fn whoever_came_stays(signup: &Signup, after: &mut Personal) -> Result<(), Error> {
    let before = signup.personal.as_ref().map(|personal| personal.party.as_slice()).unwrap_or_default();
    let mut invalid = Invalid::default();
    for place in signup.attended.iter().map(|place| usize::from(*place)) {
        // Of a class whose list is yet to follow, nobody is called anything.
        let Some(one) = before.get(place) else { continue };
        let stays = after.party.get_mut(place).is_some_and(|other| {
            corrections::correct(std::slice::from_ref(one), std::slice::from_mut(other)).is_empty()
        });
        if !stays {
            invalid.push(format!("participants[{place}]"), FieldCode::Barred(Bar::Replaced));
        }
    }
    invalid.or(()).map_err(|invalid| Error::Refused(Refusal::Invalid(invalid)))
}

/// What a list shows of those on it where no purpose is given.
pub const MASKED: &[&str] = &["maskedName", "maskedPhone"];

/// A look of somebody of the host at a sign-up.
fn look(staff: PersonId, signup: &Signup, purpose: &str, fields: &[&'static str]) -> Look {
    Look {
        actor: staff,
        subject: signup.person,
        session: Some(signup.session),
        purpose: purpose.to_owned(),
        fields: fields.to_vec(),
    }
}

/// Ends a sign-up: nothing is held for it any more.
fn end(signup: &mut Signup, status: Status) {
    signup.status = status;
    signup.offered_until = None;
    signup.ticket_code = None;
}
