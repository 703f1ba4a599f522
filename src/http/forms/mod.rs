//! Other forms of what the API answers as JSON: for maps, calendars, feed readers, search engines and offices.
//!
//! | file | form | media type |
//! |---|---|---|
//! | [`geojson`] | any list, for a map | `application/geo+json`, RFC 7946 |
//! | [`icalendar`] | sessions | `text/calendar`, RFC 5545 |
//! | [`atom`] | what changed last | `application/atom+xml`, RFC 4287 |
//! | [`jsonld`] | an event | `application/ld+json`, schema.org |
//! | [`sheets`] | tables, for Excel | `text/csv`, and workbooks |
//!
//! Each file writes its form and knows little of what it writes; the operations stand with their nouns in
//! [`super::v1`]. [`accept`] chooses where one address has two forms, [`origin`] tells addresses that must be absolute.
//! Positions are WGS-84 in all of them, whatever `crs` says.

pub mod accept;
pub mod atom;
pub mod geojson;
pub mod icalendar;
pub mod jsonld;
pub mod origin;
pub mod sheets;

use std::fmt::Display;

/// The name of a thing that stays the same wherever it is served, for forms that ask for one.
pub fn urn(kind: &str, id: impl Display) -> String {
    format!("urn:kepu:{kind}:{id}")
}
