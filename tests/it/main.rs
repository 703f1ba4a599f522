//! The one test binary: everything that needs a store, a server or a process. `scripts/with-services` gives it
//! PostgreSQL and Redis; without them it fails and says so.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[macro_use]
mod support;

mod accounts;
mod architecture;
mod audit;
mod authoring;
mod bench_data;
mod campaigns;
mod checkins;
mod directory;
mod drafts;
mod faults;
mod feed;
mod fuzz;
mod imports;
mod interests;
mod limits;
mod migrations;
mod mirror;
mod notices;
mod openapi;
mod operations;
mod oracle;
mod organisations;
mod readers;
mod reading;
mod replicas;
mod search;
mod seeds;
mod signups;
mod statistics;
mod store;
mod visibility;
mod webhooks;
mod wechat;
