//! One request and its answer. Addresses hold secrets and tokens, so nothing here tells one.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url, redirect};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::error::{Error, Reason, Refusal};
use crate::clients::choose_ring;

/// How long a call may take with all it waits for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(2);
/// How many calls are under way at once.
const AT_ONCE: usize = 64;
/// The longest answer that is read; the largest code is some 600 KB.
const LONGEST: usize = 4 << 20;
/// How long to wait before a busy WeChat is asked a second time.
const BUSY_PAUSE: Duration = Duration::from_millis(300);
/// After so many failures in a row WeChat is left alone,
const FAILURES: u32 = 3;
/// for so long: callers are then told at once instead of waiting for what will not come.
const REST: Duration = Duration::from_secs(2);

/// Where WeChat is: an address with `https`, or with `http` on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads an address; `None` if it is none, if others could listen on the way to it, or if it holds more than
    /// scheme, host and port.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let base = Self(url);
        let safe = base.encrypted() || base.0.scheme() == "http" && base.here();
        (bare && anonymous && safe).then_some(base)
    }

    /// Whether what is sent there is encrypted.
    #[must_use]
    pub fn encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is this machine.
    fn here(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// A request: a GET without a body, a POST with one.
pub(super) struct Request<'a> {
    pub(super) path: &'static str,
    pub(super) query: &'a [(&'static str, &'a str)],
    pub(super) body: Option<&'a [u8]>,
}

/// Whether a request may be sent a second time when WeChat says that it is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It asks, or does what may be done twice.
    Harmless,
    /// People would notice; whoever ordered it decides.
    Never,
}

/// The way to WeChat, shared by all mini-programs.
pub(super) struct Transport {
    http: Client,
    base: BaseUrl,
    slots: Semaphore,
    begun: Instant,
    /// Failures since the last answer.
    failures: AtomicU32,
    /// Milliseconds after `begun` until which nothing is asked.
    rests_until: AtomicU64,
}

impl Transport {
    /// # Errors
    /// A sentence, if the machine has no certificates to trust.
    pub(super) fn new(base: BaseUrl) -> Result<Self, String> {
        choose_ring();
        let http = Client::builder()
            .user_agent(concat!("kepu/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none());
        // A proxy of the surroundings leads out of this machine, not to it.
        let http = if base.here() { http.no_proxy() } else { http };
        Ok(Self {
            http: http.build().map_err(|error| format!("no way to WeChat: {}", causes(&error)))?,
            base,
            slots: Semaphore::new(AT_ONCE),
            begun: Instant::now(),
            failures: AtomicU32::new(0),
            rests_until: AtomicU64::new(0),
        })
    }

    /// Sends a request; a busy WeChat is asked a second time where that is harmless.
    pub(super) async fn patiently(&self, request: &Request<'_>, again: Again) -> Result<Vec<u8>, Error> {
        match self.send(request).await {
            Err(Error::Refused(refusal)) if refusal.reason() == Reason::Busy && again == Again::Harmless => {
                tokio::time::sleep(BUSY_PAUSE).await;
                self.send(request).await
            }
            answer => answer,
        }
    }

    /// Sends a request and gives the body of a successful answer.
    async fn send(&self, request: &Request<'_>) -> Result<Vec<u8>, Error> {
        if self.elapsed() < self.rests_until.load(Ordering::Relaxed) {
            return Err(Error::Resting);
        }
        let begun = Instant::now();
        let answer = self.within_patience(request).await;
        self.note(&answer);
        let answer = answer.and_then(|answer| match Refusal::in_answer(&answer) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(answer),
        });
        let outcome = match &answer {
            Ok(_) => "ok".to_owned(),
            Err(Error::Refused(refusal)) => refusal.errcode.to_string(),
            Err(_) => "failed".to_owned(),
        };
        metrics::counter!("wechat_calls_total", "path" => request.path, "outcome" => outcome).increment(1);
        metrics::histogram!("wechat_call_duration_seconds", "path" => request.path).record(begun.elapsed());
        answer
    }

    async fn within_patience(&self, request: &Request<'_>) -> Result<Vec<u8>, Error> {
        let begun = Instant::now();
        let Ok(Ok(_slot)) = timeout(PATIENCE, self.slots.acquire()).await else { return Err(Error::Resting) };
        let left = PATIENCE.saturating_sub(begun.elapsed());
        let late = || Error::NoAnswer(format!("not within {} s", PATIENCE.as_secs()));
        timeout(left, self.exchange(request)).await.unwrap_or_else(|_late| Err(late()))
    }

    async fn exchange(&self, request: &Request<'_>) -> Result<Vec<u8>, Error> {
        let mut url = self.base.0.clone();
        url.set_path(request.path);
        url.query_pairs_mut().extend_pairs(request.query);
        let http = match request.body {
            None => self.http.get(url),
            Some(body) => self
                .http
                .post(url)
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.to_vec()),
        };
        let mut response = http.send().await.map_err(failure)?;
        if !response.status().is_success() {
            return Err(Error::NoAnswer(format!("status {}", response.status().as_u16())));
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            answer.extend_from_slice(&chunk);
            if answer.len() > LONGEST {
                return Err(Error::unreadable(request.path, "it is too long"));
            }
        }
        Ok(answer)
    }

    /// Counts failures in a row; a refusal is an answer.
    fn note(&self, answer: &Result<Vec<u8>, Error>) {
        match answer {
            Err(Error::Unreachable(_) | Error::NoAnswer(_)) => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES {
                    let until = self.elapsed() + REST.as_millis() as u64;
                    self.rests_until.store(until, Ordering::Relaxed);
                }
            }
            _ => self.failures.store(0, Ordering::Relaxed),
        }
    }

    fn elapsed(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }
}

/// A failure of the library, without the address.
fn failure(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let told = causes(&error);
    if error.is_connect() { Error::Unreachable(told) } else { Error::NoAnswer(told) }
}

/// An error with everything below it.
fn causes(error: &reqwest::Error) -> String {
    let mut told = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        told = format!("{told}: {cause}");
        below = cause.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_travel_encrypted_or_within_this_machine() {
        for text in [
            "https://api.weixin.qq.com",
            "https://api2.weixin.qq.com:8443/",
            "http://127.0.0.1:9465",
            "http://localhost",
            "http://[::1]:80",
        ] {
            assert!(BaseUrl::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "api.weixin.qq.com",
            "http://api.weixin.qq.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://api.weixin.qq.com/sns",
            "https://a:b@api.weixin.qq.com",
            "https://api.weixin.qq.com?a=b",
        ] {
            assert!(BaseUrl::parse(text).is_none(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_dead_wechat_is_left_alone_and_no_secret_is_told() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let transport = Transport::new(BaseUrl::parse(&format!("http://{closed}")).unwrap()).unwrap();
        let request = Request { path: "/sns/jscode2session", query: &[("secret", "s3cret")], body: None };
        for _ in 0..FAILURES {
            let error = transport.send(&request).await.unwrap_err();
            assert!(matches!(error, Error::Unreachable(_)), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        assert_eq!(transport.send(&request).await, Err(Error::Resting));
        tokio::time::sleep(REST + Duration::from_millis(50)).await;
        let tried = transport.send(&request).await;
        assert!(matches!(tried, Err(Error::Unreachable(_))), "it is tried again: {tried:?}");
    }
}
