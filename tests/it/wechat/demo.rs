//! The program: what a demonstration brings, what production refuses, and what the log must not hold.

use std::process::Output;

use crate::support::process::{Process, kepu};
use crate::support::stores::{Fresh, Holds, Store};

const CITY: &str = "wxdemo000000000001";

fn fresh() -> Fresh {
    Fresh::new(Store::Sqlite, Holds::Seeds)
}

/// What a start says that must be refused.
fn refused(arguments: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = kepu(&fresh().url, arguments);
    let Output { status, stdout, stderr } = command.envs(env.iter().copied()).output().unwrap();
    let told = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert!(!status.success(), "{told}");
    told
}

async fn code_of_an_event(site: &str) -> reqwest::Response {
    let events: serde_json::Value =
        reqwest::get(format!("{site}/v1/events?limit=1")).await.unwrap().json().await.unwrap();
    let event = events["items"][0]["id"].as_str().unwrap();
    reqwest::get(format!("{site}/v1/events/{event}/wxacode?appId={CITY}")).await.unwrap()
}

/// The log of everything that any library has to say while a token is fetched and used, refused and replaced.
#[actix_web::test]
async fn secrets_and_tokens_are_never_logged() {
    let fresh = fresh();
    let mut command = kepu(&fresh.url, &["serve", "--demo"]);
    command.env("KEPU_LOG", "trace");
    let server = Process::start(command);
    let answer = code_of_an_event(&server.site).await;
    assert_eq!(answer.status(), 200);
    let (_, log) = server.terminate();
    assert!(log.contains("wxacode") && log.contains("TRACE"), "it logs");
    for secret in ["demo-secret", "simulated_", "access_token=", "secret="] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}

#[actix_web::test]
async fn without_demo_there_is_no_simulator() {
    let fresh = fresh();
    let server = Process::start(kepu(&fresh.url, &["serve"]));
    let answer = code_of_an_event(&server.site).await;
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("noMiniProgram"));
}

#[test]
fn production_refuses_a_wechat_that_is_not_encrypted() {
    let remote = ("KEPU_BIND", "0.0.0.0:0");
    let told = refused(&["serve"], &[remote, ("KEPU_WECHAT_BASE", "http://127.0.0.1:9465")]);
    assert!(told.contains("KEPU_WECHAT_BASE is not https, which is refused in production"), "{told}");
    let told = refused(&["serve"], &[("KEPU_WECHAT_BASE", "http://wechat.example.org")]);
    assert!(told.contains("an https address without a path"), "{told}");
    let told = refused(&["serve", "--demo"], &[("KEPU_SIMULATOR_BIND", "0.0.0.0:9465")]);
    assert!(told.contains("it must be a loopback address"), "{told}");
}

#[test]
fn a_demonstration_takes_no_real_mini_program() {
    let secret = ("KEPU_WECHAT_SECRETS", "wxb11529c136998cb6:s3cret");
    let told = refused(&["serve", "--demo"], &[secret]);
    assert!(told.contains("--demo brings a simulated WeChat") && !told.contains("s3cret"), "{told}");
    let told = refused(&["serve"], &[("KEPU_WECHAT_SECRETS", "wxb11529c136998cb6=s3cret")]);
    assert!(told.contains("not shown here") && !told.contains("s3cret"), "{told}");
}
