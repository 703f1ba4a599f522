//! Files of sessions: what becomes of them, sent once, twice and changed; and what becomes of files that mean harm.

mod forms;
mod hostile;
mod large;
mod telling;
mod whole;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::db::organisations;
use kepu::domain::ids::{EventId, OrganisationId, PersonId, SessionId};
use kepu::domain::roles::{MemberRole, Role};
use kepu::domain::time::CHINA;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::signups::{alone, by, log_in, server as ground_server, signed_up, stars, start};
use crate::support::catalogue;
use crate::support::server::{Answer, Server};
use crate::support::stores::{Fresh, Holds, Store};

/// The example of the guide.
const EXAMPLE: &str = include_str!("../../../docs/examples/sessions.csv");

const CSV: &str = "text/csv";

/// A server with the seeds of this repository, and an editor of an organisation that has nothing yet.
async fn lab(store: Store) -> (Server, String) {
    let server = Server::simulated(Arc::new(Fresh::new(store, Holds::Seeds))).await;
    let editor = member(&server, "editor", MemberRole::Editor, "lab").await;
    (server, editor)
}

async fn member(server: &Server, name: &str, role: MemberRole, organisation: &str) -> String {
    let access = log_in(server, name).await;
    let me = server.send(by(server, Method::GET, "/v1/me", &access)).await.json();
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    let role = Role::Member(role, OrganisationId::from_slug(organisation));
    let granted = server.running.db.write(|tx| {
        catalogue::organisation(tx, organisation)?;
        Ok::<_, app::Error>(kepu::db::roles::grant(tx, id, role)?)
    });
    granted.unwrap();
    access
}

fn sending(
    server: &Server,
    access: &str,
    query: &str,
    media: &str,
    file: impl Into<Vec<u8>>,
) -> RequestBuilder {
    let path = format!("/v1/manage/imports?{query}");
    by(server, Method::POST, &path, access).header("content-type", media).body(file.into())
}

/// What a file would do, which must be readable.
async fn look(server: &Server, access: &str, media: &str, file: impl Into<Vec<u8>>) -> Value {
    let answer = server.send(sending(server, access, "dryRun=true", media, file)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn apply(server: &Server, access: &str, report: &Value, submit: bool) -> Answer {
    let path = format!("/v1/manage/imports/{}/apply", report["id"].as_str().unwrap());
    server.send(by(server, Method::POST, &path, access).json(&json!({ "submit": submit }))).await
}

async fn applied(server: &Server, access: &str, report: &Value) -> Value {
    let answer = apply(server, access, report, false).await;
    assert_eq!(answer.status, 200, "{} {report}", answer.text);
    answer.json()
}

fn counts(create: usize, update: usize, same: usize, error: usize) -> Value {
    json!({ "create": create, "update": update, "same": same, "error": error })
}

/// The errors of a report: row, column, code.
fn errors(report: &Value) -> Vec<String> {
    findings(report, "error")
}

fn findings(report: &Value, level: &str) -> Vec<String> {
    let all = report["rows"].as_array().unwrap().iter().filter(|row| row["level"] == level);
    all.map(|row| {
        format!("{} {} {}", row["row"], row["column"].as_str().unwrap_or("-"), row["code"].as_str().unwrap())
    })
    .collect()
}

async fn managed(server: &Server, access: &str) -> Vec<Value> {
    let answer = server.send(by(server, Method::GET, "/v1/manage/events?limit=50", access)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn exported(server: &Server, access: &str, query: &str) -> Vec<u8> {
    let answer =
        by(server, Method::GET, &format!("/v1/manage/sessions?{query}"), access).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

/// A moment as it stands in a cell.
fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M").to_string()
}

on_both_stores! {
    async fn the_example_is_taken_in_and_the_same_file_again_changes_nothing(store: Store) {
        let (server, editor) = lab(store).await;
        let report = look(&server, &editor, CSV, EXAMPLE).await;
        assert_eq!(report["counts"], counts(5, 0, 0, 0), "{report}");
        assert_eq!((&report["events"], &report["form"]), (&counts(2, 0, 0, 0), &json!("csv")));
        assert_eq!(report["rows"], json!([]), "nothing of it is missing");
        assert!(managed(&server, &editor).await.is_empty(), "it was only looked at");

        let answer = apply(&server, &editor, &report, true).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let done = answer.json();
        assert_eq!((&done["counts"], &done["submitted"], &done["told"]), (&counts(5, 0, 0, 0), &json!(2), &json!(0)));
        let events = managed(&server, &editor).await;
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event["review"]["state"] == "submitted"), "{events:?}");
        let again = apply(&server, &editor, &report, true).await.json();
        assert_eq!((&again["counts"], &again["submitted"]), (&done["counts"], &json!(2)), "a repeat is harmless");
        assert_eq!(managed(&server, &editor).await, events);

        // As Chinese Excel saves it.
        let gbk = encoding_rs::GB18030.encode(EXAMPLE).0.into_owned();
        let report = look(&server, &editor, "application/octet-stream", gbk).await;
        assert_eq!((&report["counts"], &report["events"]), (&counts(0, 0, 5, 0), &counts(0, 0, 2, 0)));
        applied(&server, &editor, &report).await;
        assert_eq!(managed(&server, &editor).await, events);
    }

    async fn changed_rows_change_their_sessions_and_what_is_not_in_the_file_is_left_alone(store: Store) {
        let (server, editor) = lab(store).await;
        let first = look(&server, &editor, CSV, EXAMPLE).await;
        applied(&server, &editor, &first).await;
        let lines: Vec<&str> = EXAMPLE.lines().collect();
        let changed = [
            lines[0],
            &lines[1].replace(",24,", ",30,"),
            &lines[2].replace("9:30-11:00", "14:00-15:30"),
            &lines[3].replace("A3", "A4").replace("2026/12/19", "2026/12/20"),
        ]
        .join("\r\n");
        let report = look(&server, &editor, CSV, changed.clone()).await;
        assert_eq!(report["counts"], counts(1, 2, 0, 0), "{report}");
        assert_eq!((&report["events"], &report["leftAlone"]), (&counts(0, 0, 1, 0), &json!(1)));
        applied(&server, &editor, &report).await;
        let report = look(&server, &editor, CSV, changed).await;
        assert_eq!(report["counts"], counts(0, 0, 3, 0));
        let rest = [lines[0], lines[3], lines[4], lines[5]].join("\n");
        assert_eq!(look(&server, &editor, CSV, rest).await["counts"], counts(0, 0, 3, 0));
    }

    async fn whoever_signed_up_for_a_session_that_a_file_moves_is_told_once(store: Store) {
        let server = ground_server(store, vec![stars("s", 2, json!({})), stars("t", 2, json!({}))]).await;
        let editor = member(&server, "editor", MemberRole::Editor, "org").await;
        let lan = log_in(&server, "lan").await;
        signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let [s, t] = ["s", "t"].map(SessionId::from_slug);
        let event = EventId::from_slug("stars");
        let row = |id: SessionId, from: DateTime<Utc>| {
            format!("{id},{event},{},{}\n", clock(from), clock(from + TimeDelta::hours(1)))
        };
        let length = exported(&server, &editor, "format=csv&lang=en").await;
        let sent = String::from_utf8(length).unwrap();
        assert_eq!(look(&server, &editor, CSV, sent).await["counts"], counts(0, 0, 2, 0), "ids here are names too");

        let head = "Session no.,Event no.,Start,End\n";
        let moved = format!("{head}{}{}", row(s, start() + TimeDelta::days(1)), row(t, start() + TimeDelta::days(2)));
        let report = look(&server, &editor, CSV, moved).await;
        assert_eq!((&report["counts"], &report["told"]), (&counts(0, 2, 0, 0), &json!(1)), "{report}");
        let notices = || async {
            let all = server.send(by(&server, Method::GET, "/v1/me/notices?limit=50", &lan)).await.json();
            all["items"].as_array().unwrap().iter().filter(|one| one["purpose"] == "changed").count()
        };
        assert_eq!(notices().await, 0, "it was only looked at");
        assert_eq!(applied(&server, &editor, &report).await["told"], 1);
        applied(&server, &editor, &report).await;
        assert_eq!(notices().await, 1);
    }

    async fn of_a_trusted_organisation_what_is_submitted_is_published_at_once(store: Store) {
        let (server, editor) = lab(store).await;
        let trust = server.running.db.write(|tx| organisations::set_trusted(tx, OrganisationId::from_slug("lab"), true));
        trust.unwrap();
        let answer = server.send(sending(&server, &editor, "dryRun=false&submit=true", CSV, EXAMPLE)).await;
        let applied = answer.json()["applied"].clone();
        assert_eq!((&applied["published"], &applied["counts"]), (&json!(2), &counts(5, 0, 0, 0)), "{}", answer.text);
        crate::support::eventually("everybody finds it", || async {
            let found = server.json("/v1/events?q=DNA%20%E6%8F%90%E5%8F%96").await;
            (found["items"][0]["title"] == "DNA 提取实验课").then_some(())
        })
        .await;
    }

    async fn a_file_that_was_exported_is_all_the_same_when_it_comes_back(store: Store) {
        let (server, editor) = lab(store).await;
        let first = look(&server, &editor, CSV, EXAMPLE).await;
        applied(&server, &editor, &first).await;
        for query in ["format=csv", "format=xlsx", "format=xlsx&lang=en", "format=csv&lang=zh-HK"] {
            let file = exported(&server, &editor, query).await;
            let report = look(&server, &editor, "application/octet-stream", file).await;
            assert_eq!(report["counts"], counts(0, 0, 5, 0), "{query} {report}");
            assert_eq!(report["rows"], json!([]));
        }
        let headers = server.send(by(&server, Method::GET, "/v1/manage/sessions", &editor)).await.headers;
        let saved = headers["content-disposition"].to_str().unwrap();
        assert!(saved.contains("filename*=UTF-8''%E6%B4%BB%E5%8A%A8"), "{saved}");
    }
}
