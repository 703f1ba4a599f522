//! Reports: anybody says that something published is wrong, and an authority looks at it.

use std::sync::Arc;

use super::Error;
use super::drafts::authored;
use super::drafts::judged::whose;
use super::repeats::{Repeat, once};
use super::review::enqueue;
use crate::db::records::Stored;
use crate::db::{Db, publication, reports};
use crate::domain::feedback::Words;
use crate::domain::ids::{PersonId, Random, ReportId};
use crate::domain::invalid::Invalid;
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::reports::{Reason, Report};
use crate::domain::review::{ItemKind, Lane, NewItem};
use crate::domain::sealing::Vault;

/// The use cases of reports. All of them block.
#[derive(Clone)]
pub struct Reports {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
}

impl Reports {
    /// The reports of a store.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        Self { db, vault, random }
    }

    /// Puts into the review queue that a thing is wrong. What a person said of it and nobody has decided on yet is not
    /// said twice. Gives the report, and whether it is new.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless everybody sees it; [`Error::Invalid`].
    pub fn report(
        &self,
        person: Option<PersonId>,
        kind: Kind,
        object: i64,
        reason: Reason,
        words: Option<Words>,
        repeat: Option<&Repeat>,
    ) -> Result<(Report, bool), Error> {
        self.db.write(|tx| {
            let hidden = authored!(kind, T => Ok(T::hidden_among(tx, &[object])?))?;
            let public = publication::of(tx, kind, object)? == Some(Publication::Public);
            if !public || !hidden.is_empty() {
                return Err(Error::NotFound);
            }
            let whose = authored!(kind, T => whose::<T>(tx, object))?.ok_or(Error::NotFound)?;
            let fresh = ReportId::fresh(tx.now(), &*self.random);
            let id = match person {
                Some(person) => once(tx, person, repeat, |tx| {
                    let before = reports::waiting(tx, &self.vault, person, kind, object)?;
                    Ok(before.map_or(fresh, |before| before.id))
                })?,
                None => fresh,
            };
            if id != fresh {
                let before = reports::get(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
                return Ok((before, false));
            }
            let report = Report { id, kind, object, reason, words, person, at: tx.now() };
            let mut invalid = Invalid::default();
            report.check(&mut invalid);
            invalid.or(())?;
            reports::insert(tx, &self.vault, &report)?;
            let item = NewItem {
                kind: ItemKind::Report,
                object: id.get(),
                version: 1,
                lane: Lane::Submitted,
                title: whose.title,
                organisation: whose.organisation,
                division: whose.division,
                campaigns: Vec::new(),
                notes: Vec::new(),
                by: person,
            };
            enqueue(tx, &*self.random, item)?;
            Ok((report, true))
        })
    }
}
