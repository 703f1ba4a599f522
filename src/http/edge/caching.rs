//! ETags: a caller who has the answer already is told so instead of being sent it again.
//!
//! The tag is a hash of the body, since what is public changes with time as well as with data. It is weak,
//! because compression changes bytes and not meaning.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use xxhash_rust::xxh3::xxh3_128;

/// The headers of a request that choose between a body, a compressed body and none.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) if_none_match: Option<HeaderValue>,
    pub(super) accept_encoding: Option<HeaderValue>,
}

impl Conditions {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self {
            if_none_match: headers.get(header::IF_NONE_MATCH).cloned(),
            accept_encoding: headers.get(header::ACCEPT_ENCODING).cloned(),
        }
    }
}

/// Gives a 200 its ETag, or makes it a 304 if the caller holds that very answer. A body that is streamed, or an
/// answer that forbids storing, passes unchanged.
pub(super) fn validate(response: HttpResponse, conditions: &Conditions) -> HttpResponse {
    let stored = response.headers().get(header::CACHE_CONTROL).is_none_or(|value| value != "no-store");
    if !stored {
        return response;
    }
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(stream) => return head.set_body(stream),
    };
    let tag = format!("W/\"{:032x}\"", xxh3_128(&bytes));
    let held = conditions.if_none_match.as_ref().and_then(|held| held.to_str().ok());
    let unchanged = held.is_some_and(|held| matches(held, &tag));
    let mut response = head.set_body(if unchanged { BoxBody::new(()) } else { BoxBody::new(bytes) });
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// RFC 9110 §13.1.2: weak comparison with each tag of the list; `*` is any.
fn matches(held: &str, tag: &str) -> bool {
    let opaque = tag.trim_start_matches("W/");
    held.trim() == "*" || held.split(',').any(|one| one.trim().trim_start_matches("W/") == opaque)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_weakly() {
        assert!(matches("W/\"a\"", "W/\"a\""));
        assert!(matches("\"b\", \"a\"", "W/\"a\""));
        assert!(matches(" * ", "W/\"a\""));
        assert!(!matches("\"b\"", "W/\"a\""));
        assert!(!matches("", "W/\"a\""));
    }
}
