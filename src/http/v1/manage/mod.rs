//! What an organisation manages.

pub mod webhooks;
