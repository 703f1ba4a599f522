//! How often somebody may ask for what. [`classes::CLASSES`] is the table; here a request finds its class, is counted,
//! and is told where it stands (`RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10).

pub mod caller;
pub mod classes;
pub mod rules;

use std::fmt::Write;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::person;
use super::staff::API_KEY;
use crate::clients::limits::{Counts, Key, Whom};
use crate::domain::limits::{Limit, Standing};
use crate::domain::networks::Network;
use caller::Trusted;
use classes::{CLASSES, Counting};
use rules::Rules;
use xxhash_rust::xxh3::xxh3_64;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// What limits take from configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often.
    pub rules: Rules,
    /// The proxies whose word on callers counts.
    pub trusted: Trusted,
}

/// Counts requests and refuses those that are too many.
#[derive(Debug)]
pub struct Limiter {
    settings: Settings,
    counts: Arc<Counts>,
}

/// What was decided about a request.
#[derive(Debug, Default)]
pub struct Verdict {
    /// After how many seconds to try again, if it is refused.
    pub retry_after: Option<u64>,
    stated: Option<Stated>,
}

/// What the caller is told: the header of policies, and that of standings.
#[derive(Debug, Default)]
struct Stated {
    policy: String,
    standing: String,
}

impl Limiter {
    /// A limiter by these settings that counts there.
    #[must_use]
    pub fn new(settings: Settings, counts: Arc<Counts>) -> Self {
        Self { settings, counts }
    }

    /// Counts a request and decides whether it may go on. Whatever needs an account counts for that first, so that
    /// one who is refused takes nothing from the others in his network.
    pub async fn admit(&self, request: &ServiceRequest) -> Verdict {
        // As routes read it, percent-signs undone: another spelling is not another class.
        let Some(index) = classes::of(request.method(), request.match_info().unprocessed()) else {
            return Verdict::default();
        };
        let (class, bounds) = (&CLASSES[index], self.settings.rules.of(index));
        let account = bounds.account.and_then(|limit| {
            let person = person::verified(request.request()).map(|caller| Whom::Account(caller.person));
            let system = || request.headers().get(API_KEY).map(|key| Whom::System(xxh3_64(key.as_bytes())));
            Some((limit, "account", person.or_else(system)?))
        });
        let network = bounds.network.map(|limit| {
            let address = self.settings.trusted.caller(request.peer_addr(), request.headers());
            (limit, "network", Whom::Network(Network::of(address)))
        });
        let mut verdict = Verdict::default();
        for (limit, scope, whom) in [account, network].into_iter().flatten() {
            let key = Key { what: class.name, whom };
            let standing = match class.counting {
                Counting::Quiet | Counting::Here => self.counts.take_here(key, limit),
                Counting::Shared => self.counts.take(key, limit).await,
            };
            if class.counting != Counting::Quiet || !standing.passed {
                verdict.stated.get_or_insert_default().add(class.name, scope, limit, standing);
            }
            if !standing.passed {
                metrics::counter!("http_requests_limited_total", "class" => class.name, "scope" => scope)
                    .increment(1);
                verdict.retry_after = Some(standing.more_in_seconds());
                break;
            }
        }
        verdict
    }
}

impl Verdict {
    /// Tells the caller.
    pub fn state(&self, headers: &mut HeaderMap) {
        let Some(stated) = &self.stated else { return };
        for (name, text) in [(POLICY, &stated.policy), (STANDING, &stated.standing)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
    }
}

impl Stated {
    fn add(&mut self, class: &str, scope: &str, limit: Limit, standing: Standing) {
        let comma = if self.policy.is_empty() { "" } else { ", " };
        let (burst, seconds) = (limit.burst(), limit.seconds());
        let (left, more_in) = (standing.left, standing.more_in_seconds());
        // Writing into a text cannot fail.
        let _ = write!(self.policy, "{comma}\"{class}-{scope}\";q={burst};w={seconds}");
        let _ = write!(self.standing, "{comma}\"{class}-{scope}\";r={left};t={more_in}");
    }
}
