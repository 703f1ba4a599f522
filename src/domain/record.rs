//! A catalogued thing as the store holds it.

use chrono::{DateTime, Utc};

/// Identity and version around a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<I, T> {
    /// Its id, never reused.
    pub id: I,
    /// Counts changes from 1. The feed applies a record only over a lower version, so replays are harmless.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What it is.
    pub body: T,
}
