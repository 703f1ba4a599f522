//! Sends notices as subscribe messages of WeChat's. Every replica does, each its own.
//!
//! A round takes some that are due, marks them as being sent and commits that, asks WeChat for all of them at once, and
//! notes what came of it. Whatever ends the process in between, none is sent twice: what is marked and never settled
//! becomes `unknown` (see [`outbox`]).

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::notices::outbox::{self, Message, Outcome, Tools};
use crate::clients::wechat::messages::Message as Asked;
use crate::clients::wechat::{Error as WechatError, Reason, Wechat};
use crate::db::{self, Db, notices};
use crate::domain::clock::Clock;
use crate::domain::sealing::Vault;
use crate::domain::text::Lang;

/// How many messages a round sends, all at once: WeChat's connections are for logins too.
const AT_ONCE: usize = 16;

/// How often there is a round where much is due: with [`AT_ONCE`], some 60 messages a second.
const BUSY: Duration = Duration::from_millis(250);

/// How many of these pass between rounds where nothing was due.
const IDLE: u32 = 4;

/// Sends what is due in one store.
#[derive(Clone)]
pub struct Sender {
    db: Db,
    wechat: Arc<Wechat>,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
}

impl Sender {
    /// A sender of what is due in a store.
    #[must_use]
    pub fn new(db: Db, wechat: Arc<Wechat>, vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { db, wechat, vault, clock }
    }

    /// Sends for ever.
    pub async fn run(self) {
        let mut ticks = interval(BUSY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut pause, mut well) = (0, true);
        loop {
            ticks.tick().await;
            if pause > 0 {
                pause -= 1;
                continue;
            }
            match self.round().await {
                Ok(AT_ONCE..) => well = true,
                Ok(_) => (pause, well) = (IDLE - 1, true),
                Err(error) => {
                    // A store that is away is said once, by the feed as well.
                    if well {
                        tracing::warn!(%error, "messages cannot be sent for now");
                    }
                    (pause, well) = (IDLE - 1, false);
                }
            }
        }
    }

    /// One round; gives how many notices were due, at most as many as a round takes.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn round(&self) -> Result<usize, db::Error> {
        let (wechat, vault, now) = (Arc::clone(&self.wechat), Arc::clone(&self.vault), self.clock.now());
        let (messages, taken) = self
            .aside(move |db| {
                // Reading keeps out of the way of those who write.
                if !db.read(|conn| notices::any_to_send(conn, now))? {
                    return Ok((Vec::new(), 0));
                }
                let lost = db.write(outbox::lose_track)?;
                if lost > 0 {
                    tracing::warn!(
                        messages = lost,
                        "their sender went away: whether they were sent is unknown"
                    );
                }
                let tools = Tools { wechat: &wechat, vault: &vault };
                db.write(|tx| outbox::prepare(tx, tools, AT_ONCE as i64))
            })
            .await?;
        if !messages.is_empty() {
            let outcomes = join_all(messages.into_iter().map(async |message| {
                let outcome = self.send(&message).await;
                note(&outcome);
                (message, outcome)
            }))
            .await;
            self.aside(move |db| db.write(|tx| outbox::settle(tx, &outcomes))).await?;
        }
        Ok(taken)
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Some(app) = self.wechat.app(message.app.as_str()) else { return Err(WechatError::Resting) };
        let Message { to, template, page, fields, .. } = message;
        app.send_message(&Asked { to, template, page: Some(page), fields, lang: Lang::ZhCn }).await
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db) -> Result<T, db::Error> + Send + 'static,
    ) -> Result<T, db::Error> {
        let db = self.db.clone();
        let done = spawn_blocking(move || work(&db)).await;
        done.unwrap_or_else(|panic| Err(db::Error::Unavailable(panic.to_string())))
    }
}

/// Counts a message; a refusal that somebody has to look at is logged, without saying to whom it was.
fn note(outcome: &Outcome) {
    let word = match outcome {
        Ok(_) => "sent",
        Err(error) if error.may_be_done() => "unknown",
        Err(error) if error.passes() => "later",
        Err(WechatError::Refused(refusal)) if refusal.reason() == Reason::NoCredit => "unwanted",
        Err(error) => {
            tracing::warn!(%error, "a message was refused");
            "refused"
        }
    };
    metrics::counter!("messages_total", "outcome" => word).increment(1);
}
