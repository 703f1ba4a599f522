//! Targets (目标): numbers that a plan wants to reach, in a division and a span of days. Most are counted here, from
//! statistics or from the catalogue; what nothing here can count, such as the share of citizens with scientific literacy,
//! is reported.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::{CampaignId, TargetId};
use super::invalid::{FieldCode, Invalid};
use super::taxonomy::Code;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 120;

/// The longest unit, in characters.
pub const LONGEST_UNIT: usize = 20;

/// The longest source, in characters.
pub const LONGEST_SOURCE: usize = 300;

/// Most targets of a division.
pub const MOST: usize = 200;

/// The largest number: a spreadsheet holds it exactly, and so does JSON.
pub const LARGEST: f64 = 1e12;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TargetMeasure {
    /// Events with a session that is not called off.
    Events,
    /// Sessions held.
    Sessions,
    /// People who have or had a seat.
    Signups,
    /// People who came.
    Attended,
    /// Heads counted.
    Headcount,
    /// The mean of stars.
    Satisfaction,
    /// Divisions without one below them in which a session was held.
    DistrictsWithEvents,
    /// Audiences for which a session was held.
    AudiencesWithEvents,
    /// Organisations that held a session.
    OrganisationsWithEvents,
    /// Bases, as the catalogue has them now.
    Bases,
    /// Divisions without one below them in which there is a base.
    DistrictsWithBases,
    /// Bases in the division without one below it that has fewest.
    FewestBasesOfADistrict,
    /// Routes with a stop there.
    Routes,
    /// Lecture series.
    Series,
    /// Entries of the resource directory.
    Resources,
    /// Verified organisations with their seat there.
    Organisations,
    /// What is reported.
    Manual,
}

impl TargetMeasure {
    /// Whether it is counted from sessions.
    #[must_use]
    pub fn is_counted_from_sessions(self) -> bool {
        use TargetMeasure::{
            Attended, AudiencesWithEvents, DistrictsWithEvents, Events, Headcount, OrganisationsWithEvents,
            Satisfaction, Sessions, Signups,
        };
        matches!(
            self,
            Events
                | Sessions
                | Signups
                | Attended
                | Headcount
                | Satisfaction
                | DistrictsWithEvents
                | AudiencesWithEvents
                | OrganisationsWithEvents
        )
    }

    /// Whether it is counted from bases.
    #[must_use]
    pub fn is_counted_from_bases(self) -> bool {
        matches!(self, Self::Bases | Self::DistrictsWithBases | Self::FewestBasesOfADistrict)
    }
}

/// What is to be reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Goal {
    /// Where.
    pub division: Adcode,
    /// What it is called.
    pub name: String,
    /// What is counted.
    pub measure: TargetMeasure,
    /// Of what is counted from sessions: only events about this topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Code>,
    /// Only events for this audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Code>,
    /// Only events of this campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Of what is counted from bases: only those that hold this level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Code>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day, by which it is to be reached.
    pub to: NaiveDate,
    /// The number.
    pub value: f64,
    /// Of what, in words: 场, 人次, 个.
    pub unit: String,
    /// Which plan says so, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was reported last of what nothing here counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// What somebody reports of a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// The number.
    pub value: f64,
    /// As of which day.
    pub on: NaiveDate,
    /// Who found it out, and where it can be read.
    pub source: String,
}

/// A target as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// What is to be reached.
    pub goal: Goal,
    /// Counts changes from 1.
    pub version: i64,
}

impl Goal {
    /// Adds what is wrong with it, judged by itself.
    pub fn check(&self, invalid: &mut Invalid) {
        invalid.line("name", &self.name, LONGEST_NAME);
        invalid.line("unit", &self.unit, LONGEST_UNIT);
        if let Some(source) = &self.source {
            invalid.line("source", source, LONGEST_SOURCE);
        }
        if self.to < self.from {
            invalid.inverted("from", "from", "to");
        }
        if self.value <= 0.0 || self.value > LARGEST {
            let (min, max) = ("0.01".to_owned(), "1000000000000".to_owned());
            invalid.push("value", FieldCode::OutOfRange { min, max });
        }
        let with = || FieldCode::Conflicting { with: "measure".to_owned() };
        let of_sessions = [
            ("topic", self.topic.is_some()),
            ("audience", self.audience.is_some()),
            ("campaign", self.campaign.is_some()),
        ];
        for (field, _) in of_sessions.into_iter().filter(|(_, given)| *given) {
            if !self.measure.is_counted_from_sessions() {
                invalid.push(field, with());
            }
        }
        if self.level.is_some() && !self.measure.is_counted_from_bases() {
            invalid.push("level", with());
        }
        if let Some(reported) = &self.reported {
            if self.measure != TargetMeasure::Manual {
                invalid.push("reported", with());
            }
            invalid.line("reported.source", &reported.source, LONGEST_SOURCE);
            invalid.range("reported.value", reported.value, 0.0, LARGEST);
        }
    }
}

/// How much of a target is reached: 1 is all of it.
#[must_use]
pub fn share(reached: f64, wanted: f64) -> f64 {
    (reached / wanted * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wrong(more: Value) -> Vec<String> {
        let mut goal = json!({
            "division": "441802", "name": "区级科普基地", "measure": "bases", "level": "district",
            "from": "2021-01-01", "to": "2025-12-31", "value": 30.0, "unit": "个",
        });
        goal.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut invalid = Invalid::default();
        serde_json::from_value::<Goal>(goal).unwrap().check(&mut invalid);
        invalid.0.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_goal_says_only_what_its_measure_asks() {
        assert!(wrong(json!({})).is_empty());
        assert_eq!(wrong(json!({ "topic": "ocean", "audience": "seniors" })), ["topic", "audience"]);
        assert_eq!(wrong(json!({ "measure": "events" })), ["level"]);
        assert_eq!(wrong(json!({ "value": 0.0, "to": "2020-12-31" })), ["from", "value"]);
        let reported = json!({ "value": 17.1, "on": "2025-10-01", "source": "抽样调查" });
        assert_eq!(wrong(json!({ "reported": reported })), ["reported"]);
        assert_eq!(share(15.0, 40.0), 0.375);
    }
}
