//! WeChat's side of the wire, so that the whole way can be tried on a laptop: a server of its own which enforces
//! WeChat's documented rules and error codes. Tests use it, and `kepu serve --demo` starts it on loopback; nothing but
//! `server` may import it, and a start without `--demo` has no way to it.
//!
//! [`api`] is what Kepu's client sees. Beside it stand doors for whoever plays a person with curl ([`doors`]):
//!
//! | door | what it does |
//! |---|---|
//! | `GET /simulator` | the mini-programs, their pages and message templates |
//! | `POST /simulator/people/{name}/codes?appId=` | what `wx.login` gives: a code for one login within five minutes |
//! | `POST /simulator/people/{name}/phone-codes?appId=` | what the button `getPhoneNumber` gives |
//! | `POST /simulator/people/{name}/credits` `{appId?, templateId, count?}` | the person agrees to so many messages |
//! | `GET /simulator/people/{name}?appId=` | the person's ids, phone and credits |
//! | `GET /simulator/messages?to=&appId=` | the messages that were delivered, oldest first |
//! | `PUT /simulator/failure` `{path?, times?, answer}` | what WeChat shall answer instead: `{"errcode":-1}`, `{"status":502}`, `"garbage"` or `"hang"` |
//! | `DELETE /simulator/failure` | it works again |
//! | `POST /simulator/tokens/expire` | every token given out so far has expired |
//! | `GET /simulator/calls` | how often each path of WeChat's was asked |
//!
//! Where `appId` is left out, the first mini-program is meant. A name stands for the same person each time, with an
//! openid for each mini-program and one unionid. The code `demo-<name>` needs no door: it is that person's, as often as
//! it is used. All else holds as with WeChat: codes are good once and in one mini-program, tokens end, credits are
//! used up.
//!
//! Not played: the push of events, and trust in addresses.

pub mod api;
mod codes;
pub mod doors;
mod failures;
mod login;
mod messages;
mod moderation;
mod refusals;
mod tokens;
mod world;

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use chrono::{DateTime, Utc};

use crate::domain::clock::Clock;
use crate::domain::ids::Random;
use world::World;

pub use messages::Template;

/// A mini-program that exists here.
#[derive(Debug, Clone)]
pub struct MiniProgram {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The pages of its released edition.
    pub pages: Vec<String>,
    /// Its message templates.
    pub templates: Vec<Template>,
    /// Whether it is bound to the Open Platform account, so that people have a unionid.
    pub unionid: bool,
}

/// The page that shows an event in both mini-programs of a demonstration.
pub const EVENT_PAGE: &str = "pages/event/event";

/// The two mini-programs of a demonstration: a city's and a museum's.
#[must_use]
pub fn demonstration() -> Vec<MiniProgram> {
    let pages = ["pages/index/index", EVENT_PAGE, "pages/ticket/ticket"].map(str::to_owned);
    [("wxdemo000000000001", "demo-secret-of-the-city"), ("wxdemo000000000002", "demo-secret-of-the-museum")]
        .map(|(id, secret)| MiniProgram {
            id: id.to_owned(),
            secret: secret.to_owned(),
            pages: pages.to_vec(),
            templates: messages::demonstration(),
            unionid: true,
        })
        .to_vec()
}

/// The simulated WeChat.
pub struct Simulator {
    world: Mutex<World>,
    clock: Arc<dyn Clock>,
}

impl Simulator {
    /// A WeChat in which nothing has happened yet.
    pub fn new(apps: Vec<MiniProgram>, clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        let seed = std::array::from_fn::<_, 4, _>(|_| random.bits());
        Self { world: Mutex::new(World::new(apps, seed)), clock }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A panic while it was held has changed nothing halfway that matters here.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves a simulated WeChat. To be spawned; it stops by its handle.
///
/// # Errors
/// If the listener cannot be used.
pub fn serve(simulator: Simulator, listener: TcpListener) -> std::io::Result<Server> {
    let simulator = web::Data::new(simulator);
    let app =
        move || App::new().app_data(simulator.clone()).configure(api::configure).configure(doors::configure);
    Ok(HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(0).listen(listener)?.run())
}
