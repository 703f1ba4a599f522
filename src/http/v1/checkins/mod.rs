//! Check-in (签到): what devices at a door need and say, and what people do for themselves.

pub mod counts;
pub mod desk;
mod device;
pub mod entries;
pub mod own;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(desk::configure)
        .configure(entries::configure)
        .configure(counts::configure)
        .configure(own::configure);
}

/// An answer that nobody keeps: it is about persons, or good for half a minute.
fn answer(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
