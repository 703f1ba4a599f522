//! Lists whose items are copied from parts that were written before: put together by hand, since a serialiser would
//! have to read what it only passes on.

use actix_web::HttpResponse;
use serde::Serialize;

use super::problem::{Code, Problem};

/// Room for a page of twenty.
const ROOM: usize = 32 * 1024;

/// The body of a list that is being written.
#[derive(Debug)]
pub struct Body(Vec<u8>);

impl Default for Body {
    fn default() -> Self {
        let mut out = Vec::with_capacity(ROOM);
        out.extend_from_slice(b"{\"items\":[");
        Self(out)
    }
}

impl Body {
    /// Adds an item: a whole JSON value that `write` appends.
    ///
    /// # Errors
    /// What `write` returns.
    pub fn item(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), Problem>) -> Result<(), Problem> {
        if !self.0.ends_with(b"[") {
            self.0.push(b',');
        }
        write(&mut self.0)
    }

    /// Ends the list with the fields of `tail`, of which there must be one.
    pub fn finish(mut self, tail: impl Serialize) -> HttpResponse {
        self.0.push(b']');
        let begin = self.0.len();
        if serde_json::to_writer(&mut self.0, &tail).is_err() {
            return HttpResponse::build(Code::Internal.status()).finish();
        }
        self.0[begin] = b',';
        HttpResponse::Ok().content_type("application/json").body(self.0)
    }
}
