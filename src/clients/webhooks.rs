//! Sending web-hooks: to addresses that strangers chose.
//!
//! A name is looked up once for each connection, every address it leads to is checked, and the connection is made to what
//! was checked: a name that leads elsewhere a moment later changes nothing. An address written as a number, however it is
//! written, is one number once the URL is read, and is checked then. No answer is followed elsewhere, none is waited for
//! long, and no proxy of the surroundings is asked.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url, redirect};

use super::choose_ring;
use crate::domain::webhooks::addresses::{Beside, is_local_name};
use crate::domain::webhooks::{Address, LONGEST_ADDRESS, Trouble};

/// How long an attempt may take with all it waits for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a connection is kept for what comes next.
const IDLE: Duration = Duration::from_secs(30);
/// So much of an answer is read, that its connection can be used again; nobody looks at it.
const LONGEST: usize = 16 << 10;
/// The most lines in the head of an answer.
const HEADERS: usize = 64;

/// Where web-hooks may be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Whether they are sent encrypted only.
    pub https_only: bool,
    /// Addresses that are admitted although they are not public.
    pub beside: Beside,
}

impl Rules {
    /// Reads the address of an endpoint; `None` if nothing may be sent there, as far as that can be seen from it alone.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Url> {
        if text.len() > LONGEST_ADDRESS || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let scheme = url.scheme() == "https" || url.scheme() == "http" && !self.https_only;
        // What stands before an @ would be sent as a password, or is there to deceive.
        let anonymous =
            url.username().is_empty() && url.password().is_none() && !authority(text).contains('@');
        // Web servers have these; mail and the like listen below.
        let port = matches!(url.port_or_known_default()?, 80 | 443 | 1024..);
        let host = match literal(&url) {
            Some(address) => self.beside.admit(address),
            None => !is_local_name(url.host_str()?) && url.domain().is_some_and(|name| name.len() <= 253),
        };
        (scheme && anonymous && port && host && url.fragment().is_none()).then_some(url)
    }
}

/// What stands between the scheme and the path, as it was written.
fn authority(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest).trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

/// The address that a URL names by its number.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// What addresses a name leads to.
pub type Addresses = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows where names lead.
pub trait Names: Send + Sync + 'static {
    /// The addresses that a name leads to now.
    fn look_up(&self, name: &str) -> Addresses;
}

/// The machine's own knowledge of names.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> Addresses {
        let name = name.to_owned();
        Box::pin(async move {
            let look =
                move || (name.as_str(), 0).to_socket_addrs().map(|all| all.map(|one| one.ip()).collect());
            tokio::task::spawn_blocking(look).await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
        })
    }
}

/// Names whose addresses are checked before anybody connects to them.
struct Checked {
    names: Arc<dyn Names>,
    beside: Beside,
}

/// A name that leads to an address where nothing is sent.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to an address that is not public")]
struct NotPublic;

/// A name that leads nowhere.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to no address")]
struct NoAddress;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, beside) = (self.names.look_up(name.as_str()), self.beside.clone());
        Box::pin(async move {
            let found = found.await.map_err(|_unknown| NoAddress)?;
            if found.is_empty() {
                return Err(NoAddress.into());
            }
            // One that is not public among others is no mistake that anybody makes by chance.
            if !found.iter().all(|address| beside.admit(*address)) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// What is sent to an endpoint.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The delivery's id.
    pub id: String,
    /// When it is sent, in seconds of the Unix epoch.
    pub sent: i64,
    /// Its signatures.
    pub signature: String,
    /// What it says, as JSON.
    pub body: String,
}

/// What an endpoint answered, or why it did not.
pub type Answer = Result<u16, (Trouble, Option<u16>)>;

/// Carries web-hooks to their endpoints.
pub struct Carrier {
    http: Client,
    rules: Rules,
}

impl Carrier {
    /// A carrier that keeps to these rules.
    ///
    /// # Errors
    /// A sentence, if the machine has no certificates to trust.
    pub fn new(rules: Rules, names: Arc<dyn Names>) -> Result<Self, String> {
        choose_ring();
        let http = Client::builder()
            .user_agent(concat!("kepu/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Checked { names, beside: rules.beside.clone() }))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .https_only(rules.https_only)
            .http1_only()
            .http1_max_headers(HEADERS)
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { http, rules })
    }

    /// Carries a letter to an address; gives the status of an answer that takes it.
    ///
    /// # Errors
    /// Why it was not taken, with the status of the answer if there was one.
    pub async fn carry(&self, address: &Address, letter: Letter) -> Answer {
        // The rules may have become stricter since the address was given.
        let url = self.rules.read(address.expose()).ok_or((Trouble::Address, None))?;
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", letter.id)
            .header("webhook-timestamp", letter.sent)
            .header("webhook-signature", letter.signature)
            .body(letter.body);
        let mut response = request.send().await.map_err(|error| (trouble(&error), None))?;
        let status = response.status();
        let mut read = 0;
        // An answer that breaks off after its status is an answer.
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > LONGEST {
                break;
            }
        }
        match status {
            taken if taken.is_success() => Ok(taken.as_u16()),
            elsewhere if elsewhere.is_redirection() => Err((Trouble::Redirect, Some(elsewhere.as_u16()))),
            other => Err((Trouble::Status, Some(other.as_u16()))),
        }
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Carrier({:?})", self.rules)
    }
}

/// In which words a failure of the library is told; never in its own, which hold the address.
fn trouble(error: &reqwest::Error) -> Trouble {
    let mut below = error.source();
    while let Some(cause) = below {
        if cause.is::<NotPublic>() {
            return Trouble::Address;
        }
        if cause.is::<NoAddress>() {
            return Trouble::Name;
        }
        if cause.is::<rustls::Error>() {
            return Trouble::Encryption;
        }
        // An error of input and output holds another one, which is not its source.
        let held = cause.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        if held.is_some_and(|held| held.is::<rustls::Error>()) {
            return Trouble::Encryption;
        }
        below = cause.source();
    }
    if error.is_timeout() { Trouble::Time } else { Trouble::Connection }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(https_only: bool) -> Rules {
        Rules { https_only, ..Rules::default() }
    }

    #[test]
    fn addresses_of_private_networks_are_refused_however_they_are_written() {
        for hostile in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://0/",
            "http://0.0.0.0:8080/",
            "http://127.0.0.1./",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://%31%32%37.0.0.1/",
            "http://10.0.0.1/",
            "http://0x0a000001/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::]/",
            "http://[::1]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:1::1]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/",
            "http://[ff02::1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://foo.localhost/",
            "http://ｌｏｃａｌｈｏｓｔ/",
            "http://kepu/",
            "http://printer.local/",
            "http://metadata.google.internal/",
        ] {
            assert_eq!(rules(false).read(hostile), None, "{hostile}");
            assert_eq!(rules(true).read(&hostile.replacen("http:", "https:", 1)), None, "{hostile}");
        }
    }

    #[test]
    fn an_address_names_a_web_server_and_nothing_else() {
        for wrong in [
            "",
            "hooks.example.org",
            "//hooks.example.org/",
            "ftp://hooks.example.org/",
            "file:///etc/passwd",
            "gopher://hooks.example.org/",
            "https://user@hooks.example.org/",
            "https://user:word@hooks.example.org/",
            "https://@hooks.example.org/",
            "https://hooks.example.org@10.0.0.1/",
            "https://hooks.example.org:22/",
            "https://hooks.example.org:25/",
            "https://hooks.example.org:0/",
            "https://hooks.example.org/#part",
            "https://hooks.example.org/\n",
            " https://hooks.example.org/",
            "https://hooks.exa mple.org/",
        ] {
            assert_eq!(rules(false).read(wrong), None, "{wrong}");
        }
        assert_eq!(rules(false).read(&format!("https://example.org/{}", "a".repeat(2000))), None);
        for right in [
            "https://hooks.example.org",
            "https://hooks.example.org/kepu?key=a%20b",
            "https://hooks.example.org.:8443/",
            "https://hooks.example.org/@kepu",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://科普.example.org/",
        ] {
            assert!(rules(true).read(right).is_some(), "{right}");
        }
        let plain = "http://hooks.example.org:8080/";
        assert!(rules(false).read(plain).is_some() && rules(true).read(plain).is_none());
    }
}
