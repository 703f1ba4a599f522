//! What a subscription asks for: the words of the list of events, as fields. They are read, checked and understood by
//! what reads queries, and kept as a query, so that the same words mean the same.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::discovery::Snapshot;
use crate::discovery::question::Question;
use crate::domain::datum;
use crate::domain::geo::Crs;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds;
use crate::domain::subscriptions::Filter;
use crate::domain::text::Lang;
use crate::http::params::groups::{ADCODE, CRS, LAT, LNG, Q, RADIUS, WHEN};
use crate::http::params::{Asked, Param, Params, Table};
use crate::http::problem::{Code, Problem};
use crate::http::v1::admission::Admission;
use crate::http::v1::events::Mode;
use crate::http::v1::filters::{
    ACCESSIBILITY, ADMISSION, AGE, AUDIENCE, BASE, CAMPAIGN, FORM, FREE, MODE, Need, ORGANISER, SERIES, TOPIC,
};
use crate::http::v1::view::View;

/// Positions are kept to so many parts of a degree: some 100 metres.
const FINEST: f64 = 1000.0;

/// The object of a body that holds the words.
const OBJECT: &str = "filter";

/// A span by name, as an event is published.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// That day.
    Today,
    /// The day after.
    Tomorrow,
    /// Saturday and Sunday of that week.
    Weekend,
    /// That week, to its end.
    Week,
    /// That month, to its end.
    Month,
    /// The current or next public holiday.
    Holiday,
}

/// What a subscription asks for: the fields mean what the parameters of `/v1/events` with these names mean, and all must
/// hold.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscriptionFilter {
    /// Words.
    #[schema(example = "望远镜", min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Any of these topics: codes of `/v1/taxonomy?scheme=topic`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["astronomy_space"]))]
    topic: Vec<String>,
    /// Any of these audiences: codes of `/v1/taxonomy?scheme=audience`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["child_family"]))]
    audience: Vec<String>,
    /// Any of these forms: codes of `/v1/taxonomy?scheme=form`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["lecture"]))]
    form: Vec<String>,
    /// For somebody of this age, in completed years.
    #[schema(example = 8, minimum = 0, maximum = 120)]
    age: Option<i64>,
    /// Latitude in degrees, in the request's `crs`; with `lng` and `radius`. Kept to 0.001°.
    #[schema(example = 23.107, minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Longitude in degrees, in the request's `crs`; with `lat` and `radius`. Kept to 0.001°.
    #[schema(example = 113.324, minimum = -180, maximum = 180)]
    lng: Option<f64>,
    /// At most so many metres from there.
    #[schema(example = 10000, minimum = 1, maximum = 500000)]
    radius: Option<f64>,
    /// In this division: six digits of GB/T 2260.
    #[schema(example = "440100", pattern = "^[1-9][0-9]{5}$")]
    adcode: Option<String>,
    /// In a span by name, counted from the day on which the event is published.
    #[schema(example = "weekend", value_type = Option<When>, inline)]
    when: Option<String>,
    /// Free, or not.
    #[schema(example = true)]
    free: Option<bool>,
    /// In any of these modes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["onsite"]), value_type = Vec<Mode>)]
    mode: Vec<String>,
    /// With any of these ways in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["walkIn", "signup"]), value_type = Vec<Admission>)]
    admission: Vec<String>,
    /// Run by any of these organisations: ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    organiser: Vec<String>,
    /// At any of these bases: ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    base: Vec<String>,
    /// In any of these series: ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    series: Vec<String>,
    /// Part of any of these campaigns: ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    campaign: Vec<String>,
    /// Providing for all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["wheelchair"]), value_type = Vec<Need>)]
    accessibility: Vec<String>,
}

/// The parameters that a filter is made of.
struct Words;

impl Table for Words {
    const PARAMS: &'static [&'static [Param]] = &[
        &[Q, TOPIC, AUDIENCE, FORM, AGE, LAT, LNG, RADIUS, ADCODE, CRS, WHEN],
        &[FREE, MODE, ADMISSION, ORGANISER, BASE, SERIES, CAMPAIGN, ACCESSIBILITY],
    ];
}

fn asked(pairs: &[(String, String)], lang: Lang) -> Result<Asked<Words>, Invalid> {
    Asked::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())), lang)
}

/// What a filter that was kept asks of the events of a snapshot as of `now`; `None` where one of its words means nothing
/// (any more).
pub fn question(filter: &Filter, snapshot: &Snapshot, now: DateTime<Utc>) -> Option<Question> {
    let asked = asked(&filter.0, Lang::default()).ok()?;
    asked.question(snapshot, now, vec![kinds::Kind::Event]).ok()
}

impl SubscriptionFilter {
    /// The fields as parameters of a query.
    fn pairs(&self) -> Vec<(String, String)> {
        let number = |value: Option<f64>| value.map(|value| value.to_string());
        let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
        let fields = [
            (Q, self.q.clone()),
            (TOPIC, list(&self.topic)),
            (AUDIENCE, list(&self.audience)),
            (FORM, list(&self.form)),
            (AGE, self.age.map(|age| age.to_string())),
            (LAT, number(self.lat)),
            (LNG, number(self.lng)),
            (RADIUS, number(self.radius)),
            (ADCODE, self.adcode.clone()),
            (WHEN, self.when.clone()),
            (FREE, self.free.map(|free| free.to_string())),
            (MODE, list(&self.mode)),
            (ADMISSION, list(&self.admission)),
            (ORGANISER, list(&self.organiser)),
            (BASE, list(&self.base)),
            (SERIES, list(&self.series)),
            (CAMPAIGN, list(&self.campaign)),
            (ACCESSIBILITY, list(&self.accessibility)),
        ];
        fields.into_iter().filter_map(|(param, value)| Some((param.name.to_owned(), value?))).collect()
    }

    /// The filter as it is kept: its position in WGS-84, and no finer than needed.
    ///
    /// # Errors
    /// Everything that a query with these words would be refused for; also a filter that asks for nothing.
    pub fn read(&self, view: &View<'_>) -> Result<Filter, Problem> {
        let mut pairs = self.pairs();
        if pairs.is_empty() {
            return Err(Problem::unprocessable(Invalid::one(OBJECT, FieldCode::Empty)));
        }
        pairs.push((CRS.name.to_owned(), view.crs.name().to_owned()));
        let checked = asked(&pairs, view.lang).map_err(Problem::from).and_then(|asked| {
            let question = asked.question(view.snapshot, view.now, vec![kinds::Kind::Event])?;
            if question.area.at.is_some() && question.area.radius.is_none() {
                // A position alone orders a list, and selects nothing.
                return Err(
                    Invalid::one(LAT.name, FieldCode::Incomplete { needs: RADIUS.name.into() }).into()
                );
            }
            Ok(question)
        });
        let question = checked.map_err(|problem| problem.within(OBJECT))?;
        pairs.retain(|(name, _)| ![LAT.name, LNG.name, CRS.name].contains(&name.as_str()));
        if let Some(at) = question.area.at {
            for (param, degrees) in [(LAT, at.lat()), (LNG, at.lng())] {
                pairs.push((param.name.to_owned(), ((degrees * FINEST).round() / FINEST).to_string()));
            }
            pairs.push((CRS.name.to_owned(), Crs::Wgs84.name().to_owned()));
        }
        Ok(Filter(pairs))
    }

    /// A filter that was kept, as its person sees it.
    ///
    /// # Errors
    /// If it was written by a program that knew other words.
    pub fn shown(view: &View<'_>, filter: &Filter) -> Result<Self, Problem> {
        let Asked { params, .. } = asked(&filter.0, view.lang).map_err(|_unknown| Code::Internal)?;
        let position = position(view, &params);
        let texts = |param: &Param| params.list(param).to_vec();
        let words =
            |param: &Param| params.words(param).iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        Ok(Self {
            q: params.text(&Q).map(str::to_owned),
            topic: texts(&TOPIC),
            audience: texts(&AUDIENCE),
            form: texts(&FORM),
            age: params.integer(&AGE).map(i64::from),
            lat: position.map(|(lat, _)| lat),
            lng: position.map(|(_, lng)| lng),
            radius: params.number(&RADIUS),
            adcode: params.text(&ADCODE).map(str::to_owned),
            when: params.word(&WHEN).map(str::to_owned),
            free: params.boolean(&FREE),
            mode: words(&MODE),
            admission: words(&ADMISSION),
            organiser: texts(&ORGANISER),
            base: texts(&BASE),
            series: texts(&SERIES),
            campaign: texts(&CAMPAIGN),
            accessibility: words(&ACCESSIBILITY),
        })
    }
}

/// The position of a filter that was kept, in the reader's datum.
fn position(view: &View<'_>, params: &Params) -> Option<(f64, f64)> {
    let divisions = &view.snapshot.divisions;
    let (lat, lng) = params.position().at?;
    let at = divisions.read_point(lat, lng, Crs::Wgs84).ok()?;
    // At sea the mainland's shift is taken, as where positions are read.
    let mainland = divisions.at(at).is_none_or(|division| division.adcode.is_mainland());
    Some(datum::to_crs(at, mainland, view.crs))
}
