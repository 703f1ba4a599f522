//! Wake-ups between replicas through Redis: whoever commits says so, and the others look at once instead of at
//! their next poll. They carry nothing and may be lost: the poll stands behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::AsyncCommands;
use tokio::sync::{Notify, watch};

/// The channel's name.
const CHANNEL: &str = "kepu:changes";
/// At most one wake-up is sent in this time.
const MERGED: Duration = Duration::from_millis(20);
/// How long to wait before connecting again.
const RETRY: Duration = Duration::from_secs(1);

/// Wake-ups of one replica.
pub struct WakeUps {
    client: redis::Client,
    heard: Arc<Notify>,
    up: AtomicBool,
}

impl WakeUps {
    /// Wake-ups through the Redis at `url`. Does not connect yet.
    ///
    /// # Errors
    /// If the URL is none of Redis's.
    pub fn new(url: &str) -> Result<Self, redis::RedisError> {
        Ok(Self { client: redis::Client::open(url)?, heard: Arc::default(), up: AtomicBool::new(false) })
    }

    /// Signalled when another replica has committed.
    pub fn heard(&self) -> Arc<Notify> {
        Arc::clone(&self.heard)
    }

    /// Whether the channel is being listened to.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Listens and tells, for ever. `up` is told whether Redis answers.
    pub async fn run(&self, committed: watch::Receiver<u64>, up: watch::Sender<bool>) {
        loop {
            let ended = tokio::select! {
                ended = self.listen(&up) => ended,
                ended = self.tell(committed.clone()) => ended,
            };
            self.up.store(false, Ordering::Relaxed);
            let _ = up.send(false);
            if let Err(error) = ended {
                // The URL may hold a password; the error does not.
                tracing::warn!(%error, "wake-ups through Redis failed; polling goes on");
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Tells the others once.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub async fn tell_once(&self) -> redis::RedisResult<()> {
        let mut connection = self.client.get_multiplexed_async_connection().await?;
        connection.publish(CHANNEL, "").await
    }

    async fn listen(&self, up: &watch::Sender<bool>) -> redis::RedisResult<()> {
        let mut channel = self.client.get_async_pubsub().await?;
        channel.subscribe(CHANNEL).await?;
        self.up.store(true, Ordering::Relaxed);
        let _ = up.send(true);
        // What was committed elsewhere before the subscription held is found by this look.
        self.heard.notify_one();
        let mut messages = channel.into_on_message();
        while messages.next().await.is_some() {
            self.heard.notify_one();
        }
        Ok(())
    }

    async fn tell(&self, mut committed: watch::Receiver<u64>) -> redis::RedisResult<()> {
        let mut connection = self.client.get_multiplexed_async_connection().await?;
        while committed.changed().await.is_ok() {
            let _: i64 = connection.publish(CHANNEL, "").await?;
            tokio::time::sleep(MERGED).await;
        }
        Ok(())
    }
}
