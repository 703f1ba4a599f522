//! Floor 2: the outside world.

pub mod limits;
pub mod wakeups;
pub mod webhooks;
pub mod wechat;

/// Names the library with which rustls computes, which has to be done once per process before anything is encrypted;
/// once more changes nothing. Whoever makes an HTTP client calls it first.
pub fn choose_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
