//! What every handler works on.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::problem::{Code, Problem};
use crate::clients::wechat::Wechat;
use crate::discovery::{Live, Snapshot};
use crate::domain::clock::Clock;

/// Taken by handlers as `web::Data<State>`; shared by all workers.
pub struct State {
    /// The read model.
    pub live: Arc<Live>,
    /// WeChat, as the configured mini-programs know it.
    pub wechat: Arc<Wechat>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl State {
    /// What is published now.
    ///
    /// # Errors
    /// [`Code::Unavailable`] until the first snapshot was loaded.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Problem> {
        self.live.now().ok_or_else(|| Code::Unavailable.into())
    }

    /// The present minute, by which an answer judges time. Venues tell time by the minute too, and a cursor
    /// carries this instant: finer, and no page with a next one would ever have the same ETag twice.
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now)
    }
}
