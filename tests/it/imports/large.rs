//! Ten thousand sessions in one file, and for how long others wait for the only writer meanwhile.

use super::*;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A file of so many sessions of events of ten.
fn file(sessions: usize) -> String {
    let mut file = EXAMPLE.lines().next().unwrap().to_owned();
    for at in 0..sessions {
        let (event, hour) = (at / 10, 8 + at % 10);
        let day = 1 + event % 28;
        write!(
            file,
            "\r\nS{at},E{event},第{event}次实验课,用厨房里的材料做实验。,2026-12-{day:02},{hour}:00-{hour}:45,24,网上报名,,自动递补,3,是,\
             实验体验,生命科学,青少年,8,是,线下,开放实验室,广州市天河区五山路1号,天河区,23.153,113.344"
        )
        .unwrap();
    }
    file
}

/// Applies a file; tells how long that took, and for how long whoever else wrote had to wait at most.
async fn held(server: &Server, editor: &str, report: &Value) -> (Duration, Duration) {
    let (db, done) = (server.running.db.clone(), Arc::new(AtomicBool::new(false)));
    let over = done.clone();
    let others = std::thread::spawn(move || {
        let mut longest = Duration::ZERO;
        while !over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            // Whoever is told to come back later comes back, and waits all the while.
            while let Err(busy) = db.write(|_| Ok::<_, kepu::db::Error>(())) {
                assert!(matches!(busy, kepu::db::Error::Unavailable(_)), "{busy}");
            }
            longest = longest.max(begun.elapsed());
            std::thread::sleep(Duration::from_millis(5));
        }
        longest
    });
    let begun = Instant::now();
    applied(server, editor, report).await;
    let took = begun.elapsed();
    done.store(true, Ordering::Relaxed);
    (took, others.join().unwrap())
}

on_both_stores! {
    async fn ten_thousand_sessions_are_one_file(store: Store) {
        let (server, editor) = lab(store).await;
        let file = file(10_000);
        let report = look(&server, &editor, CSV, file.clone()).await;
        assert_eq!((&report["counts"], &report["events"]), (&counts(10_000, 0, 0, 0), &counts(1_000, 0, 0, 0)));
        applied(&server, &editor, &report).await;
        assert_eq!(look(&server, &editor, CSV, file).await["counts"], counts(0, 0, 10_000, 0));
    }
}

#[expect(clippy::print_stdout, reason = "a measure is read by whoever runs it")]
async fn measure(store: Store) {
    let (server, editor) = lab(store).await;
    let file = file(10_000);
    for (what, file) in [("new", file.clone()), ("all changed", file.replace(",24,", ",25,"))] {
        let begun = Instant::now();
        let report = look(&server, &editor, CSV, file).await;
        let looked = begun.elapsed();
        let (took, longest) = held(&server, &editor, &report).await;
        println!(
            "{store:?}, {what}: looked at in {looked:.1?}, applied in {took:.1?}, others waited {longest:.1?} at most"
        );
    }
}

#[actix_web::test]
#[ignore = "a measurement"]
async fn how_long_others_wait_for_ten_thousand_sessions() {
    measure(Store::Sqlite).await;
    measure(Store::Postgres).await;
}
