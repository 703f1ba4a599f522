//! What must hold where strangers come: secrets are given and not published, and time is real.

use super::{Config, Refused, Secret};
use crate::clients::wechat::App;

/// How passwords begin that stand in our examples (docker-compose.yml, README.md), and so are known to everybody.
const PUBLISHED: &str = "change-me";

/// Production is any start without `--demo` where the bind is not loopback or the store is PostgreSQL.
pub(super) fn applies(config: &Config, demo: bool) -> bool {
    !demo && (!config.bind.ip().is_loopback() || !config.embedded())
}

pub(super) fn check(config: &Config, refused: &mut Refused) {
    if config.now.is_some() {
        refused.0.push(
            "KEPU_NOW stops the clock, which is refused in production; leave it out, or start with --demo."
                .into(),
        );
    }
    if !config.webhook_private_targets.is_empty() {
        refused.0.push(
            "KEPU_WEBHOOK_PRIVATE_TARGETS lets strangers send into private networks, which is refused in production; \
             leave it out."
                .into(),
        );
    }
    if !config.wechat_base.encrypted() {
        refused.0.push(
            "KEPU_WECHAT_BASE is not https, which is refused in production: only a simulator speaks http."
                .into(),
        );
    }
    let published = |app: &&App| app.secret.expose().to_ascii_lowercase().starts_with(PUBLISHED);
    for app in config.mini_programs.iter().filter(published) {
        refused.0.push(format!(
            "The mini-program {} has the secret of our examples, which is refused in production; give its own.",
            app.id
        ));
    }
    for (name, url) in [("DATABASE_URL", &config.database_url), ("REDIS_URL", &config.redis_url)] {
        if let Some(wrong) = url.as_ref().and_then(wrong) {
            refused.0.push(format!(
                "{name} {wrong}, which is refused in production; give a password of your own."
            ));
        }
    }
}

/// What is wrong with the password in a URL.
fn wrong(url: &Secret) -> Option<&'static str> {
    if url.expose().starts_with("sqlite:") {
        return None;
    }
    let authority = url.authority();
    // Over a Unix socket or loopback, the machine itself may say who is who.
    let local = matches!(authority.host, "" | "localhost" | "::1")
        || ["127.", "/", "%2F", "%2f"].iter().any(|start| authority.host.starts_with(start));
    match authority.password {
        Some(password) if password.to_ascii_lowercase().starts_with(PUBLISHED) => {
            Some("holds the password of our examples")
        }
        None if !local => Some("names another machine without a password"),
        _ => None,
    }
}
