//! Changes beside reading: events saved through the store as an organiser's are, and what that does to readers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kepu::app::catalogue::{Existing, save};
use kepu::db::Db;
use kepu::domain::events::Event;
use kepu::domain::ids::EventId;
use kepu::domain::record::Record;

use crate::client;
use crate::dice::Dice;

/// Time between changes under load: 50 a second.
const PACE: Duration = Duration::from_millis(20);

/// Changes made one at a time, each waited for.
const LONE_CHANGES: usize = 20;

/// Saves one event with another summary.
fn change(db: &Db, event: &Record<Event>, words: &str) {
    let mut body = event.body.clone();
    body.summary.zh_cn = format!("{} {words}", body.summary.zh_cn);
    db.write(|tx| save(tx, event.id, &body, Existing::Replace)).unwrap();
}

/// Changes events at an even pace while `work` runs; gives its result, and how many changes there were.
pub fn during<T>(db: &Db, events: &[Record<Event>], work: impl FnOnce() -> T) -> (T, usize) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let changer = scope.spawn(|| {
            let (mut dice, begun, mut made) = (Dice::new(7), Instant::now(), 0);
            while !done.load(Ordering::Relaxed) {
                change(db, dice.pick(events), &made.to_string());
                made += 1;
                std::thread::sleep((begun + PACE * made as u32).saturating_duration_since(Instant::now()));
            }
            made
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        (result, changer.join().unwrap())
    })
}

/// The median time from a commit until an answer shows the change, with nobody else asking.
pub fn until_seen(db: &Db, events: &[Record<Event>], server: SocketAddr) -> Duration {
    let mut dice = Dice::new(11);
    let mut delays: Vec<Duration> = (0..LONE_CHANGES)
        .map(|n| {
            let (event, words) = (dice.pick(events), format!("seen {n}"));
            let target = format!("/v1/events/{}", EventId::new(event.id).unwrap());
            change(db, event, &words);
            let committed = Instant::now();
            while !client::ask(server, &target).contains(&words) {
                assert!(committed.elapsed() < Duration::from_secs(30), "never seen: {target}");
            }
            committed.elapsed()
        })
        .collect();
    delays.sort();
    delays[delays.len() / 2]
}

/// How often the server has put changes into its read model, and how many seconds that took in all: of the histogram
/// that it keeps of this.
#[derive(Debug, Clone, Copy)]
pub struct Applied {
    count: f64,
    sum: f64,
}

impl Applied {
    /// The mean time since `before`, and how often; `None` where the server has counted nothing.
    pub fn since(self, before: Self) -> Option<(Duration, f64)> {
        let (count, sum) = (self.count - before.count, self.sum - before.sum);
        (count > 0.0).then(|| (Duration::from_secs_f64(sum / count), count))
    }
}

/// What the server's metrics say by now.
pub fn applied(metrics: SocketAddr) -> Applied {
    let text = client::ask(metrics, "/metrics");
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        lines.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    };
    Applied { count: value("discovery_apply_seconds_count"), sum: value("discovery_apply_seconds_sum") }
}
