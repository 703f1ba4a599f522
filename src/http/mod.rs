//! Floor 4: requests in, answers out.
//!
//! | file | what it does |
//! |---|---|
//! | [`edge`] | what every request passes: id, limits, caching, compression, problems, log, metrics |
//! | [`params`] | the table-driven parser of query strings, which documents itself |
//! | [`problem`] | the table of error codes |
//! | [`openapi`] | the document, and the page that shows it |
//! | [`health`] | alive, ready, metrics |
//! | [`v1`] | one file per noun |
//! | [`app`] | puts them together |

pub mod language;
pub mod params;
pub mod problem;
