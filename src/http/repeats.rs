//! `Idempotency-Key`: a request that makes something may be sent again when its answer got lost.
//!
//! An operation that makes something takes its body as [`Once`], which is extractor and documentation in one, and gives
//! [`Once::repeat`] to [`crate::app::repeats::once`]. Where the body is no JSON, [`IdempotencyKey`] makes the same of
//! whatever says what was asked.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use super::json;
use super::problem::{Code, Problem};
use super::state::Members;
use crate::app::repeats::Repeat;
use crate::domain::invalid::Invalid;
use crate::domain::signups::{LONGEST_KEY, RepeatKey};

/// The header.
const HEADER: &str = "Idempotency-Key";

/// The key that came with a request, if one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

/// A body of JSON that makes something, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once<T> {
    /// What is to be made.
    pub body: T,
    /// The key under which the request may be sent again, if it has one.
    pub repeat: Option<Repeat>,
}

impl IdempotencyKey {
    /// The key with a hash of what was asked: of the address, which says whose it is to be, and of `said`.
    #[must_use]
    pub fn of(self, request: &HttpRequest, members: &Members, said: &str) -> Option<Repeat> {
        let given = self.0?;
        let pattern = request.match_pattern().unwrap_or_default();
        let operation = format!("{} {pattern}", request.method());
        let body_hash = members.vault.blind("repeat", &format!("{operation}\n{}\n{said}", request.uri()));
        Some(Repeat { operation, key: RepeatKey { given, body_hash } })
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut all = request.headers().get_all(HEADER);
        let given = all.next().map(|given| given.to_str().unwrap_or_default().to_owned());
        // Whoever sent both may look for the answer under either.
        if all.next().is_some() {
            return ready(Err(Code::MalformedRequest.into()));
        }
        let mut invalid = Invalid::default();
        if let Some(given) = &given {
            RepeatKey::check(given, &mut invalid);
        }
        ready(invalid.or(Self(given)).map_err(Problem::from))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Once<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = IdempotencyKey::from_request(request, payload).into_inner();
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let mut value: Value = json::value(bytes.await)?;
            let body = json::of_value(value.clone())?;
            let members = request.app_data::<web::Data<Members>>().ok_or(Code::Unavailable)?;
            // The order of fields says nothing.
            value.sort_all_objects();
            Ok(Self { body, repeat: key?.of(&request, members, &value.to_string()) })
        })
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "Any text of up to 128 characters, new for each request that is meant anew. For a day, the same \
                     request with the same key gives what the first one made, and another one is 409 `keyReused`.";
        let schema =
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST_KEY));
        let parameter = ParameterBuilder::new()
            .name(HEADER)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(schema))
            .example(Some(json!("c0ffee00-5a1a-4b1d-9f00-3a7b1c2d4e5f")));
        vec![parameter.build()]
    }
}

impl<T> IntoParams for Once<T> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        IdempotencyKey::into_params(place)
    }
}
