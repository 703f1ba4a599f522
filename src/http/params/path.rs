//! The `{id}`, `{adcode}` or `{kind}` in a path.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::domain::divisions::Adcode;
use crate::domain::favourites::{Favourite, KINDS};
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::http::problem::{Code, Problem};

/// The id of the thing asked for: extractor and documentation in one. What is not an id names nothing, so it is
/// 404 and not 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathId<T>(pub T);

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or_else(|| Code::NotFound.into()))
    }
}

impl<T> IntoParams for PathId<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The id: 13 characters of `[0-9a-z]`, opaque.";
        vec![parameter("id", about, "^[0-9a-z]{13}$", "01h2x7m9k4qpz")]
    }
}

/// The code of the division asked for: extractor and documentation in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathAdcode(pub Adcode);

impl FromRequest for PathAdcode {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let adcode = request.match_info().get("adcode").and_then(|adcode| adcode.parse().ok());
        ready(adcode.map(Self).ok_or_else(|| Code::NotFound.into()))
    }
}

impl IntoParams for PathAdcode {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![parameter("adcode", "The code of the division: six digits.", "^[1-9][0-9]{5}$", "440106")]
    }
}

/// The favourite that is asked for, by `{kind}` and `{id}`: extractor and documentation in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathFavourite(pub Favourite);

impl FromRequest for PathFavourite {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let part = |name| request.match_info().get(name);
        let kind = part("kind").and_then(Kind::from_name).filter(|kind| KINDS.contains(kind));
        // Ids of every kind are written alike, so one kind speaks for all.
        let id = part("id").and_then(|id| id.parse().ok()).map(EventId::get);
        let favourite = kind.zip(id).map(|(kind, id)| Self(Favourite { kind, id }));
        ready(favourite.ok_or_else(|| Code::NotFound.into()))
    }
}

impl IntoParams for PathFavourite {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The id: 13 characters of `[0-9a-z]`, opaque.";
        vec![
            parameter("kind", "What kind of thing it is.", "^(event|base|route|series)$", "event"),
            parameter("id", about, "^[0-9a-z]{13}$", "01h2x7m9k4qpz"),
        ]
    }
}

/// The thing that is asked for, of a kind that is reviewed, by `{kind}` in the plural and `{id}`: extractor and
/// documentation in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathThing {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: i64,
}

impl FromRequest for PathThing {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let part = |name| request.match_info().get(name);
        let kind = match part("kind") {
            Some("events") => Some(Kind::Event),
            Some("bases") => Some(Kind::Base),
            Some("routes") => Some(Kind::Route),
            Some("series") => Some(Kind::Series),
            Some("resources") => Some(Kind::Resource),
            _ => None,
        };
        // Ids of every kind are written alike, so one kind speaks for all.
        let id = part("id").and_then(|id| id.parse().ok()).map(EventId::get);
        let thing = kind.zip(id).map(|(kind, id)| Self { kind, id });
        ready(thing.ok_or_else(|| Code::NotFound.into()))
    }
}

impl IntoParams for PathThing {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The id: 13 characters of `[0-9a-z]`, opaque.";
        vec![
            parameter(
                "kind",
                "What kind of thing it is.",
                "^(events|bases|routes|series|resources)$",
                "events",
            ),
            parameter("id", about, "^[0-9a-z]{13}$", "01h2x7m9k4qpz"),
        ]
    }
}

fn parameter(name: &str, about: &str, pattern: &str, example: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(schema))
        .example(Some(json!(example)))
        .build()
}
