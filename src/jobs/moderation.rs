//! Asks WeChat about texts that were handed in (`msg_sec_check`). Every replica does, each its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::app;
use crate::app::text_checks::{self, Answer, Asked};
use crate::clients::wechat::moderation::{MAX_CHARS, Scene, Suggestion, Verdict};
use crate::clients::wechat::{Error as WechatError, Wechat};
use crate::db::Db;
use crate::domain::clock::Clock;
use crate::domain::ids::Random;
use crate::domain::screening::Doubt;
use crate::domain::sealing::Vault;

/// How often it is looked.
const TICK: Duration = Duration::from_secs(1);

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Asks about what was handed in to one store.
#[derive(Clone)]
pub struct Moderator {
    /// The store.
    pub db: Db,
    /// WeChat.
    pub wechat: Arc<Wechat>,
    /// What names in mini-programs are opened with.
    pub vault: Arc<Vault>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub random: Arc<dyn Random>,
}

impl Moderator {
    /// Asks for ever.
    pub async fn run(self) {
        loop {
            let wait = match self.round().await {
                Ok(asked) => {
                    metrics::counter!("text_checks_total").increment(asked as u64);
                    TICK
                }
                Err(error) => {
                    tracing::warn!(%error, "texts cannot be checked for now");
                    RETRY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// One round; says how many things were asked about.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn round(&self) -> Result<usize, app::Error> {
        let moderator = self.clone();
        let take =
            move || text_checks::take(&moderator.db, &moderator.vault, moderator.clock.now(), MAX_CHARS);
        let asked = aside(take).await?;
        let count = asked.len();
        for asked in asked {
            let answer = self.ask(&asked).await;
            let moderator = self.clone();
            aside(move || text_checks::settle(&moderator.db, &*moderator.random, &asked, answer)).await?;
        }
        Ok(count)
    }

    /// Asks in the mini-program where the author was seen last, of those that there are now.
    async fn ask(&self, asked: &Asked) -> Answer {
        let known = asked.author.iter().rev().find_map(|(app, openid)| Some((self.wechat.app(app)?, openid)));
        let Some((app, openid)) = known else { return Answer::Unknown };
        let mut doubts = Vec::new();
        for (fields, text) in &asked.texts {
            match app.check_text(openid, Scene::Forum, text).await {
                Ok(verdict) => doubts.extend(doubt(fields, &verdict)),
                Err(error) if error.passes() => return Answer::Nothing,
                // They were not in the mini-program lately, or are not known there.
                Err(WechatError::Refused(_)) => return Answer::Unknown,
                Err(error) => {
                    tracing::warn!(%error, "texts were not checked");
                    return Answer::Nothing;
                }
            }
        }
        Answer::Said(doubts)
    }
}

/// What a verdict doubts. WeChat's labels are in the words of its documentation.
fn doubt(fields: &str, verdict: &Verdict) -> Option<Doubt> {
    let label = match verdict.label {
        10001 => "广告",
        20001 => "时政",
        20002 => "色情",
        20003 => "辱骂",
        20006 => "违法犯罪",
        20008 => "欺诈",
        20012 => "低俗",
        20013 => "版权",
        _ => "其他",
    };
    let word = match verdict.suggest {
        Suggestion::Pass => return None,
        Suggestion::Review => "微信建议人工复核",
        Suggestion::Risky => "微信判定有风险",
    };
    Some(Doubt { field: fields.to_owned(), reason: format!("{word}：{label}"), found: None })
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, app::Error> + Send + 'static,
) -> Result<T, app::Error> {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|panic| Err(crate::db::Error::Unavailable(panic.to_string()).into()))
}
