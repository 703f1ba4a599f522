//! Problems as they are sent: status, headers, and a body in the caller's language.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Code, Problem};
use crate::domain::text::Lang;

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Errors of fields that are told at once; who has more wrong has enough to mend.
const MOST_ERRORS: usize = 50;

/// An error as RFC 9457 wants it, sent as `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A URI that names the kind of problem: `urn:kepu:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:kepu:problem:invalidParameter")]
    pub kind: String,
    /// A short title in the caller's language.
    #[schema(example = "Invalid parameter")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 400, minimum = 400, maximum = 599)]
    pub status: u16,
    /// The stable code; the description of this document lists all of them.
    #[schema(example = "invalidParameter")]
    pub code: String,
    /// A sentence in the caller's language that says what to do.
    #[schema(example = "At least one parameter is wrong; `errors` says which and why.")]
    pub detail: String,
    /// What is wrong with which field; absent where no single field is to blame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// What there is of a waiting list; with `full` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waitlist: Option<Waitlist>,
    /// The id of this request, also in the header `X-Request-Id`.
    #[schema(example = "3f9c2c1d7a5e4b60")]
    pub request_id: String,
}

/// What there is of a waiting list.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Waitlist {
    /// Whether the party could queue: by the same request with `joinWaitlist`.
    #[schema(example = true)]
    pub offered: bool,
    /// How many queue, counted as `capacity` counts.
    #[schema(example = 12, minimum = 0)]
    pub waiting: i32,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// The name of the query parameter, or the path in the body.
    #[schema(example = "radius")]
    pub field: String,
    /// The stable code; the description of this document lists all of them.
    #[schema(example = "outOfRange", value_type = String)]
    pub code: Cow<'static, str>,
    /// A sentence in the caller's language.
    #[schema(example = "It must be from 1 to 500000.")]
    pub message: String,
}

impl Code {
    /// The name on the wire.
    #[must_use]
    pub fn wire(self) -> &'static str {
        self.row().wire
    }

    /// The HTTP status that goes with it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A short title.
    #[must_use]
    pub fn title(self, lang: Lang) -> &'static str {
        pick(self.row().title, lang)
    }

    /// A sentence that says what to do.
    #[must_use]
    pub fn detail(self, lang: Lang) -> &'static str {
        pick(self.row().detail, lang)
    }

    /// After how many seconds it is worth trying again, where that helps.
    fn retry_after(self) -> Option<HeaderValue> {
        match self {
            Self::Unavailable => Some(HeaderValue::from_static("1")),
            Self::WechatUnavailable => Some(HeaderValue::from_static("5")),
            Self::WechatTooOften => Some(HeaderValue::from_static("60")),
            _ => None,
        }
    }

    /// What a caller without a good identity is told of the way to one (RFC 6750 §3).
    fn challenge(self) -> Option<HeaderValue> {
        match self {
            Self::AccessTokenInvalid | Self::AccessTokenExpired | Self::LoginEnded => {
                Some(HeaderValue::from_static(r#"Bearer realm="kepu", error="invalid_token""#))
            }
            _ if self.status() == StatusCode::UNAUTHORIZED => {
                Some(HeaderValue::from_static(r#"Bearer realm="kepu""#))
            }
            _ => None,
        }
    }

    /// The code for an error that the framework answered by a bare status.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            413 => Self::PayloadTooLarge,
            414 => Self::UriTooLong,
            429 => Self::TooManyRequests,
            400..=499 => Self::MalformedRequest,
            503 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

fn pick([zh_cn, zh_hk, en]: [&'static str; 3], lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => zh_cn,
        Lang::ZhHk => zh_hk,
        Lang::En => en,
    }
}

impl Problem {
    /// The body in the caller's language.
    #[must_use]
    pub fn body(&self, lang: Lang, request_id: &str) -> ProblemBody {
        let errors = self.errors.iter().take(MOST_ERRORS).map(|error| FieldProblem {
            field: error.field.clone(),
            code: error.code.wire().into(),
            message: error.code.message(lang),
        });
        ProblemBody {
            kind: format!("urn:kepu:problem:{}", self.code.wire()),
            title: self.code.title(lang).into(),
            status: self.code.row().status,
            code: self.code.wire().into(),
            detail: self.detail.map_or_else(|| self.code.detail(lang), |detail| pick(*detail, lang)).into(),
            errors: errors.collect(),
            waitlist: self.waitlist.map(|queue| Waitlist { offered: queue.offered, waiting: queue.waiting }),
            request_id: request_id.into(),
        }
    }

    /// The whole answer, in the caller's language.
    #[must_use]
    pub fn render(&self, lang: Lang, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status())
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)))
            .body(serde_json::to_vec(&self.body(lang, request_id)).unwrap_or_default());
        let headers = response.headers_mut();
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        if let Some(seconds) = self.retry_after.map(HeaderValue::from).or_else(|| self.code.retry_after()) {
            headers.insert(header::RETRY_AFTER, seconds);
        }
        if let Some(challenge) = self.code.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Actix asks for an answer without telling the request, so this one is in the default language and has no
/// request id. The edge replaces it.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.render(Lang::default(), "")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::invalid::{FieldCode, Invalid};

    #[test]
    fn the_table_is_sound() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.wire()).collect();
        assert_eq!(names.len(), Code::ALL.len(), "a wire name stands for one code");
        for code in Code::ALL {
            assert_eq!(code.status().as_u16(), code.row().status);
            assert!(code.status().is_client_error() || code.status().is_server_error());
            assert!(code.title(Lang::En).is_ascii() && !code.title(Lang::ZhHk).is_ascii());
        }
    }

    #[test]
    fn a_body_speaks_the_callers_language_and_hides_the_cause() {
        let invalid = Invalid::one("radius", FieldCode::OutOfRange { min: "1".into(), max: "500000".into() });
        let body = serde_json::to_value(Problem::from(invalid).body(Lang::En, "abc")).unwrap();
        assert_eq!(body["code"], "invalidParameter");
        assert_eq!(body["errors"][0]["field"], "radius");
        assert_eq!(body["errors"][0]["code"], "outOfRange");
        assert_eq!(body["errors"][0]["message"], "It must be from 1 to 500000.");
        assert_eq!(body["requestId"], "abc");

        let body =
            serde_json::to_string(&Problem::internal("the secret cause").body(Lang::ZhCn, "abc")).unwrap();
        assert!(!body.contains("secret") && body.contains("服务器") && !body.contains("errors"));
    }
}
