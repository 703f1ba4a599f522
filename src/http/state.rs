//! What every handler works on.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::problem::{Code, Problem};
use crate::discovery::{Live, Snapshot};
use crate::domain::clock::Clock;

/// Taken by handlers as `web::Data<State>`; shared by all workers.
pub struct State {
    /// The read model.
    pub live: Arc<Live>,
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

    /// The present instant, to the millisecond: so a cursor can carry it unchanged.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}
