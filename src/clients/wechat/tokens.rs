//! Access tokens by `stable_token`: kept until shortly before their end, and asked for once however many wait.
//!
//! The stable kind gives every caller the same token, so replicas need not agree. A token that WeChat gives has 300
//! seconds to live or more, those of the overlap with its successor.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::error::{Error, Refusal};
use super::transport::{Again, Request, Transport};
use super::{App, lenient, read};
use crate::domain::clock::Clock;
use crate::domain::hidden::hidden;

const PATH: &str = "/cgi-bin/stable_token";
/// How long before its end a token is no longer used: WeChat has its successor ready by then.
const MARGIN: i64 = 300;
/// A token is forced out (20 times a day are allowed) at most once in this time.
const FORCED: Duration = Duration::from_secs(300);
/// How long a caller waits for a token that another one asks for.
const PATIENCE: Duration = Duration::from_secs(6);

hidden! {
    /// What most calls have to show.
    AccessToken;
}

/// The token of one mini-program.
pub(super) struct Tokens {
    clock: Arc<dyn Clock>,
    /// Locked while WeChat is asked, so that whoever comes meanwhile waits for the same answer.
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    held: Option<Held>,
    forced: Option<Instant>,
}

struct Held {
    token: AccessToken,
    until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: AccessToken,
    #[serde(deserialize_with = "lenient::integer")]
    expires_in: i64,
}

impl Tokens {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, slot: Mutex::default() }
    }

    /// A token that should still hold.
    pub(super) async fn get(&self, transport: &Transport, app: &App) -> Result<AccessToken, Error> {
        let Ok(mut slot) = timeout(PATIENCE, self.slot.lock()).await else { return Err(Error::Resting) };
        let now = self.clock.now();
        if let Some(held) = slot.held.as_ref().filter(|held| now < held.until) {
            return Ok(held.token.clone());
        }
        self.fetch(&mut slot, transport, app, false).await
    }

    /// Another token than `refused`: the one that somebody has fetched meanwhile, else what WeChat gives, and only if
    /// that is the same, one that is forced out.
    pub(super) async fn replace(
        &self,
        transport: &Transport,
        app: &App,
        refused: &AccessToken,
    ) -> Result<AccessToken, Error> {
        let Ok(mut slot) = timeout(PATIENCE, self.slot.lock()).await else { return Err(Error::Resting) };
        if let Some(held) = slot.held.as_ref().filter(|held| held.token != *refused) {
            return Ok(held.token.clone());
        }
        slot.held = None;
        let token = self.fetch(&mut slot, transport, app, false).await?;
        if token != *refused {
            return Ok(token);
        }
        slot.held = None;
        if slot.forced.is_some_and(|forced| forced.elapsed() < FORCED) {
            let errmsg = "the token that stable_token gives, though one was forced out just now".to_owned();
            return Err(Refusal { errcode: 40001, errmsg }.into());
        }
        tracing::warn!(app = %app.id, "WeChat gives a token that it refuses; another one is forced out");
        slot.forced = Some(Instant::now());
        self.fetch(&mut slot, transport, app, true).await
    }

    async fn fetch(
        &self,
        slot: &mut Slot,
        transport: &Transport,
        app: &App,
        force: bool,
    ) -> Result<AccessToken, Error> {
        let body = json!({
            "grant_type": "client_credential",
            "appid": app.id.as_str(),
            "secret": app.secret.expose(),
            "force_refresh": force,
        })
        .to_string();
        let request = Request { path: PATH, query: &[], body: Some(body.as_bytes()) };
        let now = self.clock.now();
        let answer = transport.patiently(&request, Again::Harmless).await?;
        let Answer { access_token, expires_in } = read(PATH, &answer)?;
        let kept = TimeDelta::try_seconds(expires_in - MARGIN.min(expires_in / 2)).unwrap_or_default();
        slot.held =
            Some(Held { token: access_token.clone(), until: now.checked_add_signed(kept).unwrap_or(now) });
        Ok(access_token)
    }
}
