//! How much a caller may send, and how much is worked on at once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use metrics::Gauge;

use crate::http::health;
use crate::http::problem::Code;

/// The largest body but of uploads, in bytes. Extractors hold streamed bodies to it too, by their own configuration.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The largest body of an upload to one address, in bytes: 8 MiB of a picture or 16 MiB of a file to be imported, and what a
/// form wraps around them.
const UPLOADS: [(&str, usize); 2] =
    [("/v1/manage/images", 8 * 1024 * 1024 + WRAPPING), ("/v1/manage/imports", 16 * 1024 * 1024 + WRAPPING)];

/// What a form may add to the file that it carries.
const WRAPPING: usize = 64 * 1024;

/// The longest path and query together, in bytes.
pub const URI_LIMIT: usize = 8 * 1024;

/// What is wrong with the size of a request, as far as its head tells.
pub(super) fn check(request: &ServiceRequest) -> Option<Code> {
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, |query| query.len() + 1) > URI_LIMIT {
        return Some(Code::UriTooLong);
    }
    let length = request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    (length > body_limit(uri.path()) as u64).then_some(Code::PayloadTooLarge)
}

/// The largest body that an address takes, in bytes.
pub fn body_limit(path: &str) -> usize {
    UPLOADS.iter().find(|(upload, _)| *upload == path).map_or(BODY_LIMIT, |(_, limit)| *limit)
}

/// Counts the requests of some condition, over all workers.
pub(super) struct Places {
    now: AtomicUsize,
    max: usize,
    gauge: Gauge,
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("now", &self.now).field("max", &self.max).finish_non_exhaustive()
    }
}

impl Places {
    /// So many places, which `gauge` tells the use of.
    pub(super) fn new(max: usize, gauge: Gauge) -> Self {
        Self { now: AtomicUsize::new(0), max, gauge }
    }

    /// A place, given back when dropped; `None` where all are taken. Health is asked most urgently when all
    /// are, so it needs none of them.
    pub(super) fn enter(self: &Arc<Self>, path: &str) -> Option<Slot> {
        let before = self.now.fetch_add(1, Ordering::Relaxed);
        self.gauge.increment(1.0);
        let slot = Slot(Arc::clone(self));
        (before < self.max || health::is_health(path)).then_some(slot)
    }
}

/// A place among the requests of some condition.
#[derive(Debug)]
pub(super) struct Slot(Arc<Places>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
        self.0.gauge.decrement(1.0);
    }
}
