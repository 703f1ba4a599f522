//! Kepu (科普): find the science near you.
//!
//! Floors, lowest first, and what each may import (held by `tests/it/architecture.rs`):
//!
//! | floor | what lives there | may import |
//! |---|---|---|
//! | [`domain`] | pure types and rules | itself |
//! | [`db`], [`discovery`], [`clients`] | rows and queries; the read model; the outside world | `domain`, itself |
//! | [`app`] | use cases that change something, one transaction each | the floors below |
//! | [`jobs`] | the same, started by time or by queue | the floors below |
//! | [`http`] | requests in, answers out | the floors below, except `jobs` |
//! | [`wechat_simulator`] | WeChat's side of the wire, for demonstrations and tests | `domain` |
//! | [`server`], [`config`], [`telemetry`] | composition | everything |

pub mod app;
pub mod clients;
pub mod config;
pub mod db;
pub mod discovery;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod server;
pub mod telemetry;
pub mod wechat_simulator;

/// The catalogue is millions of small pieces of memory, made on all threads; this allocator holds and gives back less
/// than the system's. How soon it gives back is said in `.cargo/config.toml`.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
