//! Bulletins (应急科普、辟谣): issued by administrators past review, on record, and shown at once.

use std::sync::Arc;

use serde_json::json;

use super::Error;
use super::audit::note;
use super::catalogue;
use super::repeats::{Repeat, once};
use crate::db::records::Stored;
use crate::db::{Db, Tx, publication};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bulletins::{Bulletin, Standing};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{BulletinId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::roles::{AuthorityRole, Roles};

/// The use cases of bulletins. All of them block.
#[derive(Clone)]
pub struct Bulletins {
    db: Db,
    random: Arc<dyn Random>,
}

/// Who issues a bulletin, and why past review.
#[derive(Debug, Clone, Copy)]
pub struct Issuing<'a> {
    /// Who.
    pub by: PersonId,
    /// For which division they act: one that holds all that the bulletin names. Absent: for none in particular.
    pub division: Option<Adcode>,
    /// Why: it stays on record.
    pub reason: &'a str,
}

/// The division for which somebody may issue a bulletin to these divisions: the narrowest of their own that holds all of them.
/// To everybody (none named) administrators of provinces issue. `None` if they may not.
#[must_use]
pub fn issues_for(roles: &Roles, adcodes: &[Adcode]) -> Option<Adcode> {
    let own = roles.divisions(AuthorityRole::Administrator).into_iter();
    let holds = |own: &Adcode| match adcodes {
        [] => own.is_province(),
        named => named.iter().all(|named| own.covers(*named)),
    };
    own.filter(holds).min_by_key(|own| own.within().count())
}

impl Bulletins {
    /// The use cases over a store.
    pub fn new(db: Db, random: Arc<dyn Random>) -> Self {
        Self { db, random }
    }

    /// Issues a bulletin.
    ///
    /// # Errors
    /// [`Error::Invalid`]; those of [`once`].
    pub fn issue(
        &self,
        issuing: Issuing<'_>,
        bulletin: &Bulletin,
        repeat: Option<&Repeat>,
    ) -> Result<BulletinId, Error> {
        self.db.write(|tx| {
            once(tx, issuing.by, repeat, |tx| {
                let id = BulletinId::fresh(tx.now(), &*self.random);
                public(tx, bulletin)?;
                catalogue::save(tx, id.get(), bulletin, catalogue::Existing::Keep)?;
                noted(tx, issuing, Action::BulletinIssued, id, None, bulletin)?;
                Ok(id)
            })
        })
    }

    /// Replaces what a bulletin says.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`; [`Error::NothingToDo`] if it was
    /// taken back; [`Error::Invalid`].
    pub fn update(
        &self,
        issuing: Issuing<'_>,
        id: BulletinId,
        version: i64,
        bulletin: &Bulletin,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            let before = standing(tx, id)?;
            if before.version != version {
                return Err(Error::VersionConflict);
            }
            let bulletin = Bulletin { source: before.body.source.clone(), ..bulletin.clone() };
            if bulletin == before.body {
                return Ok(());
            }
            public(tx, &bulletin)?;
            catalogue::replace(tx, &before, &bulletin)?;
            noted(tx, issuing, Action::BulletinChanged, id, Some(&before.body), &bulletin)
        })
    }

    /// Takes a bulletin back: it is shown no more, and never if it was not yet.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if its time is over, or it was taken back.
    pub fn withdraw(&self, issuing: Issuing<'_>, id: BulletinId) -> Result<(), Error> {
        self.db.write(|tx| {
            let before = standing(tx, id)?;
            if before.body.standing(tx.now()) == Standing::Ended {
                return Err(Error::NothingToDo);
            }
            let withdrawn = Bulletin { withdrawn_at: Some(tx.now()), ..before.body.clone() };
            if !Bulletin::replace(tx, id.get(), before.version, &withdrawn)? {
                return Err(Error::VersionConflict);
            }
            noted(tx, issuing, Action::BulletinWithdrawn, id, Some(&before.body), &withdrawn)
        })
    }
}

/// A bulletin that was not taken back.
fn standing(tx: &mut Tx<'_>, id: BulletinId) -> Result<Record<Bulletin>, Error> {
    let record = Bulletin::get(tx, id.get())?.ok_or(Error::NotFound)?;
    if record.body.withdrawn_at.is_some() { Err(Error::NothingToDo) } else { Ok(record) }
}

/// Lets through what names events that everybody sees.
fn public(tx: &mut Tx<'_>, bulletin: &Bulletin) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    for (i, event) in bulletin.events.iter().enumerate() {
        if publication::of(tx, Kind::Event, event.get())? != Some(Publication::Public) {
            invalid.push(format!("events[{i}]"), FieldCode::NoSuch { kind: "event" });
        }
    }
    Ok(invalid.or(())?)
}

fn noted(
    tx: &mut Tx<'_>,
    issuing: Issuing<'_>,
    action: Action,
    id: BulletinId,
    before: Option<&Bulletin>,
    after: &Bulletin,
) -> Result<(), Error> {
    let entry = Entry {
        object: Some(Object::of(Kind::Bulletin, id.get())),
        division: issuing.division,
        reason: Some(issuing.reason.to_owned()),
        before: before.map(|before| json!(before)),
        after: Some(json!(after)),
        ..Entry::new(Actor::Person(issuing.by), action)
    };
    note(tx, &entry)
}
