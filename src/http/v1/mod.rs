//! The API, first version: one file per noun, each mounting and documenting its own operations.
//!
//! To add a noun: its file with `pub fn configure(cfg: &mut ServiceConfig)`, its line here, its tag in
//! [`super::openapi`].

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts every noun.
pub fn configure(_cfg: &mut ServiceConfig) {}
