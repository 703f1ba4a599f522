//! What authorities do (`/v1/admin`).

pub mod assigning;
pub mod audit;
pub mod organisations;
pub mod publication;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of authorities.
pub fn configure(cfg: &mut ServiceConfig) {
    // Those of organisations before those of things of whatever kind, whose addresses would take theirs too.
    cfg.configure(audit::configure).configure(organisations::configure);
    cfg.configure(publication::configure).configure(assigning::configure);
}
