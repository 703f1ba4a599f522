//! A whole server on a free port, with a clock that the test owns.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kepu::clients::choose_ring;
use kepu::clients::webhooks::Rules;
use kepu::domain::access::{Keys, SigningKey};
use kepu::domain::clock::ManualClock;
use kepu::domain::ids::SystemRandom;
use kepu::domain::sealing::{DataKey, Keyring, Pseudonyms, Vault};
use kepu::domain::tickets::{TicketKey, TicketKeys};
use kepu::server::{self, DataKeys, MiniPrograms, Running, Secrets, SigningKeys};
use kepu::{http, telemetry};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::stores::{Fresh, Holds, Store};

/// When tests take place: Wednesday 25 November 2026, 10:00 in Guangdong.
pub const NOW: DateTime<Utc> = match DateTime::from_timestamp(1_795_572_000, 0) {
    Some(now) => now,
    None => panic!("not an instant"),
};

/// A key of access tokens that the servers of all tests share; known to everybody who reads this.
pub const SIGNING_KEY: &str = "a2V5IG9mIHRlc3RzLCBrbm93biB0byBldmVyeWJvZHk=";

/// The keys of these servers.
pub fn keys() -> Keys {
    Keys::new(vec![SigningKey::parse(SIGNING_KEY).unwrap()]).unwrap()
}

/// The keys of their tickets: the same one.
pub fn ticket_keys() -> TicketKeys {
    TicketKeys::new(vec![TicketKey::parse(SIGNING_KEY).unwrap()]).unwrap()
}

/// The keys of what they know of persons: the same one.
fn data_keys() -> DataKeys {
    let keyring = Keyring::new(vec![DataKey::parse(SIGNING_KEY).unwrap()]).unwrap();
    let pseudonyms = Pseudonyms::parse(SIGNING_KEY).unwrap();
    DataKeys { fields: Secrets::Given(Arc::new(keyring)), pseudonyms: Secrets::Given(Arc::new(pseudonyms)) }
}

/// What these servers seal with.
pub fn vault() -> Arc<Vault> {
    data_keys().prepare(Arc::new(SystemRandom)).unwrap()
}

/// A running server. Dropping it leaves its threads to the end of the test's runtime; nothing it holds outlives
/// its store, which is dropped last.
pub struct Server {
    pub running: Running,
    pub clock: ManualClock,
    pub site: Site,
    pub fresh: Arc<Fresh>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Server {
    /// A server over the seeds, on SQLite.
    pub async fn seeded() -> Self {
        Self::over(Arc::new(Fresh::new(Store::Sqlite, Holds::Seeds)), None).await
    }

    /// A server over a store; several can share one on PostgreSQL.
    pub async fn over(fresh: Arc<Fresh>, redis_url: Option<String>) -> Self {
        Self::start(fresh, redis_url, true, MiniPrograms::None).await
    }

    /// A server over the seeds, on SQLite, with mini-programs.
    pub async fn with(mini_programs: MiniPrograms) -> Self {
        Self::start(Arc::new(Fresh::new(Store::Sqlite, Holds::Seeds)), None, true, mini_programs).await
    }

    /// A server over what a test put into a store, and nothing else: where samples are shown, a store without any
    /// is given those of the seeds.
    pub async fn over_own(fresh: Fresh) -> Self {
        Self::over_shared(Arc::new(fresh)).await
    }

    /// The same over a store that outlives the server, or that several share on PostgreSQL.
    pub async fn over_shared(fresh: Arc<Fresh>) -> Self {
        Self::start(fresh, None, false, MiniPrograms::None).await
    }

    /// A server over a store with the simulated mini-programs of a demonstration.
    pub async fn simulated(fresh: Arc<Fresh>) -> Self {
        let simulated = MiniPrograms::Simulated(([127, 0, 0, 1], 0).into());
        Self::start(fresh, None, false, simulated).await
    }

    /// A server over a store with mini-programs.
    pub async fn over_with(fresh: Arc<Fresh>, mini_programs: MiniPrograms) -> Self {
        Self::start(fresh, None, false, mini_programs).await
    }

    /// A server that counts requests, with the simulated mini-programs of a demonstration.
    pub async fn limited(
        fresh: Arc<Fresh>,
        redis_url: Option<String>,
        limits: http::limits::Settings,
    ) -> Self {
        let simulated = MiniPrograms::Simulated(([127, 0, 0, 1], 0).into());
        Self::start_limited(fresh, redis_url, true, simulated, Some(limits)).await
    }

    async fn start(
        fresh: Arc<Fresh>,
        redis_url: Option<String>,
        samples: bool,
        mini_programs: MiniPrograms,
    ) -> Self {
        Self::start_limited(fresh, redis_url, samples, mini_programs, None).await
    }

    async fn start_limited(
        fresh: Arc<Fresh>,
        redis_url: Option<String>,
        samples: bool,
        mini_programs: MiniPrograms,
        limits: Option<http::limits::Settings>,
    ) -> Self {
        let clock = ManualClock::new(NOW);
        let settings = server::Settings {
            bind: ([127, 0, 0, 1], 0).into(),
            metrics_bind: None,
            db: fresh.settings(),
            redis_url,
            mini_programs,
            signing_keys: SigningKeys::Given(Arc::new(keys())),
            data_keys: data_keys(),
            ticket_keys: Secrets::Given(Arc::new(ticket_keys())),
            samples,
            sample_signups: true,
            desk_batch: kepu::app::desk::BATCH,
            review_words: None,
            review: kepu::domain::review::Rules::default(),
            workers: Some(1),
            drain: Duration::ZERO,
            shutdown_grace: Duration::from_secs(2),
            http: http::app::Settings { max_in_flight: 512 },
            limits,
            public_origin: None,
            webhooks: Rules { https_only: false, beside: "127.0.0.0/8".parse().unwrap() },
        };
        let metrics = telemetry::start_metrics();
        let running =
            server::start(settings, Arc::new(clock.clone()), Arc::new(SystemRandom), metrics).await.unwrap();
        let site = Site::at(running.address);
        Self { running, clock, site, fresh }
    }
}

impl Deref for Server {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

/// A server's address, and a client to ask it with.
pub struct Site {
    pub address: SocketAddr,
    pub client: reqwest::Client,
}

impl Site {
    /// The server at an address, with a client whose connections are this test's own.
    pub fn at(address: SocketAddr) -> Self {
        choose_ring();
        Self { address, client: reqwest::Client::new() }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// GETs a path with its query.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path))).await
    }

    /// GETs a path that must be there, as JSON.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// Every item of a list, walked page by page.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut page = self.json(path).await;
        loop {
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["nextCursor"].as_str() else { return items };
            let sign = if path.contains('?') { '&' } else { '?' };
            page = self.json(&format!("{path}{sign}cursor={cursor}")).await;
        }
    }
}
