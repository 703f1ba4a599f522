//! Answers that nobody keeps on the way: they are about persons, change with whoever asks, or are good for half a minute.

use std::fmt::Display;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

/// An answer with a body.
pub fn answer(status: StatusCode, body: impl Serialize) -> HttpResponse {
    unkept(status).json(body)
}

/// 201, with what was made, which is from now on at `location`.
pub fn made(location: impl Display, body: impl Serialize) -> HttpResponse {
    unkept(StatusCode::CREATED).insert_header((header::LOCATION, location.to_string())).json(body)
}

/// 204: it is done, and there is nothing to tell.
pub fn nothing() -> HttpResponse {
    unkept(StatusCode::NO_CONTENT).finish()
}

fn unkept(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}
