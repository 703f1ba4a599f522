//! The composition root: opens the store, loads the read model, starts the jobs and listens. The only file that
//! knows every floor; tests start the same server.

mod mini_programs;
mod secrets;

use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::accounts::Accounts;
use crate::app::accreditations::Accreditations;
use crate::app::assessments::Assessments;
use crate::app::authoring::Authoring;
use crate::app::bases::Bases;
use crate::app::bulletins::Bulletins;
use crate::app::campaigns::Campaigns;
use crate::app::checkins::Checkins;
use crate::app::companions::Companions;
use crate::app::desk::Desk;
use crate::app::drafts::Drafts;
use crate::app::events::Events;
use crate::app::favourites::Favourites;
use crate::app::featured::FeaturedLists;
use crate::app::images::Images;
use crate::app::imports::Imports;
use crate::app::notices::agreements::Agreements;
use crate::app::organisations::Organisations;
use crate::app::passwords::Passwords;
use crate::app::reports::Reports;
use crate::app::resources::Resources;
use crate::app::review::Reviews;
use crate::app::seeds::{Options, Report, Seeds};
use crate::app::sessions::Sessions;
use crate::app::signups::Signups;
use crate::app::subscriptions::{self, Subscriptions};
use crate::app::targets::Targets;
use crate::app::webhooks::Webhooks;
use crate::clients::limits::Counts;
use crate::clients::wakeups::WakeUps;
use crate::clients::webhooks::{self, Carrier, SystemNames};
use crate::db::webhooks::deliveries;
use crate::db::{self, Db, changes, divisions, migrate};
use crate::discovery::Live;
use crate::discovery::words::Dictionary;
use crate::domain::clock::Clock;
use crate::domain::ids::Random;
use crate::domain::review::Rules;
use crate::domain::screening::WordLists;
use crate::domain::text::Traditional;
use crate::domain::tickets::TicketKeys;
use crate::http::app::Site;
use crate::http::health::{self, Readiness};
use crate::http::limits::Limiter;
use crate::http::state::{Members, State};
use crate::http::turns::Turns;
use crate::jobs::announcing::Announcer;
use crate::jobs::feed::{Feed, POLL_EMBEDDED, POLL_SHARED};
use crate::jobs::moderation::Moderator;
use crate::jobs::sender::Sender;
use crate::jobs::webhooks::{Courier, Teller};
use crate::jobs::{audit, called_off, daily, lapses, reminders};
use crate::{app, http};

pub use mini_programs::{MiniPrograms, demonstration_templates};
pub use secrets::{DataKeys, Kept, Secrets, SigningKeys};

/// How often stores are asked whether they live, and metrics are swept.
const UPKEEP: Duration = Duration::from_secs(5);

/// What a server is started with.
pub struct Settings {
    /// Where the API is served; port 0 takes any free one.
    pub bind: SocketAddr,
    /// Where `/metrics` is served, if at all.
    pub metrics_bind: Option<SocketAddr>,
    /// The store.
    pub db: db::Settings,
    /// Redis, if there is one.
    pub redis_url: Option<String>,
    /// The mini-programs, real or simulated.
    pub mini_programs: MiniPrograms,
    /// The keys of access tokens; replicas share theirs.
    pub signing_keys: SigningKeys,
    /// The keys of what is known of persons; replicas share theirs.
    pub data_keys: DataKeys,
    /// The keys of tickets; replicas share theirs.
    pub ticket_keys: Secrets<TicketKeys>,
    /// Whether invented events are shown.
    pub samples: bool,
    /// Whether one can sign up for invented events, as in a demonstration.
    pub sample_signups: bool,
    /// Sign-ups that one transaction settles at most.
    pub desk_batch: usize,
    /// The words that a person should see before they are published: lists as [`WordLists::parse`] reads them; `None`: those
    /// that are part of the program.
    pub review_words: Option<String>,
    /// How the review queue works.
    pub review: Rules,
    /// Threads that serve; `None`: one per processor.
    pub workers: Option<usize>,
    /// How long `/readyz` says at shutdown that requests should go elsewhere, before the listener closes.
    pub drain: Duration,
    /// How long running requests get to finish at shutdown.
    pub shutdown_grace: Duration,
    /// What the HTTP floor takes.
    pub http: http::app::Settings,
    /// Where the service is reached from outside, without a path; `None`: at its own address.
    pub public_origin: Option<String>,
    /// How often somebody may ask; `None`: as often as they like.
    pub limits: Option<http::limits::Settings>,
    /// Where web-hooks may be sent.
    pub webhooks: webhooks::Rules,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address could not be taken.
    #[error("cannot listen on {address}, which KEPU_BIND sets: {source}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Another server has the embedded database.
    #[error("another kepu serves {0}; one embedded database has one server")]
    Locked(String),
    /// The data directory cannot be used.
    #[error("{path}: {source}")]
    DataDirectory {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The database lacks migrations.
    #[error("the database lacks {0} migrations; run `kepu migrate` first")]
    Pending(usize),
    /// The URL of Redis is none.
    #[error("REDIS_URL: {0}")]
    Redis(String),
    /// A use case failed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// WeChat cannot be asked.
    #[error("WeChat: {0}")]
    WeChat(String),
    /// Something else that start needs.
    #[error("{0}")]
    Other(String),
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        Self::App(error.into())
    }
}

/// A running server.
pub struct Running {
    /// Where the API is served.
    pub address: SocketAddr,
    /// Where `/metrics` is served.
    pub metrics_address: Option<SocketAddr>,
    /// Where the simulated WeChat is served, if there is one.
    pub simulator_address: Option<SocketAddr>,
    /// The store.
    pub db: Db,
    /// The read model.
    pub live: Arc<Live>,
    /// What handlers work on that are not for everybody.
    pub members: web::Data<Members>,
    readiness: web::Data<Readiness>,
    servers: Vec<ServerHandle>,
    serving: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
    drain: Duration,
    _lock: Option<File>,
}

/// Starts a server: returns once it is ready to serve.
///
/// # Errors
/// Whatever keeps it from serving.
pub async fn start(
    settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    metrics: PrometheusHandle,
) -> Result<Running, Error> {
    // Addresses first: a port that is taken should be said before any work is done.
    let listener = listen(settings.bind)?;
    let aside = |address| listen_aside(address, "metrics take another port");
    let metrics_listener = settings.metrics_bind.map(aside).transpose()?;
    let (wechat, simulator) = mini_programs::prepare(settings.mini_programs, &clock, &*random)?;
    let address = local_address(&listener)?;
    let metrics_address = metrics_listener.as_ref().map(local_address).transpose()?;

    let keys = settings.signing_keys.prepare(&*random)?;
    let vault = settings.data_keys.prepare(random.clone())?;
    let ticket_keys = settings.ticket_keys.prepare(&*random)?;
    let embedded = matches!(settings.db.target, db::Target::Sqlite(_));
    let lock = lock(&settings.db.target)?;
    let traditional = Traditional::new().map_err(|error| Error::Other(error.to_string()))?;
    let dictionary = Dictionary::new().map_err(|error| Error::Other(error.to_string()))?;
    let live = Arc::new(Live::new(traditional, Arc::new(dictionary), settings.samples));

    let (db, feed) = {
        let (live, clock, samples, db_settings) =
            (live.clone(), clock.clone(), settings.samples, settings.db);
        let marks = vault.clone();
        blocking(move || {
            let db = Db::open(db_settings, clock.clone())?.marking(marks);
            prepare(&db, embedded, samples)?;
            tracing::info!("loading the catalogue");
            let feed = Feed::load(db.clone(), live, clock)?;
            Ok::<_, Error>((db, feed))
        })
        .await?
    };

    let desk = Desk::open(db.clone(), vault.clone(), random.clone(), settings.desk_batch)
        .map_err(|error| Error::Other(format!("the desk: {error}")))?;
    let signups = Signups::new(db.clone(), vault.clone(), random.clone());
    let accounts = Accounts::new(db.clone(), keys.clone(), vault.clone(), random.clone());
    let companions = Companions::new(db.clone(), vault.clone(), random.clone());
    let checkins = Checkins::new(db.clone(), vault.clone(), ticket_keys, random.clone());
    let passwords = Passwords::new(db.clone(), accounts.clone(), vault.clone(), random.clone());
    let agreements = Agreements::new(db.clone(), vault.clone());
    let words = settings.review_words.as_deref().map_or_else(WordLists::default_lists, WordLists::parse);
    let words = words.map_err(|error| Error::Other(format!("words that are looked for: {error}")))?;
    let words = Arc::new(words);
    let sessions = Sessions::new(db.clone(), vault.clone(), random.clone(), words.clone());
    let origin = settings.public_origin.unwrap_or_else(|| format!("http://{address}"));
    let drafts = Drafts::new(words, vault.clone(), random.clone(), settings.review, &origin);
    let authoring = Authoring::new(db.clone(), drafts.clone());
    let announcer = Announcer {
        db: db.clone(),
        live: live.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
        read: http::v1::subscriptions::question,
        samples: settings.sample_signups,
    };
    let members = web::Data::new(Members {
        db: db.clone(),
        keys,
        favourites: Favourites::new(db.clone()),
        subscriptions: Subscriptions::new(db.clone(), vault.clone(), random.clone()),
        vault: vault.clone(),
        desk,
        signups: signups.clone(),
        events: Events::new(authoring.clone(), sessions.clone()),
        bases: Bases::new(db.clone()),
        authoring,
        sessions: sessions.clone(),
        sample_signups: settings.sample_signups,
        accounts: accounts.clone(),
        passwords,
        hashing: Turns::hashing(),
        drawing: Turns::drawing(),
        imports: Imports::new(db.clone(), drafts.clone(), sessions.clone(), clock.clone(), random.clone()),
        importing: Turns::importing(),
        images: Images::new(db.clone(), random.clone()),
        companions,
        checkins,
        agreements,
        organisations: Organisations::new(db.clone(), vault.clone(), random.clone()),
        bulletins: Bulletins::new(db.clone(), random.clone()),
        featured: FeaturedLists::new(db.clone()),
        campaigns: Campaigns::new(db.clone(), clock.clone(), random.clone()),
        reviews: Reviews::new(db.clone(), drafts.clone(), vault.clone()),
        resources: Resources::new(db.clone(), drafts.clone(), vault.clone()),
        drafts,
        targets: Targets::new(db.clone(), random.clone()),
        accreditations: Accreditations::new(db.clone(), random.clone()),
        assessments: Assessments::new(db.clone(), random.clone()),
        reports: Reports::new(db.clone(), vault.clone(), random.clone()),
        webhooks: Webhooks::new(
            db.clone(),
            vault.clone(),
            random.clone(),
            clock.clone(),
            settings.webhooks.clone(),
        ),
        clock: clock.clone(),
        origin,
    });
    let mut site = Site::new(settings.http, &*random).with(members.clone());
    let readiness = site.readiness();
    let mut jobs = Vec::new();
    if let Some(limits) = settings.limits {
        let counts = Counts::new(settings.redis_url.as_deref());
        let counts = Arc::new(counts.map_err(|error| Error::Redis(error.to_string()))?);
        site = site.limited(Arc::new(Limiter::new(limits, counts.clone())));
        jobs.push(tokio::spawn(async move { counts.run().await }));
    }

    let poll = if embedded { POLL_EMBEDDED } else { POLL_SHARED };
    let database_up = report("database", true, &readiness, &mut jobs);
    let wake_ups = settings.redis_url.as_deref().map(WakeUps::new).transpose();
    let wake_ups = wake_ups.map_err(|error| Error::Redis(error.to_string()))?.map(Arc::new);
    if let Some(wake_ups) = wake_ups.clone() {
        let (up, committed) = (report("redis", false, &readiness, &mut jobs), db.committed());
        jobs.push(tokio::spawn(async move { wake_ups.run(committed, up).await }));
    }
    jobs.push(tokio::spawn(feed.run(poll, wake_ups, database_up)));
    jobs.push(tokio::spawn(announcer.run()));
    jobs.push(tokio::spawn(reminders::run(db.clone(), clock.clone())));
    jobs.push(tokio::spawn(lapses::run(signups, clock.clone())));
    jobs.push(tokio::spawn(called_off::run(sessions, clock.clone())));
    jobs.push(tokio::spawn(daily::run(db.clone(), accounts, clock.clone(), settings.samples)));
    jobs.push(tokio::spawn(audit::run(db.clone(), vault.clone())));
    let wechat = Arc::new(wechat);
    let moderator = Moderator {
        db: db.clone(),
        wechat: wechat.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
        random: random.clone(),
    };
    jobs.push(tokio::spawn(moderator.run()));
    jobs.push(tokio::spawn(Sender::new(db.clone(), wechat.clone(), vault.clone(), clock.clone()).run()));
    jobs.push(tokio::spawn(Teller::new(db.clone(), clock.clone()).run()));
    match Carrier::new(settings.webhooks, Arc::new(SystemNames)) {
        Ok(carrier) => jobs.push(tokio::spawn(
            Courier::new(db.clone(), Arc::new(carrier), vault.clone(), clock.clone()).run(),
        )),
        // Whoever has no web-hooks needs no certificates.
        Err(error) => tracing::warn!(error, "web-hooks cannot be sent"),
    }
    jobs.push(tokio::spawn(upkeep(db.clone(), clock.clone(), metrics.clone())));

    let state = web::Data::new(State { live: live.clone(), wechat, clock });
    let mut server = HttpServer::new(move || http::app::build(&site, state.clone()))
        .client_request_timeout(http::app::HEAD_TIMEOUT)
        .client_disconnect_timeout(http::app::DISCONNECT_TIMEOUT)
        .keep_alive(http::app::KEEP_ALIVE)
        .shutdown_timeout(settings.shutdown_grace.as_secs())
        .disable_signals();
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let server = server.listen(listener).map_err(|source| Error::Bind { address, source })?.run();
    let mut servers = vec![server.handle()];
    if let Some(listener) = metrics_listener {
        let metrics = web::Data::new(metrics);
        let app = move || App::new().app_data(metrics.clone()).configure(health::configure_metrics);
        let bound = HttpServer::new(app).workers(1).disable_signals().listen(listener);
        let server = bound.map_err(|source| Error::Bind { address, source })?.run();
        beside(server, "the metrics listener", &mut servers, &mut jobs);
    }
    let simulator_address = simulator.as_ref().map(|(address, _)| *address);
    if let Some((_, server)) = simulator {
        beside(server, "the simulated WeChat", &mut servers, &mut jobs);
    }
    let serving = tokio::spawn(server);
    readiness.set_ready(true);
    Ok(Running {
        address,
        metrics_address,
        simulator_address,
        db,
        live,
        members,
        readiness,
        servers,
        serving,
        jobs,
        drain: settings.drain,
        _lock: lock,
    })
}

impl Running {
    /// Waits until the server ends by itself, which it does only if it fails.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        (&mut self.serving).await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
    }

    /// Stops: says so to load balancers for as long as they were promised, lets running requests finish, then ends
    /// the jobs.
    pub async fn stop(self) {
        self.readiness.set_ready(false);
        tokio::time::sleep(self.drain).await;
        for server in &self.servers {
            server.stop(true).await;
        }
        for job in self.jobs {
            job.abort();
        }
    }
}

/// Brings the tables up to date where the store is embedded; one that several replicas share is left to
/// `kepu migrate`.
///
/// # Errors
/// [`Error::Pending`] if a shared store lacks migrations.
pub fn prepare_tables(db: &Db, embedded: bool) -> Result<(), Error> {
    if embedded {
        db.migrate()?;
        return Ok(());
    }
    match db.read(migrate::pending)? {
        0 => Ok(()),
        pending => Err(Error::Pending(pending)),
    }
}

/// Brings the store to where it can be served from: an embedded one is seeded if it is empty.
fn prepare(db: &Db, embedded: bool, samples: bool) -> Result<(), Error> {
    prepare_tables(db, embedded)?;
    if embedded && db.read(divisions::is_empty)? {
        let report =
            seed(db, &Seeds::embedded(), Options { samples, existing: app::catalogue::Existing::Keep })?;
        tracing::info!(records = report.inserted, sessions = report.sessions, "seeded");
    }
    subscriptions::begin(db)?;
    Ok(())
}

/// Loads seeds in one transaction.
///
/// # Errors
/// If a file breaks a rule, or the store fails; then nothing is loaded.
pub fn seed(db: &Db, seeds: &Seeds, options: Options) -> Result<Report, Error> {
    Ok(db.write(|tx| seeds.load(tx, options))?)
}

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).map_err(|source| Error::Bind { address, source })
}

/// What is served aside must not keep a second server of a machine from serving: where its port is taken, any free one
/// does, and `warning` is logged.
fn listen_aside(address: SocketAddr, warning: &'static str) -> Result<TcpListener, Error> {
    listen(address).or_else(|error| {
        tracing::warn!(%error, "{warning}");
        listen(SocketAddr::new(address.ip(), 0))
    })
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, Error> {
    listener.local_addr().map_err(|error| Error::Other(error.to_string()))
}

/// Makes the embedded database's directory and takes the lock beside it, which the operating system gives back
/// however this process ends.
fn lock(target: &db::Target) -> Result<Option<File>, Error> {
    let db::Target::Sqlite(path) = target else { return Ok(None) };
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| Error::DataDirectory { path, source }
    };
    target.make_directory().map_err(failed(path))?;
    // By whatever name the file is reached, the lock is the same.
    let beside = path.canonicalize().unwrap_or_else(|_| path.clone()).with_extension("lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&beside).map_err(failed(&beside))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(path.display().to_string())),
        Err(TryLockError::Error(source)) => Err(failed(&beside)(source)),
    }
}

/// Runs a server beside the one of the API.
fn beside(
    server: Server,
    name: &'static str,
    servers: &mut Vec<ServerHandle>,
    jobs: &mut Vec<JoinHandle<()>>,
) {
    servers.push(server.handle());
    jobs.push(tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "{name} ended");
        }
    }));
}

/// A switch whose position `/readyz` shows as the condition of a store.
fn report(
    name: &'static str,
    up: bool,
    readiness: &web::Data<Readiness>,
    jobs: &mut Vec<JoinHandle<()>>,
) -> watch::Sender<bool> {
    let (switch, mut position) = watch::channel(up);
    let readiness = readiness.clone();
    readiness.set_store(name, up);
    jobs.push(tokio::spawn(async move {
        while position.changed().await.is_ok() {
            readiness.set_store(name, *position.borrow_and_update());
        }
    }));
    switch
}

/// Sweeps metrics, and measures what only the store can tell.
async fn upkeep(db: Db, clock: Arc<dyn Clock>, metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        metrics.run_upkeep();
        let (db, now) = (db.clone(), clock.now());
        let measured = move || {
            db.read(|conn| {
                Ok::<_, db::Error>((
                    changes::oldest_transaction_seconds(conn)?,
                    deliveries::waiting(conn, now)?,
                ))
            })
        };
        if let Ok(Ok((oldest, (waiting, due)))) = tokio::task::spawn_blocking(measured).await {
            metrics::gauge!("db_oldest_transaction_seconds").set(oldest as f64);
            metrics::gauge!("webhook_deliveries_waiting").set(waiting as f64);
            metrics::gauge!("webhook_oldest_due_seconds").set(due as f64);
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(Error::Other(panic.to_string())))
}
