//! Catalogued things: what they are, around it identity and version.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::invalid::Invalid;
use super::kinds::Kind;
use super::text::Text;

/// A kind of thing that the catalogue holds.
pub trait Noun: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;

    /// Adds what is wrong with it, judged by itself: every fault at once.
    fn check(&self, invalid: &mut Invalid);

    /// Visits every text that people read in several languages.
    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text));

    /// What it refers to, each with the field that does.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }
}

/// A reference from one object to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The field that holds it.
    pub field: String,
    /// Kind of what is referred to.
    pub kind: Kind,
    /// Its id.
    pub id: i64,
}

impl Reference {
    /// A reference to `id` in `field`.
    pub fn new(field: impl Into<String>, kind: Kind, id: impl Into<i64>) -> Self {
        Self { field: field.into(), kind, id: id.into() }
    }
}

/// Identity and version around a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<T> {
    /// Its id, never reused; for divisions the adcode, for calendar years the year.
    pub id: i64,
    /// Counts changes from 1. The feed applies a record only over a lower version, so replays are harmless.
    pub version: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What it is.
    pub body: T,
}
