//! Bodies: JSON, read strictly.
//!
//! [`Json`] of a type is its extractor. What is not JSON is 400; what is not of the type's shape is 422 and names the
//! field by its path (`participants[0].birthYear`): an unknown field, a missing one, another type, and `null`, since an
//! absent value is an absent field. The shape is the type's `Deserialize`; its `ToSchema` documents it.

mod strict;

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

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
        Box::pin(async move { read(&received(body.await)?).map(Self) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for MaybeJson<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = received(body.await)?;
            if body.is_empty() { Ok(Self(None)) } else { read(&body).map(|body| Self(Some(body))) }
        })
    }
}

/// A body that was too long, or broke off, is told by its status.
fn received(body: Result<Bytes, actix_web::Error>) -> Result<Bytes, Problem> {
    body.map_err(|error| Code::of_status(error.as_response_error().status_code()).into())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(body).map_err(|_not_json| Code::MalformedRequest)?;
    strict::read(value).map_err(Problem::unprocessable)
}
