//! What authorities do (`/v1/admin`).

pub mod audit;
pub mod publication;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of authorities.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(audit::configure).configure(publication::configure);
}
