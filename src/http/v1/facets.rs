//! Facets: the counts beside a list, by which a client offers its filters.

use chrono::{Datelike, Weekday};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::admission::Admission;
use super::events::Mode;
use super::view::View;
use crate::discovery::facets::{self, FacetCounts, Value};
use crate::domain::ids;
use crate::domain::text::Lang;
use crate::http::params::{Kind, Param};
use crate::http::wire::wire;

wire! {
    /// Something to count by.
    Facet = facets::Facet {
        /// Topics.
        Topic "topic"
        /// Audiences.
        Audience "audience"
        /// Forms.
        Form "form"
        /// Divisions.
        Adcode "adcode"
        /// Days.
        Date "date"
        /// Organisers.
        Organiser "organiser"
        /// Campaigns.
        Campaign "campaign"
        /// Ways in.
        Admission "admission"
        /// On site, online or both.
        Mode "mode"
        /// Free or not.
        Free "free"
        /// Categories of bases.
        Category "category"
        /// Levels of recognition.
        Level "level"
    }
}

const ABOUT: &str = "Counts beside the list, over the whole answer: for each of these fields its values with how many items have them. Each count ignores the filter on its own field and keeps all others; zeros are left out. `adcode` counts the children of the selected division (without one: the divisions below the provinces), `date` the items of each of the 28 days from today on.";

/// What any list may be asked to count.
pub const FACETS: Param = Param::new("facets", Kind::Words(Facet::WORDS), ABOUT, "topic,adcode");
/// What a list of events may be asked to count.
pub const EVENT_FACETS: Param = Param::new(
    "facets",
    Kind::Words(&[
        "topic",
        "audience",
        "form",
        "adcode",
        "date",
        "organiser",
        "campaign",
        "admission",
        "mode",
        "free",
    ]),
    ABOUT,
    "topic,date",
);
/// What a list of bases may be asked to count.
pub const BASE_FACETS: Param = Param::new(
    "facets",
    Kind::Words(&["adcode", "organiser", "free", "category", "level"]),
    ABOUT,
    "category,adcode",
);
/// What a list of routes may be asked to count.
pub const ROUTE_FACETS: Param =
    Param::new("facets", Kind::Words(&["audience", "adcode"]), ABOUT, "audience,adcode");
/// What a list of series may be asked to count.
pub const SERIES_FACETS: Param = Param::new("facets", Kind::Words(&["topic", "organiser"]), ABOUT, "topic");

/// What a list of resources may be asked to count.
pub const RESOURCE_FACETS: Param = Param::new(
    "facets",
    Kind::Words(&["topic", "audience", "adcode", "organiser"]),
    ABOUT,
    "audience,adcode",
);

/// The counts of the fields that were asked for; values by count, then by code, days in order.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Facets {
    /// By topic.
    pub topic: Option<Vec<FacetCount>>,
    /// By audience.
    pub audience: Option<Vec<FacetCount>>,
    /// By form.
    pub form: Option<Vec<FacetCount>>,
    /// By division.
    pub adcode: Option<Vec<FacetCount>>,
    /// By day.
    pub date: Option<Vec<FacetCount>>,
    /// By organiser.
    pub organiser: Option<Vec<FacetCount>>,
    /// By campaign.
    pub campaign: Option<Vec<FacetCount>>,
    /// By way in.
    pub admission: Option<Vec<FacetCount>>,
    /// By mode.
    pub mode: Option<Vec<FacetCount>>,
    /// By price: `true` is free.
    pub free: Option<Vec<FacetCount>>,
    /// By category.
    pub category: Option<Vec<FacetCount>>,
    /// By level of recognition.
    pub level: Option<Vec<FacetCount>>,
}

/// A value of a field, and how many items have it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FacetCount {
    /// The value, as the filter of that name takes it.
    #[schema(example = "astronomy_space")]
    pub code: String,
    /// What people call it.
    #[schema(example = "天文航天")]
    pub name: String,
    /// How many items have it.
    #[schema(example = 12)]
    pub count: u64,
}

impl Facets {
    /// The counts as `view` shows them; `None` where none were asked for.
    pub fn new(view: &View<'_>, counts: Vec<FacetCounts>) -> Option<Self> {
        if counts.is_empty() {
            return None;
        }
        let mut facets = Self::default();
        for FacetCounts { facet, counts } in counts {
            let mut counts: Vec<_> =
                counts.into_iter().map(|(value, count)| FacetCount::new(view, &value, count)).collect();
            if facet != facets::Facet::Date {
                counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
            }
            let field = match facet {
                facets::Facet::Topic => &mut facets.topic,
                facets::Facet::Audience => &mut facets.audience,
                facets::Facet::Form => &mut facets.form,
                facets::Facet::Adcode => &mut facets.adcode,
                facets::Facet::Date => &mut facets.date,
                facets::Facet::Organiser => &mut facets.organiser,
                facets::Facet::Campaign => &mut facets.campaign,
                facets::Facet::Admission => &mut facets.admission,
                facets::Facet::Mode => &mut facets.mode,
                facets::Facet::Free => &mut facets.free,
                facets::Facet::Category => &mut facets.category,
                facets::Facet::Level => &mut facets.level,
            };
            *field = Some(counts);
        }
        Some(facets)
    }
}

impl FacetCount {
    fn new(view: &View<'_>, value: &Value, count: u64) -> Self {
        let words = |zh_cn: &str, zh_hk: &str, en: &str| match view.lang {
            Lang::ZhCn => zh_cn.to_owned(),
            Lang::ZhHk => zh_hk.to_owned(),
            Lang::En => en.to_owned(),
        };
        let world = view.snapshot;
        let (code, name) = match value {
            Value::Term(scheme, code) => {
                (code.clone(), world.taxonomy.name(scheme, code).map(|name| view.text(name).to_owned()))
            }
            Value::Division(adcode) => {
                let division = world.divisions.get(*adcode);
                (adcode.to_string(), division.map(|division| view.text(&division.name).to_owned()))
            }
            Value::Day(day) => (day.to_string(), Some(weekday(day.weekday(), view.lang).to_owned())),
            Value::Organisation(id) => {
                let entry = world.organisations.get(id);
                (ids::spell(id.get()), entry.map(|entry| view.text(&entry.body().name).to_owned()))
            }
            Value::Campaign(id) => {
                let entry = world.campaigns.get(id);
                (ids::spell(id.get()), entry.map(|entry| view.text(&entry.body().name).to_owned()))
            }
            Value::Admission(way) => {
                let way = Admission::from(*way);
                let name = match way {
                    Admission::WalkIn => words("直接参加", "直接參加", "Walk in"),
                    Admission::Signup => words("在线报名", "網上報名", "Sign up here"),
                    Admission::Group => words("团体预约", "團體預約", "Groups by appointment"),
                    Admission::Invited => words("定向邀请", "定向邀請", "By invitation"),
                    Admission::External => words("外部报名", "外部報名", "Sign up elsewhere"),
                };
                (way.word().to_owned(), Some(name))
            }
            Value::Mode(mode) => {
                let mode = Mode::from(*mode);
                let name = match mode {
                    Mode::Onsite => words("线下", "線下", "On site"),
                    Mode::Online => words("线上", "線上", "Online"),
                    Mode::Hybrid => words("线上线下", "線上線下", "On site and online"),
                };
                (mode.word().to_owned(), Some(name))
            }
            Value::Free(free) => {
                let name =
                    if *free { words("免费", "免費", "Free") } else { words("收费", "收費", "Paid") };
                (free.to_string(), Some(name))
            }
        };
        Self { name: name.unwrap_or_else(|| code.clone()), code, count }
    }
}

fn weekday(day: Weekday, lang: Lang) -> &'static str {
    let (chinese, english) = match day {
        Weekday::Mon => ("周一", "Mon"),
        Weekday::Tue => ("周二", "Tue"),
        Weekday::Wed => ("周三", "Wed"),
        Weekday::Thu => ("周四", "Thu"),
        Weekday::Fri => ("周五", "Fri"),
        Weekday::Sat => ("周六", "Sat"),
        Weekday::Sun => ("周日", "Sun"),
    };
    if lang == Lang::En { english } else { chinese }
}
