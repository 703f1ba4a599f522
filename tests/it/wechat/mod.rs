//! WeChat: the client against the simulator, and what the public sees of it.

mod client;
mod codes;
mod demo;
pub mod simulator;
