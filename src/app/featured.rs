//! What comes first on the first screen of a division, as its authority says.

use serde_json::json;

use super::Error;
use super::audit::note;
use super::catalogue;
use crate::db::records::Stored;
use crate::db::{self, Db, publication};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::featured::FeaturedList;
use crate::domain::ids::PersonId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;

/// The use cases of what comes first. All of them block.
#[derive(Clone)]
pub struct FeaturedLists {
    db: Db,
}

impl FeaturedLists {
    /// The use cases over a store.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Replaces the list of a division; it is shown at once.
    ///
    /// # Errors
    /// [`Error::VersionConflict`] if it is no longer at `version`, which is 0 where there is none yet; [`Error::Invalid`],
    /// also if something new in it is not public.
    pub fn set(&self, by: PersonId, version: i64, list: &FeaturedList) -> Result<(), Error> {
        self.db.write(|tx| {
            let id = list.adcode.number();
            let before = FeaturedList::get(tx, id)?;
            if before.as_ref().map_or(0, |before| before.version) != version {
                return Err(Error::VersionConflict);
            }
            let held = before.as_ref().map(|before| before.body.items.clone()).unwrap_or_default();
            let mut invalid = Invalid::default();
            for (i, item) in list.items.iter().enumerate() {
                let thing = item.thing;
                // What was taken down since it was named stays: it is shown again once it is public.
                let named = held.iter().any(|one| one.thing == thing);
                if !named && publication::of(tx, thing.kind, thing.id)? != Some(Publication::Public) {
                    invalid.push(format!("items[{i}].id"), FieldCode::NoSuch { kind: thing.kind.name() });
                }
            }
            invalid.or(())?;
            match &before {
                Some(before) => catalogue::replace(tx, before, list)?,
                None => match catalogue::save(tx, id, list, catalogue::Existing::Keep) {
                    // Somebody else made the first list of the division at the same time.
                    Err(Error::Db(db::Error::Constraint(_))) => return Err(Error::VersionConflict),
                    saved => drop(saved?),
                },
            }
            let entry = Entry {
                object: Some(Object::of(Kind::Featured, id)),
                division: Some(list.adcode),
                before: before.as_ref().map(|_| json!({ "items": held })),
                after: Some(json!({ "items": list.items })),
                ..Entry::new(Actor::Person(by), Action::FeaturedSet)
            };
            note(tx, &entry)
        })
    }
}
