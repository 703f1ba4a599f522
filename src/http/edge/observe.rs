//! One line in the log and three metrics per request.
//!
//! The query never enters the log: it says where people are and what they look for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram};

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
        METERS.with_borrow_mut(|meters| meters.of(method, path, status).record(took));
        let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        tracing::info!(target: "kepu::access", method, path, status, duration_us, bytes, "answered");
    }
}

/// What counts the answers of one kind.
struct Meter {
    answers: Counter,
    seconds: Histogram,
}

impl Meter {
    fn record(&self, took: Duration) {
        self.answers.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}

/// A worker's meters: finding one by its labels in the registry costs more than all the counting.
#[derive(Default)]
struct Meters(HashMap<(&'static str, StatusCode), HashMap<String, Meter>>);

thread_local! {
    static METERS: RefCell<Meters> = RefCell::default();
}

impl Meters {
    /// The meter of a pattern of addresses: there are as many as operations.
    fn of(&mut self, method: &'static str, path: &str, status: StatusCode) -> &Meter {
        let by_path = self.0.entry((method, status)).or_default();
        if !by_path.contains_key(path) {
            let code = status.as_str().to_owned();
            let path = path.to_owned();
            let meter = Meter {
                answers: metrics::counter!("http_requests_total", "method" => method, "path" => path.clone(), "status" => code),
                seconds: metrics::histogram!("http_request_duration_seconds", "method" => method, "path" => path.clone()),
            };
            by_path.insert(path, meter);
        }
        &by_path[path]
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
