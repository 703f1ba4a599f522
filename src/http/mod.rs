//! Floor 4: requests in, answers out.
//!
//! | file | what it does |
//! |---|---|
//! | [`app`] | puts everything together for a worker |
//! | [`edge`] | what every request passes: id, limits, problems, caching, compression, log, metrics |
//! | [`health`] | alive, ready, metrics |
//! | [`language`] | which language a caller wants |
//! | [`list`] | the shape of every list |
//! | [`methods`] | tells a wrong method from a wrong address |
//! | [`openapi`] | the document, and the page that shows it |
//! | [`params`] | the table-driven parser of queries, which documents itself |
//! | [`problem`] | the table of error codes |
//! | [`v1`] | one file per noun |

pub mod app;
pub mod edge;
pub mod health;
pub mod language;
pub mod list;
pub mod methods;
pub mod openapi;
pub mod params;
pub mod problem;
pub mod state;
pub mod v1;
