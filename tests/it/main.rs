//! The one test binary: everything that needs a store, a server or a process. `scripts/with-services` gives it
//! PostgreSQL and Redis; without them it fails and says so.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[macro_use]
mod support;

mod architecture;
mod faults;
mod feed;
mod migrations;
mod mirror;
mod openapi;
mod reading;
mod replicas;
mod seeds;
mod store;
