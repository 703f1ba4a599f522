//! One line in the log and three metrics per request.
//!
//! The query never enters the log: it says where people are and what they look for.

use std::time::Instant;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};

use super::Caller;
use crate::http::problem::Code;

/// A request that has arrived and is not answered yet.
#[derive(Debug)]
pub(super) struct Seen {
    at: Instant,
    method: &'static str,
}

impl Seen {
    pub(super) fn new(caller: &Caller) -> Self {
        Self { at: Instant::now(), method: label(&caller.method) }
    }

    /// Records an answer.
    pub(super) fn answered<B: MessageBody>(&self, response: &ServiceResponse<B>) {
        let pattern = response.request().match_pattern();
        let bytes = match response.response().body().size() {
            BodySize::Sized(bytes) => bytes,
            BodySize::None | BodySize::Stream => 0,
        };
        self.record(pattern.as_deref().unwrap_or("unmatched"), response.status(), bytes);
    }

    /// Records that the app lost the request: which of its addresses was asked is not known any more.
    pub(super) fn lost(&self, code: Code) {
        self.record("lost", code.status(), 0);
    }

    fn record(&self, path: &str, status: StatusCode, bytes: u64) {
        let took = self.at.elapsed();
        let method = self.method;
        metrics::counter!("http_requests_total", "method" => method, "path" => path.to_owned(), "status" => status.as_str().to_owned())
            .increment(1);
        metrics::histogram!("http_request_duration_seconds", "method" => method, "path" => path.to_owned())
            .record(took.as_secs_f64());
        let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        tracing::info!(target: "kepu::access", method, path, status, duration_us, bytes, "answered");
    }
}

/// Methods as a label: callers may invent words, metrics must not grow with them.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
