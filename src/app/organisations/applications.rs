//! Applying, and what authorities make of it: an application waits in the queue of review.

use serde_json::{Value, json};

use super::super::audit::{note, note_sealed};
use super::super::catalogue::{Existing, save};
use super::super::notices::decided::tell_organisation;
use super::super::repeats::{Repeat, once};
use super::super::review::enqueue;
use super::super::{Error, roles};
use super::{Organisations, entry, hold};
use crate::db::records::Stored;
use crate::db::{self, Tx, applications, organisations, persons, review_items};
use crate::domain::applications::{Application, ApplicationState, Contact, Details};
use crate::domain::audit::{Action, Actor, Entry, Object, Personal};
use crate::domain::divisions::Division;
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::notices::decisions::Outcome;
use crate::domain::review::{Item, ItemKind, ItemState, Lane, NewItem};
use crate::domain::roles::{MemberRole, Role};
use crate::domain::sealing::Vault;

/// How many applications of a person may wait at a time: people read each.
const MOST_WAITING: i64 = 5;

impl Organisations {
    /// Applies for a new organisation, whose owner the applicant becomes. Until it is verified, nobody else sees it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong; [`Error::AppliedAlready`] if theirs for the same organisation
    /// waits; [`Error::TooManyApplications`].
    pub fn apply(
        &self,
        person: PersonId,
        repeat: Option<&Repeat>,
        details: &Details,
        contact: &Contact,
    ) -> Result<OrganisationId, Error> {
        self.db.write(|tx| {
            once(tx, person, repeat, |tx| {
                check(tx, None, details, contact)?;
                // Of two requests at once the other one waits here.
                persons::hold(tx, person)?;
                let mut own = applications::of_person(tx, &self.vault, person)?.into_iter();
                if own.any(|own| own.state == ApplicationState::Submitted && same(&own.details, details)) {
                    return Err(Error::AppliedAlready);
                }
                if applications::count_waiting(tx, person)? >= MOST_WAITING {
                    return Err(Error::TooManyApplications);
                }
                let id = OrganisationId::fresh(tx.now(), &*self.random);
                save(tx, id.get(), &details.body(), Existing::Keep)?;
                organisations::set_verified(tx, id, false)?;
                let actor = Actor::Person(person);
                roles::grant(tx, actor, person, Role::Member(MemberRole::Owner, id))?;
                self.submit(tx, person, id, 1, details, contact)?;
                Ok(id)
            })
        })
    }

    /// Submits what an organisation says of itself now: for the first time again after it was refused, or for a change of
    /// what was verified, which stands until that is decided.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::VersionConflict`] if its application is no longer at `version`; [`Error::NotFound`] if
    /// there is no such organisation.
    pub fn resubmit(
        &self,
        person: PersonId,
        id: OrganisationId,
        version: i64,
        details: &Details,
        contact: &Contact,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            hold(tx, id)?;
            // One that came otherwise than by an application has none yet.
            let before = applications::get(tx, &self.vault, id)?.map_or(0, |before| before.version);
            if before != version {
                return Err(Error::VersionConflict);
            }
            check(tx, Some(id), details, contact)?;
            if !organisations::standing(tx, id)?.is_some_and(|standing| standing.verified) {
                save(tx, id.get(), &details.body(), Existing::Replace)?;
            }
            self.submit(tx, person, id, version + 1, details, contact)
        })
    }

    /// Takes back an application that waits, with all that it says; what was verified stands.
    ///
    /// # Errors
    /// [`Error::NothingToDo`] if none waits; [`Error::NotFound`] if there is no such organisation.
    pub fn withdraw_application(&self, person: PersonId, id: OrganisationId) -> Result<(), Error> {
        self.db.write(|tx| {
            hold(tx, id)?;
            if !applications::withdraw(tx, id)? {
                return Err(Error::NothingToDo);
            }
            retire(tx, id)?;
            let entry = entry(tx, Actor::Person(person), Action::Withdrawn, id)?;
            note(tx, &entry)
        })
    }

    fn submit(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        id: OrganisationId,
        version: i64,
        details: &Details,
        contact: &Contact,
    ) -> Result<(), Error> {
        let application = Application {
            organisation: id,
            version,
            state: ApplicationState::Submitted,
            details: details.clone(),
            contact: Some(contact.clone()),
            applicant: Some(person),
            submitted_at: tx.now(),
            decided_at: None,
            reason: None,
        };
        applications::put(tx, &self.vault, &application)?;
        retire(tx, id)?;
        let item = NewItem {
            kind: ItemKind::Organisation,
            object: id.get(),
            version,
            lane: Lane::Submitted,
            title: details.name.clone(),
            organisation: Some(id),
            division: details.adcode,
            campaigns: Vec::new(),
            notes: Vec::new(),
            by: Some(person),
        };
        enqueue(tx, &*self.random, item)?;
        let text = applications::plain(id, contact)?.into();
        let entry = Entry {
            after: Some(told(details)),
            // That of its seat, which need not be verified yet.
            division: Some(details.adcode),
            personal: vec![Personal { part: "contact", person, text }],
            ..entry(tx, Actor::Person(person), Action::OrganisationApplied, id)?
        };
        note_sealed(tx, &self.vault, &entry)
    }
}

/// Finds an application right: its organisation is verified, and everybody sees it as the application has it.
///
/// # Errors
/// [`Error::ChangedSince`] if it is another than the one that was looked at; [`Error::CreditCodeTaken`] if another
/// organisation was verified by the same credit code meanwhile.
pub(in crate::app) fn verify(tx: &mut Tx<'_>, vault: &Vault, by: PersonId, item: &Item) -> Result<(), Error> {
    let (id, application) = decide(tx, vault, item, ApplicationState::Verified, None)?;
    let details = application.details;
    if taken(tx, Some(id), &details)? {
        return Err(Error::CreditCodeTaken);
    }
    save(tx, id.get(), &details.body(), Existing::Replace)?;
    // Another may be verified by it at this moment, on another replica.
    organisations::set_credit_code(tx, id, details.credit_code.as_ref()).map_err(|error| match error {
        db::Error::Constraint(_) => Error::CreditCodeTaken,
        error => Error::from(error),
    })?;
    organisations::set_verified(tx, id, true)?;
    tell_organisation(tx, id, Outcome::Verified, organisation(id), &details.name, None)?;
    let entry = entry(tx, Actor::Person(by), Action::OrganisationVerified, id)?;
    note(tx, &Entry { after: Some(told(&details)), ..entry })
}

/// Refuses an application; what was verified before stands.
///
/// # Errors
/// [`Error::ChangedSince`] as [`verify`].
pub(in crate::app) fn refuse(
    tx: &mut Tx<'_>,
    vault: &Vault,
    by: PersonId,
    item: &Item,
    reason: &str,
) -> Result<(), Error> {
    let (id, application) = decide(tx, vault, item, ApplicationState::Refused, Some(reason))?;
    let name = &application.details.name;
    tell_organisation(tx, id, Outcome::Refused, organisation(id), name, Some(reason))?;
    let entry = entry(tx, Actor::Person(by), Action::OrganisationRefused, id)?;
    let division = Some(application.details.adcode);
    note(tx, &Entry { reason: Some(reason.to_owned()), division, ..entry })
}

fn decide(
    tx: &mut Tx<'_>,
    vault: &Vault,
    item: &Item,
    state: ApplicationState,
    reason: Option<&str>,
) -> Result<(OrganisationId, Application), Error> {
    let id = OrganisationId::new(item.what.object).ok_or(Error::NotFound)?;
    hold(tx, id)?;
    if !applications::decide(tx, id, item.what.version, state, reason)? {
        return Err(Error::ChangedSince);
    }
    let application = applications::get(tx, vault, id)?.ok_or(Error::NotFound)?;
    Ok((id, application))
}

/// Takes the application that waits out of the queue, if one does.
fn retire(tx: &mut Tx<'_>, id: OrganisationId) -> Result<(), Error> {
    if let Some(item) = review_items::open_of(tx, ItemKind::Organisation, id.get())? {
        let gone =
            review_items::Decision { state: ItemState::Withdrawn, by: None, reason: None, fields: &[] };
        review_items::decide(tx, item.id, item.what.version, &gone)?;
    }
    Ok(())
}

/// Says everything that is wrong with an application.
fn check(
    tx: &mut Tx<'_>,
    id: Option<OrganisationId>,
    details: &Details,
    contact: &Contact,
) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    details.check(&mut invalid);
    contact.check(&mut invalid);
    if !Division::exists(tx, details.adcode.number())? {
        invalid.push("adcode", FieldCode::NoSuch { kind: "division" });
    }
    if taken(tx, id, details)? {
        invalid.push("creditCode", FieldCode::CreditCodeTaken);
    }
    Ok(invalid.or(())?)
}

/// Whether another organisation was verified by this credit code: one is.
fn taken(tx: &mut Tx<'_>, id: Option<OrganisationId>, details: &Details) -> Result<bool, Error> {
    let Some(code) = &details.credit_code else { return Ok(false) };
    Ok(organisations::of_credit_code(tx, code)?.is_some_and(|other| Some(other) != id))
}

/// Whether somebody asks for the same again that waits already: by its credit code, or where it has none by its name.
fn same(one: &Details, other: &Details) -> bool {
    match (&one.credit_code, &other.credit_code) {
        (None, None) => one.name == other.name,
        (one, other) => one == other,
    }
}

fn organisation(id: OrganisationId) -> Object {
    Object::of(Kind::Organisation, id.get())
}

/// What the audit keeps of an application: not its evidence, in which people write of people.
fn told(details: &Details) -> Value {
    json!({
        "name": details.name,
        "kind": details.kind.name(),
        "adcode": details.adcode,
        "address": details.address,
        "creditCode": details.credit_code,
        "url": details.url,
    })
}
