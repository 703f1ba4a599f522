//! What organisations do here (`/v1/manage`).

pub mod organisations;
pub mod webhooks;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(organisations::configure).configure(webhooks::configure);
}

/// An answer that nobody keeps: it changes with whoever asks.
fn answer(status: StatusCode, body: impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
