//! The API, first version: one file per noun, each mounting and documenting its own operations.
//!
//! To add a noun: its file with `pub fn configure(cfg: &mut ServiceConfig)`, its line here, its tag in
//! [`super::openapi`].
//!
//! What is sent is a type of this floor, made from an entry of the read model as a [`view::View`] shows it: it
//! borrows texts from the snapshot, and an absent value is an absent field.

pub mod admin;
pub mod admission;
pub mod auth;
pub mod bases;
pub mod bulletins;
pub mod campaigns;
pub mod changes;
pub mod checkins;
pub mod companions;
pub mod divisions;
pub mod events;
pub mod export;
pub mod facets;
pub mod favourites;
pub mod filters;
pub mod home;
pub mod images;
pub mod manage;
pub mod map;
pub mod me;
pub mod media;
mod names;
pub mod notices;
pub mod organisations;
pub mod organisers;
pub mod passwords;
pub mod places;
pub mod policies;
pub mod references;
pub mod reports;
pub mod resources;
pub mod review;
pub mod roles;
pub mod routes;
pub mod search;
pub mod series;
pub mod sessions;
pub mod signups;
pub mod statistics;
pub mod subscriptions;
pub mod suggest;
pub mod taxonomy;
pub mod view;
pub mod wechat;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts every noun.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(home::configure)
        .configure(search::configure)
        .configure(map::configure)
        .configure(suggest::configure)
        .configure(events::configure)
        .configure(sessions::configure)
        .configure(bases::configure)
        .configure(routes::configure)
        .configure(series::configure)
        .configure(campaigns::configure)
        .configure(organisations::configure)
        .configure(taxonomy::configure)
        .configure(divisions::configure)
        .configure(resources::configure)
        .configure(policies::configure)
        .configure(bulletins::configure)
        .configure(images::configure)
        .configure(changes::configure)
        .configure(auth::configure)
        .configure(signups::configure)
        .configure(me::configure)
        .configure(companions::configure)
        .configure(export::configure)
        .configure(checkins::configure)
        .configure(passwords::configure)
        .configure(notices::configure)
        .configure(wechat::configure)
        .configure(favourites::configure)
        .configure(subscriptions::configure)
        .configure(manage::configure)
        .configure(admin::configure)
        .configure(reports::configure)
        .configure(review::configure);
}
