//! Statistics as they are sent.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::Days;
use super::names::Names;
use crate::domain::statistics::answers::{Answer, Line};
use crate::domain::statistics::cube::Value;
use crate::domain::statistics::{Dimension, Figures, Measure};

/// Figures of a span of days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// The first day.
    #[schema(example = "2026-01-01", format = Date)]
    pub from: String,
    /// The last day, included.
    #[schema(example = "2026-12-31", format = Date)]
    pub to: String,
    /// Of everything that was asked about; what stands in several rows counts once.
    pub totals: StatisticsRow,
    /// By what was asked for.
    pub rows: Vec<StatisticsRow>,
}

/// Figures, and what of.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticsRow {
    /// Where.
    pub division: Option<StatisticsKey>,
    /// About what.
    pub topic: Option<StatisticsKey>,
    /// For whom.
    pub audience: Option<StatisticsKey>,
    /// In which campaign.
    pub campaign: Option<StatisticsKey>,
    /// Whose: the main organiser.
    pub organisation: Option<StatisticsKey>,
    /// When.
    #[schema(example = "2026-11")]
    pub month: Option<String>,
    /// Events with a session that is not called off.
    #[schema(example = 12)]
    pub events: u64,
    /// Sessions that are not called off, over or to come.
    #[schema(example = 40)]
    pub sessions: u64,
    /// Of these, those that are over.
    #[schema(example = 38)]
    pub held: u64,
    /// Sessions that were called off; nothing else of them counts.
    #[schema(example = 2)]
    pub cancelled: u64,
    /// What there was room for, in people or parties as each session counts; sessions without a limit add nothing.
    #[schema(example = 1200)]
    pub seats: u64,
    /// Sessions without a limit.
    #[schema(example = 3)]
    pub unlimited: u64,
    /// People, not parties, who have or had a seat. Absent where it is suppressed, as the counts below.
    #[schema(example = 950)]
    pub signups: Option<u64>,
    /// People who came: checked in, or let in without a sign-up.
    #[schema(example = 870)]
    pub attended: Option<u64>,
    /// Heads that hosts counted.
    #[schema(example = 400)]
    pub headcount: Option<u64>,
    /// People with a seat who did not come, where anybody was checked in; known a day after the end.
    #[schema(example = 80)]
    pub no_show: Option<u64>,
    /// What they said of it.
    pub satisfaction: Option<StatisticsSatisfaction>,
    /// Whether a count of fewer than five people, or one from which such a count would follow, was left out.
    #[schema(example = false)]
    pub suppressed: bool,
}

/// What a row is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatisticsKey {
    /// Its code, or its id.
    #[schema(example = "440106")]
    pub code: String,
    /// Its name.
    #[schema(example = "天河区")]
    pub name: String,
}

/// Stars.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct StatisticsSatisfaction {
    /// The mean of all stars, from 1 to 5, to two decimals; absent where nobody gave any.
    #[schema(example = 4.62)]
    pub average: Option<f64>,
    /// How many parties gave stars.
    #[schema(example = 210)]
    pub count: u64,
}

impl Statistics {
    /// What is told of some days.
    #[must_use]
    pub fn new(days: Days, by: &[Dimension], answer: &Answer, names: &Names<'_>) -> Self {
        let mut lines: Vec<&Line> = answer.rows.iter().collect();
        let place = |line: &&Line| -> Vec<_> {
            by.iter().zip(&line.values).map(|(dimension, value)| names.place(*dimension, value)).collect()
        };
        lines.sort_by_cached_key(place);
        Self {
            from: days.from.to_string(),
            to: days.to.to_string(),
            totals: StatisticsRow::new(&[], &answer.total, names),
            rows: lines.into_iter().map(|line| StatisticsRow::new(by, line, names)).collect(),
        }
    }
}

impl StatisticsRow {
    /// A row, or with no dimensions a total.
    #[must_use]
    pub fn new(by: &[Dimension], line: &Line, names: &Names<'_>) -> Self {
        let key = |wanted: Dimension| {
            let (dimension, value): (_, &Value) =
                by.iter().zip(&line.values).find(|(one, _)| **one == wanted)?;
            names.key(*dimension, value)
        };
        let Figures { events, sessions, held, cancelled, seats, unlimited, .. } = line.figures;
        let people = |measure| (!line.hidden.has(measure)).then(|| line.figures.people(measure));
        let said = |count| StatisticsSatisfaction { average: line.figures.satisfaction(), count };
        Self {
            division: key(Dimension::Division),
            topic: key(Dimension::Topic),
            audience: key(Dimension::Audience),
            campaign: key(Dimension::Campaign),
            organisation: key(Dimension::Organisation),
            month: key(Dimension::Month).map(|month| month.code),
            events,
            sessions,
            held,
            cancelled,
            seats,
            unlimited,
            signups: people(Measure::Signups),
            attended: people(Measure::Attended),
            headcount: people(Measure::Headcount),
            no_show: people(Measure::NoShow),
            satisfaction: people(Measure::Ratings).map(said),
            suppressed: line.hidden.any(),
        }
    }
}
