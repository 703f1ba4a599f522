//! Accounts: logging in by WeChat or by password, going on, logging out, and who is let in.

mod bodies;
mod companions;
mod export;
mod forged;
mod logins;
mod passwords;
mod phone;
mod profile;
mod refresh;
mod roles;
mod sealed;
mod secrets;
mod totp;

use std::sync::Arc;

use kepu::app::passwords::{NewAccount, create};
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::{OrganisationId, PersonId, SystemRandom};
use kepu::domain::roles::{AuthorityRole, Role};
use kepu::domain::totp::TotpCode;
use kepu::domain::wechat::AppId;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::catalogue::ground;
use crate::support::server::{Answer, NOW, Server, Site};
use crate::support::stores::{Fresh, Holds, Store};

const CITY: &str = "wxdemo000000000001";
const MUSEUM: &str = "wxdemo000000000002";

/// The tokens that a login gave.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert_eq!(body["expiresIn"], 900);
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self { access: text("accessToken"), refresh: text("refreshToken") }
    }
}

/// A server over an empty store with the mini-programs of a demonstration.
async fn server(store: Store) -> Server {
    Server::simulated(Arc::new(Fresh::new(store, Holds::Tables))).await
}

/// The same over a store with an organisation, `org`, and Guangdong, Guangzhou and Tianhe.
async fn grounded(store: Store) -> Server {
    let fresh = Fresh::new(store, Holds::Tables);
    ground(&fresh.open(Arc::new(FixedClock(NOW))));
    Server::simulated(Arc::new(fresh)).await
}

/// The password of console accounts here.
const PASSWORD: &str = "quiet owls at noon";

fn authority(role: AuthorityRole, adcode: &str) -> Role {
    Role::Authority(role, adcode.parse().unwrap())
}

/// Makes a console account.
fn make(server: &Server, username: &str, role: Role) -> PersonId {
    let account = NewAccount { username: username.into(), password: PASSWORD.into(), role };
    create(&server.running.db, &SystemRandom, &account).unwrap()
}

async fn by_password(site: &Site, username: &str, password: &str, code: Option<&TotpCode>) -> Answer {
    let mut body = json!({ "username": username, "password": password });
    if let Some(code) = code {
        body["totp"] = code.expose().into();
    }
    post(site, "/v1/auth/password", body).await
}

async fn post(site: &Site, path: &str, body: Value) -> Answer {
    site.send(site.client.post(site.url(path)).json(&body)).await
}

/// Logs in a person of the simulated WeChat.
async fn log_in(site: &Site, app: &str, name: &str) -> Tokens {
    let body = json!({ "appId": app, "code": format!("demo-{name}") });
    Tokens::of(&post(site, "/v1/auth/wechat", body).await)
}

async fn refresh(site: &Site, token: &str) -> Answer {
    post(site, "/v1/auth/refresh", json!({ "refreshToken": token })).await
}

/// A request of whoever holds this access token.
fn by(site: &Site, method: Method, path: &str, access: &str) -> RequestBuilder {
    site.client.request(method, site.url(path)).bearer_auth(access)
}

/// `GET /v1/me`.
async fn me(site: &Site, access: &str) -> Answer {
    site.send(by(site, Method::GET, "/v1/me", access)).await
}

/// The id of whoever holds this access token.
async fn who(site: &Site, access: &str) -> String {
    let answer = me(site, access).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Asserts a problem by its status and code.
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json()["code"], code);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge.is_some_and(|told| told.starts_with("Bearer realm=\"kepu\"")), status == 401);
}

fn app(id: &str) -> AppId {
    id.parse().unwrap()
}
