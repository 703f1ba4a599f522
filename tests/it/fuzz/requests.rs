//! Words and cursors on the way through the whole app.

use actix_web::rt::{System, SystemRunner};
use proptest::test_runner::TestCaseError;
use serde_json::Value;

use super::{escaped, try_all};
use crate::oracle::{App, World};

/// Asks a list for what a corpus holds as the value of one parameter: an answer, or a refusal that blames it.
fn ask(corpus: &str, list: &'static str, parameter: &'static str, codes: &'static [&'static str]) {
    try_all(corpus, 500, move |text| {
        // An app belongs to the thread that made it, and must not be taken down while the thread's own state is.
        thread_local! {
            static SYSTEM: &'static (SystemRunner, App) = {
                let system = System::new();
                let app = system.block_on(App::new());
                app.load(&World::random(1));
                Box::leak(Box::new((system, app)))
            };
        }
        let path = format!("/v1/{list}?{parameter}={}", escaped(text));
        let (status, body) = SYSTEM.with(|here| here.0.block_on(here.1.get(path)));
        let blamed = |error: &Value| error["field"] == parameter;
        let fine = match status {
            200 => body["items"].is_array(),
            400 => {
                codes.contains(&body["code"].as_str().unwrap_or_default())
                    || body["errors"].as_array().is_some_and(|errors| errors.iter().all(blamed))
            }
            // A long address.
            414 => text.len() > 2000,
            _ => false,
        };
        if fine { Ok(()) } else { Err(TestCaseError::fail(format!("{status} {body}"))) }
    });
}

#[test]
fn words_find_something_or_nothing() {
    ask("words", "events", "q", &[]);
    ask("words", "bases", "q", &[]);
}

#[test]
fn a_cursor_of_strangers_is_refused() {
    ask("cursors", "events", "cursor", &["cursorMalformed", "cursorMismatch", "cursorExpired"]);
}
