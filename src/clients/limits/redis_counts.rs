//! Counts that all replicas share.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult};
use tokio::sync::Notify;

use super::Key;
use crate::domain::limits::{Limit, Standing};

/// How long a request waits for Redis before it is counted here. A Redis that lives answers within a millisecond.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(1);

/// How long to wait before connecting again. Meanwhile nobody asks.
const RETRY: Duration = Duration::from_secs(1);

/// [`Limit::owed`] in one step that nothing comes between, by Redis's own clock, so that replicas need not agree on
/// theirs. A count is gone as soon as everything is regained.
const OWED: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, whole = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or 0)
local owed = math.min(math.max(full_at - now, 0), whole) + interval
if owed <= whole then
  redis.call('SET', KEYS[1], string.format('%.0f', now + owed), 'PX', math.ceil(owed / 1000))
end
return owed";

/// Redis, connected to or not.
pub(super) struct RedisCounts {
    client: Client,
    connection: ArcSwapOption<MultiplexedConnection>,
    lost: Notify,
}

impl RedisCounts {
    pub(super) fn new(url: &str) -> RedisResult<Self> {
        Ok(Self { client: Client::open(url)?, connection: ArcSwapOption::empty(), lost: Notify::new() })
    }

    /// Connects, and again whenever the connection was lost.
    pub(super) async fn run(&self) {
        loop {
            match self.connect().await {
                Ok(connection) => {
                    self.connection.store(Some(connection.into()));
                    self.lost.notified().await;
                }
                // That it is away stands in `/readyz`, and is logged by the wake-ups.
                Err(error) => tracing::debug!(%error, "limits have no Redis"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Counts once more; `None` if Redis does not answer soon.
    pub(super) async fn take(&self, key: Key, limit: Limit) -> Option<Standing> {
        let held = self.connection.load_full();
        let mut connection = held.as_deref()?.clone();
        let mut command = redis::cmd("EVAL");
        command.arg(OWED).arg(1).arg(key.to_string()).arg(limit.interval()).arg(limit.whole());
        match command.query_async::<u64>(&mut connection).await {
            Ok(owed) => Some(limit.standing(owed)),
            Err(error) => {
                // The next ones shall not wait as this one did. Of those that waited with it, the first tells; a
                // connection that was made meanwhile stands.
                let before = self.connection.compare_and_swap(&held, None);
                if before.as_ref().map(Arc::as_ptr) == held.as_ref().map(Arc::as_ptr) {
                    tracing::warn!(%error, "limits through Redis failed; each replica counts for itself");
                    self.lost.notify_one();
                }
                None
            }
        }
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(PATIENCE));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }
}
