//! Whether this process lives, whether it can serve, and its metrics.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the rest of the server tells about its condition; shared by all workers.
#[derive(Debug, Default)]
pub struct Readiness {
    ready: AtomicBool,
    stores: RwLock<Vec<StoreReport>>,
}

impl Readiness {
    /// Says whether requests can be served: from the first snapshot until shutdown begins.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Says how a store is. A dead store makes nobody unready: what the public reads comes from memory.
    pub fn set_store(&self, name: &'static str, up: bool) {
        let status = if up { StoreStatus::Up } else { StoreStatus::Down };
        // A panic elsewhere cannot leave this list half-written, so a poisoned lock is as good as any.
        let mut stores = self.stores.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        match stores.iter_mut().find(|store| store.name == name) {
            Some(store) => store.status = status,
            None => stores.push(StoreReport { name, status }),
        }
    }

    fn report(&self) -> ReadyReport {
        let ready = self.ready.load(Ordering::Acquire);
        let stores = self.stores.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        ReadyReport { status: if ready { ReadyStatus::Ready } else { ReadyStatus::NotReady }, stores }
    }
}

/// Alive, always.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthReport {
    /// `alive`.
    #[schema(example = "alive")]
    status: &'static str,
}

/// Whether this replica serves, and how its stores are.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyReport {
    /// `ready` from the first snapshot until shutdown.
    status: ReadyStatus,
    /// The stores behind it. One that is down stops changes, not reading.
    stores: Vec<StoreReport>,
}

/// Whether a replica serves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReadyStatus {
    /// It does.
    Ready,
    /// It is starting or stopping.
    NotReady,
}

/// How one store is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StoreReport {
    /// `database` or `redis`.
    #[schema(example = "database")]
    name: &'static str,
    /// Whether it answered when last asked.
    status: StoreStatus,
}

/// Whether a store answered when last asked.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum StoreStatus {
    /// It did.
    Up,
    /// It did not.
    Down,
}

/// Whether this is one of the addresses of this file, which must answer when nothing else does.
#[must_use]
pub fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// Mounts `/healthz` and `/readyz`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_health).service(get_readiness);
}

/// Alive
///
/// 200 as long as the process answers at all.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It lives.", body = HealthReport))
)]
#[get("/healthz")]
async fn get_health() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(HealthReport { status: "alive" })
}

/// Ready to serve
///
/// 200 from the first snapshot of the catalogue until shutdown begins. A store that is down is named and changes
/// nothing in the status: reading goes on from memory.
#[utoipa::path(
    tag = "service",
    responses(
        (status = 200, description = "It serves.", body = ReadyReport),
        (status = 503, description = "It is starting or stopping; send requests elsewhere.", body = ReadyReport),
    )
)]
#[get("/readyz")]
async fn get_readiness(readiness: web::Data<Readiness>) -> HttpResponse {
    let report = readiness.report();
    let mut answer = match report.status {
        ReadyStatus::Ready => HttpResponse::Ok(),
        ReadyStatus::NotReady => HttpResponse::ServiceUnavailable(),
    };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(report)
}

/// Mounts `/metrics`, for a listener of its own; needs a [`PrometheusHandle`] as [`web::Data`].
pub fn configure_metrics(cfg: &mut web::ServiceConfig) {
    cfg.service(get_metrics);
}

#[get("/metrics")]
async fn get_metrics(metrics: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render())
}
