//! The tables, for people: to standard output, and into `docs/performance.md` between two marks.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::measure::{Load, processors};
use crate::{NOW, Options, client};

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// What was measured with one catalogue.
pub struct Measured {
    pub sessions: usize,
    pub events: usize,
    pub text_bytes: u64,
    /// How long making it took.
    pub making: Duration,
    /// Of the second start.
    pub ready: Duration,
    /// Resident memory ten seconds after ready, and after the whole load.
    pub resident: [u64; 2],
    /// By kind of question; beside it what PostGIS came to, where it was asked.
    pub kinds: Vec<(&'static str, Load, Option<Load>)>,
    pub mix: Load,
    pub gzip: Load,
    pub ceiling: Load,
    pub postgis_mix: Load,
    pub postgis_loading: Duration,
    /// Of how many questions asked of both, and on how many both found the same number of events.
    pub agreed: [usize; 2],
    pub changes: Changes,
    pub postgres: Option<Postgres>,
}

/// What changes came to.
pub struct Changes {
    /// How many there were beside the load, and that load.
    pub made: usize,
    pub beside: Load,
    /// Mean time to put one change into the read model, with nobody asking; absent where the server keeps no metric.
    pub alone: Option<Duration>,
    /// The same of what one look of the feed found beside the load, and how many looks found something.
    pub together: Option<(Duration, f64)>,
    /// Median time from a commit to an answer that shows it.
    pub until_seen: Duration,
    /// Resident memory after all changes.
    pub resident: u64,
}

/// The same server on the other store.
pub struct Postgres {
    pub ready: Duration,
    pub resident: u64,
    pub mix: Load,
}

/// What a figure must not exceed, or with `at_least` reach.
struct Target {
    figure: &'static str,
    to_reach: &'static str,
    unit: &'static str,
    at_least: bool,
    /// The bound with a catalogue of that many sessions.
    bound: fn(usize) -> Option<f64>,
    value: fn(&Measured) -> Option<f64>,
}

const TARGETS: &[Target] = &[
    Target {
        figure: "CPU per request, mix, against the ceiling",
        to_reach: "≤ 2.5× at 10 k, 3.5× at 100 k, 7× at 1 M",
        unit: "×",
        at_least: false,
        bound: |sessions| match sessions {
            10_000 => Some(2.5),
            100_000 => Some(3.5),
            1_000_000 => Some(7.0),
            _ => None,
        },
        value: |m| Some(ratio(m.mix.cpu, m.ceiling.cpu)),
    },
    Target {
        figure: "the same with gzip",
        to_reach: "stated",
        unit: "×",
        at_least: false,
        bound: |_| None,
        value: |m| Some(ratio(m.gzip.cpu, m.ceiling.cpu)),
    },
    Target {
        figure: "CPU of the same mix on PostgreSQL + PostGIS, against ours",
        to_reach: "≥ 200× at 100 k",
        unit: "×",
        at_least: true,
        bound: |sessions| (sessions == 100_000).then_some(200.0),
        value: |m| Some(ratio(m.postgis_mix.cpu, m.mix.cpu)),
    },
    Target {
        figure: "memory a session, all but one copy of each text of events, after the load",
        to_reach: "≤ 700 bytes at 1 M",
        unit: " bytes",
        at_least: false,
        bound: |sessions| (sessions == 1_000_000).then_some(700.0),
        value: |m| Some(m.resident[1].saturating_sub(m.text_bytes) as f64 / m.sessions as f64),
    },
    Target {
        figure: "start to ready",
        to_reach: "≤ 10 s at 1 M",
        unit: " s",
        at_least: false,
        bound: |sessions| (sessions == 1_000_000).then_some(10.0),
        value: |m| Some(m.ready.as_secs_f64()),
    },
    Target {
        figure: "one change applied",
        to_reach: "≤ 5 ms at 1 M",
        unit: " ms",
        at_least: false,
        bound: |sessions| (sessions == 1_000_000).then_some(5.0),
        value: |m| m.changes.alone.map(|time| time.as_secs_f64() * 1e3),
    },
    Target {
        figure: "p99 of readers beside 50 changes a second, against none",
        to_reach: "≤ 2× at 1 M",
        unit: "×",
        at_least: false,
        bound: |sessions| (sessions == 1_000_000).then_some(2.0),
        value: |m| Some(ratio(m.changes.beside.p99, m.mix.p99)),
    },
];

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(1e-9)
}

impl Target {
    fn cell(&self, measured: &Measured) -> String {
        let Some(value) = (self.value)(measured) else { return "not told".to_owned() };
        let number = format!("{}{}", number(value), self.unit);
        match (self.bound)(measured.sessions) {
            None => number,
            Some(bound) if (value <= bound) != self.at_least || value == bound => format!("{number}: met"),
            Some(_) => format!("{number}: **MISS**"),
        }
    }
}

/// The whole report.
pub fn write(options: &Options, all: &[Measured]) -> String {
    let mut text = String::new();
    preface(&mut text, options);
    let heads: Vec<String> = all.iter().map(|measured| thousands(measured.sessions)).collect();
    writeln!(text, "| figure | to reach | {} |", heads.join(" | ")).unwrap();
    writeln!(text, "|---|---|{}", "---|".repeat(all.len())).unwrap();
    for target in TARGETS {
        let cells: Vec<String> = all.iter().map(|measured| target.cell(measured)).collect();
        writeln!(text, "| {} | {} | {} |", target.figure, target.to_reach, cells.join(" | ")).unwrap();
    }
    all.iter().for_each(|measured| section(&mut text, measured));
    text
}

fn preface(text: &mut String, options: &Options) {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let model = field(&read("/proc/cpuinfo"), "model name");
    let memory =
        field(&read("/proc/meminfo"), "MemTotal").replace(" kB", "").parse().unwrap_or(0.0) / 1_048_576.0;
    let load = read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    let build =
        if cfg!(debug_assertions) { "**a debug build: the figures mean nothing**" } else { "release build" };
    writeln!(
        text,
        "{}, commit {}, {build}; {} processors ({model}), {memory:.0} GiB, load average at the start {}, at the end \
         {load}; {} s for each row, {} connections kept; the clock of the catalogue \
         stands at {NOW}.\n",
        kepu::domain::time::day_of(options.begun),
        commit(),
        processors(),
        options.load_average,
        options.seconds,
        client::CONNECTIONS,
    )
    .unwrap();
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain", "--", "src", "benches", "Cargo.lock"])
        .is_some_and(|list| !list.is_empty());
    let commit = git(&["rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    if changed { format!("{commit} with changes") } else { commit }
}

fn section(text: &mut String, measured: &Measured) {
    let m = measured;
    writeln!(text, "\n### {} sessions of {} events\n", thousands(m.sessions), thousands(m.events)).unwrap();
    text.push_str(
        "| question | requests/s | p50 | p99 | body | CPU a request | against the ceiling | PostGIS: p50 | CPU a question | against ours |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (title, load, postgis) in &m.kinds {
        row(text, title, load, &m.ceiling, postgis.as_ref());
    }
    row(text, "**mix**", &m.mix, &m.ceiling, Some(&m.postgis_mix));
    row(text, "mix, gzip", &m.gzip, &m.ceiling, None);
    row(text, "mix beside 50 changes a second", &m.changes.beside, &m.ceiling, None);
    if let Some(postgres) = &m.postgres {
        row(text, "mix, store on PostgreSQL", &postgres.mix, &m.ceiling, None);
    }
    row(text, "ceiling: a fixed body", &m.ceiling, &m.ceiling, None);
    text.push_str("\n| figure | value |\n|---|---|\n");
    let mut say = |figure: &str, value: String| writeln!(text, "| {figure} | {value} |").unwrap();
    say("making the catalogue, as `kepu bench-data` does", seconds(m.making));
    say("start to ready", seconds(m.ready));
    say("VmRSS ten seconds after ready", mebibytes(m.resident[0]));
    say("VmRSS after the load", mebibytes(m.resident[1]));
    say("texts of events, one UTF-8 copy", mebibytes(m.text_bytes));
    let milliseconds = |time: Duration| format!("{} ms", number(time.as_secs_f64() * 1e3));
    let untold = || "not told by this server".to_owned();
    say("one change applied, mean", m.changes.alone.map_or_else(untold, milliseconds));
    let together = m.changes.together.map_or_else(untold, |(time, looks)| {
        format!("{} for {}", milliseconds(time), number(m.changes.made as f64 / looks))
    });
    say("changes of one look applied beside the load, mean", together);
    say("VmRSS after all changes", mebibytes(m.changes.resident));
    say("commit to answer, median, polling", milliseconds(m.changes.until_seen));
    if let Some(postgres) = &m.postgres {
        say("start to ready, store on PostgreSQL", seconds(postgres.ready));
        say("VmRSS ten seconds after ready, store on PostgreSQL", mebibytes(postgres.resident));
    }
    say("PostGIS: loading and indexing", seconds(m.postgis_loading));
    say("questions whose total PostGIS finds too", format!("{} of {}", m.agreed[1], m.agreed[0]));
}

fn row(text: &mut String, title: &str, load: &Load, ceiling: &Load, postgis: Option<&Load>) {
    let milliseconds = |time: Duration| format!("{} ms", number(time.as_secs_f64() * 1e3));
    let beside = postgis.map_or("| |".to_owned(), |postgis| {
        let against = ratio(postgis.cpu, load.cpu);
        format!("{} | {} | {}×", milliseconds(postgis.p50), milliseconds(postgis.cpu), number(against))
    });
    writeln!(
        text,
        "| {title} | {} | {} | {} | {:.1} KB | {} µs | {:.1}× | {beside} |",
        thousands(load.per_second.round() as usize),
        milliseconds(load.p50),
        milliseconds(load.p99),
        load.bytes as f64 / 1e3,
        number(load.cpu.as_secs_f64() * 1e6),
        ratio(load.cpu, ceiling.cpu),
    )
    .unwrap();
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => thousands(value.round() as usize),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", number(time.as_secs_f64()))
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", number(bytes as f64 / 1_048_576.0))
}

fn thousands(value: usize) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Puts a report into the page on performance, in place of the last one.
pub fn publish(report: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("docs/performance.md holds both marks");
    let (_, after) = rest.split_once(END).expect("docs/performance.md holds both marks");
    std::fs::write(path, format!("{before}{BEGIN}\n{report}{END}{after}")).unwrap();
}
