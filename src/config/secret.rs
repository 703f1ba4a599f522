//! Values that must not be seen.

use std::fmt;

/// A URL that may hold a password. Printing it shows everything else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What stands between `://` and the path of a URL.
pub(super) struct Authority<'a> {
    pub(super) password: Option<&'a str>,
    /// Without port; empty for a Unix socket.
    pub(super) host: &'a str,
}

impl Secret {
    pub(super) fn new(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// The URL with its password, for the client that connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its password and host; a password may also stand in the query, as libpq has it.
    pub(super) fn authority(&self) -> Authority<'_> {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        let named = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let password = user.split_once(':').map(|(_, password)| password).or_else(|| named("password"));
        let bracketed = host.strip_prefix('[').and_then(|host| host.split_once(']')).map(|(host, _)| host);
        let host = bracketed.unwrap_or_else(|| host.split(':').next().unwrap_or_default());
        let host = named("host").filter(|_| host.is_empty()).unwrap_or(host);
        Authority { password: password.filter(|password| !password.is_empty()), host }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.split_once('?').map_or(self.0.as_str(), |(shown, _)| shown);
        match (shown.split_once("://"), shown.rsplit_once('@')) {
            (Some((scheme, rest)), Some((_, place))) => {
                let user = rest.split([':', '@']).next().unwrap_or_default();
                write!(f, "{scheme}://{user}:***@{place}")
            }
            _ => f.write_str(shown),
        }
    }
}
