//! The program itself, as a process that can be killed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kepu::clients::choose_ring;

use super::server::SIGNING_KEY;

/// A command of the program with this store, and nothing else of the surroundings' configuration.
pub fn kepu(database_url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kepu"));
    command
        .args(arguments)
        .env_remove("KEPU_CONFIG")
        .env_remove("KEPU_TEST_DATABASE_URL")
        .env_remove("KEPU_TEST_REDIS_URL")
        .env_remove("KEPU_MODEL_HISTORIES")
        .env_remove("KEPU_STORM_ATTEMPTS")
        .env_remove("KEPU_STORM_SESSIONS")
        .env_remove("KEPU_STORM_KILLS")
        .env("DATABASE_URL", database_url)
        .env("KEPU_SIGNING_KEYS", SIGNING_KEY)
        .env("KEPU_LIMITS", "off")
        .env("KEPU_DATA_KEYS", SIGNING_KEY)
        .env("KEPU_PSEUDONYM_KEY", SIGNING_KEY)
        .env("KEPU_TICKET_KEYS", SIGNING_KEY)
        .env("KEPU_BIND", "127.0.0.1:0")
        .env("KEPU_METRICS_BIND", "")
        .env("KEPU_SIMULATOR_BIND", "127.0.0.1:0");
    command
}

/// Runs a command to its end.
pub fn run(database_url: &str, arguments: &[&str]) -> Output {
    kepu(database_url, arguments).output().unwrap()
}

/// `kepu serve`, running.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub site: String,
    log: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts it and waits until it says where it serves.
    pub fn serve(database_url: &str) -> Self {
        Self::start(kepu(database_url, &["serve", "--demo"]))
    }

    /// Starts a prepared command and waits until it says where it serves.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let site = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, site) = line.split_once("document            ")?;
            Some(site.trim_end_matches("/openapi.json").to_owned())
        });
        // The rest is read too, so that the program never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        choose_ring();
        let Some(site) = site else {
            let _ = child.kill();
            panic!("it did not start: {}", log.join().unwrap());
        };
        Self { child, site, log: Some(log) }
    }

    /// kill -9; returns what it logged.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    /// SIGTERM; returns whether it ended well, and what it logged.
    pub fn terminate(mut self) -> (bool, String) {
        let signalled = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(signalled.success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        };
        (status.success(), self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of seed files that holds one more base.
pub fn seeds_with_base(dir: &Path, slug: &str) {
    let base = serde_json::json!({ "items": [{
        "slug": slug,
        "name": { "zh-CN": slug },
        "description": { "zh-CN": slug },
        "category": "science_museum",
        "organisers": [{ "organisation": "#organisation/test" }],
        "place": {
            "name": { "zh-CN": slug }, "address": { "zh-CN": "天河路1号" }, "adcode": "440106",
            "position": { "lat": 23.13, "lng": 113.33 },
        },
        "booking": { "need": "none" },
        "source": { "text": "a test" },
    }] });
    let organisation = serde_json::json!({ "items": [{
        "slug": "test", "name": { "zh-CN": "测试单位" }, "source": { "text": "a test" },
    }] });
    std::fs::write(dir.join("bases.json"), base.to_string()).unwrap();
    std::fs::write(dir.join("organisations.json"), organisation.to_string()).unwrap();
}
