//! Filters that several nouns share, and the tables of operations that filter nothing.

use crate::discovery::bases;
use crate::http::params::groups::{CRS, LANGUAGE};
use crate::http::params::{Kind, Param, Table};
use crate::http::wire::wire;

wire! {
    /// A need that a place should provide for.
    Need = bases::Need {
        /// Step-free access.
        Wheelchair "wheelchair"
        /// Help for people who hear little.
        Hearing "hearing"
        /// Help for people who see little.
        Visual "visual"
    }
}

/// Subjects.
pub const TOPIC: Param = Param::new(
    "topic",
    Kind::Codes { scheme: "topic" },
    "Only what is about one of these topics: codes of `/v1/taxonomy?scheme=topic`.",
    "astronomy_space,ocean",
);
/// For whom.
pub const AUDIENCE: Param = Param::new(
    "audience",
    Kind::Codes { scheme: "audience" },
    "Only what is made for one of these audiences: codes of `/v1/taxonomy?scheme=audience`.",
    "child_family,youth",
);
/// By whom.
pub const ORGANISER: Param = Param::new(
    "organiser",
    Kind::Ids,
    "Only what one of these organisations runs, in whatever role: ids of `/v1/organisations`.",
    "01h2x7m9k4qpz",
);
/// At what price.
pub const FREE: Param = Param::new(
    "free",
    Kind::Boolean,
    "Only what is known to be free, or only what is known not to be.",
    "true",
);
/// Who can get in.
pub const ACCESSIBILITY: Param = Param::new(
    "accessibility",
    Kind::Words(Need::WORDS),
    "Only what is known to provide for all of these needs, in part at least.",
    "wheelchair",
);

/// An operation whose answer has positions, and which filters nothing.
pub struct Placed;

impl Table for Placed {
    const PARAMS: &'static [&'static [Param]] = &[&[CRS], LANGUAGE];
}

/// An operation whose answer has no positions, and which filters nothing.
pub struct Plain;

impl Table for Plain {
    const PARAMS: &'static [&'static [Param]] = &[LANGUAGE];
}
