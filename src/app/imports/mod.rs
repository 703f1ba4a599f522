//! Imports: a file of sessions is looked at first, and then taken in whole or not at all.
//!
//! [`preparing`] works out from what is read what the file would do, row by row; [`applying`] does it in one transaction
//! that holds the writer for no longer than writing takes. What an organisation calls its events and sessions identifies
//! them: the same file again changes nothing, a changed row changes its session by the same rules as its host would, and
//! what is not in the file is left alone.

mod applying;
mod packing;
mod preparing;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Error;
use super::drafts::Drafts;
use super::sessions::{Sessions, Told};
use crate::db::{Db, imports};
use crate::domain::audit::Actor;
use crate::domain::clock::Clock;
use crate::domain::ids::{ImportId, OrganisationId, Random};
use crate::domain::imports::findings::{Finding, Level};
use crate::domain::imports::{Form, Wanted};

pub use applying::Applied;

/// The use cases of imports. All of them block.
#[derive(Clone)]
pub struct Imports {
    db: Db,
    drafts: Drafts,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// How many, by what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Those that are new.
    pub create: usize,
    /// Those that change.
    pub update: usize,
    /// Those that stay as they are.
    pub same: usize,
    /// Those that are wrong.
    pub error: usize,
}

/// What a file would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Under what it can be applied.
    pub id: ImportId,
    /// Its form.
    pub form: Form,
    /// Its rows, each of which is a session.
    pub rows: Counts,
    /// Its events.
    pub events: Counts,
    /// Who would be told that their session moves.
    pub told: Told,
    /// Coming sessions of its events that are not in it: they stay as they are.
    pub left_alone: usize,
    /// What was found, in order of rows.
    pub findings: Vec<Finding>,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Its form.
    pub form: Form,
    /// What it asks for, as far as that can be told.
    pub wanted: Wanted,
    /// What was found so far.
    pub findings: Vec<Finding>,
}

impl Imports {
    /// The use cases over a store.
    pub fn new(
        db: Db,
        drafts: Drafts,
        sessions: Sessions,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { db, drafts, sessions, clock, random }
    }

    /// Says what a file would do to what an organisation has, and keeps it so that it can be applied.
    ///
    /// # Errors
    /// If the store fails.
    pub fn look(&self, by: Actor, organisation: OrganisationId, read: Read) -> Result<Report, Error> {
        let now = self.clock.now();
        let Read { form, wanted, mut findings } = read;
        let prepared = self.db.snapshot(|conn| {
            preparing::prepare(
                conn,
                by,
                organisation,
                &wanted,
                now,
                (&*self.random, self.drafts.lookups(now)),
            )
        })?;
        let preparing::Prepared { rows, events, stuck, told, left_alone, ground, findings: more, .. } =
            prepared;
        findings.extend(more);
        findings.sort_by_key(|finding| finding.row);
        let wrong = wrong_rows(&findings, stuck);
        let id = ImportId::fresh(now, &*self.random);
        let import = imports::Import {
            id,
            organisation,
            wanted: Some(packing::pack(&wanted)?),
            ground,
            errors: i32::try_from(wrong).unwrap_or(i32::MAX),
            applied: None,
        };
        self.db.write(|tx| imports::insert(tx, &import))?;
        let rows = Counts { error: wrong, ..rows };
        Ok(Report { id, form, rows, events, told, left_alone, findings })
    }

    /// Whose a file is.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file (any more).
    pub fn organisation(&self, id: ImportId) -> Result<OrganisationId, Error> {
        let found = self.db.read(|conn| imports::get(conn, id))?;
        found.map(|import| import.organisation).ok_or(Error::NotFound)
    }
}

/// How many rows are wrong: those of which that is told, and those of events that are wrong.
fn wrong_rows(findings: &[Finding], mut rows: Vec<u32>) -> usize {
    let wrong = findings.iter().filter(|finding| finding.fault.level() == Level::Error);
    rows.extend(wrong.map(|finding| finding.row));
    rows.sort_unstable();
    rows.dedup();
    rows.len()
}
