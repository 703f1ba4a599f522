//! A yearly report as it is sent.

use chrono::{DateTime, NaiveDate, Utc};
use hashbrown::HashMap;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::{Year, of_event};
use crate::discovery::{Live, Snapshot};
use crate::domain::bases::{Base, Recognition};
use crate::domain::campaigns::UnitRole;
use crate::domain::ids::{self, OrganisationId};
use crate::domain::record::Record;
use crate::domain::statistics::answers::{Line, Question};
use crate::domain::statistics::cube::{Cube, Value};
use crate::domain::statistics::suppression::Hidden;
use crate::domain::statistics::{Dimension, Happening};
use crate::domain::taxonomy::LEVEL;
use crate::domain::text::{Lang, Text};
use crate::domain::time::{Rfc3339, day_of, rfc3339};
use crate::http::v1::statistics::names::Names;
use crate::http::v1::statistics::shown::{StatisticsKey, StatisticsRow};

/// A year of an organisation.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyReport {
    /// Which year.
    #[schema(example = 2026)]
    pub year: i32,
    /// As of when.
    #[schema(example = "2027-01-05T10:00:00+08:00", value_type = String, format = DateTime)]
    pub as_of: Rfc3339,
    /// Whose.
    pub organisation: StatisticsKey,
    /// Where it has its seat.
    pub division: Option<StatisticsKey>,
    /// Of the whole year.
    pub totals: StatisticsRow,
    /// Of the year before.
    pub last_year: StatisticsRow,
    /// What the year has more than the one before; less where negative.
    pub change: YearlyChange,
    /// All twelve.
    pub months: Vec<StatisticsRow>,
    /// By topic; an event counts under each of its topics.
    pub topics: Vec<StatisticsRow>,
    /// By audience; likewise.
    pub audiences: Vec<StatisticsRow>,
    /// By district.
    pub divisions: Vec<StatisticsRow>,
    /// The campaigns in which it had events, or is a unit.
    pub campaigns: Vec<YearlyCampaign>,
    /// Its events with a session in the year.
    pub events: Vec<YearlyEvent>,
    /// Its bases.
    pub bases: Vec<YearlyBase>,
}

/// What a year has more than the one before.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyChange {
    /// Events.
    #[schema(example = 3)]
    pub events: i64,
    /// Sessions.
    #[schema(example = 12)]
    pub sessions: i64,
    /// Sessions held.
    #[schema(example = 10)]
    pub held: i64,
    /// Sessions called off.
    #[schema(example = -1)]
    pub cancelled: i64,
    /// Seats.
    #[schema(example = 300)]
    pub seats: i64,
    /// Sessions without a limit.
    #[schema(example = 0)]
    pub unlimited: i64,
    /// People signed up.
    #[schema(example = 210)]
    pub signups: i64,
    /// People who came.
    #[schema(example = 180)]
    pub attended: i64,
    /// Heads counted.
    #[schema(example = 40)]
    pub headcount: i64,
    /// People who did not come.
    #[schema(example = -12)]
    pub no_show: i64,
    /// Mean of stars; absent unless both years have one.
    #[schema(example = 0.12)]
    pub satisfaction: Option<f64>,
}

/// A campaign, and what the organisation did in it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyCampaign {
    /// Its part, where it is a unit of the campaign: `lead` or `partner`.
    #[schema(example = "partner")]
    pub role: Option<&'static str>,
    /// What it did; `campaign` says in which.
    pub figures: StatisticsRow,
}

/// An event of the year.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyEvent {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "南岭观星夜")]
    pub title: String,
    /// The day of its first session in the year.
    #[schema(example = "2026-03-07", format = Date)]
    pub from: String,
    /// The day of its last one.
    #[schema(example = "2026-11-28", format = Date)]
    pub to: String,
    /// Its sessions in the year.
    pub figures: StatisticsRow,
}

/// A base.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyBase {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "南岭科普馆")]
    pub name: String,
    /// The levels it was granted.
    pub levels: Vec<YearlyLevel>,
}

/// A level that a base was granted.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearlyLevel {
    /// The level, as `/v1/taxonomy` has it.
    pub level: StatisticsKey,
    /// By whom.
    #[schema(example = "广东省科学技术协会")]
    pub body: String,
    /// From when: a year, a month or a day.
    #[schema(example = "2021-05")]
    pub since: Option<String>,
    /// Until when, included.
    #[schema(example = "2026-12")]
    pub until: Option<String>,
}

/// How things are told.
pub(super) struct Told<'a> {
    /// What fills in traditional characters.
    pub live: &'a Live,
    /// What is published.
    pub snapshot: &'a Snapshot,
    /// In which language.
    pub lang: Lang,
    /// As of when.
    pub now: DateTime<Utc>,
}

impl Told<'_> {
    fn text(&self, text: &Text) -> String {
        self.live.filled(text).get(self.lang).to_owned()
    }
}

impl YearlyReport {
    /// What is told of a year.
    pub(super) fn new(known: &Year, told: &Told<'_>) -> Self {
        let names = Names { snapshot: told.snapshot, organisations: HashMap::new(), lang: told.lang };
        let cube = Cube::new(&known.happenings, None, told.now);
        let before = total(&known.before, told.now);
        let organisation = &known.organisation;
        let rows = |dimension| rows(&cube, dimension, &names);
        let seat = organisation.body.adcode;
        Self {
            year: known.year,
            as_of: rfc3339(told.now),
            organisation: StatisticsKey {
                code: ids::spell(organisation.id),
                name: told.text(&organisation.body.name),
            },
            division: seat.and_then(|seat| names.key(Dimension::Division, &Value::Division(seat))),
            totals: StatisticsRow::new(&[], &total(&known.happenings, told.now), &names),
            last_year: StatisticsRow::new(&[], &before, &names),
            change: YearlyChange::new(&total(&known.happenings, told.now), &before),
            months: months(&cube, known.year, &names),
            topics: rows(Dimension::Topic),
            audiences: rows(Dimension::Audience),
            divisions: rows(Dimension::Division),
            campaigns: campaigns(&cube, organisation.id, &names),
            events: events(known, told, &names),
            bases: known.bases.iter().map(|base| YearlyBase::new(base, told)).collect(),
        }
    }
}

fn total(happenings: &[Happening], now: DateTime<Utc>) -> Line {
    Line { figures: Cube::new(happenings, None, now).total(), ..Line::default() }
}

fn lines(cube: &Cube, dimension: Dimension) -> Vec<Line> {
    Question { by: vec![dimension], ..Question::default() }.ask(cube).rows
}

fn rows(cube: &Cube, dimension: Dimension, names: &Names<'_>) -> Vec<StatisticsRow> {
    let mut lines = lines(cube, dimension);
    lines.sort_by_cached_key(|line| line.values.first().map(|value| names.place(dimension, value)));
    lines.iter().map(|line| StatisticsRow::new(&[dimension], line, names)).collect()
}

fn months(cube: &Cube, year: i32, names: &Names<'_>) -> Vec<StatisticsRow> {
    let lines = lines(cube, Dimension::Month);
    let month = |number| {
        let values = vec![Value::Month(year, number)];
        let found = lines.iter().find(|line| line.values == values).cloned();
        let line = found.unwrap_or_else(|| Line { values, ..Line::default() });
        StatisticsRow::new(&[Dimension::Month], &line, names)
    };
    (1..=12).map(month).collect()
}

fn campaigns(cube: &Cube, organisation: i64, names: &Names<'_>) -> Vec<YearlyCampaign> {
    let mut lines = lines(cube, Dimension::Campaign);
    lines.retain(|line| line.values != [Value::None]);
    let whose = OrganisationId::new(organisation);
    let role = |value: &Value| {
        let Value::Campaign(id) = value else { return None };
        let campaign = names.snapshot.campaigns.get(id)?;
        let unit = campaign.body().units.iter().find(|unit| whose.is_some() && unit.organisation == whose)?;
        Some(match unit.role {
            UnitRole::Lead => "lead",
            UnitRole::Partner => "partner",
        })
    };
    // A unit that did nothing is told of as well: that is what the report is for.
    for id in names.snapshot.campaigns.keys() {
        let value = Value::Campaign(*id);
        if role(&value).is_some() && lines.iter().all(|line| line.values != [value.clone()]) {
            lines.push(Line { values: vec![value], ..Line::default() });
        }
    }
    lines.sort_by_cached_key(|line| line.values.first().map(|value| names.place(Dimension::Campaign, value)));
    let told = |line: &Line| YearlyCampaign {
        role: line.values.first().and_then(role),
        figures: StatisticsRow::new(&[Dimension::Campaign], line, names),
    };
    lines.iter().map(told).collect()
}

fn events(known: &Year, told: &Told<'_>, names: &Names<'_>) -> Vec<YearlyEvent> {
    let titles: HashMap<i64, String> =
        known.events.iter().map(|event| (event.id, told.text(&event.body.title))).collect();
    let event = |happening: &Happening| {
        let days = || happening.sessions.iter().map(|session| day_of(session.start));
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let line =
            Line { figures: of_event(happening, told.now), hidden: Hidden::default(), values: Vec::new() };
        YearlyEvent {
            id: happening.event.to_string(),
            title: titles.get(&happening.event.get()).cloned().unwrap_or_default(),
            from: day(days().min()),
            to: day(days().max()),
            figures: StatisticsRow::new(&[], &line, names),
        }
    };
    let mut events: Vec<YearlyEvent> = known.happenings.iter().map(event).collect();
    events.sort_by(|one, other| (&one.from, &one.id).cmp(&(&other.from, &other.id)));
    events
}

impl YearlyChange {
    fn new(now: &Line, before: &Line) -> Self {
        use crate::domain::statistics::Measure::{Attended, Headcount, NoShow, Signups};
        let (now, before) = (&now.figures, &before.figures);
        let more = |now: u64, before: u64| {
            i64::try_from(now).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX)
        };
        let people = |measure| more(now.people(measure), before.people(measure));
        let stars = now.satisfaction().zip(before.satisfaction());
        Self {
            events: more(now.events, before.events),
            sessions: more(now.sessions, before.sessions),
            held: more(now.held, before.held),
            cancelled: more(now.cancelled, before.cancelled),
            seats: more(now.seats, before.seats),
            unlimited: more(now.unlimited, before.unlimited),
            signups: people(Signups),
            attended: people(Attended),
            headcount: people(Headcount),
            no_show: people(NoShow),
            satisfaction: stars.map(|(now, before)| ((now - before) * 100.0).round() / 100.0),
        }
    }
}

impl YearlyBase {
    fn new(base: &Record<Base>, told: &Told<'_>) -> Self {
        let level = |one: &Recognition| {
            let name = told.snapshot.taxonomy.name(LEVEL, &one.level.0);
            let name = name.map_or_else(|| one.level.0.clone(), |name| name.get(told.lang).to_owned());
            YearlyLevel {
                level: StatisticsKey { code: one.level.0.clone(), name },
                body: told.text(&one.body),
                since: one.since.as_ref().map(ToString::to_string),
                until: one.until.as_ref().map(ToString::to_string),
            }
        };
        Self {
            id: ids::spell(base.id),
            name: told.text(&base.body.name),
            levels: base.body.recognitions.iter().map(level).collect(),
        }
    }
}
