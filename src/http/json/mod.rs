//! Bodies: JSON, read strictly.
//!
//! [`Json`] of a type is its extractor. What is not JSON, or names a field twice, is 400; what is not of the type's shape is 422 and names the
//! field by its path (`participants[0].birthYear`): an unknown field, a missing one, another type, and `null`, since an
//! absent value is an absent field. The shape is the type's `Deserialize`; its `ToSchema` documents it.

pub mod paths;
mod single;
mod strict;

use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::single::Single;
use super::problem::{Code, Problem};

/// A body of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// A body of JSON, or none at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaybeJson<T>(pub Option<T>);

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        Box::pin(async move { read(received(body.await)?).map(Self) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for MaybeJson<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        Box::pin(async move { maybe(body.await).map(Self) })
    }
}

/// What a body that may be missing says.
pub(super) fn maybe<T: DeserializeOwned>(
    body: Result<Bytes, actix_web::Error>,
) -> Result<Option<T>, Problem> {
    let body = received(body)?;
    if body.is_empty() { Ok(None) } else { read(body).map(Some) }
}

/// A body that was too long, too slow, or broke off, is told by its status.
pub(super) fn received(body: Result<Bytes, actix_web::Error>) -> Result<Bytes, Problem> {
    body.map_err(|error| match error.as_error::<PayloadError>().is_some_and(is_late) {
        true => Code::BodyTooSlow.into(),
        false => Code::of_status(error.as_response_error().status_code()).into(),
    })
}

/// Whether a body did not arrive in time.
pub(super) fn is_late(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(io) if io.kind() == ErrorKind::TimedOut)
}

/// A body as JSON of whatever shape.
pub(super) fn value(body: Result<Bytes, actix_web::Error>) -> Result<Value, Problem> {
    let Single(value) = serde_json::from_slice(&received(body)?)
        .map_err(|_not_json| Problem::from(Code::MalformedRequest))?;
    Ok(value)
}

/// A body of the type's shape.
pub(super) fn of_value<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    strict::read(value).map_err(Problem::unprocessable)
}

fn read<T: DeserializeOwned>(body: Bytes) -> Result<T, Problem> {
    of_value(value(Ok(body))?)
}
