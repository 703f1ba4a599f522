//! The resource directory (科普资源名录): whoever is logged in submits entries, an authority registers them, and whoever
//! submitted one keeps it current: what nobody confirms for a year is shown as such, and put away a year later.

use std::sync::Arc;

use chrono::Months;
use serde_json::{Value, json};

use super::audit;
use super::drafts::Drafts;
use super::repeats::{self, Repeat};
use super::{Error, catalogue};
use crate::db::records::Stored;
use crate::db::{Db, Tx, drafts, organisations, publication, resource_contacts, resources, review_items};
use crate::domain::applications::Contact;
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::drafts::{Body, Draft, Owner, State};
use crate::domain::ids::{PersonId, ResourceId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::resources::{CURRENT_MONTHS, Registration, Resource, STALE_MONTHS};
use crate::domain::review::ItemKind;
use crate::domain::sealing::Vault;
use crate::domain::time::day_of;

/// How much of a person may wait at a time: people read each.
pub const MOST_WAITING: i64 = 20;

/// Entries that are put away in one transaction.
const LAPSED_AT_ONCE: i64 = 100;

/// What is said of an entry.
#[derive(Debug)]
pub struct Submission {
    /// The entry, in the fields of a draft.
    pub body: Body,
    /// Whom to ask about it; without it nothing is submitted.
    pub contact: Option<Contact>,
    /// Whether everybody may read that, and not the authority alone.
    pub public_contact: bool,
}

/// The use cases of the directory. All of them block.
#[derive(Clone)]
pub struct Resources {
    db: Db,
    drafts: Drafts,
    vault: Arc<Vault>,
}

impl Submission {
    /// The fields of the draft, and what is wrong with whom to ask.
    fn taken_apart(self) -> (Body, Option<Contact>, Invalid) {
        let Self { mut body, contact, public_contact } = self;
        let mut invalid = Invalid::default();
        let Some(contact) = contact else {
            invalid.push("contact", FieldCode::Missing);
            return (body, None, invalid);
        };
        if public_contact {
            let mut public = json!({
                "name": contact.name.expose(), "phone": contact.phone.expose(),
            });
            if let Some(mail) = &contact.mail {
                public["mail"] = mail.expose().into();
            }
            body.insert("contact".to_owned(), public);
        } else {
            // What is public is judged with the rest of the entry.
            contact.check(&mut invalid);
        }
        (body, Some(contact), invalid)
    }
}

impl Resources {
    /// The directory of a store.
    pub fn new(db: Db, drafts: Drafts, vault: Arc<Vault>) -> Self {
        Self { db, drafts, vault }
    }

    /// Submits a new entry.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is missing or wrong; [`Error::TooManySubmissions`]; [`Error::Suspended`],
    /// [`Error::Unverified`] if its organisation is; those of [`repeats::once`].
    pub fn submit(
        &self,
        person: PersonId,
        owner: Owner,
        submission: Submission,
        repeat: Option<&Repeat>,
    ) -> Result<ResourceId, Error> {
        let (body, contact, invalid) = submission.taken_apart();
        self.db.write(|tx| {
            repeats::once(tx, person, repeat, |tx| {
                let by = Actor::Person(person);
                let submitted = self.drafts.create_of::<Resource>(tx, by, owner, body).and_then(|draft| {
                    self.hand_in(tx, person, draft.object)?;
                    ResourceId::new(draft.object).ok_or(Error::NotFound)
                });
                let id = with(submitted, invalid)?;
                self.keep(tx, id, contact.as_ref())?;
                Ok(id)
            })
        })
    }

    /// Replaces what is said of an entry, and submits that. What is registered stays as it is until that is approved;
    /// but whom everybody may ask no more by this, nobody finds there from now on.
    ///
    /// # Errors
    /// Those of [`Resources::submit`]; [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`.
    pub fn change(
        &self,
        person: PersonId,
        id: ResourceId,
        version: i64,
        submission: Submission,
    ) -> Result<(), Error> {
        let (body, contact, invalid) = submission.taken_apart();
        self.db.write(|tx| {
            // Two changes of one person at once come one after the other, for what is counted.
            repeats::once(tx, person, None, |tx| {
                let by = Actor::Person(person);
                unname(tx, by, id, body.get("contact"))?;
                let changed = self.drafts.update::<Resource>(tx, by, id.get(), version, body);
                let changed = changed.and_then(|draft| {
                    let public = publication::of(tx, Kind::Resource, id.get())? == Some(Publication::Public);
                    match draft.state {
                        // Nothing but whom to ask differs from what is registered.
                        State::Approved if public => Ok(()),
                        _ => self.hand_in(tx, person, id.get()),
                    }
                });
                with(changed, invalid)?;
                self.keep(tx, id, contact.as_ref())?;
                Ok(id)
            })
            .map(drop)
        })
    }

    fn keep(&self, tx: &mut Tx<'_>, id: ResourceId, contact: Option<&Contact>) -> Result<(), Error> {
        match contact {
            Some(contact) => Ok(resource_contacts::put(tx, &self.vault, id, contact)?),
            None => Ok(()),
        }
    }

    fn hand_in(&self, tx: &mut Tx<'_>, person: PersonId, id: i64) -> Result<(), Error> {
        if drafts::count_waiting(tx, Kind::Resource, person)? >= MOST_WAITING {
            return Err(Error::TooManySubmissions);
        }
        self.drafts.submit::<Resource>(tx, Actor::Person(person), id).map(drop)
    }

    /// Takes an entry back from review; one that does not wait stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Suspended`].
    pub fn withdraw(&self, person: PersonId, id: ResourceId) -> Result<(), Error> {
        self.db.write(|tx| {
            may_write(tx, id)?;
            self.drafts.withdraw::<Resource>(tx, Actor::Person(person), id.get()).map(drop)
        })
    }

    /// Puts an entry away; submitting it again brings it back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Suspended`]; [`Error::NothingToDo`] if an authority took it down.
    pub fn archive(&self, person: PersonId, id: ResourceId) -> Result<(), Error> {
        self.db.write(|tx| {
            may_write(tx, id)?;
            self.drafts.archive::<Resource>(tx, Actor::Person(person), id.get()).map(drop)
        })
    }

    /// Notes that an entry is as it says.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Suspended`]; [`Error::NothingToDo`] if it was not registered here, or is not public.
    pub fn confirm(&self, person: PersonId, id: ResourceId) -> Result<(), Error> {
        self.db.write(|tx| {
            may_write(tx, id)?;
            if publication::of(tx, Kind::Resource, id.get())? != Some(Publication::Public) {
                return Err(Error::NothingToDo);
            }
            let record = Resource::get(tx, id.get())?.ok_or(Error::NotFound)?;
            let Some(before) = record.body.registration.clone() else { return Err(Error::NothingToDo) };
            let registration = Some(Registration { confirmed: day_of(tx.now()), ..before });
            let body = Resource { registration, ..record.body.clone() };
            catalogue::replace(tx, &record, &body)?;
            note(tx, Actor::Person(person), Action::Confirmed, id, &body)
        })
    }
}

/// What came of it, with what is wrong with whom to ask.
fn with<T>(done: Result<T, Error>, invalid: Invalid) -> Result<T, Error> {
    match done {
        Ok(done) => Ok(invalid.or(done)?),
        Err(Error::Invalid(mut wrong)) => {
            wrong.0.extend(invalid.0);
            Err(wrong.into())
        }
        Err(error) => Err(error),
    }
}

/// Takes whom to ask out of what everybody reads, unless that is whom its author still names: leave that is taken back waits
/// for no authority.
fn unname(tx: &mut Tx<'_>, by: Actor, id: ResourceId, still: Option<&Value>) -> Result<(), Error> {
    let Some(record) = Resource::get(tx, id.get())? else { return Ok(()) };
    let named = record.body.contact.as_ref().map(|contact| json!(contact));
    if named.is_none() || named.as_ref() == still || !publication::ever(tx, Kind::Resource, id.get())? {
        return Ok(());
    }
    // Before what is published of it, as whoever approves locks them.
    drafts::hold(tx, Kind::Resource, id.get())?;
    let body = Resource { contact: None, ..record.body.clone() };
    catalogue::replace(tx, &record, &body)?;
    let hidden = Some(json!({ "contact": "***" }));
    audit::note(tx, &Entry { before: hidden, ..noted(by, Action::Published, id, &body) })
}

/// Members of a suspended organisation read and do not write.
fn may_write(tx: &mut Tx<'_>, id: ResourceId) -> Result<(), Error> {
    let draft = super::drafts::current::<Resource>(tx, id.get())?.ok_or(Error::NotFound)?;
    match draft.organisation() {
        Some(organisation) if organisations::suspended(tx, organisation)? => Err(Error::Suspended),
        _ => Ok(()),
    }
}

fn note(tx: &mut Tx<'_>, by: Actor, action: Action, id: ResourceId, entry: &Resource) -> Result<(), Error> {
    audit::note(tx, &noted(by, action, id, entry))
}

fn noted(by: Actor, action: Action, id: ResourceId, entry: &Resource) -> Entry {
    Entry {
        object: Some(Object::of(Kind::Resource, id.get())),
        organisation: entry.organisers.first().map(|main| main.organisation),
        division: entry.registration.as_ref().map(|one| one.division),
        ..Entry::new(by, action)
    }
}

/// Puts away what nobody has confirmed for long enough; says how much that was.
///
/// # Errors
/// If the store fails; what was put away before is.
pub fn lapse(db: &Db) -> Result<usize, Error> {
    let mut lapsed = 0;
    loop {
        let (found, put_away) = db.write(|tx| {
            let before = day_of(tx.now()) - Months::new(CURRENT_MONTHS + STALE_MONTHS);
            // The day on which it lapses is the first without it.
            let old = resources::unconfirmed_since(tx, before.succ_opt().unwrap_or(before), LAPSED_AT_ONCE)?;
            let mut put_away = 0;
            for id in &old {
                // Another replica may be at the same.
                if !resources::put_away(tx, *id)? {
                    continue;
                }
                let entry = Resource::get(tx, id.get())?.ok_or(Error::NotFound)?.body;
                note(tx, Actor::Service, Action::Lapsed, *id, &entry)?;
                put_away += 1;
            }
            Ok::<_, Error>((old.len(), put_away))
        })?;
        lapsed += put_away;
        if found == 0 {
            return Ok(lapsed);
        }
    }
}

/// Forgets a person in the directory: what nobody else ever saw of theirs goes; what is registered stays, without them and
/// without whom they named to be asked.
///
/// # Errors
/// If the store fails.
pub(super) fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    for Draft { object, .. } in drafts::of_person(tx, Kind::Resource, person)? {
        let Some(id) = ResourceId::new(object) else { continue };
        drafts::delete(tx, Kind::Resource, object)?;
        resource_contacts::delete(tx, id)?;
        review_items::delete_undecided(tx, ItemKind::Resource, object)?;
        let Some(record) = Resource::get(tx, object)? else { continue };
        if record.body.registration.is_none() {
            // Whatever was ever shown to anybody is registered.
            resources::delete(tx, id)?;
        } else if record.body.contact.is_some() {
            let body = Resource { contact: None, ..record.body.clone() };
            catalogue::replace(tx, &record, &body)?;
        }
    }
    Ok(resource_contacts::forget(tx, person)?)
}
