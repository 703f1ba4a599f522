//! Yearly assessment of bases (年度考核): an authority opens a year, bases fill their forms, and the authority says in the
//! queue of review how each did. To take a level away is another act: [`super::accreditations::granting`].

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Error;
use super::audit;
use super::repeats::{self, Repeat};
use super::review::{Reviewer, enqueue};
use crate::db::records::Stored;
use crate::db::{AnyConn, Db, Tx, assessments, review_items};
use crate::domain::accreditations::Level;
use crate::domain::assessments::{Answers, Assessment, Figures, Outcome, Round, State};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bases::Base;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::drafts::FieldNote;
use crate::domain::ids::{AssessmentId, AssessmentRoundId, BaseId, OrganisationId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::review::{Item, ItemKind, ItemState, Lane, NewItem};
use crate::domain::roles::AuthorityRole;
use crate::domain::text::Text;
use crate::domain::time::{day_of, start_of};

/// The first year that can be assessed.
const FIRST_YEAR: i32 = 2020;

/// The word by which the audit names a year that was opened.
const ROUND: &str = "assessmentRound";

/// The use cases of assessments. All of them block.
#[derive(Clone)]
pub struct Assessments {
    db: Db,
    random: Arc<dyn Random>,
}

/// What is to be assessed.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Whose authority assesses.
    pub division: Adcode,
    /// The year.
    pub year: i32,
    /// Bases of which level.
    pub level: Level,
    /// The last day to hand in.
    pub due: NaiveDate,
}

/// The instants between which the sessions of a year begin.
fn span(year: i32) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).map(start_of);
    Some((first(year)?, first(year.checked_add(1)?)?))
}

/// What our records say of the year of an assessment.
///
/// # Errors
/// If the store fails.
pub fn figures(conn: &mut AnyConn, of: &Assessment) -> Result<Figures, Error> {
    let (from, to) = span(of.round.year).ok_or(Error::NotFound)?;
    Ok(assessments::figures(conn, of.base, from, to)?)
}

impl Assessments {
    /// The use cases over a store.
    pub fn new(db: Db, random: Arc<dyn Random>) -> Self {
        Self { db, random }
    }

    /// Opens a year for the bases of a level in a division: each of them has an assessment then.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the division lies beyond those of who asks; [`Error::Invalid`]; [`Error::NothingToDo`] if it
    /// is open already; [`Error::NoSuchBases`] if no base is concerned; those of [`repeats::once`].
    pub fn open(
        &self,
        by: Reviewer<'_>,
        opening: Opening,
        repeat: Option<&Repeat>,
    ) -> Result<AssessmentRoundId, Error> {
        let Opening { division, year, level, due } = opening;
        if !by.roles.over(division, AuthorityRole::Administrator) {
            return Err(Error::NotFound);
        }
        self.db.write(|tx| {
            repeats::once(tx, by.person, repeat, |tx| {
                let today = day_of(tx.now());
                let mut invalid = Invalid::default();
                invalid.range("year", year, FIRST_YEAR, today.year());
                if !Division::exists(tx, division.number())? {
                    invalid.push("adcode", FieldCode::NoSuch { kind: "division" });
                }
                if due < today {
                    let (min, max) = (today.to_string(), NaiveDate::MAX.to_string());
                    invalid.push("due", FieldCode::OutOfRange { min, max });
                }
                invalid.or(())?;
                if assessments::is_open(tx, division, year, level)? {
                    return Err(Error::NothingToDo);
                }
                let of = self.concerned(tx, division, level)?;
                if of.is_empty() {
                    return Err(Error::NoSuchBases);
                }
                let id = AssessmentRoundId::fresh(tx.now(), &*self.random);
                let round = Round { id, division, year, level, due, created_at: tx.now() };
                assessments::open(tx, &round, &of)?;
                let entry = Entry {
                    object: Some(Object { kind: ROUND, id: id.get() }),
                    division: Some(division),
                    after: Some(serde_json::json!({
                        "year": year, "level": level.name(), "due": due, "bases": of.len(),
                    })),
                    ..Entry::new(Actor::Person(by.person), Action::AssessmentOpened)
                };
                audit::note(tx, &entry)?;
                Ok(id)
            })
        })
    }

    /// The bases of a level in a division, each with whose it is.
    fn concerned(
        &self,
        tx: &mut Tx<'_>,
        division: Adcode,
        level: Level,
    ) -> Result<Vec<(AssessmentId, BaseId, OrganisationId)>, Error> {
        let ids = assessments::bases_within(tx, division)?;
        let holds = |base: &Base| base.recognitions.iter().any(|one| one.level.0 == level.name());
        let mut of = Vec::new();
        // One moment has few random numbers: those of a year follow each other.
        let first = AssessmentId::fresh(tx.now(), &*self.random).get();
        for record in Base::find(tx, &ids)?.into_iter().filter(|record| holds(&record.body)) {
            let main = record.body.organisers.first().map(|main| main.organisation);
            let id = AssessmentId::new(first + of.len() as i64);
            of.extend(id.zip(BaseId::new(record.id)).zip(main).map(|((id, base), main)| (id, base, main)));
        }
        Ok(of)
    }

    /// Replaces what a base says of its year. What waits for the authority waits no more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`; [`Error::Invalid`];
    /// [`Error::NothingToDo`] once it was assessed.
    pub fn change(
        &self,
        person: PersonId,
        id: AssessmentId,
        version: i64,
        answers: &Answers,
    ) -> Result<(), Error> {
        let mut invalid = Invalid::default();
        answers.check(&mut invalid);
        invalid.or(())?;
        self.db.write(|tx| {
            let mut changed = open(tx, id)?;
            if changed.version != version {
                return Err(Error::VersionConflict);
            }
            changed.answers = answers.clone();
            step(tx, person, changed, State::Draft, Action::Edited).map(drop)
        })
    }

    /// Hands a form in, with what our records say at that moment. What waits already goes on waiting. Late is better than
    /// never: the authority sees when it came.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] with everything that is missing; [`Error::NothingToDo`] once it was
    /// assessed.
    pub fn submit(&self, person: PersonId, id: AssessmentId) -> Result<(), Error> {
        self.db.write(|tx| {
            let mut ready = open(tx, id)?;
            if ready.state == State::Submitted {
                return Ok(());
            }
            let mut invalid = Invalid::default();
            ready.answers.complete(&mut invalid);
            invalid.or(())?;
            ready.figures = Some(figures(tx, &ready)?);
            ready.submitted_at = Some(tx.now());
            let submitted = step(tx, person, ready, State::Submitted, Action::Submitted)?;
            let item = NewItem {
                kind: ItemKind::Assessment,
                object: id.get(),
                version: submitted.version,
                lane: Lane::Submitted,
                title: title(tx, &submitted)?,
                organisation: Some(submitted.organisation),
                division: submitted.round.division,
                campaigns: Vec::new(),
                notes: Vec::new(),
                by: Some(person),
            };
            enqueue(tx, &*self.random, item).map(drop)
        })
    }

    /// Takes a form back; one that does not wait stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] once it was assessed.
    pub fn withdraw(&self, person: PersonId, id: AssessmentId) -> Result<(), Error> {
        self.db.write(|tx| {
            let mine = open(tx, id)?;
            if mine.state != State::Submitted {
                return Ok(());
            }
            step(tx, person, mine, State::Draft, Action::Withdrawn).map(drop)
        })
    }
}

/// An assessment that its base may still change.
fn open(tx: &mut Tx<'_>, id: AssessmentId) -> Result<Assessment, Error> {
    let found = assessments::get(tx, id)?.ok_or(Error::NotFound)?;
    if found.state == State::Assessed { Err(Error::NothingToDo) } else { Ok(found) }
}

/// Takes an assessment to another state, and what waits of it out of the queue.
fn step(
    tx: &mut Tx<'_>,
    person: PersonId,
    mut next: Assessment,
    state: State,
    action: Action,
) -> Result<Assessment, Error> {
    let before = next.version;
    next.version += 1;
    next.state = state;
    (next.reason, next.fields) = (None, Vec::new());
    if state != State::Submitted {
        (next.submitted_at, next.figures) = (None, None);
    }
    (next.author, next.updated_at) = (Some(person), tx.now());
    if !assessments::replace(tx, before, &next)? {
        return Err(Error::VersionConflict);
    }
    if let Some(item) = review_items::open_of(tx, ItemKind::Assessment, next.id.get())? {
        let gone =
            review_items::Decision { state: ItemState::Withdrawn, by: None, reason: None, fields: &[] };
        review_items::decide(tx, item.id, item.what.version, &gone)?;
    }
    note(tx, Actor::Person(person), action, &next, None)?;
    Ok(next)
}

/// Says how a base did.
///
/// # Errors
/// [`Error::Invalid`] if no outcome is given, or no reason for one that is not good; [`Error::ChangedSince`] if it is
/// another form than the one that was looked at.
pub(super) fn judge(
    tx: &mut Tx<'_>,
    by: PersonId,
    item: &Item,
    outcome: Option<Outcome>,
    reason: Option<&str>,
) -> Result<(), Error> {
    let outcome = outcome.ok_or_else(|| Invalid::one("outcome", FieldCode::Missing))?;
    if outcome == Outcome::Unqualified && reason.is_none() {
        return Err(Invalid::one("reason", FieldCode::Missing).into());
    }
    let mut judged = waiting(tx, item)?;
    let version = judged.version;
    judged.version += 1;
    judged.state = State::Assessed;
    judged.outcome = Some(outcome);
    judged.reason = reason.map(str::to_owned);
    (judged.decided_at, judged.updated_at) = (Some(tx.now()), tx.now());
    if !assessments::replace(tx, version, &judged)? {
        return Err(Error::ChangedSince);
    }
    note(tx, Actor::Person(by), Action::Assessed, &judged, reason)
}

/// Sends a form back.
///
/// # Errors
/// [`Error::ChangedSince`] as [`judge`].
pub(super) fn send_back(
    tx: &mut Tx<'_>,
    by: PersonId,
    item: &Item,
    reason: &str,
    fields: &[FieldNote],
) -> Result<(), Error> {
    let mut back = waiting(tx, item)?;
    let version = back.version;
    back.version += 1;
    back.state = State::Rejected;
    (back.reason, back.fields) = (Some(reason.to_owned()), fields.to_vec());
    (back.submitted_at, back.figures) = (None, None);
    (back.decided_at, back.updated_at) = (Some(tx.now()), tx.now());
    if !assessments::replace(tx, version, &back)? {
        return Err(Error::ChangedSince);
    }
    note(tx, Actor::Person(by), Action::Rejected, &back, Some(reason))
}

fn waiting(tx: &mut Tx<'_>, item: &Item) -> Result<Assessment, Error> {
    let id = AssessmentId::new(item.what.object).ok_or(Error::NotFound)?;
    let found = assessments::get(tx, id)?.ok_or(Error::NotFound)?;
    let waits = found.state == State::Submitted && found.version == item.what.version;
    if waits { Ok(found) } else { Err(Error::ChangedSince) }
}

/// What it is called in the queue: the base and the year.
fn title(tx: &mut Tx<'_>, of: &Assessment) -> Result<Text, Error> {
    let base = Base::get(tx, of.base.get())?.ok_or(Error::NotFound)?.body.name;
    Ok(Text::zh(format!("{}：{}年度考核", base.zh_cn, of.round.year)))
}

fn note(
    tx: &mut Tx<'_>,
    by: Actor,
    action: Action,
    of: &Assessment,
    reason: Option<&str>,
) -> Result<(), Error> {
    let told = of.outcome.map(
        |outcome| serde_json::json!({ "base": of.base, "year": of.round.year, "outcome": outcome.name() }),
    );
    let entry = Entry {
        object: Some(Object::of_item(ItemKind::Assessment, of.id.get())),
        organisation: Some(of.organisation),
        division: Some(of.round.division),
        reason: reason.map(str::to_owned),
        after: told,
        ..Entry::new(by, action)
    };
    audit::note(tx, &entry)
}
