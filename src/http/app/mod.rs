//! The app that a worker runs: everything mounted, with the edge around it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, Error, web};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::declared::Declared;
use super::edge::{BODY_LIMIT, Edge, RequestIds};
use super::health::Readiness;
use super::limits::Limiter;
use super::methods::{self, Methods};
use super::state::Members;
use super::{health, openapi, v1};
use crate::domain::ids::Random;

/// How long the head of a request may take to arrive.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept; longer than the 60 seconds of usual proxies, so that they close first.
pub const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a closing connection may take.
pub const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What this floor takes from configuration.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How many requests are worked on at once, over all workers; one more is answered 503.
    pub max_in_flight: usize,
}

/// What all workers share; made once, cloned into each.
#[derive(Clone)]
pub struct Site {
    edge: Edge,
    methods: web::Data<Methods>,
    document: web::Data<openapi::Served>,
    readiness: web::Data<Readiness>,
    members: Option<web::Data<Members>>,
}

impl Site {
    /// A site that is not ready yet.
    #[must_use]
    pub fn new(settings: Settings, random: &dyn Random) -> Self {
        Self::of(mount, settings, random)
    }

    fn of(mount: fn(&mut ServiceConfig), settings: Settings, random: &dyn Random) -> Self {
        let document = openapi::collect(mount);
        Self {
            edge: Edge::new(RequestIds::new(random), settings.max_in_flight, Declared::of(&document)),
            methods: web::Data::new(Methods::of(&document)),
            document: web::Data::new(openapi::Served::new(&openapi::polish(&document))),
            readiness: web::Data::new(Readiness::default()),
            members: None,
        }
    }

    /// The same for people who log in; without, only public reading works.
    #[must_use]
    pub fn with(self, members: web::Data<Members>) -> Self {
        Self { members: Some(members), ..self }
    }

    /// The same with limits to how often somebody may ask; without, there are none.
    #[must_use]
    pub fn limited(self, limiter: Arc<Limiter>) -> Self {
        Self { edge: self.edge.limited(limiter), ..self }
    }

    /// Where the rest of the server reports its condition.
    #[must_use]
    pub fn readiness(&self) -> web::Data<Readiness> {
        self.readiness.clone()
    }
}

/// Mounts every documented operation.
pub fn mount(cfg: &mut ServiceConfig) {
    cfg.configure(health::configure).configure(v1::configure);
}

/// The app around `state`, which handlers take as `web::Data<S>`.
pub fn build<S: 'static>(site: &Site, state: web::Data<S>) -> App<impl AppFactory + use<S>> {
    assemble(site, state, mount)
}

fn assemble<S: 'static>(
    site: &Site,
    state: web::Data<S>,
    mount: fn(&mut ServiceConfig),
) -> App<impl AppFactory + use<S>> {
    App::new()
        .app_data(state)
        .app_data(site.methods.clone())
        .app_data(site.document.clone())
        .app_data(site.readiness.clone())
        .app_data(web::PayloadConfig::new(BODY_LIMIT))
        .app_data(web::JsonConfig::default().limit(BODY_LIMIT))
        .configure(|app| {
            if let Some(members) = site.members.clone() {
                app.app_data(members);
            }
        })
        .into_utoipa_app()
        .configure(mount)
        .into_app()
        .configure(openapi::configure)
        .default_service(web::to(methods::unmatched))
        .wrap(site.edge.clone())
}

/// The type of an app's inside, spelled once.
pub trait AppFactory:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >
{
}

impl<F> AppFactory for F where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        >
{
}

#[cfg(test)]
mod tests;
