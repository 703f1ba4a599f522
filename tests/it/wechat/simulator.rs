//! A simulated WeChat of a test's own, and the doors to it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use kepu::clients::wechat::{App, AppSecret, BaseUrl, MiniProgram, Settings, Wechat};
use kepu::domain::clock::{Clock, ManualClock};
use kepu::domain::ids::SystemRandom;
use kepu::server::demonstration_templates;
use kepu::wechat_simulator::{self, EVENT_PAGE, Simulator};
use serde_json::{Value, json};

use crate::support::server::{NOW, Site};

pub const CITY: &str = "wxdemo000000000001";
pub const MUSEUM: &str = "wxdemo000000000002";

pub const CODES: &str = "/wxa/getwxacodeunlimit";
pub const MESSAGES: &str = "/cgi-bin/message/subscribe/send";
pub const PHONES: &str = "/wxa/business/getuserphonenumber";
pub const TOKENS: &str = "/cgi-bin/stable_token";

/// The doors of a simulated WeChat.
pub struct Doors(pub Site);

impl Doors {
    pub fn at(address: SocketAddr) -> Self {
        Self(Site::at(address))
    }

    /// How often a path was asked.
    pub async fn calls(&self, path: &str) -> u64 {
        self.0.json("/simulator/calls").await[path].as_u64().unwrap_or(0)
    }

    /// Has a path answer something else, so many times.
    pub async fn fail(&self, path: &str, times: Option<u32>, answer: Value) {
        let mut order = json!({ "path": path, "answer": answer });
        if let Some(times) = times {
            order["times"] = times.into();
        }
        self.done(self.0.client.put(self.0.url("/simulator/failure")).json(&order)).await;
    }

    pub async fn recover(&self) {
        self.done(self.0.client.delete(self.0.url("/simulator/failure"))).await;
    }

    pub async fn expire_tokens(&self) {
        self.post("/simulator/tokens/expire", json!({})).await;
    }

    /// A code for a login.
    pub async fn code(&self, name: &str, app: &str) -> String {
        let given = self.post(&format!("/simulator/people/{name}/codes?appId={app}"), json!({})).await;
        given["code"].as_str().unwrap().to_owned()
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.done(self.0.client.post(self.0.url(path)).json(&body)).await
    }

    async fn done(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = self.0.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

/// A client whose WeChat is simulated.
pub struct Played {
    pub wechat: Wechat,
    pub settings: Settings,
    pub doors: Doors,
    pub clock: ManualClock,
}

impl Played {
    /// Starts it; it ends with the test's runtime.
    pub fn start() -> Self {
        let clock = ManualClock::new(NOW);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let apps = wechat_simulator::demonstration();
        let known = apps.iter().map(|app| App {
            id: app.id.parse().unwrap(),
            secret: AppSecret::from(app.secret.as_str()),
            event_page: EVENT_PAGE.to_owned(),
            templates: demonstration_templates(),
            push: None,
        });
        let base = BaseUrl::parse(&format!("http://{address}")).unwrap();
        let settings = Settings { base, apps: known.collect() };
        let simulator = Simulator::new(apps, shared.clone(), &SystemRandom);
        actix_web::rt::spawn(wechat_simulator::serve(simulator, listener).unwrap());
        let wechat = Wechat::new(settings.clone(), &shared).unwrap();
        Self { wechat, settings, doors: Doors::at(address), clock }
    }

    pub fn app(&self, id: &str) -> &MiniProgram {
        self.wechat.app(id).unwrap()
    }
}
