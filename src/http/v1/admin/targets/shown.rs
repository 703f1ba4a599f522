//! Targets as they are asked for and sent.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::results::Reached;
use crate::discovery::Snapshot;
use crate::domain::divisions::Adcode;
use crate::domain::ids::CampaignId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::targets::{self as domain, Goal, Reported, Target, share};
use crate::domain::taxonomy::Code;
use crate::domain::text::Lang;
use crate::domain::time::parse_date;
use crate::http::problem::Problem;
use crate::http::v1::statistics::shown::StatisticsKey;
use crate::http::wire::wire;

wire! {
    /// What a target counts.
    TargetMeasure = domain::TargetMeasure {
        /// Events with a session that is not called off.
        Events "events"
        /// Sessions held.
        Sessions "sessions"
        /// People who have or had a seat.
        Signups "signups"
        /// People who came.
        Attended "attended"
        /// Heads that hosts counted.
        Headcount "headcount"
        /// The mean of stars.
        Satisfaction "satisfaction"
        /// Districts in which a session was held.
        DistrictsWithEvents "districtsWithEvents"
        /// Audiences for which a session was held.
        AudiencesWithEvents "audiencesWithEvents"
        /// Organisations that held a session.
        OrganisationsWithEvents "organisationsWithEvents"
        /// Bases, of `level` where it is given.
        Bases "bases"
        /// Districts in which there is a base.
        DistrictsWithBases "districtsWithBases"
        /// Bases in the district that has fewest.
        FewestBasesOfADistrict "fewestBasesOfADistrict"
        /// Routes with a stop there.
        Routes "routes"
        /// Lecture series.
        Series "series"
        /// Entries of the resource directory.
        Resources "resources"
        /// Verified organisations with their seat there.
        Organisations "organisations"
        /// What nothing here counts: it is reported.
        Manual "manual"
    }
}

/// A target to be set.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "division": "440106", "name": "全年科普活动场次", "measure": "sessions", "from": "2026-01-01", "to": "2026-12-31",
    "value": 50, "unit": "场", "source": "年度计划",
}))]
pub struct NewTarget {
    /// Code of the division.
    #[schema(example = "440106", pattern = "^[1-9][0-9]{5}$")]
    division: String,
    /// What it is called.
    #[schema(example = "全年科普活动场次", min_length = 1, max_length = 120)]
    name: String,
    /// What is counted.
    #[schema(example = "sessions")]
    measure: TargetMeasure,
    /// Of what is counted from sessions: only events about this topic.
    #[schema(example = "astronomy_space")]
    topic: Option<String>,
    /// Only events for this audience.
    #[schema(example = "elderly")]
    audience: Option<String>,
    /// Only events of this campaign.
    #[schema(value_type = Option<String>, example = "01h2x7m9k4qpz")]
    campaign: Option<CampaignId>,
    /// Of what is counted from bases: only those that hold this level.
    #[schema(example = "district")]
    level: Option<String>,
    /// The first day that counts.
    #[schema(example = "2026-01-01", format = Date)]
    from: String,
    /// The last day, by which it is to be reached.
    #[schema(example = "2026-12-31", format = Date)]
    to: String,
    /// The number, above 0.
    #[schema(example = 50, minimum = 0)]
    value: f64,
    /// Of what, in words.
    #[schema(example = "场", min_length = 1, max_length = 20)]
    unit: String,
    /// Which plan says so, and where.
    #[schema(example = "实施方案（2021—2025年）三（三）3", min_length = 1, max_length = 300)]
    source: Option<String>,
    /// Of a `manual` one: what is reached.
    reported: Option<TargetReport>,
}

/// What is reached of a target that nothing here counts.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetReport {
    /// The number.
    #[schema(example = 16.4, minimum = 0)]
    value: f64,
    /// As of which day.
    #[schema(example = "2025-10-31", format = Date)]
    on: String,
    /// Who found it out, and where it can be read.
    #[schema(example = "2025年公民科学素质抽样调查", min_length = 1, max_length = 300)]
    source: String,
}

/// A target as it is to be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedTarget {
    /// All of it.
    pub(super) target: NewTarget,
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    pub(super) version: i64,
}

/// A target, and what is reached of it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Where.
    division: StatisticsKey,
    /// What it is called.
    #[schema(example = "全年科普活动场次")]
    name: String,
    /// What is counted.
    #[schema(example = "sessions")]
    measure: TargetMeasure,
    /// Only events about this topic.
    #[schema(example = "astronomy_space")]
    topic: Option<String>,
    /// Only events for this audience.
    #[schema(example = "elderly")]
    audience: Option<String>,
    /// Only events of this campaign.
    #[schema(example = "01h2x7m9k4qpz")]
    campaign: Option<String>,
    /// Only bases that hold this level.
    #[schema(example = "district")]
    level: Option<String>,
    /// The first day that counts.
    #[schema(example = "2026-01-01", format = Date)]
    from: String,
    /// The last day.
    #[schema(example = "2026-12-31", format = Date)]
    to: String,
    /// The number to be reached.
    #[schema(example = 50)]
    value: f64,
    /// Of what.
    #[schema(example = "场")]
    unit: String,
    /// Which plan says so, and where.
    #[schema(example = "实施方案（2021—2025年）三（三）3")]
    source: Option<String>,
    /// What was reported.
    reported: Option<TargetReport>,
    /// What is reached; absent while nothing is known, and where it is fewer than five people of a part.
    result: Option<TargetResult>,
    /// Whether it is left out because it is so few people.
    #[schema(example = false)]
    suppressed: bool,
    /// Counts changes.
    #[schema(example = 1)]
    version: i64,
}

/// What is reached of a target.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetResult {
    /// The number.
    #[schema(example = 38)]
    value: f64,
    /// As of which day.
    #[schema(example = "2026-11-25", format = Date)]
    as_of: String,
    /// Of the number to be reached: 1 is all.
    #[schema(example = 0.76)]
    share: f64,
}

impl NewTarget {
    /// What is to be reached.
    ///
    /// # Errors
    /// If a day or the division is not written as one.
    pub(super) fn goal(self) -> Result<Goal, Problem> {
        let mut invalid = Invalid::default();
        let mut day = |field: &str, text: &str| {
            let day = parse_date(text);
            if day.is_err() {
                invalid.push(field, FieldCode::Malformed(Expected::Date));
            }
            day.unwrap_or_default()
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let reported = self.reported.map(|told| Reported {
            value: told.value,
            on: day("reported.on", &told.on),
            source: told.source,
        });
        let Ok(division) = self.division.parse::<Adcode>() else {
            invalid.push("division", FieldCode::Malformed(Expected::Adcode));
            return Err(Problem::unprocessable(invalid));
        };
        let goal = Goal {
            division,
            name: self.name,
            measure: self.measure.into(),
            topic: self.topic.map(Code),
            audience: self.audience.map(Code),
            campaign: self.campaign,
            level: self.level.map(Code),
            from,
            to,
            value: self.value,
            unit: self.unit,
            source: self.source,
            reported,
        };
        invalid.or(goal).map_err(Problem::unprocessable)
    }
}

impl TargetItem {
    /// A target with what is reached of it.
    pub(super) fn new(target: Target, reached: Reached, snapshot: &Snapshot, lang: Lang) -> Self {
        let Target { id, goal, version } = target;
        let code = goal.division.to_string();
        let name = snapshot.divisions.get(goal.division).map(|one| one.name.get(lang).to_owned());
        let result = match reached {
            Reached::Known(value, on) => {
                Some(TargetResult { value, as_of: on.to_string(), share: share(value, goal.value) })
            }
            Reached::Unknown | Reached::Few => None,
        };
        Self {
            id: id.to_string(),
            division: StatisticsKey { name: name.unwrap_or_else(|| code.clone()), code },
            name: goal.name,
            measure: goal.measure.into(),
            topic: goal.topic.map(|code| code.0),
            audience: goal.audience.map(|code| code.0),
            campaign: goal.campaign.map(|id| id.to_string()),
            level: goal.level.map(|code| code.0),
            from: goal.from.to_string(),
            to: goal.to.to_string(),
            value: goal.value,
            unit: goal.unit,
            source: goal.source,
            reported: goal.reported.map(|told| TargetReport {
                value: told.value,
                on: told.on.to_string(),
                source: told.source,
            }),
            result,
            suppressed: reached == Reached::Few,
            version,
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}
