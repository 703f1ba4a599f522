//! What is reached of targets.

use chrono::{DateTime, NaiveDate, Utc};
use hashbrown::{HashMap, HashSet};

use super::super::statistics::within;
use crate::db::{AnyConn, statistics};
use crate::discovery::Snapshot;
use crate::discovery::place::Located;
use crate::domain::bases::Base;
use crate::domain::divisions::Adcode;
use crate::domain::organisations::Organiser;
use crate::domain::statistics::Measure;
use crate::domain::statistics::answers::{Line, Question};
use crate::domain::statistics::cube::{Axis, Cube, Value};
use crate::domain::statistics::{Dimension, Happening};
use crate::domain::targets::{Goal, TargetMeasure};
use crate::domain::time::day_of;
use crate::http::problem::Problem;
use crate::http::v1::statistics::Days;

/// What is reached of a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reached {
    /// So much, as of a day.
    Known(f64, NaiveDate),
    /// Nobody gave stars, or reported anything, yet.
    Unknown,
    /// So few people that it is not told.
    Few,
}

/// What is counted from: the catalogue, and what takes place in the divisions that somebody answers for. Sessions of a span
/// are read once, however many targets are about it.
pub struct World<'a> {
    snapshot: &'a Snapshot,
    scope: &'a [Adcode],
    samples: bool,
    now: DateTime<Utc>,
    read: HashMap<(NaiveDate, NaiveDate), Cube>,
    /// The same by districts of one division.
    happenings: HashMap<(NaiveDate, NaiveDate), Vec<Happening>>,
}

impl<'a> World<'a> {
    /// What is counted from at `now`.
    pub fn new(snapshot: &'a Snapshot, scope: &'a [Adcode], samples: bool, now: DateTime<Utc>) -> Self {
        Self { snapshot, scope, samples, now, read: HashMap::new(), happenings: HashMap::new() }
    }

    /// What is reached of a target.
    ///
    /// # Errors
    /// If the store fails.
    pub fn reached(&mut self, conn: &mut AnyConn, goal: &Goal) -> Result<Reached, Problem> {
        let today = day_of(self.now);
        if goal.measure == TargetMeasure::Manual {
            let reported = goal.reported.as_ref();
            return Ok(reported.map_or(Reached::Unknown, |told| Reached::Known(told.value, told.on)));
        }
        if !goal.measure.is_counted_from_sessions() {
            return Ok(Reached::Known(self.of_catalogue(goal), today));
        }
        self.take_in(conn, goal)?;
        self.of_sessions(goal, goal.to.min(today))
    }

    fn take_in(&mut self, conn: &mut AnyConn, goal: &Goal) -> Result<(), Problem> {
        let days = (goal.from, goal.to);
        if self.happenings.contains_key(&days) {
            return Ok(());
        }
        let (from, to) = Days { from: goal.from, to: goal.to }.span();
        let asked = statistics::Asked { from, to, organisation: None, samples: self.samples };
        let happenings = statistics::happenings(conn, &asked)?;
        self.read.insert(days, Cube::new(&happenings, Some(self.scope), self.now));
        self.happenings.insert(days, happenings);
        Ok(())
    }

    fn of_sessions(&self, goal: &Goal, as_of: NaiveDate) -> Result<Reached, Problem> {
        let days = (goal.from, goal.to);
        let term = |code: &crate::domain::taxonomy::Code| Value::Term(code.0.clone());
        let mut only = within(self.scope, goal.division)?;
        only.extend(goal.topic.as_ref().map(|code| (Axis::Topic, term(code))));
        only.extend(goal.audience.as_ref().map(|code| (Axis::Audience, term(code))));
        only.extend(goal.campaign.map(|id| (Axis::Campaign, Value::Campaign(id))));
        let Some(cube) = self.read.get(&days) else { return Ok(Reached::Unknown) };
        let ask =
            |by: Vec<Dimension>| Question { by, only: only.clone(), deep: true, veiled: true }.ask(cube);
        let total = || ask(Vec::new()).total;
        let held = |rows: &[Line]| {
            rows.iter().filter(|row| row.figures.held > 0 && row.values != [Value::None]).count()
        };
        let known = |count: usize| Reached::Known(count as f64, as_of);
        Ok(match goal.measure {
            TargetMeasure::Signups => people(&total(), Measure::Signups, as_of),
            TargetMeasure::Attended => people(&total(), Measure::Attended, as_of),
            TargetMeasure::Headcount => people(&total(), Measure::Headcount, as_of),
            TargetMeasure::Satisfaction => {
                let total = total();
                match total.figures.satisfaction() {
                    _ if total.hidden.has(Measure::Ratings) => Reached::Few,
                    Some(stars) => Reached::Known(stars, as_of),
                    None => Reached::Unknown,
                }
            }
            TargetMeasure::Events => known(usize::try_from(total().figures.events).unwrap_or_default()),
            TargetMeasure::Sessions => known(usize::try_from(total().figures.held).unwrap_or_default()),
            TargetMeasure::DistrictsWithEvents => known(self.districts_with_events(goal)),
            TargetMeasure::AudiencesWithEvents => known(held(&ask(vec![Dimension::Audience]).rows)),
            TargetMeasure::OrganisationsWithEvents => known(held(&ask(vec![Dimension::Organisation]).rows)),
            _ => Reached::Unknown,
        })
    }

    /// How many innermost divisions saw a session. Their number tells nothing of people.
    fn districts_with_events(&self, goal: &Goal) -> usize {
        let fits = |happening: &&Happening| {
            goal.topic.as_ref().is_none_or(|code| happening.topics.contains(&code.0))
                && goal.audience.as_ref().is_none_or(|code| happening.audiences.contains(&code.0))
                && goal.campaign.is_none_or(|id| happening.campaigns.contains(&id))
        };
        let days = (goal.from, goal.to);
        let happenings = self.happenings.get(&days).into_iter().flatten().filter(fits);
        let sessions = happenings.flat_map(|happening| &happening.sessions);
        let held = sessions.filter(|session| session.figures(self.now).held > 0);
        let seen: HashSet<Adcode> = held.map(|session| session.division).collect();
        self.districts(goal.division).filter(|district| seen.contains(district)).count()
    }

    /// The innermost divisions of a division: those without any below them.
    fn districts(&self, division: Adcode) -> impl Iterator<Item = Adcode> {
        let within =
            self.snapshot.divisions.iter().map(|one| one.adcode).filter(move |one| division.covers(*one));
        within.filter(|one| self.snapshot.divisions.children(*one).next().is_none())
    }

    fn of_catalogue(&self, goal: &Goal) -> f64 {
        let division = goal.division;
        let snapshot = self.snapshot;
        let there = |places: &[Located], organisers: &[Organiser]| {
            let at = places.iter().any(|place| place.within.contains(&division));
            at || (places.is_empty() && self.seated(organisers, division))
        };
        let day = goal.to.min(day_of(self.now));
        let holds = |base: &Base| {
            goal.level.as_ref().is_none_or(|level| {
                let standing =
                    |until: Option<String>| until.is_none_or(|until| *until >= *lead(day, until.len()));
                base.recognitions
                    .iter()
                    .any(|one| one.level == *level && standing(one.until.as_ref().map(ToString::to_string)))
            })
        };
        let bases = || snapshot.bases.values().map(|entry| entry.body()).filter(|base| holds(base));
        let in_district =
            |district: Adcode| bases().filter(|base| district.covers(base.place.adcode)).count();
        let count = match goal.measure {
            TargetMeasure::Bases => in_district(division),
            TargetMeasure::DistrictsWithBases => {
                self.districts(division).filter(|district| in_district(*district) > 0).count()
            }
            TargetMeasure::FewestBasesOfADistrict => {
                self.districts(division).map(in_district).min().unwrap_or(0)
            }
            TargetMeasure::Routes => {
                let routes = snapshot.routes.values().filter(|route| self.samples || !route.body().sample);
                routes.filter(|route| there(&route.places, &route.body().organisers)).count()
            }
            TargetMeasure::Series => {
                snapshot.series.values().filter(|one| there(&one.places, &one.body().organisers)).count()
            }
            TargetMeasure::Resources => {
                snapshot.resources.values().filter(|one| there(&one.places, &one.body().organisers)).count()
            }
            TargetMeasure::Organisations => {
                let seats = snapshot.organisations.values().filter_map(|one| one.body().adcode);
                seats.filter(|seat| division.covers(*seat)).count()
            }
            _ => 0,
        };
        count as f64
    }

    fn seated(&self, organisers: &[Organiser], division: Adcode) -> bool {
        let main = organisers.first().and_then(|one| self.snapshot.organisations.get(&one.organisation));
        main.and_then(|one| one.body().adcode).is_some_and(|seat| division.covers(seat))
    }
}

/// A day as precisely as another is known: `2026`, `2026-11` or `2026-11-22`.
fn lead(day: NaiveDate, length: usize) -> String {
    day.to_string().chars().take(length).collect()
}

fn people(total: &Line, measure: Measure, as_of: NaiveDate) -> Reached {
    if total.hidden.has(measure) {
        return Reached::Few;
    }
    #[expect(clippy::cast_precision_loss, reason = "there are not that many people")]
    let count = total.figures.people(measure) as f64;
    Reached::Known(count, as_of)
}
