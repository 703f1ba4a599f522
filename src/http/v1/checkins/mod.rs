//! Check-in (签到): what devices at a door need and say, and what people do for themselves.

pub mod counts;
pub mod desk;
mod device;
pub mod entries;
pub mod own;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(desk::configure)
        .configure(entries::configure)
        .configure(counts::configure)
        .configure(own::configure);
}
