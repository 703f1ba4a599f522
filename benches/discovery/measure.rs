//! What the kernel says about a process, and what a list of latencies says about a server.

use std::process::{Command, Stdio};
use std::time::Duration;

/// The unit of times in `/proc/<pid>/stat`: Linux tells programs 100 ticks a second, whatever it counts itself.
const TICK: Duration = Duration::from_millis(10);

/// Where in `/proc/<pid>/stat`, counted after the name, a field stands.
const PARENT: usize = 1;
const OWN_TIMES: [usize; 2] = [11, 12];
const TIMES_OF_ENDED_CHILDREN: [usize; 2] = [13, 14];

/// What a load of requests or queries came to.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// User and system time of the server, for each answer.
    pub cpu: Duration,
    /// Mean size of an answer's body; 0 for queries.
    pub bytes: usize,
}

impl Load {
    /// Of `latencies`, in microseconds, gathered in `elapsed` while the server used `cpu`.
    pub fn of(mut latencies: Vec<u32>, elapsed: Duration, cpu: Duration, bytes: u64) -> Self {
        assert!(!latencies.is_empty(), "nothing was answered");
        latencies.sort_unstable();
        let count = latencies.len();
        let at = |share: f64| {
            Duration::from_micros(latencies[((count - 1) as f64 * share).round() as usize].into())
        };
        Self {
            per_second: count as f64 / elapsed.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            cpu: cpu.div_f64(count as f64),
            bytes: (bytes / count as u64) as usize,
        }
    }
}

fn stat(pid: u32) -> Option<Vec<u64>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything, a bracket too.
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(|field| field.parse().unwrap_or(0)).collect())
}

fn ticks(stat: &[u64], fields: [usize; 2]) -> Duration {
    TICK * fields.iter().map(|field| stat[*field]).sum::<u64>() as u32
}

/// User and system time that a process has used.
pub fn cpu(pid: u32) -> Duration {
    ticks(&stat(pid).expect("the process runs"), OWN_TIMES)
}

/// The same of a process and its children, ended ones included: a PostgreSQL, by its first process.
pub fn cpu_with_children(pid: u32) -> Duration {
    let own = stat(pid).expect("the process runs");
    let mut sum = ticks(&own, OWN_TIMES) + ticks(&own, TIMES_OF_ENDED_CHILDREN);
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(stat) = number.and_then(stat)
            && stat[PARENT] == u64::from(pid)
        {
            sum += ticks(&stat, OWN_TIMES);
        }
    }
    sum
}

/// The parent of a process.
pub fn parent(pid: u32) -> u32 {
    stat(pid).expect("the process runs on this machine")[PARENT] as u32
}

/// Resident memory in bytes.
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Processors that a server measured over HTTP gets: all but one, which the client has.
pub fn servers_processors() -> usize {
    (processors() - 1).max(1)
}

/// Keeps a server, with all its threads, off the client's processor.
pub fn pin_server(pid: u32) {
    pin(&["-a"], pid, &format!("0-{}", servers_processors() - 1));
}

/// Keeps the calling thread on the client's processor.
pub fn pin_client() {
    let this = std::fs::read_link("/proc/thread-self").unwrap();
    let thread = this.file_name().unwrap().to_str().unwrap().parse().unwrap();
    pin(&[], thread, &servers_processors().min(processors() - 1).to_string());
}

/// Without `taskset`, or with one processor only, the scheduler decides.
fn pin(options: &[&str], id: u32, processors: &str) {
    if self::processors() > 1 {
        let mut command = Command::new("taskset");
        command.args(options).args(["-c", "-p", processors, &id.to_string()]);
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
