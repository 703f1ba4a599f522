//! Yearly assessments of bases.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{assessment_rounds as rounds, assessments, bases, events, headcounts, sessions, signups};
use crate::domain::accreditations::Level;
use crate::domain::assessments::{Assessment, Figures, Outcome, Round, State};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{AssessmentId, AssessmentRoundId, BaseId, OrganisationId, PersonId};
use crate::domain::publication::Publication;
use crate::domain::signups::Status;
use crate::domain::time::{day_of, start_of};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rounds)]
struct RoundRow {
    id: i64,
    division: i64,
    year: i32,
    level: String,
    due: NaiveDateTime,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = assessments)]
struct Row {
    id: i64,
    base_id: i64,
    organisation_id: i64,
    state: String,
    version: i64,
    answers: String,
    figures: Option<String>,
    outcome: Option<String>,
    reason: Option<String>,
    fields: String,
    author_id: Option<i64>,
    submitted_at: Option<NaiveDateTime>,
    decided_at: Option<NaiveDateTime>,
    updated_at: NaiveDateTime,
}

fn corrupt(id: i64) -> impl Fn(serde_json::Error) -> Error {
    move |source| Error::Corrupt { kind: "assessment", id, source }
}

fn unknown(id: i64) -> Error {
    corrupt(id)(serde::de::Error::custom("a word or number that this program does not know"))
}

fn text(id: AssessmentId, value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(corrupt(id.get()))
}

impl RoundRow {
    fn round(self) -> Result<Round, Error> {
        let word = || unknown(self.id);
        Ok(Round {
            id: AssessmentRoundId::new(self.id).ok_or_else(word)?,
            division: Adcode::from_number(self.division).ok_or_else(word)?,
            year: self.year,
            level: Level::from_name(&self.level).ok_or_else(word)?,
            due: day_of(self.due.and_utc()),
            created_at: self.created_at.and_utc(),
        })
    }
}

fn assessment((row, round): (Row, RoundRow)) -> Result<Assessment, Error> {
    let (corrupt, word) = (corrupt(row.id), || unknown(row.id));
    let outcome = row.outcome.map(|word| Outcome::from_name(&word).ok_or_else(|| unknown(row.id)));
    Ok(Assessment {
        id: AssessmentId::new(row.id).ok_or_else(word)?,
        round: round.round()?,
        base: BaseId::new(row.base_id).ok_or_else(word)?,
        organisation: OrganisationId::new(row.organisation_id).ok_or_else(word)?,
        state: State::from_name(&row.state).ok_or_else(word)?,
        version: row.version,
        answers: serde_json::from_str(&row.answers).map_err(&corrupt)?,
        figures: row.figures.as_deref().map(serde_json::from_str).transpose().map_err(&corrupt)?,
        outcome: outcome.transpose()?,
        reason: row.reason,
        fields: serde_json::from_str(&row.fields).map_err(&corrupt)?,
        author: row.author_id.and_then(PersonId::new),
        submitted_at: row.submitted_at.map(|at| at.and_utc()),
        decided_at: row.decided_at.map(|at| at.and_utc()),
        updated_at: row.updated_at.and_utc(),
    })
}

/// The bases that everybody sees in a division and those within it: those of an authority that assesses.
pub fn bases_within(conn: &mut AnyConn, division: Adcode) -> Result<Vec<i64>, Error> {
    let within = division.within();
    let shown = bases::table
        .filter(bases::adcode.between(*within.start(), *within.end()))
        .filter(bases::publication.eq(Publication::Public.name()));
    Ok(shown.order(bases::id).select(bases::id).load(conn)?)
}

/// Opens a year with an assessment of each of these bases.
///
/// # Errors
/// [`Error::Constraint`] if it is open.
pub fn open(
    tx: &mut Tx<'_>,
    round: &Round,
    of: &[(AssessmentId, BaseId, OrganisationId)],
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(rounds::table)
        .values((
            rounds::id.eq(round.id.get()),
            rounds::division.eq(round.division.number()),
            rounds::year.eq(round.year),
            rounds::level.eq(round.level.name()),
            rounds::due.eq(start_of(round.due).naive_utc()),
            rounds::created_at.eq(round.created_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    for some in of.chunks(ROWS_PER_STATEMENT) {
        let row = |(id, base, organisation): &(AssessmentId, BaseId, OrganisationId)| {
            (
                assessments::id.eq(id.get()),
                assessments::round_id.eq(round.id.get()),
                assessments::base_id.eq(base.get()),
                assessments::organisation_id.eq(organisation.get()),
                assessments::state.eq(State::Due.name()),
                assessments::version.eq(1_i64),
                assessments::answers.eq("{}"),
                assessments::fields.eq("[]"),
                assessments::updated_at.eq(now),
            )
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        let insert = diesel::insert_into(assessments::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// A year that was opened.
pub fn round(conn: &mut AnyConn, id: AssessmentRoundId) -> Result<Option<Round>, Error> {
    let row: Option<RoundRow> =
        rounds::table.find(id.get()).select(RoundRow::as_select()).first(conn).optional()?;
    row.map(RoundRow::round).transpose()
}

/// Whether a division opened a year for a level.
pub fn is_open(conn: &mut AnyConn, division: Adcode, year: i32, level: Level) -> Result<bool, Error> {
    let same = rounds::table
        .filter(rounds::division.eq(division.number()).and(rounds::year.eq(year)))
        .filter(rounds::level.eq(level.name()));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// All years that were opened in these divisions and those within them, the newest first; perhaps only of one year.
pub fn rounds(conn: &mut AnyConn, within: &[Adcode], year: Option<i32>) -> Result<Vec<Round>, Error> {
    let mut query = rounds::table.order((rounds::year.desc(), rounds::id.desc())).into_boxed();
    if let Some(year) = year {
        query = query.filter(rounds::year.eq(year));
    }
    let rows: Vec<RoundRow> = query.select(RoundRow::as_select()).load(conn)?;
    let mut found = rows.into_iter().map(RoundRow::round).collect::<Result<Vec<_>, _>>()?;
    found.retain(|round| within.iter().any(|own| own.covers(round.division)));
    Ok(found)
}

/// How many assessments of a year stand how.
pub fn tally(conn: &mut AnyConn, id: AssessmentRoundId) -> Result<Vec<(State, i64)>, Error> {
    let rows: Vec<(String, i64)> = assessments::table
        .filter(assessments::round_id.eq(id.get()))
        .group_by(assessments::state)
        .select((assessments::state, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(word, count)| Some((State::from_name(&word)?, count))).collect())
}

/// One of them.
pub fn get(conn: &mut AnyConn, id: AssessmentId) -> Result<Option<Assessment>, Error> {
    let row: Option<(Row, RoundRow)> = assessments::table
        .inner_join(rounds::table)
        .filter(assessments::id.eq(id.get()))
        .select((Row::as_select(), RoundRow::as_select()))
        .first(conn)
        .optional()?;
    row.map(assessment).transpose()
}

/// Replaces one, if it still has the version before; `false` if it has not. Its row is locked until the transaction ends.
pub fn replace(tx: &mut Tx<'_>, before: i64, new: &Assessment) -> Result<bool, Error> {
    let figures = new.figures.map(|figures| text(new.id, &figures)).transpose()?;
    let rows = diesel::update(assessments::table.find(new.id.get()).filter(assessments::version.eq(before)))
        .set((
            assessments::state.eq(new.state.name()),
            assessments::version.eq(new.version),
            assessments::answers.eq(text(new.id, &new.answers)?),
            assessments::figures.eq(figures),
            assessments::outcome.eq(new.outcome.map(Outcome::name)),
            assessments::reason.eq(&new.reason),
            assessments::fields.eq(text(new.id, &new.fields)?),
            assessments::author_id.eq(new.author.map(PersonId::get)),
            assessments::submitted_at.eq(new.submitted_at.map(|at| at.naive_utc())),
            assessments::decided_at.eq(new.decided_at.map(|at| at.naive_utc())),
            assessments::updated_at.eq(new.updated_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Gives those of a base that were not judged yet to another organisation; gives their numbers. Their versions rise: who writes
/// or decides on one at this moment looks again.
pub fn assign(tx: &mut Tx<'_>, base: BaseId, to: OrganisationId) -> Result<Vec<i64>, Error> {
    let open = || {
        let of_it = assessments::table.filter(assessments::base_id.eq(base.get()));
        of_it.filter(assessments::state.ne(State::Assessed.name()))
    };
    diesel::update(open())
        .set((assessments::organisation_id.eq(to.get()), assessments::version.eq(assessments::version + 1)))
        .execute(&mut *tx.conn)?;
    Ok(open().select(assessments::id).load(&mut *tx.conn)?)
}

/// Which assessments are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those of these organisations; absent: of any.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Only those that one of these divisions, or one within it, assesses; absent: of any.
    pub divisions: Option<Vec<Adcode>>,
    /// Only those of this round.
    pub round: Option<AssessmentRoundId>,
    /// Only those of this year.
    pub year: Option<i32>,
    /// Only those of this base.
    pub base: Option<BaseId>,
    /// Only those that stand so.
    pub state: Option<State>,
    /// Only those of bases that did so.
    pub outcome: Option<Outcome>,
}

macro_rules! wanted {
    ($wanted:expr, $rounds:expr) => {{
        let mut query = assessments::table.inner_join(rounds::table).into_boxed();
        if let Some(organisations) = &$wanted.organisations {
            let own: Vec<i64> = organisations.iter().map(|id| id.get()).collect();
            query = query.filter(assessments::organisation_id.eq_any(own));
        }
        if let Some(of) = $rounds {
            query = query.filter(assessments::round_id.eq_any(of));
        }
        if let Some(round) = $wanted.round {
            query = query.filter(assessments::round_id.eq(round.get()));
        }
        if let Some(year) = $wanted.year {
            query = query.filter(rounds::year.eq(year));
        }
        if let Some(base) = $wanted.base {
            query = query.filter(assessments::base_id.eq(base.get()));
        }
        if let Some(state) = $wanted.state {
            query = query.filter(assessments::state.eq(state.name()));
        }
        if let Some(outcome) = $wanted.outcome {
            query = query.filter(assessments::outcome.eq(outcome.name()));
        }
        query
    }};
}

/// The rounds of the divisions that are asked for; `None` if all are.
fn reached(conn: &mut AnyConn, wanted: &Wanted) -> Result<Option<Vec<i64>>, Error> {
    let Some(within) = &wanted.divisions else { return Ok(None) };
    let found = rounds(conn, within, wanted.year)?;
    Ok(Some(found.into_iter().map(|round| round.id.get()).collect()))
}

/// A page of those asked for, the newest first: at most `limit` of those before the one of this number.
pub fn page(
    conn: &mut AnyConn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Assessment>, Error> {
    let rows: Vec<(Row, RoundRow)> = wanted!(wanted, reached(conn, wanted)?)
        .filter(assessments::id.lt(before.unwrap_or(i64::MAX)))
        .order(assessments::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((Row::as_select(), RoundRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(assessment).collect()
}

/// How many are asked for.
pub fn count(conn: &mut AnyConn, wanted: &Wanted) -> Result<i64, Error> {
    Ok(wanted!(wanted, reached(conn, wanted)?).count().get_result(conn)?)
}

/// What our records say of sessions of published events at a base that began in a span, and were not called off.
pub fn figures(
    conn: &mut AnyConn,
    base: BaseId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Figures, Error> {
    let there: Vec<i64> = events::table
        .filter(events::base_id.eq(base.get()).and(events::publication.ne(Publication::Draft.name())))
        .filter(events::sample.eq(false))
        .select(events::id)
        .load(conn)?;
    let mut held: Vec<(i64, i64)> = Vec::new();
    for some in there.chunks(IDS_PER_STATEMENT) {
        let rows = sessions::table
            .filter(sessions::event_id.eq_any(some).and(sessions::status.ne("cancelled")))
            .filter(sessions::start_at.ge(from.naive_utc()).and(sessions::start_at.lt(to.naive_utc())));
        held.extend(rows.select((sessions::id, sessions::event_id)).load::<(i64, i64)>(conn)?);
    }
    let mut figures = Figures { sessions: held.len() as i64, ..Figures::default() };
    let mut events: Vec<i64> = held.iter().map(|(_, event)| *event).collect();
    events.sort_unstable();
    events.dedup();
    figures.events = events.len() as i64;
    for some in held.chunks(IDS_PER_STATEMENT) {
        let ids: Vec<i64> = some.iter().map(|(session, _)| *session).collect();
        let seats: Option<i64> = signups::table
            .filter(signups::session_id.eq_any(&ids).and(signups::status.eq(Status::Attended.name())))
            .select(diesel::dsl::sum(signups::seats))
            .first(conn)?;
        let heads: Option<i64> = headcounts::table
            .filter(headcounts::session_id.eq_any(&ids))
            .select(diesel::dsl::sum(headcounts::people))
            .first(conn)?;
        figures.attended += seats.unwrap_or_default();
        figures.headcount += heads.unwrap_or_default();
    }
    Ok(figures)
}

/// Forgets who wrote what.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(assessments::table.filter(assessments::author_id.eq(person.get())))
        .set(assessments::author_id.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}
