//! Floor 2: the outside world.

pub mod wakeups;
