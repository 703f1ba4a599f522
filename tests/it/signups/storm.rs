//! Everybody at once, against real servers: nobody is oversold, the queue is in order of arrival, nothing that was
//! acknowledged is lost when servers are killed, nothing is doubled.
//!
//! `just storm` runs the long one, in a release build:
//!
//! | variable | meaning |
//! |---|---|
//! | `KEPU_STORM_ATTEMPTS` | how many people sign up (default 20000) |
//! | `KEPU_STORM_SESSIONS` | for how many sessions, the first of them the hottest (default 40) |
//! | `KEPU_STORM_KILLS` | how often a server is killed (default 100) |

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use super::*;
use crate::support::people::{people as logged_in, token};
use crate::support::process::{Process, kepu};
use crate::support::server::vault;
use futures_util::future::join_all;
use kepu::db::signups as stored;
use kepu::domain::access::Caller;
use kepu::domain::clock::{Clock, SystemClock};
use kepu::domain::ids::SignupId;
use kepu::domain::signups::{Signup, Status};

const CLIENTS: usize = 64;

/// A storm.
#[derive(Debug, Clone, Copy)]
struct Storm {
    attempts: usize,
    sessions: usize,
    /// Seats of each session.
    seats: usize,
    kills: usize,
    /// Whether every fifth gives the seat or the place in the queue up again.
    cancels: bool,
}

/// What somebody knows of their sign-up.
#[derive(Debug, Clone, Copy)]
struct Known {
    id: SignupId,
    cancelled: bool,
    /// When the request that was answered in the end was first sent, and when it was answered.
    asked: Instant,
    told: Instant,
}

/// The servers of one store, some of which may be dead for a moment.
struct Servers {
    url: String,
    running: Mutex<Vec<Option<Process>>>,
    sites: RwLock<Vec<String>>,
}

impl Servers {
    fn start(url: &str, count: usize) -> Self {
        let running: Vec<Process> = (0..count).map(|_| serve(url)).collect();
        let sites = running.iter().map(|server| server.site.clone()).collect();
        let running = running.into_iter().map(Some).collect();
        Self { url: url.to_owned(), running: Mutex::new(running), sites: RwLock::new(sites) }
    }

    /// kill -9, and a new one in its place.
    fn kill(&self, which: usize) {
        let mut running = self.running.lock().unwrap();
        let which = which % running.len();
        let log = running[which].take().unwrap().kill();
        assert!(!log.contains("panicked"), "{log}");
        let next = serve(&self.url);
        self.sites.write().unwrap()[which].clone_from(&next.site);
        running[which] = Some(next);
    }

    fn site(&self, which: usize) -> String {
        let sites = self.sites.read().unwrap();
        sites[which % sites.len()].clone()
    }
}

fn serve(url: &str) -> Process {
    let mut command = kepu(url, &["serve", "--demo"]);
    command.env("KEPU_SAMPLES", "hide").env("KEPU_LOG", "warn");
    Process::start(command)
}

impl Storm {
    #[expect(clippy::print_stdout, reason = "`just storm` says how long it raged")]
    async fn rage(self, store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let start = SystemClock.now() + TimeDelta::days(7);
        let session = |n: usize| Session {
            start,
            end: start + TimeDelta::hours(1),
            ..stars(&format!("storm {n}"), self.seats as i32, json!({ "waitlistMode": "confirm" }))
        };
        fill(&open(&fresh), (0..self.sessions).map(session).collect());
        let db = fresh.open(Arc::new(SystemClock));
        let callers = logged_in(&db, self.attempts);
        let servers = Arc::new(Servers::start(&fresh.url, if store == Store::Postgres { 2 } else { 1 }));
        let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let client = |turn: usize| {
            let (servers, next, acknowledged, callers) = (&servers, &next, &acknowledged, &callers);
            async move {
                let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
                let mut known = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(caller) = callers.get(n) else { return known };
                    let visitor = Visitor { http: &http, servers, caller: *caller, turn: turn + n };
                    known.push((n, visitor.visit(&self, n).await));
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        let begun = Instant::now();
        let crowd = join_all((0..CLIENTS).map(client));
        let killing = async {
            for kill in 0..self.kills {
                let due = self.attempts * (kill + 1) / (self.kills + 1);
                while acknowledged.load(Ordering::Relaxed) < due {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                // A process takes a moment to start: the crowd goes on meanwhile.
                let servers = servers.clone();
                tokio::task::spawn_blocking(move || servers.kill(kill)).await.unwrap();
            }
        };
        let (known, ()) = tokio::join!(crowd, killing);
        let known: HashMap<usize, Known> = known.into_iter().flatten().collect();
        println!("{self:?} on {store:?}: {:.1} s", begun.elapsed().as_secs_f64());
        assert_eq!(known.len(), self.attempts);
        for n in 0..self.sessions {
            self.check(&db, n, &callers, &known);
        }
    }

    /// For which session the attempt with this number is: half of all for the first.
    fn session_of(&self, attempt: usize) -> usize {
        if attempt.is_multiple_of(2) { 0 } else { attempt / 2 % self.sessions }
    }

    fn gives_up(&self, attempt: usize) -> bool {
        self.cancels && attempt.is_multiple_of(5)
    }

    fn check(&self, db: &Db, n: usize, callers: &[Caller], known: &HashMap<usize, Known>) {
        let id = SessionId::from_slug(&format!("storm {n}"));
        let all = db.read(|conn| stored::of_session(conn, &vault(), id)).unwrap();
        let session = db.read(|conn| db::sessions::find(conn, &[id])).unwrap().remove(&id).unwrap();
        let attempts: Vec<usize> =
            (0..self.attempts).filter(|attempt| self.session_of(*attempt) == n).collect();
        assert_eq!(all.len(), attempts.len(), "everybody is there once");
        let by_person: HashMap<_, &Signup> = all.iter().map(|one| (one.person.unwrap(), one)).collect();
        assert_eq!(by_person.len(), all.len(), "nobody is doubled");
        for attempt in &attempts {
            let (stored, known) = (by_person[&callers[*attempt].person], known[attempt]);
            assert_eq!(stored.id, known.id, "what was acknowledged is there");
            assert_eq!(stored.status == Status::Cancelled, known.cancelled);
        }
        let of = |status: Status| all.iter().filter(move |one| one.status == status).count();
        let standing = of(Status::Confirmed) + of(Status::Waitlisted);
        assert_eq!(of(Status::Confirmed), standing.min(self.seats), "no seat is sold twice, none is left");
        assert_eq!(
            (session.taken, session.waiting),
            (of(Status::Confirmed) as i32, of(Status::Waitlisted) as i32)
        );
        // The queue is in the order of its numbers: all who were promoted came before all who still wait.
        let mut numbers: Vec<i64> = all.iter().filter_map(|one| one.queue_number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        let number = |status: Status| {
            all.iter().filter(move |one| one.status == status).filter_map(|one| one.queue_number)
        };
        if let (Some(promoted), Some(waiting)) =
            (number(Status::Confirmed).max(), number(Status::Waitlisted).min())
        {
            assert!(promoted < waiting, "{promoted} was promoted before {waiting}");
        }
        if !self.cancels {
            check_arrival(&attempts, |attempt| (by_person[&callers[attempt].person], known[&attempt]));
        }
    }
}

/// Whoever was answered before somebody else asked stands before them, as long as nobody gives up.
fn check_arrival<'a>(attempts: &[usize], of: impl Fn(usize) -> (&'a Signup, Known)) {
    let mut asked: Vec<(&Signup, Known)> = attempts.iter().map(|attempt| of(*attempt)).collect();
    let mut told = asked.clone();
    asked.sort_by_key(|(_, known)| known.asked);
    told.sort_by_key(|(_, known)| known.told);
    let (mut before, mut last) = (told.into_iter().peekable(), 0);
    for (signup, known) in asked {
        while let Some((earlier, _)) = before.next_if(|(_, earlier)| earlier.told < known.asked) {
            last = last.max(earlier.queue_number.unwrap_or(0));
        }
        let number = signup.queue_number.unwrap_or(0);
        assert!(last == 0 || last < number, "{number} came after {last}");
    }
}

/// Somebody who signs up, asking again for as long as they are told to, or nobody answers.
struct Visitor<'a> {
    http: &'a reqwest::Client,
    servers: &'a Servers,
    caller: Caller,
    turn: usize,
}

impl Visitor<'_> {
    async fn visit(&self, storm: &Storm, n: usize) -> Known {
        let session = SessionId::from_slug(&format!("storm {}", storm.session_of(n)));
        let asked = Instant::now();
        let signup = self.post(&format!("/v1/sessions/{session}/signups"), Some(queueing(alone()))).await;
        let told = Instant::now();
        let id = signup["id"].as_str().unwrap();
        let cancelled = storm.gives_up(n);
        if cancelled {
            let gone = self.post(&format!("/v1/signups/{id}/cancel"), None).await;
            assert_eq!(gone["status"], "cancelled");
        }
        Known { id: id.parse().unwrap(), cancelled, asked, told }
    }

    async fn post(&self, path: &str, body: Option<Value>) -> Value {
        let begun = Instant::now();
        for again in 0.. {
            assert!(begun.elapsed() < Duration::from_secs(120), "nobody answers {path}");
            let url = format!("{}{path}", self.servers.site(self.turn + again));
            let request = self.http.post(url).bearer_auth(token(self.caller, SystemClock.now()));
            let request = match &body {
                Some(body) => request.json(body),
                None => request,
            };
            // A server that was killed answers nobody, or not to the end.
            let Ok(answer) = request.send().await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let Ok(text) = answer.text().await else { continue };
            match status {
                200 | 201 => return serde_json::from_str(&text).unwrap(),
                503 => {
                    assert!(headers.contains_key("retry-after"), "{text}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                _ => panic!("{status}: {text}"),
            }
        }
        unreachable!("it asks until it is answered")
    }
}

/// What the test command can wait for.
const BRIEF: Storm = Storm { attempts: 2_000, sessions: 1, seats: 200, kills: 0, cancels: false };

on_both_stores! {
    async fn nobody_is_oversold_in_a_storm(store: Store) {
        BRIEF.rage(store).await;
    }

    async fn what_was_acknowledged_in_a_storm_survives_kills(store: Store) {
        Storm { kills: 3, cancels: true, ..BRIEF }.rage(store).await;
    }
}

async fn the_long_storm(store: Store) {
    let sessions = sized("KEPU_STORM_SESSIONS", 40);
    let attempts = sized("KEPU_STORM_ATTEMPTS", 20_000);
    let kills = sized("KEPU_STORM_KILLS", 100);
    Storm { attempts, sessions, seats: attempts / sessions / 4, kills, cancels: true }.rage(store).await;
}

#[actix_web::test]
#[ignore = "the long one: `just storm`"]
async fn the_long_storm_sqlite() {
    the_long_storm(Store::Sqlite).await;
}

#[actix_web::test]
#[ignore = "the long one: `just storm`"]
async fn the_long_storm_postgres() {
    the_long_storm(Store::Postgres).await;
}

#[expect(clippy::disallowed_methods, reason = "tests read their surroundings; the program does not")]
fn sized(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}
