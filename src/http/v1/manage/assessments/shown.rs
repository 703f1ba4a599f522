//! Assessments as organisations and authorities read them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::app;
use crate::app::assessments::figures;
use crate::db::AnyConn;
use crate::db::assessments::{self, Wanted};
use crate::discovery::page::{Answer, Key};
use crate::domain::assessments as domain;
use crate::domain::assessments::{Answers, Assessment, Figures};
use crate::domain::ids::AssessmentId;
use crate::domain::invalid::{FieldError, Invalid};
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, day_of, rfc3339};
use crate::http::list::List;
use crate::http::params::{Asked, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::state::{Members, State};
use crate::http::v1::manage::accreditations::shown::{AccreditationLevel, AccreditedBase};
use crate::http::v1::review::ReviewNote;
use crate::http::wire::wire;

wire! {
    /// How an assessment stands.
    AssessmentState = domain::State {
        /// Nothing was written yet.
        Due "due"
        /// It is being written.
        Draft "draft"
        /// It waits for the authority.
        Submitted "submitted"
        /// The authority sent it back.
        Rejected "rejected"
        /// The authority said how the base did.
        Assessed "assessed"
    }

    /// How a base did.
    AssessmentOutcome = domain::Outcome {
        /// 优秀
        Excellent "excellent"
        /// 合格
        Qualified "qualified"
        /// 不合格
        Unqualified "unqualified"
    }
}

/// What a base says of its year.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssessmentAnswers {
    /// Visitors. Needed to hand it in.
    #[schema(example = 52000)]
    visitors: Option<u32>,
    /// Days on which it was open. Needed to hand it in.
    #[schema(example = 302, maximum = 366)]
    open_days: Option<u32>,
    /// Events that it held, wherever they were published. Needed to hand it in.
    #[schema(example = 48)]
    events: Option<u32>,
    /// People who work there for science popularization.
    #[schema(example = 3)]
    staff: Option<u32>,
    /// Volunteers.
    #[schema(example = 25)]
    volunteers: Option<u32>,
    /// What it spent on science popularization, in yuan.
    #[schema(example = 800_000)]
    funding: Option<u32>,
    /// How it finds that it did, of a hundred. Needed to hand it in.
    #[schema(example = 92, maximum = 100)]
    self_score: Option<u32>,
    /// What it did, in words. Needed to hand it in.
    #[schema(example = "全年举办科普活动四十八场，新增展项两个。", min_length = 1, max_length = 10000)]
    text: Option<String>,
}

/// What the records of this service say of a year of a base: sessions of published events that took place there.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct AssessmentFigures {
    /// Events of which a session took place there.
    #[schema(example = 40, minimum = 0)]
    events: i64,
    /// Sessions.
    #[schema(example = 120, minimum = 0)]
    sessions: i64,
    /// Seats of sign-ups that came.
    #[schema(example = 3200, minimum = 0)]
    attended: i64,
    /// Heads that were counted.
    #[schema(example = 5100, minimum = 0)]
    headcount: i64,
}

/// The assessment of a base for a year.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The round that the authority opened.
    #[schema(example = "01h2x7m9k4qpz")]
    round_id: String,
    /// The base.
    base: AccreditedBase,
    /// Whose base it was when the year was opened.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// Code of the division whose authority assesses.
    #[schema(example = "440100")]
    adcode: String,
    /// The year.
    #[schema(example = 2026)]
    year: i32,
    /// The level for which it is assessed.
    level: AccreditationLevel,
    /// The last day to hand it in.
    #[schema(example = "2027-01-31", value_type = String, format = Date)]
    due: NaiveDate,
    /// Whether that day is over and it was not handed in.
    #[schema(example = false)]
    overdue: bool,
    /// How it stands.
    state: AssessmentState,
    /// How the base did.
    outcome: Option<AssessmentOutcome>,
    /// Why it was sent back, or found so.
    #[schema(example = "开放天数达标，活动数量居前")]
    reason: Option<String>,
    /// What is to be mended, field by field.
    fields: Vec<ReviewNote>,
    /// What the base says.
    answers: AssessmentAnswers,
    /// What the records of this service say: as of when it was handed in; until then as of now, and not in lists.
    figures: Option<AssessmentFigures>,
    /// When it was handed in.
    #[schema(example = "2027-01-20T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Rfc3339>,
    /// When the authority decided.
    #[schema(example = "2027-02-10T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    decided_at: Option<Rfc3339>,
    /// When it was last changed.
    #[schema(example = "2027-01-20T10:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

impl From<Answers> for AssessmentAnswers {
    fn from(said: Answers) -> Self {
        let Answers { visitors, open_days, events, staff, volunteers, funding, self_score, text } = said;
        Self { visitors, open_days, events, staff, volunteers, funding, self_score, text }
    }
}

impl From<AssessmentAnswers> for Answers {
    fn from(said: AssessmentAnswers) -> Self {
        let AssessmentAnswers { visitors, open_days, events, staff, volunteers, funding, self_score, text } =
            said;
        Self { visitors, open_days, events, staff, volunteers, funding, self_score, text }
    }
}

impl From<Figures> for AssessmentFigures {
    fn from(Figures { events, sessions, attended, headcount }: Figures) -> Self {
        Self { events, sessions, attended, headcount }
    }
}

impl AssessmentItem {
    /// An assessment as the store has it, on a day.
    ///
    /// # Errors
    /// If the store fails.
    pub fn new(conn: &mut AnyConn, found: Assessment, lang: Lang, today: NaiveDate) -> Result<Self, Problem> {
        let base = AccreditedBase::read(conn, found.base.get(), lang)?;
        let overdue = found.overdue(today);
        Ok(Self {
            id: found.id.to_string(),
            round_id: found.round.id.to_string(),
            base,
            organisation_id: found.organisation.to_string(),
            adcode: found.round.division.to_string(),
            year: found.round.year,
            level: found.round.level.into(),
            due: found.round.due,
            overdue,
            state: found.state.into(),
            outcome: found.outcome.map(AssessmentOutcome::from),
            reason: found.reason,
            fields: found.fields.into_iter().map(ReviewNote::from).collect(),
            answers: found.answers.into(),
            figures: found.figures.map(AssessmentFigures::from),
            submitted_at: found.submitted_at.map(rfc3339),
            decided_at: found.decided_at.map(rfc3339),
            updated_at: rfc3339(found.updated_at),
            version: found.version,
        })
    }
}

/// An assessment as it is now, with what our records say.
///
/// # Errors
/// [`Code::NotFound`]; if the store fails.
pub fn read(
    conn: &mut AnyConn,
    id: AssessmentId,
    lang: Lang,
    now: DateTime<Utc>,
) -> Result<AssessmentItem, Problem> {
    let mut found = assessments::get(conn, id)?.ok_or(Code::NotFound)?;
    if found.figures.is_none() {
        found.figures = Some(figures(conn, &found)?);
    }
    AssessmentItem::new(conn, found, lang, day_of(now))
}

/// What an error is to whoever fills a form whose fields stand within another object.
pub(super) fn problem(within: &str, error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(Invalid(errors)) => {
            let named = |error: FieldError| FieldError::new(format!("{within}{}", error.field), error.code);
            Problem::unprocessable(Invalid(errors.into_iter().map(named).collect()))
        }
        other => other.into(),
    }
}

/// A page of the assessments that are asked for.
///
/// # Errors
/// If the store fails, or the cursor is another's.
pub async fn page<T: Table>(
    asked: Asked<T>,
    state: web::Data<State>,
    members: web::Data<Members>,
    wanted: Wanted,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let (before, limit, lang) =
        (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit, asked.lang);
    let today = day_of(state.now());
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let total = assessments::count(conn, &wanted)?;
            let found = assessments::page(conn, &wanted, before, limit + 1)?;
            let items = found.into_iter().map(|one| {
                let id = one.id.get();
                AssessmentItem::new(conn, one, lang, today).map(|item| (item, id))
            });
            Ok::<_, Problem>((items.collect::<Result<Vec<_>, _>>()?, total))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(_, id)| (Key::Number(-id), *id));
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<AssessmentItem> = turn.page(answer, |(item, _)| item);
    Ok(private::answer(StatusCode::OK, list))
}
