//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use kepu::app::audit::verifying::{Walked, walk};
use kepu::app::catalogue::Existing;
use kepu::app::demo_accounts::DemoAccount;
use kepu::app::passwords::NewAccount;
use kepu::app::seeds::{Options, Seeds};
use kepu::app::{self, bench_data, demo_accounts, passwords};
use kepu::clients::wakeups::WakeUps;
use kepu::config::{Config, Samples};
use kepu::db::{Db, Target};
use kepu::domain::audit::chain::Head;
use kepu::domain::clock::{Clock, FixedClock, SystemClock};
use kepu::domain::divisions::Adcode;
use kepu::domain::ids::{OrganisationId, SystemRandom};
use kepu::domain::passwords::{Password, Username};
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use kepu::domain::sealing::Vault;
use kepu::{config, http, server, telemetry};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Kepu (科普): find the science near you.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API. The embedded store is migrated and, if empty, seeded first.
    Serve {
        /// Show how everything works, with sample events and without the rules of production.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's tables up to date.
    Migrate,
    /// Load seeds: what is there already stays as it is.
    Seed {
        /// Files of your own instead of those of this program; seeds/README.md describes them.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Replace records that are there already and differ.
        #[arg(long)]
        replace: bool,
    },
    /// Fill a store that holds no events with a large invented catalogue, to size machines with.
    BenchData {
        /// How many sessions.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
        sessions: u32,
        /// Another seed gives another catalogue; the same one the same, on the same day.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
    },
    /// Seal with the first of KEPU_DATA_KEYS what the others sealed, and say what is left under each.
    Reseal,
    /// What is done by whoever runs the machine.
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print the page of settings (docs/configuration.md).
    Settings,
}

#[derive(Subcommand)]
enum Admin {
    /// Make an account that logs in by password; the password is the first line of standard input.
    CreateAccount {
        /// 3 to 32 of a-z, 0-9, `.`, `_` and `-`.
        #[arg(long, value_name = "U")]
        username: String,
        /// `reviewer` or `administrator` of a division; `owner`, `editor` or `desk` of an organisation.
        #[arg(long)]
        role: String,
        /// The division, by its six digits.
        #[arg(long, value_name = "ADCODE")]
        division: Option<Adcode>,
        /// The organisation, by its id.
        #[arg(long, value_name = "ID", conflicts_with = "division")]
        organisation: Option<OrganisationId>,
    },
    /// Give an account another password, the first line of standard input, and let it set up codes anew.
    ResetAccount {
        /// Its name.
        #[arg(long, value_name = "U")]
        username: String,
    },
    /// Walk the chain of the audit and say the first thing that is wrong with it.
    VerifyAudit {
        /// The chain's end as it was printed or logged before: finds that the chain was cut or written anew since.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<Head>,
    },
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve { demo } => serve(load(demo)?, demo),
        Command::Migrate => {
            let ran = store(&load(false)?)?.migrate()?;
            say(&format!("{ran} migrations ran"));
            Ok(())
        }
        Command::Seed { from, replace } => seed(&load(false)?, from, replace),
        Command::BenchData { sessions, seed } => bench_data(&load(false)?, sessions, seed),
        Command::Reseal => reseal(&load(false)?),
        Command::Admin { command } => administer(&load(false)?, command),
        Command::Openapi => {
            print(&http::openapi::text());
            Ok(())
        }
        Command::Settings => {
            print(&config::page());
            Ok(())
        }
    }
}

fn load(demo: bool) -> Result<Config, Failure> {
    let config = Config::load(std::env::vars_os(), demo)?;
    telemetry::start_log(&config.log, config.log_format);
    Ok(config)
}

fn clock(config: &Config) -> Arc<dyn Clock> {
    match config.now {
        Some(now) => Arc::new(FixedClock(now)),
        None => Arc::new(SystemClock),
    }
}

fn store(config: &Config) -> Result<Db, Failure> {
    Ok(Db::open(config.db()?, clock(config))?)
}

fn seed(config: &Config, from: Option<PathBuf>, replace: bool) -> Result<(), Failure> {
    let seeds = match from {
        Some(directory) => Seeds::from_dir(&directory)?,
        None => Seeds::embedded(),
    };
    let existing = if replace { Existing::Replace } else { Existing::Keep };
    let options = Options { samples: config.samples(false) == Samples::Show, existing };
    let db = store(config)?;
    server::prepare_tables(&db, config.embedded())?;
    let report = server::seed(&db, &seeds, options)?;
    if let Some(url) = &config.redis_url {
        // Replicas would find it by polling, half a second later.
        let told = WakeUps::new(url.expose())?;
        tokio::runtime::Runtime::new()?.block_on(told.tell_once())?;
    }
    // Started from another directory, an embedded store is another one.
    let store = if config.embedded() { config.database_url() } else { "PostgreSQL".to_owned() };
    say(&format!(
        "{} inserted, {} replaced, {} left as they were, {} sample sessions added, in {store}",
        report.inserted, report.replaced, report.kept, report.sessions
    ));
    Ok(())
}

fn bench_data(config: &Config, sessions: u32, seed: u64) -> Result<(), Failure> {
    let begun = Instant::now();
    let db = store(config)?;
    server::prepare_tables(&db, config.embedded())?;
    let report = bench_data::fill(&db, sessions as usize, seed)?;
    say(&format!(
        "{} sessions of {} events, {} bases and {} organisations made in {:.1} s, from seed {seed}",
        report.sessions,
        report.events,
        report.bases,
        report.organisations,
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn reseal(config: &Config) -> Result<(), Failure> {
    let db = store(config)?;
    server::prepare_tables(&db, config.embedded())?;
    let vault = data_keys(config)?.prepare(Arc::new(SystemRandom))?;
    let report = app::reseal::reseal(&db, &vault)?;
    say(&format!("{} fields sealed anew", report.resealed));
    let ring: Vec<_> = vault.marks().collect();
    for (mark, fields) in &report.by_key {
        let which = match ring.iter().position(|known| known == mark) {
            Some(0) => "the first key".to_owned(),
            Some(at) => format!("key {} of the ring", at + 1),
            None => "a key that is not given".to_owned(),
        };
        say(&format!("{fields} under {which}"));
    }
    if report.unreadable > 0 {
        return Err(format!("{} fields cannot be opened; the log names them", report.unreadable).into());
    }
    Ok(())
}

fn role_of(
    word: &str,
    division: Option<Adcode>,
    organisation: Option<OrganisationId>,
) -> Result<Role, Failure> {
    let member = || Some(Role::Member(MemberRole::from_name(word)?, organisation?));
    let authority = || Some(Role::Authority(AuthorityRole::from_name(word)?, division?));
    member().or_else(authority).ok_or_else(|| {
        "--role is reviewer or administrator with --division, or owner, editor or desk with --organisation"
            .into()
    })
}

fn administer(config: &Config, command: Admin) -> Result<(), Failure> {
    // Where there is nothing, a new store would have an audit that holds.
    if let Target::Sqlite(file) = Target::parse(&config.database_url())?
        && !matches!(command, Admin::CreateAccount { .. })
        && !file.exists()
    {
        return Err(
            format!("there is no store at {}: is this the server's directory?", file.display()).into()
        );
    }
    let vault = data_keys(config)?.prepare(Arc::new(SystemRandom))?;
    let db = store(config)?.marking(vault.clone());
    server::prepare_tables(&db, config.embedded())?;
    match command {
        Admin::CreateAccount { username, role, division, organisation } => {
            let role = role_of(&role, division, organisation)?;
            let (username, password) = (Username::typed(&username), typed_password()?);
            passwords::create(&db, &SystemRandom, &NewAccount { username, password, role })?;
            say("The account is made; it logs in at /v1/auth/password.");
        }
        Admin::ResetAccount { username } => {
            passwords::reset(&db, &SystemRandom, &Username::typed(&username), &typed_password()?)?;
            say("The account has this password now, its codes are forgotten, and all its logins have ended.");
        }
        Admin::VerifyAudit { head } => verify_audit(config, &db, &vault, head.as_ref())?,
    }
    Ok(())
}

/// The first line of standard input.
fn typed_password() -> Result<Password, Failure> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    Ok(Password::from(password.trim_end_matches(['\r', '\n'])))
}

fn verify_audit(config: &Config, db: &Db, vault: &Vault, head: Option<&Head>) -> Result<(), Failure> {
    let kept = head.is_some();
    let Walked { head, broken, erased, erased_on_record, unmarked, waiting } =
        walk(db, vault, clock(config).now(), head)?;
    if unmarked > 0 {
        say(&format!("{unmarked} entries have no mark: an edition noted them of before there were marks"));
    }
    if waiting > 0 {
        say(&format!("{waiting} entries have been waiting for their place: is a server running?"));
    }
    if erased > 0 {
        say(&format!("{erased} names are gone, {erased_on_record} of them by erasures on record"));
    }
    if !kept {
        say("No end was given: that the audit was put back to an earlier state would not show. Pass --head.");
    }
    if let Some(broken) = broken {
        return Err(format!("the audit does not hold: {broken}").into());
    }
    say(&match head.number {
        0 => "The audit is empty.".to_owned(),
        entries => format!("{entries} entries, and the chain holds. Keep its end: {head}"),
    });
    Ok(())
}

/// Keys as they were given, or those of the data directory.
fn secrets<K>(config: &Config, given: Option<K>) -> server::Secrets<K> {
    match given {
        Some(keys) => server::Secrets::Given(Arc::new(keys)),
        None => server::Secrets::Kept(config.data_dir.clone()),
    }
}

fn data_keys(config: &Config) -> Result<server::DataKeys, Failure> {
    Ok(server::DataKeys {
        fields: secrets(config, config.keyring()?),
        pseudonyms: secrets(config, config.pseudonyms()?),
    })
}

fn serve(config: Config, demo: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let metrics = telemetry::start_metrics();
    let settings = server::Settings {
        bind: config.bind,
        metrics_bind: config.metrics_bind,
        db: config.db()?,
        redis_url: config.redis_url.as_ref().map(|url| url.expose().to_owned()),
        mini_programs: if demo {
            server::MiniPrograms::Simulated(config.simulator_bind)
        } else {
            server::MiniPrograms::Configured(config.wechat())
        },
        signing_keys: secrets(&config, config.keys()?),
        data_keys: data_keys(&config)?,
        ticket_keys: secrets(&config, config.ticket_ring()?),
        samples: config.samples(demo) == Samples::Show,
        sample_signups: demo,
        desk_batch: app::desk::BATCH,
        review_words: config.review_words()?,
        review: config.review(),
        workers: config.workers,
        drain: Duration::from_secs(config.drain_seconds.into()),
        shutdown_grace: Duration::from_secs(config.shutdown_grace_seconds.into()),
        http: config.http(),
        public_origin: config.public_origin.clone(),
        limits: config.limits(),
        webhooks: config.webhooks(),
    };
    if config.production && settings.samples {
        tracing::warn!("invented sample events are shown; KEPU_SAMPLES=hide hides them");
    }
    if config.production && settings.limits.is_none() {
        tracing::warn!("anybody may ask as often as they like; leave KEPU_LIMITS=off out");
    }
    if config.production && settings.public_origin.is_none() {
        tracing::warn!("pictures get addresses that hold on this machine only; give KEPU_PUBLIC_ORIGIN");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anybody is told that the server is ready: a signal that nobody listens to yet would kill it.
        let mut stop = StopSignals::listen()?;
        let mut running = server::start(settings, clock(&config), Arc::new(SystemRandom), metrics).await?;
        tracing::info!(address = %running.address, ready_ms = begun.elapsed().as_millis() as u64, "ready");
        let (db, vault) = (running.db.clone(), running.members.vault.clone());
        let accounts = tokio::task::spawn_blocking(move || match demo {
            true => demo_accounts::renew(&db, &vault, &SystemRandom).map(Some),
            false => demo_accounts::retire(&db).map(|()| None),
        });
        let accounts = accounts.await??;
        say(&welcome(&running));
        if let Some((password, accounts)) = accounts {
            say(&accounts_to_try(&password, &accounts));
        }
        let ended = tokio::select! {
            ended = running.ended() => ended,
            signal = stop.recv() => {
                tracing::info!(signal, "stopping");
                Ok(())
            }
        };
        running.stop().await;
        Ok(ended?)
    })
}

/// The addresses worth opening.
fn welcome(running: &server::Running) -> String {
    let site = format!("http://{}", running.address);
    let mut lines = format!(
        "Kepu is ready.\n\
         \n  Near Canton Tower this weekend  {site}/v1/events?lat=23.1066&lng=113.3245&radius=5000&when=weekend\
         \n  Bases open now                  {site}/v1/bases?lat=23.1066&lng=113.3245&openNow=true\
         \n  Try every operation             {site}/docs/\
         \n  The OpenAPI document            {site}/openapi.json\n"
    );
    if let Some(address) = running.metrics_address {
        lines.push_str(&format!("  Metrics                         http://{address}/metrics\n"));
    }
    if let Some(address) = running.simulator_address {
        lines.push_str(&format!("  Be a user of simulated WeChat   http://{address}/simulator\n"));
    }
    lines
}

/// The accounts of a demonstration. Authenticator apps take a secret, and so does `oathtool --totp --base32`.
fn accounts_to_try(password: &Password, accounts: &[DemoAccount]) -> String {
    let mut lines = format!(
        "Accounts to try, by POST /v1/auth/password, until the next start: password {}\n",
        password.expose()
    );
    for DemoAccount { username, role, of, secret } in accounts {
        lines.push_str(&format!("  {username:<20}{role} of {of}"));
        if let Some(secret) = secret {
            lines.push_str(&format!(", codes by the secret {}", secret.expose()));
        }
        lines.push('\n');
    }
    lines
}

/// SIGTERM and SIGINT, listened to from the moment this is made.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them and names it.
    async fn recv(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

fn say(text: &str) {
    print(&format!("{text}\n"));
}

/// What a command was asked for goes to standard output. A reader that has gone has read enough.
fn print(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

#[expect(clippy::print_stderr, reason = "the log may not run yet when a start fails")]
fn complain(text: &str) {
    eprintln!("kepu: {text}");
}
