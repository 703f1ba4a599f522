//! Floor 3: what is started by time or by the store rather than by a request.
//!
//! - [`feed`] carries what changed in the store into the read model, on every replica.
//! - [`daily`] does the day's chores: the sample programme, the purge of old changes.

pub mod daily;
pub mod feed;
