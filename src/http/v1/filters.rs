//! The filters of all lists, what they ask of the read model, and the tables of operations that filter nothing.

use chrono::{DateTime, Utc};

use super::admission::Admission;
use super::campaigns::CampaignType;
use super::events::Mode;
use super::facets::{FACETS, Facet};
use super::resources::ResourceType;
use super::sessions::Status;
use crate::discovery::question::{Lenient, Question};
use crate::discovery::{Snapshot, bases};
use crate::domain::kinds;
use crate::http::lookup::Lookup;
use crate::http::params::groups::{CRS, LANGUAGE, Q};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::Problem;
use crate::http::wire::wire;

wire! {
    /// A need that a place should provide for.
    Need = bases::Need {
        /// Step-free access.
        Wheelchair "wheelchair"
        /// Help for people who hear little.
        Hearing "hearing"
        /// Help for people who see little.
        Visual "visual"
    }
}

/// Subjects.
pub const TOPIC: Param = Param::new(
    "topic",
    Kind::Codes { scheme: "topic" },
    "Only what is about one of these topics: codes of `/v1/taxonomy?scheme=topic`.",
    "astronomy_space,ocean",
);
/// For whom.
pub const AUDIENCE: Param = Param::new(
    "audience",
    Kind::Codes { scheme: "audience" },
    "Only what is made for one of these audiences: codes of `/v1/taxonomy?scheme=audience`.",
    "child_family,youth",
);
/// By whom.
pub const ORGANISER: Param = Param::new(
    "organiser",
    Kind::Ids,
    "Only what one of these organisations runs, in whatever role: ids of `/v1/organisations`.",
    "01h2x7m9k4qpz",
);
/// At what price.
pub const FREE: Param = Param::new(
    "free",
    Kind::Boolean,
    "Only what is known to be free, or only what is known not to be.",
    "true",
);
/// Who can get in.
pub const ACCESSIBILITY: Param = Param::new(
    "accessibility",
    Kind::Words(Need::WORDS),
    "Only what is known to provide for all of these needs, in part at least.",
    "wheelchair",
);

/// Of what form.
pub const FORM: Param = Param::new(
    "form",
    Kind::Codes { scheme: "form" },
    "Only events of one of these forms: codes of `/v1/taxonomy?scheme=form`.",
    "lecture,workshop",
);
/// For what age.
pub const AGE: Param = Param::new(
    "age",
    Kind::Integer { min: 0, max: 120 },
    "Only events made for somebody of this age, in completed years.",
    "8",
);
/// With seats.
pub const AVAILABLE: Param = Param::new(
    "available",
    Kind::Boolean,
    "`true`: only sessions that are open with a seat left, or that need no sign-up; `false`: only the others.",
    "true",
);
/// On site or online.
pub const MODE: Param =
    Param::new("mode", Kind::Words(Mode::WORDS), "Only events in one of these modes.", "onsite,hybrid");
/// How one gets in.
pub const ADMISSION: Param = Param::new(
    "admission",
    Kind::Words(Admission::WORDS),
    "Only events with one of these ways in.",
    "walkIn,signup",
);
/// At which base.
pub const BASE: Param =
    Param::new("base", Kind::Ids, "Only what is at one of these bases: ids of `/v1/bases`.", "01h2x7m9k4qpz");
/// In which series.
pub const SERIES: Param = Param::new(
    "series",
    Kind::Ids,
    "Only lectures of one of these series: ids of `/v1/series`. With `from` or `to`, past ones too.",
    "01h2x7m9k4qpz",
);
/// Part of which campaign.
pub const CAMPAIGN: Param = Param::new(
    "campaign",
    Kind::Ids,
    "Only events that are part of one of these campaigns: ids of `/v1/campaigns`.",
    "01h2x7m9k4qpz",
);
/// How it stands.
pub const STATUS: Param = Param::new(
    "status",
    Kind::Words(Status::WORDS),
    "Only events that stand, as a whole, in one of these ways; of those that have ended or are called off, any session \
     fits. Without it: events that go ahead, with a session that does and, unless `from` reaches back, has not ended.",
    "scheduled,changed",
);
/// Invented or real.
pub const SAMPLE: Param =
    Param::new("sample", Kind::Boolean, "Only invented events, or only real ones.", "false");
/// At what level.
pub const LEVEL: Param = Param::new(
    "level",
    Kind::Codes { scheme: "level" },
    "Only bases with a recognition at one of these levels, whatever its dates, which `levels` shows: codes of `/v1/taxonomy?scheme=level`.",
    "national,provincial",
);
/// Of what category.
pub const CATEGORY: Param = Param::new(
    "category",
    Kind::Codes { scheme: "category" },
    "Only bases of one of these kinds: codes of `/v1/taxonomy?scheme=category`.",
    "science_museum",
);
/// Open now.
pub const OPEN_NOW: Param = Param::new(
    "openNow",
    Kind::Boolean,
    "Only bases certainly open now, or only those certainly closed.",
    "true",
);
/// Open at an instant.
pub const OPEN_AT: Param = Param::new(
    "openAt",
    Kind::Instant,
    "Only bases certainly open at this instant.",
    "2026-11-28T14:00:00+08:00",
);
/// How long a route.
pub const DAYS: Param =
    Param::new("days", Kind::Integer { min: 1, max: 30 }, "Only routes that take at most so many days.", "1");
/// What kind of campaign.
pub const TYPE: Param =
    Param::new("type", Kind::Words(CampaignType::WORDS), "Only campaigns of one of these kinds.", "themeDay");

/// What kind of resource.
pub const RESOURCE_TYPE: Param = Param::new(
    "type",
    Kind::Words(ResourceType::WORDS),
    "Only resources of one of these kinds.",
    "exhibit,product",
);

/// In which order: of each list the words are its own.
const SORT: Param = Param::new("sort", Kind::Word(&[]), "", "");

impl<T: Table> Asked<T> {
    /// What is asked of things of these kinds as of `now`; a filter that is not in the operation's table is not given.
    ///
    /// # Errors
    /// Everything that names nothing in the catalogue.
    pub fn question(
        &self,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
        kinds: Vec<kinds::Kind>,
    ) -> Result<Question, Problem> {
        let params = &self.params;
        let mut lookup = Lookup::new(params, snapshot);
        let within = lookup.within(now);
        let words = lookup.words(&Q, &kinds);
        let question = Question {
            kinds,
            area: lookup.area(),
            words,
            topics: lookup.codes(&TOPIC),
            audiences: lookup.codes(&AUDIENCE),
            forms: lookup.codes(&FORM),
            categories: lookup.codes(&CATEGORY),
            levels: lookup.codes(&LEVEL),
            age: params.integer(&AGE).and_then(|age| u8::try_from(age).ok()),
            span: within.span,
            past: within.past,
            free: params.boolean(&FREE),
            available: params.boolean(&AVAILABLE),
            modes: Mode::read(params.words(&MODE)),
            admissions: Admission::read(params.words(&ADMISSION)),
            organisers: lookup.ids(&ORGANISER, "organisation", &snapshot.organisations),
            bases: lookup.ids(&BASE, "base", &snapshot.bases),
            series: lookup.ids(&SERIES, "series", &snapshot.series),
            campaigns: lookup.ids(&CAMPAIGN, "campaign", &snapshot.campaigns),
            needs: Need::read(params.words(&ACCESSIBILITY)),
            standings: Status::read(params.words(&STATUS)),
            sample: params.boolean(&SAMPLE),
            open_now: params.boolean(&OPEN_NOW),
            open_at: params.instant(&OPEN_AT),
            days: params.integer(&DAYS).and_then(|days| u16::try_from(days).ok()),
            // One name, of which each list has words of its own.
            types: CampaignType::read(params.words(&TYPE)),
            resource_types: ResourceType::read(params.words(&RESOURCE_TYPE)),
            lenient: Lenient::default(),
            sort: lookup.sort(&SORT),
            lang: self.lang,
            facets: Facet::read(params.words(&FACETS)),
        };
        lookup.done()?;
        Ok(question)
    }
}

/// An operation whose answer has positions, and which filters nothing.
pub struct Placed;

impl Table for Placed {
    const PARAMS: &'static [&'static [Param]] = &[&[CRS], LANGUAGE];
}

/// An operation whose answer has no positions, and which filters nothing.
pub struct Plain;

impl Table for Plain {
    const PARAMS: &'static [&'static [Param]] = &[LANGUAGE];
}
