//! What authors write of each kind of thing.

use serde_json::{Value, json};

use super::Body;
use crate::domain::bases::Base;
use crate::domain::divisions::Adcode;
use crate::domain::events::Event;
use crate::domain::ids::BaseId;
use crate::domain::organisations::Organiser;
use crate::domain::record::Noun;
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::text::Text;

/// A noun that organisations write and authorities approve.
pub trait Authored: Noun {
    /// The fields that an author must give before it can be submitted.
    const NEEDED: &'static [&'static str];
    /// The fields whose change is published at once, unless its words are doubtful.
    const IMMATERIAL: &'static [&'static str];
    /// The fields that others than authors set: operations, authorities, the seeds.
    const KEPT: &'static [&'static str];

    /// What stands for everything until it is given; what [`Self::NEEDED`] does not name is what holds where its author
    /// says nothing.
    fn blank(division: Adcode) -> Body;
    /// What it is called.
    fn title(&self) -> &Text;
    /// Who runs it, the first is the main one.
    fn organisers(&self) -> &[Organiser];
    /// The division of its own place, if it has one.
    fn adcode(&self) -> Option<Adcode>;
    /// The base where it takes place, or begins.
    fn venue(&self) -> Option<BaseId>;
    /// The campaigns that it is part of, as their ids are written.
    fn campaigns(&self) -> Vec<String> {
        Vec::new()
    }
}

fn fields(value: Value) -> Body {
    match value {
        Value::Object(fields) => fields,
        _ => Body::new(),
    }
}

fn source() -> Value {
    json!({ "text": "主办单位填报", "confidence": "high" })
}

fn nameless() -> Value {
    json!({ "zh-CN": "" })
}

impl Authored for Event {
    const NEEDED: &'static [&'static str] =
        &["title", "summary", "form", "topics", "audiences", "free", "mode", "admission"];
    const IMMATERIAL: &'static [&'static str] = &["notice", "accessibility", "language", "tags"];
    const KEPT: &'static [&'static str] = &["source", "sample", "programme", "status", "campaigns"];

    fn blank(_: Adcode) -> Body {
        fields(json!({
            "title": nameless(), "summary": nameless(), "form": "", "topics": [], "audiences": [], "free": true,
            "mode": "online", "admission": "walkIn", "organisers": [], "language": "zh-CN", "source": source(),
        }))
    }

    fn title(&self) -> &Text {
        &self.title
    }

    fn organisers(&self) -> &[Organiser] {
        &self.organisers
    }

    fn adcode(&self) -> Option<Adcode> {
        self.place.as_ref().map(|place| place.adcode)
    }

    fn venue(&self) -> Option<BaseId> {
        self.base
    }

    fn campaigns(&self) -> Vec<String> {
        self.campaigns.iter().map(ToString::to_string).collect()
    }
}

impl Authored for Base {
    const NEEDED: &'static [&'static str] = &["name", "description", "category", "place", "booking"];
    const IMMATERIAL: &'static [&'static str] = &["hours", "phone", "notice", "accessibility", "facilities"];
    const KEPT: &'static [&'static str] = &["source", "recognitions", "classifications", "closures"];

    fn blank(division: Adcode) -> Body {
        fields(json!({
            "name": nameless(), "description": nameless(), "category": "", "organisers": [],
            "place": { "name": nameless(), "address": nameless(), "adcode": division },
            "booking": { "need": "none" }, "source": source(),
        }))
    }

    fn title(&self) -> &Text {
        &self.name
    }

    fn organisers(&self) -> &[Organiser] {
        &self.organisers
    }

    fn adcode(&self) -> Option<Adcode> {
        Some(self.place.adcode)
    }

    fn venue(&self) -> Option<BaseId> {
        None
    }
}

impl Authored for Route {
    const NEEDED: &'static [&'static str] = &["name", "theme", "days", "durationMinutes", "stops"];
    const IMMATERIAL: &'static [&'static str] = &["season", "transport", "notice"];
    const KEPT: &'static [&'static str] = &["source", "sample", "composed"];

    fn blank(_: Adcode) -> Body {
        fields(json!({
            "name": nameless(), "theme": nameless(), "days": 1, "durationMinutes": 0, "stops": [],
            // An authority recognises routes; what an author writes is put together by an editor.
            "composed": true, "source": source(),
        }))
    }

    fn title(&self) -> &Text {
        &self.name
    }

    fn organisers(&self) -> &[Organiser] {
        &self.organisers
    }

    fn adcode(&self) -> Option<Adcode> {
        None
    }

    fn venue(&self) -> Option<BaseId> {
        self.stops.first().map(|stop| stop.base)
    }
}

impl Authored for Series {
    const NEEDED: &'static [&'static str] = &["name", "summary"];
    const IMMATERIAL: &'static [&'static str] = &["frequency", "since", "tags"];
    const KEPT: &'static [&'static str] = &["source"];

    fn blank(_: Adcode) -> Body {
        fields(json!({ "name": nameless(), "summary": nameless(), "organisers": [], "source": source() }))
    }

    fn title(&self) -> &Text {
        &self.name
    }

    fn organisers(&self) -> &[Organiser] {
        &self.organisers
    }

    fn adcode(&self) -> Option<Adcode> {
        None
    }

    fn venue(&self) -> Option<BaseId> {
        self.base
    }
}

impl Authored for Resource {
    const NEEDED: &'static [&'static str] = &["name", "type", "text"];
    // Who reads the directory trusts that an authority saw what stands there.
    const IMMATERIAL: &'static [&'static str] = &[];
    const KEPT: &'static [&'static str] = &["source", "classifications", "registration"];

    fn blank(_: Adcode) -> Body {
        fields(json!({
            "name": nameless(), "type": "facility", "text": nameless(),
            "source": { "text": "申报登记", "confidence": "medium" },
        }))
    }

    fn title(&self) -> &Text {
        &self.name
    }

    fn organisers(&self) -> &[Organiser] {
        &self.organisers
    }

    fn adcode(&self) -> Option<Adcode> {
        // What is at a base is where the base is, wherever else it goes.
        let reach = self.reach.filter(|_| self.base.is_none());
        self.place.as_ref().map(|place| place.adcode).or(reach)
    }

    fn venue(&self) -> Option<BaseId> {
        self.base
    }
}
