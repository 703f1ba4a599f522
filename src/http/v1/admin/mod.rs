//! What authorities do (`/v1/admin`).

pub mod accreditations;
pub mod assessments;
pub mod assigning;
pub mod audit;
pub mod bulletins;
pub mod campaigns;
pub mod featured;
pub mod images;
pub mod organisations;
pub mod publication;
pub mod statistics;
pub mod targets;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of authorities.
pub fn configure(cfg: &mut ServiceConfig) {
    // Those of organisations before those of things of whatever kind, whose addresses would take theirs too.
    cfg.configure(audit::configure)
        .configure(organisations::configure)
        // Before what takes any kind: pictures are none of the catalogue.
        .configure(images::configure)
        .configure(statistics::configure)
        .configure(targets::configure)
        .configure(bulletins::configure)
        .configure(campaigns::configure)
        .configure(featured::configure)
        .configure(accreditations::configure)
        .configure(assessments::configure)
        .configure(publication::configure)
        .configure(assigning::configure);
}
