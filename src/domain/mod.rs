//! Floor 1: pure types and rules. No I/O, no diesel, no actix.
//!
//! A noun's file holds what the thing *is*, as it is stored and as a feed carries it: identity and version
//! stand around it in [`record::Record`]. Wire shapes are the business of `http`.

pub mod access;
pub mod admission;
pub mod bases;
pub mod bulletins;
pub mod calendar;
pub mod campaigns;
pub mod clock;
pub mod datum;
pub mod divisions;
pub mod door_codes;
pub mod events;
pub mod favourites;
pub mod geo;
pub mod hidden;
pub mod hours;
pub mod ids;
pub mod invalid;
mod key_text;
pub mod kinds;
pub mod logins;
pub mod media;
pub mod nearest;
pub mod notices;
pub mod organisations;
pub mod outline;
pub mod partial_date;
pub mod persons;
pub mod places;
pub mod policies;
pub mod programme;
pub mod record;
pub mod recurrence;
pub mod resources;
pub mod roles;
pub mod routes;
pub mod sealing;
pub mod series;
pub mod sessions;
pub mod signup_terms;
pub mod signups;
pub mod sources;
pub mod subscriptions;
pub mod taxonomy;
pub mod text;
pub mod ticket_codes;
pub mod tickets;
pub mod time;
pub mod wechat;
