//! Taking a file in.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::drafts::{Drafts, standing};
use super::super::rooms::patiently;
use super::super::sessions::screening::Doubted;
use super::super::sessions::{Told, facts};
use super::super::{Error, audit};
use super::preparing::{Prepared, prepare};
use super::{Counts, Imports, packing};
use crate::db::external_ids::{self, Named};
use crate::db::{self, Tx, imports, sessions};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::drafts::{Owner, State};
use crate::domain::events::Event;
use crate::domain::ids::{EventId, ImportId, OrganisationId};
use crate::domain::imports::findings::Fault;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::sessions::Plan;

/// What came of a file; of one that is applied again, what came of it then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its rows.
    pub rows: Counts,
    /// Its events.
    pub events: Counts,
    /// How many people were told that their session moved.
    pub told: Told,
    /// All its events.
    ids: Vec<EventId>,
    /// How many of its events wait for review now that it was asked for, whenever they were handed in.
    #[serde(skip)]
    pub submitted: usize,
    /// How many of them were published at once.
    #[serde(skip)]
    pub published: usize,
}

/// Events that are handed in by one transaction: each takes the writer for a moment.
const SUBMITTED_AT_ONCE: usize = 100;

impl Imports {
    /// Takes a file in whose report was looked at: all of it in one transaction, or nothing. Of one that was taken in
    /// before it tells what came of it. With `submit`, its events are handed in for review afterwards, some at a time, as
    /// far as they are not; a repeat goes on where that broke off.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::ImportHasErrors`]; [`Error::ImportOutdated`] if what it would change has moved since;
    /// with `submit` also [`Error::Invalid`] with what is missing, [`Error::Unverified`], [`Error::Suspended`]: then
    /// nothing was taken in.
    pub fn apply(&self, by: Actor, id: ImportId, submit: bool) -> Result<Applied, Error> {
        let import = self.db.read(|conn| imports::get(conn, id))?.ok_or(Error::NotFound)?;
        if submit {
            let standing =
                self.db.read(|conn| standing::of(conn, Owner::Organisation(import.organisation)))?;
            if !standing.verified {
                return Err(Error::Unverified);
            }
            if standing.suspended {
                return Err(Error::Suspended);
            }
        }
        let mut applied = match &import.applied {
            Some((_, result)) => read(result)?,
            None => self.take_in(by, &import, submit)?,
        };
        if submit {
            self.submit(by, &mut applied)?;
        }
        Ok(applied)
    }

    fn take_in(&self, by: Actor, import: &imports::Import, submit: bool) -> Result<Applied, Error> {
        if import.errors > 0 {
            return Err(Error::ImportHasErrors);
        }
        let wanted = packing::unpack(import.wanted.as_deref().unwrap_or_default())?;
        let now = self.clock.now();
        let prepared = self.db.snapshot(|conn| {
            prepare(conn, by, import.organisation, &wanted, now, (&*self.random, self.drafts.lookups(now)))
        })?;
        if prepared.ground != import.ground {
            // Another may have taken it in between.
            return match self.db.read(|conn| imports::get(conn, import.id))?.and_then(|import| import.applied)
            {
                Some((_, result)) => read(&result),
                None => Err(Error::ImportOutdated),
            };
        }
        if submit {
            needed(&prepared)?;
        }
        // Looked through before the only writer is taken.
        let doubted = |plans: Vec<Plan>| self.sessions.doubted(&plans);
        let added = prepared.new_sessions.iter().map(|(whose, added)| {
            let plans = added.iter().map(|(session, _)| Plan::of(session.clone()));
            doubted(if whose.new { Vec::new() } else { plans.collect() })
        });
        let changed = prepared.changed_sessions.iter().map(|(_, _, plan)| doubted(vec![plan.clone()]));
        let doubted: [Vec<Doubted>; 2] = [added.collect(), changed.collect()];
        let done = patiently(&self.db, |tx| self.write(tx, by, import, &prepared, &doubted));
        done.map_err(|error| match error {
            // What was read is not what is there.
            Error::VersionConflict | Error::Db(db::Error::Constraint(_)) => Error::ImportOutdated,
            other => other,
        })
    }

    fn write(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        import: &imports::Import,
        prepared: &Prepared,
        [added, changed]: &[Vec<Doubted>; 2],
    ) -> Result<Applied, Error> {
        let organisation = import.organisation;
        let ids = prepared.all_events.iter().map(|(id, _)| *id).collect();
        let (rows, events) = (prepared.rows, prepared.events);
        let mut applied = Applied { rows, events, told: Told::default(), ids, submitted: 0, published: 0 };
        if !imports::apply(tx, import.id, &text(&applied)?)? {
            let there = imports::get(tx, import.id)?.and_then(|import| import.applied);
            return there.map_or(Err(Error::NotFound), |(_, result)| read(&result));
        }
        // Whoever began others meanwhile has less room than was seen.
        if prepared.new_events.len() > standing::room(tx, organisation)?.things {
            return Err(Error::TooManyDrafts);
        }
        let (drafts, things) = prepared
            .new_events
            .iter()
            .map(|(draft, event, _)| (draft.clone(), (draft.object, event.clone())))
            .unzip();
        let drafts: Vec<_> = drafts;
        Drafts::insert_many::<Event>(tx, by, things, &drafts)?;
        let names: Vec<_> =
            prepared.new_events.iter().map(|(draft, _, name)| (name.as_str(), draft.object)).collect();
        external_ids::insert_many(tx, organisation, Named::Event, &names)?;
        for (id, version, body) in &prepared.changed_events {
            self.drafts.update::<Event>(tx, by, id.get(), *version, body.clone())?;
        }
        self.add(tx, by, organisation, prepared)?;
        for ((whose, _), doubted) in prepared.new_sessions.iter().zip(added) {
            self.sessions.have_looked_at(tx, by, whose.event, doubted.clone())?;
        }
        for ((id, version, plan), doubted) in prepared.changed_sessions.iter().zip(changed) {
            let changed = self.sessions.change_in(tx, by, *id, *version, plan, doubted.clone())?;
            applied.told = applied.told.and(changed.told);
        }
        imports::conclude(tx, import.id, &text(&applied)?)?;
        let entry = Entry {
            object: Some(Object { kind: "import", id: import.id.get() }),
            organisation: Some(organisation),
            after: Some(json!({ "rows": rows, "events": events, "told": applied.told.signups() })),
            ..Entry::new(by, Action::Imported)
        };
        audit::note(tx, &entry)?;
        Ok(applied)
    }

    /// Adds the new sessions.
    fn add(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        organisation: OrganisationId,
        prepared: &Prepared,
    ) -> Result<(), Error> {
        let (mut all, mut names, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for (whose, added) in &prepared.new_sessions {
            if !whose.new {
                sessions::touch_event(tx, whose.event)?;
            }
            let after: Vec<_> = added.iter().map(|(session, _)| facts(session)).collect();
            entries.push(Entry {
                object: Some(Object::of(Kind::Event, whose.event.get())),
                organisation: Some(organisation),
                division: Some(whose.division),
                after: Some(json!({ "sessions": after })),
                ..Entry::new(by, Action::SessionsAdded)
            });
            names.extend(added.iter().map(|(session, name)| (name.as_str(), session.id.get())));
            all.extend(added.iter().map(|(session, _)| session.clone()));
        }
        sessions::insert_with_events(tx, &all)?;
        external_ids::insert_many(tx, organisation, Named::Session, &names)?;
        audit::note_many(tx, by, &entries)
    }

    /// Hands in what is not.
    fn submit(&self, by: Actor, applied: &mut Applied) -> Result<(), Error> {
        for ids in applied.ids.chunks(SUBMITTED_AT_ONCE) {
            let (submitted, published) = self.db.write(|tx| {
                let (mut submitted, mut published) = (0, 0);
                for id in ids {
                    match self.drafts.submit::<Event>(tx, by, id.get()) {
                        Ok(draft) if draft.state == State::Approved => published += 1,
                        Ok(_) => submitted += 1,
                        Err(Error::NothingToDo | Error::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok((submitted, published))
            })?;
            applied.submitted += submitted;
            applied.published += published;
        }
        Ok(())
    }
}

/// What has to be mended before the events of a file can be submitted, by row.
fn needed(prepared: &Prepared) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    for finding in &prepared.findings {
        if let Fault::Needed(code) = &finding.fault {
            let field = finding.column.map(|column| format!(".{}", column.wire())).unwrap_or_default();
            let code: FieldCode = code.clone();
            invalid.push(format!("rows[{}]{field}", finding.row), code);
        }
    }
    Ok(invalid.or(())?)
}

fn text(applied: &Applied) -> Result<String, Error> {
    serde_json::to_string(applied).map_err(corrupt)
}

fn read(result: &str) -> Result<Applied, Error> {
    serde_json::from_str(result).map_err(corrupt)
}

fn corrupt(source: serde_json::Error) -> Error {
    db::Error::Corrupt { kind: "import", id: 0, source }.into()
}
