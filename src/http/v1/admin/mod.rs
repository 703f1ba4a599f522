//! What authorities do (`/v1/admin`).

pub mod audit;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of authorities.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(audit::configure);
}
