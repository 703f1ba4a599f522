//! A base, in lists and by itself.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::hours::{Closure, Hours, open_now};
use crate::discovery::entries::BaseEntry;
use crate::domain::bases;
use crate::domain::ids;
use crate::domain::taxonomy::Code;
use crate::domain::time::{Rfc3339, rfc3339, start_of};
use crate::http::list::Crs;
use crate::http::v1::admission::{Booking, Price, price_text};
use crate::http::v1::media::{Image, Notice, Source};
use crate::http::v1::organisers::Organiser;
use crate::http::v1::places::{Accessibility, Place};
use crate::http::v1::view::View;

/// A base as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BaseItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    pub name: &'a str,
    /// Its kind: a code of `/v1/taxonomy?scheme=category`.
    #[schema(value_type = String, example = "science_museum")]
    pub category: &'a Code,
    /// Recognitions by public bodies, those that have run out too; none listed means none known.
    pub levels: Vec<Level<'a>>,
    /// Where it is.
    pub place: Place<'a>,
    /// Whether it is open now; absent where that is not certain.
    #[schema(example = true)]
    pub open_now: Option<bool>,
    /// When it is open.
    pub hours: Hours<'a>,
    /// Whether one must book.
    pub booking: Booking<'a>,
    /// Whether entry is known to be free: `false` where it is not known, too. `?free=false` finds only those known to
    /// cost something.
    #[schema(example = false)]
    pub free: bool,
    /// What entry costs.
    pub price: Option<Price<'a>>,
    /// The price in words, where no amount is known.
    #[schema(example = "观光票视套餐而定")]
    pub price_text: Option<&'a str>,
    /// Public telephone number.
    #[schema(example = "020-12345678")]
    pub phone: Option<&'a str>,
    /// Who can get in and around.
    pub accessibility: Accessibility<'a>,
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// What visitors must know at once; where nothing is said and it is closed today, why.
    pub notice: Option<Notice<'a>>,
    /// Metres to 0.1 from the position in the question.
    #[schema(example = 1523.4)]
    pub distance: Option<f64>,
}

/// A level granted by a body for a term.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Level<'a> {
    /// A code of `/v1/taxonomy?scheme=level`.
    #[schema(value_type = String, example = "national")]
    pub level: &'a Code,
    /// The body that granted it, or the title under which it is published.
    #[schema(example = "中国科学技术协会")]
    pub body: &'a str,
    /// From when: a year, a month or a day, as precise as the source.
    #[schema(example = "2021")]
    pub since: Option<String>,
    /// Until when, inclusive: a year, a month or a day.
    #[schema(example = "2025-12")]
    pub until: Option<String>,
    /// The number of the certificate, where it is known.
    #[schema(example = "M440100-2026-0003")]
    pub certificate: Option<&'a str>,
}

/// Everything public about a base.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BaseDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: BaseItem<'a>,
    /// What one finds there.
    #[schema(example = "以地学和生物为主的科学馆。")]
    pub description: &'a str,
    /// What it offers, in free words.
    #[schema(example = json!(["天象厅", "4D影院"]))]
    pub facilities: &'a [String],
    /// Days on which it is closed whatever its rule says, those that are over left out.
    pub closures: Vec<Closure<'a>>,
    /// Pictures, the first is the cover.
    pub images: Vec<Image<'a>>,
    /// Who runs it, the main one first.
    pub organisers: Vec<Organiser<'a>>,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

impl<'a> BaseItem<'a> {
    /// A base as `view` shows it, `distance` metres from the caller.
    pub fn new(view: &View<'a>, entry: &'a BaseEntry, distance: Option<f64>) -> Self {
        let base = entry.body();
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&base.name),
            category: &base.category,
            levels: base.recognitions.iter().map(|held| Level::new(view, held)).collect(),
            place: Place::new(view, &base.place),
            open_now: open_now(view, entry),
            hours: Hours::new(view, entry),
            booking: Booking::new(view, &base.booking),
            free: base.free == Some(true),
            price: base.price.as_ref().and_then(|price| Price::new(view, price)),
            price_text: price_text(view, base.price.as_ref()),
            phone: base.phone.as_deref(),
            accessibility: Accessibility::new(view, &base.accessibility, None),
            cover: Image::cover(view, &base.images),
            notice: notice(view, base),
            distance,
        }
    }
}

/// What a base says; where it says nothing, why it is closed today.
fn notice<'a>(view: &View<'a>, base: &'a bases::Base) -> Option<Notice<'a>> {
    let said = base.notice.as_ref().map(|notice| Notice::new(view, notice));
    said.or_else(|| {
        let closure = base.closure_on(view.today())?;
        Some(Notice { text: view.text(&closure.reason), since: Some(rfc3339(start_of(closure.from))) })
    })
}

impl<'a> Level<'a> {
    fn new(view: &View<'a>, held: &'a bases::Recognition) -> Self {
        Self {
            level: &held.level,
            body: view.text(&held.body),
            since: held.since.as_ref().map(ToString::to_string),
            until: held.until.as_ref().map(ToString::to_string),
            certificate: held.certificate.as_deref(),
        }
    }
}

impl<'a> BaseDetail<'a> {
    /// A base as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a BaseEntry) -> Self {
        let base = entry.body();
        let closures = base.closures.iter().filter(|closure| closure.to >= view.today());
        Self {
            item: BaseItem::new(view, entry, None),
            description: view.text(&base.description),
            facilities: &base.facilities,
            closures: closures.map(|closure| Closure::new(view, closure)).collect(),
            images: Image::all(view, &base.images),
            organisers: view.organisers(&base.organisers),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&base.source).into(),
            crs: view.crs.into(),
        }
    }
}
