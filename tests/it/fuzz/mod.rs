//! What comes from outside is read or refused, by name and in no time, whatever it is: lines of a corpus of nasty
//! inputs, and what becomes of them when they are cut, joined, doubled and spoilt. A new finding is a new line in
//! its file under `corpus/`.

mod parsers;
mod requests;

use std::fmt::Debug;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What no single input may take, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The lines of a file of the corpus.
fn corpus(name: &str) -> Vec<String> {
    let path = format!("{}/tests/it/fuzz/corpus/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let lines: Vec<_> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    assert!(lines.len() > 10, "{name}: {} lines", lines.len());
    lines
}

/// A corpus and what can be made of it.
fn nasty(name: &str) -> impl Strategy<Value = String> + use<> {
    let line = select(corpus(name));
    let spoilt = (line.clone(), any::<Index>(), any::<char>()).prop_map(|(line, at, letter)| {
        let (head, tail) = cut(&line, at);
        format!("{head}{letter}{tail}")
    });
    let joined = (line.clone(), any::<Index>(), line.clone(), any::<Index>())
        .prop_map(|(one, end, other, begin)| cut(&one, end).0 + &cut(&other, begin).1);
    let shorter = (line.clone(), any::<Index>()).prop_map(|(line, at)| {
        let (head, tail) = cut(&line, at);
        head + tail.chars().next().map_or("", |first| &tail[first.len_utf8()..])
    });
    prop_oneof![
        4 => line.clone(),
        3 => spoilt,
        3 => joined,
        2 => shorter,
        1 => (line, 2..40usize).prop_map(|(line, times)| line.repeat(times)),
        1 => any::<String>(),
    ]
}

fn cut(line: &str, at: Index) -> (String, String) {
    let place = at.index(line.chars().count() + 1);
    (line.chars().take(place).collect(), line.chars().skip(place).collect())
}

/// Percent-encoded as a whole.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Tries `check` on each line of a corpus, and on `cases` inputs made from it, the same in every run. An input that
/// takes too long is named.
fn try_all(name: &str, cases: u32, check: impl Fn(&str) -> Result<(), TestCaseError> + Send + 'static) {
    let (lines, inputs) = (corpus(name), nasty(name));
    let current = Arc::new(Mutex::new(String::new()));
    let (tell, told) = channel();
    let at_work = current.clone();
    let worker = std::thread::spawn(move || {
        let tried = |input: &str| {
            input.clone_into(&mut at_work.lock().unwrap());
            let _ = tell.send(());
            check(input)
        };
        for line in lines {
            tried(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        }
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        runner.run(&inputs, |input| tried(&input)).unwrap_or_else(|error| panic!("{error}"));
    });
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("{name}: {:?} takes too long", current.lock()),
        }
    }
    // What was wrong is told where the worker ended.
    assert!(worker.join().is_ok(), "{name}: while at {current:?}");
}

/// Fails unless two things are the same.
fn same<T: PartialEq + Debug>(one: &T, other: &T, what: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(one, other, "{}", what);
    Ok(())
}
