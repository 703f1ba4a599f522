//! Floor 1: pure types and rules. No I/O, no diesel, no actix.

pub mod clock;
pub mod ids;
pub mod text;
