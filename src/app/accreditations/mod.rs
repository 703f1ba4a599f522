//! Accreditation of bases (基地认定): how a base applies. What authorities do is in [`granting`].

pub mod granting;

use std::sync::Arc;

use super::Error;
use super::audit;
use super::drafts::standing;
use super::repeats::{self, Repeat};
use super::review::enqueue;
use crate::db::records::Stored;
use crate::db::{Db, Tx, accreditations, organisations, publication, review_items};
use crate::domain::accreditations::{Accreditation, Application, Level, State};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bases::Base;
use crate::domain::drafts::Owner;
use crate::domain::ids::{AccreditationId, BaseId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::review::{ItemKind, ItemState, Lane, NewItem};
use crate::domain::text::Text;
use crate::domain::time::day_of;

/// What a base asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The base.
    pub base: BaseId,
    /// The level.
    pub level: Level,
    /// The accreditation that is to be renewed.
    pub renews: Option<AccreditationId>,
    /// What it says.
    pub application: Application,
}

/// The use cases of accreditation. All of them block.
#[derive(Clone)]
pub struct Accreditations {
    db: Db,
    random: Arc<dyn Random>,
}

impl Accreditations {
    /// The use cases over a store.
    pub fn new(db: Db, random: Arc<dyn Random>) -> Self {
        Self { db, random }
    }

    /// Begins an application of a base.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not written as it must be, or the base holds the title or applies for it already;
    /// [`Error::NotFound`] if there is no such base; [`Error::RenewalTooEarly`]; those of [`repeats::once`].
    pub fn begin(
        &self,
        person: PersonId,
        wish: &Wish,
        repeat: Option<&Repeat>,
    ) -> Result<AccreditationId, Error> {
        self.db.write(|tx| {
            repeats::once(tx, person, repeat, |tx| {
                let base = Base::get(tx, wish.base.get())?.ok_or(Error::NotFound)?.body;
                let main = base.organisers.first().ok_or(Error::NotFound)?;
                // Whatever of an organisation's applies at once comes one after the other.
                organisations::hold(tx, main.organisation)?;
                let mut invalid = Invalid::default();
                wish.application.check(&mut invalid);
                renewed(tx, wish, &mut invalid)?;
                untaken(tx, wish.base, wish.level, &wish.application, wish.renews.as_slice(), &mut invalid)?;
                invalid.or(())?;
                let new = Accreditation {
                    id: AccreditationId::fresh(tx.now(), &*self.random),
                    base: wish.base,
                    organisation: main.organisation,
                    level: wish.level,
                    division: wish.level.division(base.place.adcode),
                    renews: wish.renews,
                    application: wish.application.clone(),
                    state: State::Draft,
                    version: 1,
                    grant: None,
                    reason: None,
                    fields: Vec::new(),
                    author: Some(person),
                    decided_at: None,
                    ended_at: None,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                };
                accreditations::insert(tx, &new)?;
                note(tx, Actor::Person(person), Action::Drafted, &new, None)?;
                Ok(new.id)
            })
        })
    }

    /// Replaces what a base says. What waits for the authority waits no more.
    ///
    /// # Errors
    /// Those of [`Accreditations::begin`]; [`Error::VersionConflict`] if it is no longer at `version`;
    /// [`Error::NothingToDo`] if it was granted.
    pub fn change(
        &self,
        person: PersonId,
        id: AccreditationId,
        version: i64,
        application: &Application,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            let mut changed = open(tx, id)?;
            if changed.version != version {
                return Err(Error::VersionConflict);
            }
            let mut invalid = Invalid::default();
            application.check(&mut invalid);
            let but: Vec<AccreditationId> = [Some(id), changed.renews].into_iter().flatten().collect();
            untaken(tx, changed.base, changed.level, application, &but, &mut invalid)?;
            invalid.or(())?;
            changed.application = application.clone();
            self.step(tx, person, changed, State::Draft, Action::Edited).map(drop)
        })
    }

    /// Hands an application in: it waits for the authority of the level. What waits already goes on waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] with everything that is missing; [`Error::NothingToDo`] if it was granted,
    /// or its base is not public; [`Error::Suspended`], [`Error::Unverified`] if its organisation is.
    pub fn submit(&self, person: PersonId, id: AccreditationId) -> Result<(), Error> {
        self.db.write(|tx| {
            let ready = open(tx, id)?;
            if ready.state == State::Submitted {
                return Ok(());
            }
            if publication::of(tx, Kind::Base, ready.base.get())? != Some(Publication::Public) {
                return Err(Error::NothingToDo);
            }
            let standing = standing::of(tx, Owner::Organisation(ready.organisation))?;
            if !standing.verified {
                return Err(Error::Unverified);
            }
            if standing.suspended {
                return Err(Error::Suspended);
            }
            let mut invalid = Invalid::default();
            ready.application.complete(&mut invalid);
            let but: Vec<AccreditationId> = [Some(id), ready.renews].into_iter().flatten().collect();
            untaken(tx, ready.base, ready.level, &ready.application, &but, &mut invalid)?;
            invalid.or(())?;
            let submitted = self.step(tx, person, ready, State::Submitted, Action::Submitted)?;
            let item = NewItem {
                kind: ItemKind::Accreditation,
                object: id.get(),
                version: submitted.version,
                lane: Lane::Submitted,
                title: title(tx, &submitted)?,
                organisation: Some(submitted.organisation),
                division: submitted.division,
                campaigns: Vec::new(),
                notes: Vec::new(),
                by: Some(person),
            };
            enqueue(tx, &*self.random, item).map(drop)
        })
    }

    /// Takes an application back; one that was taken back stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it was granted.
    pub fn withdraw(&self, person: PersonId, id: AccreditationId) -> Result<(), Error> {
        self.db.write(|tx| {
            let mine = open(tx, id)?;
            if mine.state == State::Withdrawn {
                return Ok(());
            }
            self.step(tx, person, mine, State::Withdrawn, Action::Withdrawn).map(drop)
        })
    }

    /// Takes an application to another state, and what waits of it out of the queue.
    fn step(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        mut next: Accreditation,
        state: State,
        action: Action,
    ) -> Result<Accreditation, Error> {
        let before = next.version;
        next.version += 1;
        next.state = state;
        (next.reason, next.fields) = (None, Vec::new());
        (next.author, next.updated_at) = (Some(person), tx.now());
        if !accreditations::replace(tx, before, &next)? {
            return Err(Error::VersionConflict);
        }
        if let Some(item) = review_items::open_of(tx, ItemKind::Accreditation, next.id.get())? {
            let gone =
                review_items::Decision { state: ItemState::Withdrawn, by: None, reason: None, fields: &[] };
            review_items::decide(tx, item.id, item.what.version, &gone)?;
        }
        note(tx, Actor::Person(person), action, &next, None)?;
        Ok(next)
    }
}

/// An application that its base may still change.
fn open(tx: &mut Tx<'_>, id: AccreditationId) -> Result<Accreditation, Error> {
    let found = accreditations::get(tx, id)?.ok_or(Error::NotFound)?;
    match found.state {
        State::Draft | State::Submitted | State::Rejected | State::Withdrawn => Ok(found),
        State::Approved | State::Renewed | State::Expired | State::Revoked => Err(Error::NothingToDo),
    }
}

/// What is wrong with what is to be renewed: it must be the base's own of the same level, and near its end.
fn renewed(tx: &mut Tx<'_>, wish: &Wish, invalid: &mut Invalid) -> Result<(), Error> {
    let Some(id) = wish.renews else { return Ok(()) };
    let same = |one: &Accreditation| one.base == wish.base && one.level == wish.level;
    match accreditations::get(tx, id)?.filter(same).and_then(|one| one.renewable_from()) {
        None => invalid.push("renews", FieldCode::NoSuch { kind: "accreditation" }),
        Some(from) if day_of(tx.now()) < from => return Err(Error::RenewalTooEarly),
        Some(_) => {}
    }
    Ok(())
}

/// Says that a base holds a title of a level, or applies for it, other than by these.
fn untaken(
    tx: &mut Tx<'_>,
    base: BaseId,
    level: Level,
    application: &Application,
    but: &[AccreditationId],
    invalid: &mut Invalid,
) -> Result<(), Error> {
    if accreditations::taken(tx, base, level, &application.body.zh_cn, but)? {
        invalid.push("body", FieldCode::TitleTaken);
    }
    Ok(())
}

/// What it is called in the queue: the base, and the title that it asks for.
fn title(tx: &mut Tx<'_>, of: &Accreditation) -> Result<Text, Error> {
    let base = Base::get(tx, of.base.get())?.ok_or(Error::NotFound)?.body.name;
    Ok(Text::zh(format!("{}：{}", base.zh_cn, of.application.body.zh_cn)))
}

/// Notes what was done about an accreditation.
fn note(
    tx: &mut Tx<'_>,
    by: Actor,
    action: Action,
    of: &Accreditation,
    reason: Option<&str>,
) -> Result<(), Error> {
    let granted = of.grant.as_ref().map(|grant| {
        serde_json::json!({
            "base": of.base, "level": of.level.name(), "certificate": grant.certificate,
            "since": grant.since, "until": grant.until,
        })
    });
    let entry = Entry {
        object: Some(Object::of_item(ItemKind::Accreditation, of.id.get())),
        organisation: Some(of.organisation),
        division: Some(of.division),
        reason: reason.map(str::to_owned),
        after: granted,
        ..Entry::new(by, action)
    };
    audit::note(tx, &entry)
}
