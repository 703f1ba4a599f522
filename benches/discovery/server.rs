//! The server that is measured, as a process.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{NOW, measure};

/// A command that ends with the bench, however that ends.
pub fn bound(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

/// `kepu serve` with this store, and nothing else of the surroundings' configuration.
fn kepu(database_url: &str) -> Command {
    let mut command = bound(env!("CARGO_BIN_EXE_kepu"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEPU_") || name == "REDIS_URL" {
            command.env_remove(name);
        }
    }
    command
        .arg("serve")
        .env("DATABASE_URL", database_url)
        .env("KEPU_NOW", NOW)
        // One machine asks as much as it can.
        .env("KEPU_LIMITS", "off")
        .env("KEPU_BIND", "127.0.0.1:0")
        .env("KEPU_METRICS_BIND", "127.0.0.1:0")
        .env("KEPU_SAMPLES", "show")
        .env("KEPU_WORKERS", measure::servers_processors().to_string());
    command
}

/// `kepu serve`, or another program of this bench, that ends when this value does.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub metrics: Option<SocketAddr>,
    /// From starting the process until it said that it is ready.
    pub ready: Duration,
}

impl Server {
    /// `kepu serve`, ready. PostgreSQL and a clock that stands go together in a demonstration only.
    pub fn kepu(database_url: &str) -> Self {
        let mut command = kepu(database_url);
        if database_url.starts_with("postgres") {
            command.arg("--demo");
        }
        Self::start(command.stderr(Stdio::null()), "OpenAPI document", "Metrics ")
    }

    /// Starts a program and waits until it has said its address in a line that holds `mark`, and, unless `last` is
    /// the same, that of its metrics in a line that holds `last`.
    pub fn start(command: &mut Command, mark: &str, last: &str) -> Self {
        let begun = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let (mut address, mut metrics, mut ready) = (None, None, begun.elapsed());
        for line in lines {
            let host = line.split_once("http://").map(|(_, rest)| rest.split('/').next().unwrap());
            if line.contains(mark) {
                address = Some(host.unwrap().parse().unwrap());
                ready = begun.elapsed();
            }
            if line.contains(last) {
                metrics = host.filter(|_| last != mark).map(|host| host.parse().unwrap());
                break;
            }
        }
        let Some(address) = address else {
            let _ = child.kill();
            panic!("{command:?} did not start");
        };
        Self { child, address, metrics, ready }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
