//! Floor 1: pure types and rules. No I/O, no diesel, no actix.

pub mod calendar;
pub mod clock;
pub mod datum;
pub mod geo;
pub mod hours;
pub mod ids;
pub mod outline;
pub mod recurrence;
pub mod text;
pub mod time;
