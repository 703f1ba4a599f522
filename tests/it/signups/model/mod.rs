//! Random histories against a plain model of them: after every step, seats, queues, states, versions and limits in the
//! store are those of [`rules`]. A history that disagrees is made as short as it can be before it is shown.
//!
//! | variable | meaning |
//! |---|---|
//! | `KEPU_MODEL_HISTORIES` | how many, however long that takes (default: up to 2000 within 20 s) |

mod rules;
mod world;

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::stores::Store;
use rules::Queueing;
use world::Bench;

const PEOPLE: usize = 6;
const SESSIONS: usize = 3;

/// A session as a history begins with it.
#[derive(Debug, Clone)]
struct Spec {
    capacity: i32,
    unlimited: bool,
    queueing: Queueing,
    queue_most: Option<i32>,
    approval: bool,
    by_party: bool,
    closes_minutes: i64,
    cancel_minutes: i64,
}

#[derive(Debug, Clone)]
struct History {
    sessions: Vec<Spec>,
    event_most: Option<usize>,
    steps: Vec<Step>,
}

/// Somebody's request to sign up.
#[derive(Debug, Clone)]
struct Asked {
    person: usize,
    people: usize,
    join: bool,
}

#[derive(Debug, Clone)]
enum Step {
    SignUp {
        session: usize,
        asked: Asked,
        key: Option<u8>,
    },
    /// Several at once, settled by the desk together.
    Rush {
        session: usize,
        all: Vec<Asked>,
    },
    Accept {
        person: usize,
        session: usize,
    },
    Cancel {
        person: usize,
        session: usize,
    },
    Change {
        person: usize,
        session: usize,
        people: usize,
        stale: bool,
    },
    Decide {
        person: usize,
        session: usize,
        approve: bool,
    },
    Capacity {
        session: usize,
        capacity: Option<i32>,
    },
    /// Time passes.
    Wait {
        minutes: i64,
    },
    /// The job that lets offers lapse has its turn.
    Lapse,
    /// All that is not in the store is lost.
    Crash,
}

fn asked() -> impl Strategy<Value = Asked> {
    let people = prop_oneof![4 => Just(1), 3 => Just(2), 2 => Just(3), 1 => 4..6usize];
    (0..PEOPLE, people, prop::bool::weighted(0.8)).prop_map(|(person, people, join)| Asked {
        person,
        people,
        join,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let who = || (0..PEOPLE, 0..SESSIONS);
    prop_oneof![
        10 => (0..SESSIONS, asked(), option::weighted(0.3, 0..3u8))
            .prop_map(|(session, asked, key)| Step::SignUp { session, asked, key }),
        3 => (0..SESSIONS, vec(asked(), 2..8)).prop_map(|(session, all)| Step::Rush { session, all }),
        4 => who().prop_map(|(person, session)| Step::Accept { person, session }),
        7 => who().prop_map(|(person, session)| Step::Cancel { person, session }),
        4 => (who(), 1..4usize, prop::bool::weighted(0.1))
            .prop_map(|((person, session), people, stale)| Step::Change { person, session, people, stale }),
        3 => (who(), any::<bool>())
            .prop_map(|((person, session), approve)| Step::Decide { person, session, approve }),
        3 => (0..SESSIONS, option::weighted(0.9, 0..9))
            .prop_map(|(session, capacity)| Step::Capacity { session, capacity }),
        3 => prop_oneof![8 => 1..50i64, 1 => 50..300i64].prop_map(|minutes| Step::Wait { minutes }),
        3 => Just(Step::Lapse),
        1 => Just(Step::Crash),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let queueing = prop_oneof![
        1 => Just(Queueing::Not),
        3 => Just(Queueing::Confirm),
        3 => Just(Queueing::Offer),
    ];
    let minutes = || prop_oneof![2 => Just(0), 1 => -60..60i64];
    let spec = (
        (0..6i32, prop::bool::weighted(0.1), queueing, option::weighted(0.3, 1..5i32)),
        (prop::bool::weighted(0.3), prop::bool::weighted(0.2), minutes(), minutes()),
    );
    let spec = spec.prop_map(|((capacity, unlimited, queueing, queue_most), more)| {
        let (approval, by_party, closes_minutes, cancel_minutes) = more;
        let queues = queueing != Queueing::Not;
        Spec {
            capacity,
            unlimited: unlimited && !queues,
            queueing,
            queue_most: queue_most.filter(|_| queues),
            approval,
            by_party,
            closes_minutes,
            cancel_minutes,
        }
    });
    let steps = vec(step(), 1..60);
    (vec(spec, SESSIONS), option::weighted(0.3, 1..8usize), steps)
        .prop_map(|(sessions, event_most, steps)| History { sessions, event_most, steps })
}

#[expect(clippy::disallowed_methods, reason = "tests read their surroundings; the program does not")]
fn wanted() -> Option<u32> {
    std::env::var("KEPU_MODEL_HISTORIES").ok().map(|text| text.parse().unwrap())
}

#[expect(clippy::print_stdout, reason = "a run of `just histories` says how many it lived")]
fn agrees_with_its_model(store: Store) {
    let (begun, wanted) = (Instant::now(), wanted());
    let config = Config {
        cases: wanted.unwrap_or(2_000),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        max_shrink_time: 120_000,
        ..Config::default()
    };
    // The same histories in every run: a longer run goes on where a shorter one ends.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let bench = std::cell::RefCell::new(Bench::new(store));
    let mut lived = 0;
    let done = std::cell::RefCell::new(&mut lived);
    let outcome = TestRunner::new_with_rng(config, rng).run(&history(), |history| {
        if wanted.is_none() && begun.elapsed() > Duration::from_secs(20) {
            return Ok(());
        }
        bench.borrow_mut().live(&history).map_err(TestCaseError::fail)?;
        **done.borrow_mut() += 1;
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    println!("{lived} histories agree on {store:?}");
    assert!(lived >= 20, "only {lived} histories in the time given");
}

#[test]
fn the_store_agrees_with_a_plain_model_sqlite() {
    agrees_with_its_model(Store::Sqlite);
}

#[test]
fn the_store_agrees_with_a_plain_model_postgres() {
    agrees_with_its_model(Store::Postgres);
}
