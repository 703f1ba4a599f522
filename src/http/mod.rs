//! Floor 4: requests in, answers out.
//!
//! | file | what it does |
//! |---|---|
//! | [`body`] | lists put together from parts that were written before
//! | [`access`] | who may do what: the one table of all operations |
//! | [`app`] | puts everything together for a worker |
//! | `declared` | refuses what an operation does not take |
//! | [`edge`] | what every request passes: id, limits, problems, caching, compression, log, metrics |
//! | [`forms`] | answers as GeoJSON, iCalendar, Atom and linked data |
//! | [`hashing`] | lets few hash passwords at once |
//! | [`health`] | alive, ready, metrics |
//! | [`json`] | reads bodies strictly, and says where one is wrong |
//! | [`language`] | which language a caller wants |
//! | [`limits`] | how often somebody may ask for what |
//! | [`list`] | the shape of every list |
//! | [`lookup`] | from parameters to a question: what only the catalogue can judge |
//! | [`methods`] | tells a wrong method from a wrong address |
//! | [`openapi`] | the document, and the page that shows it |
//! | [`pages`] | which page is asked for, and where the next one continues |
//! | [`params`] | the table-driven parser of queries, which documents itself |
//! | [`person`] | who calls: access stands in a handler's signature |
//! | [`private`] | answers that nobody keeps |
//! | [`problem`] | the table of error codes |
//! | [`repeats`] | `Idempotency-Key`: what makes something makes it once |
//! | [`staff`] | the same for those who hold a role |
//! | [`state`] | what every handler works on |
//! | `wire` | how closed sets of words are written |
//! | [`v1`] | one file per noun |

pub mod access;
pub mod app;
pub mod body;
mod declared;
pub mod edge;
pub mod forms;
pub mod health;
pub mod json;
pub mod language;
pub mod limits;
pub mod list;
pub mod lookup;
pub mod methods;
pub mod multipart;
pub mod openapi;
pub mod pages;
pub mod params;
pub mod person;
pub mod private;
pub mod problem;
pub mod repeats;
pub mod staff;
pub mod state;
pub mod turns;
pub mod v1;
mod wire;
