//! Configuration: one table of settings, read from a TOML file and from the environment, which wins.
//!
//! Whatever is not understood stops the start with a sentence: an unknown key, a value outside its range, and in
//! production a secret that is missing or published. To add a setting: a row of [`settings!`] below, then run
//! `kepu settings > docs/configuration.md`.

mod file;
mod page;
mod production;
mod read;
mod secret;
mod templates;
#[cfg(test)]
mod tests;
mod wechat;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use page::page;
pub use secret::Secret;

use crate::clients::webhooks;
use crate::clients::wechat::push::PushSettings;
use crate::clients::wechat::{App, AppSecret, BaseUrl, Settings};
use crate::db;
use crate::domain::access::{Keys, SigningKey};
use crate::domain::review;
use crate::domain::sealing::{DataKey, Keyring, Pseudonyms};
use crate::domain::tickets::{TicketKey, TicketKeys};
use crate::domain::webhooks::addresses::Beside;
use crate::domain::wechat::AppId;
use crate::http;
use crate::http::limits::caller::Trusted;
use crate::http::limits::rules::Rules;
use crate::telemetry::{self, LogFormat};

/// Why real mini-programs and `--demo` do not go together: messages would seem to be sent.
const DEMO_HAS_ITS_OWN: &str = "--demo brings a simulated WeChat with mini-programs of its own; \
    leave KEPU_WECHAT_SECRETS and [[wechat.app]] out, or start without --demo.";

/// The variable that names the TOML file.
const CONFIG_FILE: &str = "KEPU_CONFIG";

/// One row of the table of settings.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the TOML file.
    pub name: &'static str,
    /// Its variable in the environment.
    pub env: &'static str,
    /// What holds where it is not given, written as in the environment.
    pub default: &'static str,
    /// What a value must be, to be read after "must be".
    pub rule: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// Makes [`Config`], [`TABLE`] and the reading of both from the same rows, so that a setting can neither be read
/// without being documented nor documented without being read.
macro_rules! settings {
    ($(#[doc = $about:literal] $name:ident: $kind:ty = $default:literal, $env:literal, $read:path, $rule:literal;)+) => {
        /// All settings, read and checked.
        #[derive(Debug, Clone)]
        pub struct Config {
            $(#[doc = $about] pub $name: $kind,)+
            /// The mini-programs, from the file and the environment.
            pub mini_programs: Vec<App>,
            /// Whether this start must obey the rules of production.
            pub production: bool,
        }

        /// The table of settings.
        pub const TABLE: &[Setting] = &[$(Setting {
            name: stringify!($name),
            env: $env,
            default: $default,
            rule: $rule,
            about: $about,
        }),+];

        impl Config {
            fn read(given: &read::Given, refused: &mut Refused) -> Option<Self> {
                let mut rows = TABLE.iter();
                $(let $name: Option<$kind> = given.read(rows.next()?, $read, refused);)+
                Some(Self { $($name: $name?,)+ mini_programs: Vec::new(), production: false })
            }
        }
    };
}

settings! {
    #[doc = "The address and port at which the API is served. Port 0 takes any free one."]
    bind: SocketAddr = "127.0.0.1:8080", "KEPU_BIND", read::value, "an address and a port such as 127.0.0.1:8080";
    #[doc = "The directory for what this program keeps: the embedded database lives there."]
    data_dir: PathBuf = "./data", "KEPU_DATA_DIR", read::path, "the path of a directory";
    #[doc = "The store: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`. If absent, SQLite in the data directory."]
    database_url: Option<Secret> = "", "DATABASE_URL", read::database, "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME";
    #[doc = "Redis, `redis://:PASSWORD@HOST:PORT`, through which replicas wake each other. If absent, each looks for itself."]
    redis_url: Option<Secret> = "", "REDIS_URL", read::redis, "redis://:PASSWORD@HOST:PORT or rediss://…";
    #[doc = "Whether invented sample events are shown. If absent: `show` on the embedded store and with `--demo`, else `hide`."]
    samples: Option<Samples> = "", "KEPU_SAMPLES", read::optional, "show or hide";
    #[doc = "A fixed clock, for demonstrations and tests. Refused in production."]
    now: Option<DateTime<Utc>> = "", "KEPU_NOW", read::now, "a time with its offset such as 2026-11-28T14:00:00+08:00";
    #[doc = "What is logged: directives of `tracing_subscriber::EnvFilter`, such as `info,kepu::access=warn`."]
    log: String = "info", "KEPU_LOG", telemetry::filter, "directives such as info,kepu::access=warn";
    #[doc = "How lines of the log are written: `text` for people, `json` for machines."]
    log_format: LogFormat = "text", "KEPU_LOG_FORMAT", read::value, "text or json";
    #[doc = "The address and port at which `/metrics` is served. Port 0 takes any free one, and so does one that is taken; empty turns it off."]
    metrics_bind: Option<SocketAddr> = "127.0.0.1:9464", "KEPU_METRICS_BIND", read::optional, "an address and a port, or empty";
    #[doc = "Keys of access tokens, each 32 random bytes in base64 (`openssl rand -base64 32`), the same on all replicas. The first signs, all verify: to change keys, add the new one as the second everywhere, then make it the first, and drop the old one a quarter of an hour later. If absent, one is made in the data directory; production must give one."]
    signing_keys: Vec<SigningKey> = "", "KEPU_SIGNING_KEYS", read::signing_keys, "32 bytes in base64, or several of them separated by commas";
    #[doc = "Keys of what is known of persons, each 32 random bytes in base64, the same on all replicas. The first seals, all open: to change keys, add the new one as the second everywhere, then make it the first, run `kepu reseal`, and drop the old one once that says that nothing is left under it. Whoever loses them loses these data. If absent, one is made in the data directory; production must give one."]
    data_keys: Vec<DataKey> = "", "KEPU_DATA_KEYS", read::data_keys, "32 bytes in base64, or several different ones separated by commas";
    #[doc = "The key by which persons are found again without their names being stored, 32 random bytes in base64, the same on all replicas. It cannot be changed: nobody would be known any more. If absent, one is made in the data directory; production must give one."]
    pseudonym_key: Option<Pseudonyms> = "", "KEPU_PSEUDONYM_KEY", read::pseudonym_key, "32 bytes in base64";
    #[doc = "Keys of tickets, each 32 random bytes in base64, the same on all replicas. The first signs, all verify: to change keys, add the new one as the second everywhere, then make it the first, and drop the old one when the last session it signed tickets for is over. If absent, one is made in the data directory; production must give one."]
    ticket_keys: Vec<TicketKey> = "", "KEPU_TICKET_KEYS", read::ticket_keys, "32 bytes in base64, or several of them separated by commas";
    #[doc = "Secrets of mini-programs, `APPID:SECRET`, separated by commas. They win over those of the file; what the file does not name is configured by this alone."]
    wechat_secrets: Vec<(AppId, AppSecret)> = "", "KEPU_WECHAT_SECRETS", wechat::secrets, "APPID:SECRET, separated by commas, no id twice";
    #[doc = "How pushes of mini-programs (消息推送) are known: `APPID:TOKEN`, or `APPID:TOKEN:KEY` with the EncodingAESKey of secure mode, separated by commas. They win over those of the file. The address for the console is `/v1/wechat/APPID/push`."]
    wechat_push_secrets: Vec<(AppId, PushSettings)> = "", "KEPU_WECHAT_PUSH_SECRETS", wechat::pushes, "APPID:TOKEN or APPID:TOKEN:KEY, separated by commas, no id twice";
    #[doc = "The page of a mini-program that shows an event, where its `[[wechat.app]]` names no other. It gets the event's id as `scene`."]
    wechat_event_page: String = "pages/event/event", "KEPU_WECHAT_EVENT_PAGE", wechat::page, "a page such as pages/event/event";
    #[doc = "Where WeChat is; a gateway of one's own may stand before it."]
    wechat_base: BaseUrl = "https://api.weixin.qq.com", "KEPU_WECHAT_BASE", BaseUrl::parse, "an https address without a path, or an http address of this machine";
    #[doc = "With `--demo`: where on this machine the simulated WeChat is served. Port 0 takes any free one, and so does one that is taken."]
    simulator_bind: SocketAddr = "127.0.0.1:9465", "KEPU_SIMULATOR_BIND", read::loopback, "a loopback address and a port";
    #[doc = "Blocks of addresses, separated by commas, to which web-hooks are sent although they are not of the public net: for rehearsals. Refused in production."]
    webhook_private_targets: Beside = "", "KEPU_WEBHOOK_PRIVATE_TARGETS", read::value, "blocks such as 127.0.0.1/32, separated by commas";
    #[doc = "Where this service is reached from outside, for the addresses of pictures, which are kept: `https://kepu.example.org`. If absent, the address of `KEPU_BIND`."]
    public_origin: Option<String> = "", "KEPU_PUBLIC_ORIGIN", read::origin, "https://NAME or http://NAME, without a path";
    #[doc = "Changes to the limits below, or `off` for none at all: `login.network=1200/60, signups.account=off`."]
    limits: Option<Rules> = "", "KEPU_LIMITS", read::limits, "off, or changes such as login.network=1200/60, signups.account=off";
    #[doc = "The proxies before this server, as addresses or blocks of them, separated by commas. Only a connection that comes from one of them is believed when it says in `X-Forwarded-For` for whom it speaks."]
    trusted_proxies: Trusted = "", "KEPU_TRUSTED_PROXIES", read::value, "addresses or blocks such as 10.0.0.0/8, separated by commas";
    #[doc = "A file of words that a person should see before they are published: a heading in brackets, then a word a line. What is found is a note to whoever reviews. If absent, a short list that is part of the program."]
    review_words: Option<PathBuf> = "", "KEPU_REVIEW_WORDS", read::optional, "the path of a file";
    #[doc = "Minutes for which what waits for review is a reviewer's who claims it."]
    review_claim_minutes: u32 = "30", "KEPU_REVIEW_CLAIM_MINUTES", read::range::<1, 1_440, _>, "a whole number from 1 to 1440";
    #[doc = "Of a hundred things that trusted organisations publish, how many are looked at afterwards."]
    review_sampled_percent: u8 = "10", "KEPU_REVIEW_SAMPLED_PERCENT", read::range::<0, 100, _>, "a whole number from 0 to 100";
    #[doc = "How many requests are in flight at once, slow bodies and waits for the store included; one more is answered 503 with `Retry-After`."]
    max_in_flight: usize = "1024", "KEPU_MAX_IN_FLIGHT", read::range::<1, 100_000, _>, "a whole number from 1 to 100000";
    #[doc = "Threads that serve requests. If absent, one per processor."]
    workers: Option<usize> = "", "KEPU_WORKERS", read::optional_range::<1, 256, _>, "a whole number from 1 to 256";
    #[doc = "Connections to the database at most; on SQLite these only read, beside one that writes."]
    db_connections: u32 = "8", "KEPU_DB_CONNECTIONS", read::range::<1, 500, _>, "a whole number from 1 to 500";
    #[doc = "Seconds that a caller waits for a connection to the database before it is told that the store is busy."]
    db_wait_seconds: u32 = "5", "KEPU_DB_WAIT_SECONDS", read::range::<1, 60, _>, "a whole number from 1 to 60";
    #[doc = "Seconds for which `/readyz` answers 503 at shutdown before the server stops listening, so that load balancers turn away first."]
    drain_seconds: u32 = "0", "KEPU_DRAIN_SECONDS", read::range::<0, 60, _>, "a whole number from 0 to 60";
    #[doc = "Seconds that running requests get to finish when the server is told to stop."]
    shutdown_grace_seconds: u32 = "20", "KEPU_SHUTDOWN_GRACE_SECONDS", read::range::<0, 600, _>, "a whole number from 0 to 600";
}

/// Whether invented sample events are shown to the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// They are, marked `sample`.
    Show,
    /// They are not.
    Hide,
}

/// Why the program does not start: a sentence for each reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refused(pub Vec<String>);

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Config {
    /// Reads the environment and the file that `KEPU_CONFIG` names in it. `demo` says whether this is a start
    /// with `--demo`.
    ///
    /// # Errors
    /// Everything that is not understood or not allowed.
    pub fn load(env: impl IntoIterator<Item = (OsString, OsString)>, demo: bool) -> Result<Self, Refused> {
        let mut refused = Refused::default();
        let mut given = read::Given::default();
        let mut written = Vec::new();
        let path = given.add_environment(env, &mut refused);
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            written = file::add(&mut given, &path, &mut refused);
        }
        let config = Self::read(&given, &mut refused).map(|mut config| {
            let environment = wechat::Environment {
                secrets: config.wechat_secrets.clone(),
                pushes: config.wechat_push_secrets.clone(),
                event_page: config.wechat_event_page.clone(),
            };
            config.mini_programs = wechat::assemble(written, environment, &mut refused);
            if demo && !config.mini_programs.is_empty() {
                refused.0.push(DEMO_HAS_ITS_OWN.into());
            }
            config.production = production::applies(&config, demo);
            if config.production {
                production::check(&config, &mut refused);
            }
            config
        });
        config.filter(|_| refused.0.is_empty()).ok_or(refused)
    }

    /// Where the store is, as a URL; it may hold a password.
    #[must_use]
    pub fn database_url(&self) -> String {
        let embedded = || format!("sqlite://{}", self.data_dir.join("kepu.db").display());
        self.database_url.as_ref().map_or_else(embedded, |url| url.expose().to_owned())
    }

    /// Whether the store is the embedded one.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.database_url().starts_with("sqlite:")
    }

    /// Whether sample events are shown, `demo` being whether this is a start with `--demo`.
    #[must_use]
    pub fn samples(&self, demo: bool) -> Samples {
        let default = if demo || self.embedded() { Samples::Show } else { Samples::Hide };
        self.samples.unwrap_or(default)
    }

    /// What the store takes.
    ///
    /// # Errors
    /// If the data directory has a name that no URL can hold.
    pub fn db(&self) -> Result<db::Settings, String> {
        Ok(db::Settings {
            target: db::Target::parse(&self.database_url())?,
            connections: self.db_connections,
            wait: Duration::from_secs(self.db_wait_seconds.into()),
        })
    }

    /// What the client of WeChat takes.
    #[must_use]
    pub fn wechat(&self) -> Settings {
        Settings { base: self.wechat_base.clone(), apps: self.mini_programs.clone() }
    }

    /// The words that a person should see before they are published, if a file of them was named.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn review_words(&self) -> Result<Option<String>, String> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .map_err(|error| format!("KEPU_REVIEW_WORDS: {}: {error}", path.display()))
        };
        self.review_words.as_ref().map(read).transpose()
    }

    /// How the review queue works.
    #[must_use]
    pub fn review(&self) -> review::Rules {
        review::Rules {
            claim: TimeDelta::minutes(self.review_claim_minutes.into()),
            sampled_percent: self.review_sampled_percent,
        }
    }

    /// Where web-hooks may be sent.
    #[must_use]
    pub fn webhooks(&self) -> webhooks::Rules {
        webhooks::Rules { https_only: self.production, beside: self.webhook_private_targets.clone() }
    }

    /// The keys of access tokens, if they were given; else they are made in the data directory.
    ///
    /// # Errors
    /// If they must be given, and are not.
    pub fn keys(&self) -> Result<Option<Keys>, String> {
        self.given("KEPU_SIGNING_KEYS", Keys::new(self.signing_keys.clone()))
    }

    /// The keys of personal fields, if they were given; else they are made in the data directory.
    ///
    /// # Errors
    /// If they must be given, and are not.
    pub fn keyring(&self) -> Result<Option<Keyring>, String> {
        self.given("KEPU_DATA_KEYS", Keyring::new(self.data_keys.clone()))
    }

    /// The key of pseudonyms, if it was given; else it is made in the data directory.
    ///
    /// # Errors
    /// If it must be given, and is not.
    pub fn pseudonyms(&self) -> Result<Option<Pseudonyms>, String> {
        self.given("KEPU_PSEUDONYM_KEY", self.pseudonym_key.clone())
    }

    /// The keys of tickets, if they were given; else they are made in the data directory.
    ///
    /// # Errors
    /// If they must be given, and are not.
    pub fn ticket_ring(&self) -> Result<Option<TicketKeys>, String> {
        self.given("KEPU_TICKET_KEYS", TicketKeys::new(self.ticket_keys.clone()))
    }

    /// Production does not make keys of its own: each replica would have others.
    fn given<K>(&self, name: &str, keys: Option<K>) -> Result<Option<K>, String> {
        match keys {
            None if self.production => Err(format!(
                "{name} is not given, which is refused in production; make a key with `openssl rand -base64 32` and \
                 give it to all replicas."
            )),
            keys => Ok(keys),
        }
    }

    /// How often somebody may ask, unless limits are off.
    #[must_use]
    pub fn limits(&self) -> Option<http::limits::Settings> {
        let rules = self.limits.clone()?;
        Some(http::limits::Settings { rules, trusted: self.trusted_proxies.clone() })
    }

    /// What the HTTP floor takes.
    #[must_use]
    pub fn http(&self) -> http::app::Settings {
        http::app::Settings { max_in_flight: self.max_in_flight }
    }
}
