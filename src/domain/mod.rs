//! Floor 1: pure types and rules. No I/O, no diesel, no actix.
