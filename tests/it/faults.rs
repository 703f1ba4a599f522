//! Faults: kill -9 at any moment loses nothing that was acknowledged; a second server on one file is refused; a
//! stop is graceful; a store that dies does not stop reading.

use std::time::Duration;

use crate::support::process::{Process, run, seeds_with_base};
use crate::support::stores::{Fresh, Holds, Store};

async fn total(site: &str, query: &str) -> u64 {
    let page: serde_json::Value =
        reqwest::get(format!("{site}/v1/bases?{query}")).await.unwrap().json().await.unwrap();
    page["total"].as_u64().unwrap_or_else(|| panic!("{page}"))
}

on_both_stores! {
    async fn what_was_acknowledged_survives_a_kill(store: Store) {
        let fresh = Fresh::new(store, Holds::Seeds);
        let dir = tempfile::tempdir().unwrap();
        let mut acknowledged = Vec::new();
        // Writers are killed at growing delays, so that some die before, some within and some after their commit.
        for round in 0..12_u64 {
            let slug = format!("killtest{round}");
            seeds_with_base(dir.path(), &slug);
            let folder = dir.path().to_str().unwrap();
            let mut writer = crate::support::process::kepu(&fresh.url, &["seed", "--from", folder])
                .stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(15 * round));
            writer.kill().unwrap();
            let output = writer.wait_with_output().unwrap();
            // It speaks only after its commit.
            if String::from_utf8(output.stdout).unwrap().contains("inserted") {
                acknowledged.push(slug);
            }
        }
        let server = Process::serve(&fresh.url);
        for slug in &acknowledged {
            assert_eq!(total(&server.site, &format!("q={slug}")).await, 1, "{slug} was acknowledged and is gone");
        }
        // And the store still takes writes, which a running server finds.
        seeds_with_base(dir.path(), "afterwards");
        let wrote = run(&fresh.url, &["seed", "--from", dir.path().to_str().unwrap()]);
        assert!(wrote.status.success(), "{}", String::from_utf8_lossy(&wrote.stderr));
        crate::support::eventually("the running server finds what another process wrote", async || {
            (total(&server.site, "q=afterwards").await == 1).then_some(())
        }).await;
        let log = server.kill();
        assert!(!log.contains("panic"), "{log}");
    }
}

#[actix_web::test]
async fn a_server_killed_while_it_seeds_starts_again_whole() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("kepu.db").display());
    for delay in [20, 60, 120, 200, 300] {
        let mut child = crate::support::process::kepu(&url, &["serve"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(delay)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let server = Process::serve(&url);
    assert_eq!(total(&server.site, "limit=1").await, 200, "all bases or none, never some");
}

/// Two servers on one machine, with stores of their own: the port of the metrics keeps neither from serving.
#[test]
fn a_second_server_finds_another_port_for_its_metrics() {
    let (one, two) = (Fresh::new(Store::Sqlite, Holds::Seeds), Fresh::new(Store::Sqlite, Holds::Seeds));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for fresh in [&one, &two] {
        let mut command = crate::support::process::kepu(&fresh.url, &["serve"]);
        command.env("KEPU_METRICS_BIND", &address);
        let (well, log) = Process::start(command).terminate();
        assert!(well && log.contains("metrics take another port"), "{log}");
    }
}

/// A password with a mistake in it must not end in the log, however libpq words it.
#[test]
fn a_password_is_never_told() {
    for url in [
        "postgres://kepu:s3cr%zzet@127.0.0.1:1/kepu",
        "postgres://kepu:s3cr et@127.0.0.1:1/kepu",
        "postgres://kepu:s3cret@[::1/kepu",
        "postgres://kepu:s3cret@127.0.0.1:1/kepu",
    ] {
        let mut command = crate::support::process::kepu(url, &["serve", "--demo"]);
        let output = command.env("KEPU_DB_WAIT_SECONDS", "1").output().unwrap();
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && !told.contains("s3cr"), "{told}");
    }
}

#[test]
fn one_file_has_one_server() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let first = Process::serve(&fresh.url);
    let second = run(&fresh.url, &["serve"]);
    assert!(!second.status.success());
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(told.contains("another kepu serves"), "{told}");
    drop(first);
    drop(Process::serve(&fresh.url));
}

#[actix_web::test]
async fn it_stops_when_told_to_and_keeps_its_data() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Tables);
    let server = Process::serve(&fresh.url);
    let events = reqwest::get(format!("{}/v1/events", server.site)).await.unwrap().text().await.unwrap();
    let (well, log) = server.terminate();
    assert!(well && log.contains("stopping"), "{log}");
    let server = Process::serve(&fresh.url);
    let again = reqwest::get(format!("{}/v1/events", server.site)).await.unwrap().text().await.unwrap();
    let total = |page: &str| serde_json::from_str::<serde_json::Value>(page).unwrap()["total"].clone();
    assert!(total(&events).as_u64() > Some(100));
    assert_eq!(total(&events), total(&again));
    let (_, log) = server.terminate();
    assert!(!log.contains("seeded"), "a store that holds something is not seeded again");
}

/// Reading is from memory: it goes on while the database is away, and `/readyz` names what is missing.
#[actix_web::test]
async fn reading_goes_on_without_the_database() {
    let fresh = Fresh::new(Store::Postgres, Holds::Seeds);
    let server = Process::serve(&fresh.url);
    assert_eq!(total(&server.site, "limit=1").await, 200);
    // The database itself goes: nobody can connect to it any more.
    drop(fresh);
    let report = crate::support::eventually("readyz names the dead store", async || {
        let answer = reqwest::get(format!("{}/readyz", server.site)).await.unwrap();
        assert_eq!(answer.status(), 200, "a replica that can be read stays ready");
        let report = answer.text().await.unwrap();
        report.contains("down").then_some(report)
    })
    .await;
    assert!(report.contains(r#"{"name":"database","status":"down"}"#), "{report}");
    assert_eq!(total(&server.site, "limit=1").await, 200);
}
