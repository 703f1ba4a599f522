//! How long a province's year takes to count: a measure, run by hand from a release build.

use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use kepu::app::bench_data;
use kepu::db;
use kepu::domain::clock::FixedClock;

use super::{get, reviewer};
use crate::support::server::{NOW, Server};
use crate::support::stores::{Fresh, Holds, Store};

/// Twenty parties of two in each session that is over.
const SIGNUPS: &str = "
    INSERT INTO signups (id, session_id, event_id, status, seats, attended, people, policy_version, version, created_at, updated_at)
    SELECT row_number() OVER (ORDER BY s.id), s.id, s.event_id, 'attended', 1, '[0,1]', 2, '1', 1, s.start_at, s.start_at
    FROM sessions s
    CROSS JOIN (WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 20) SELECT k FROM n) AS n
    WHERE s.end_at < '2026-11-25 02:00:00'";

#[expect(clippy::print_stdout, reason = "a measure is read by whoever runs it")]
#[expect(clippy::disallowed_methods, reason = "how much is tried is said from outside")]
async fn measure(store: Store) {
    let sessions = std::env::var("KEPU_STATISTICS_SESSIONS").map_or(100_000, |text| text.parse().unwrap());
    let fresh = Fresh::new(store, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    bench_data::fill(&db, sessions, 1).unwrap();
    db.write(|tx| Ok::<_, db::Error>(tx.batch_execute(SIGNUPS)?)).unwrap();
    let server = Server::over(Arc::new(fresh), None).await;
    let token = reviewer(&server, "440000");
    for by in ["", "&by=division", "&by=month", "&by=division,topic"] {
        let path = format!("/v1/admin/statistics?from=2026-01-01&to=2026-12-31{by}");
        get(&server, &path, &token).await;
        let begun = Instant::now();
        let told = get(&server, &path, &token).await;
        println!("{store:?} {by:?}: {:.2} s, {}", begun.elapsed().as_secs_f64(), told["totals"]);
    }
}

#[actix_web::test]
#[ignore = "a measurement"]
async fn a_provinces_year() {
    measure(Store::Sqlite).await;
    measure(Store::Postgres).await;
}
