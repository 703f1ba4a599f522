//! Names for requests, so that a complaint and a line of the log find each other.

use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::header::HeaderMap;

use super::REQUEST_ID;
use crate::domain::ids::Random;

/// The longest id that is taken over from a caller, in characters.
const MAX_CHARS: usize = 64;

/// Gives ids to requests: eight hexadecimal digits of this start of the program, then a running number.
#[derive(Debug)]
pub struct RequestIds {
    start: u32,
    next: AtomicU32,
}

impl RequestIds {
    /// Ids that differ from those of other starts and replicas.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        Self { start: random.bits(), next: AtomicU32::new(0) }
    }

    /// The id that the caller brought, if it is harmless in a log (`[A-Za-z0-9_-]`, at most 64), else a new one.
    pub fn of(&self, headers: &HeaderMap) -> String {
        let brought = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            (1..=MAX_CHARS).contains(&id.len()) && id.bytes().all(fine)
        });
        brought.map_or_else(
            || format!("{:08x}{:08x}", self.start, self.next.fetch_add(1, Ordering::Relaxed)),
            str::to_owned,
        )
    }
}
