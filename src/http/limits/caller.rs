//! The address of whoever calls. It is the address of the connection, unless that is a proxy of ours: only its word
//! on whom it speaks for is taken, since everybody can write `X-Forwarded-For`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Once;

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::domain::networks::{Block, NotABlock};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies before this server, as blocks of addresses separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted(Vec<Block>);

impl FromStr for Trusted {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Self, NotABlock> {
        let blocks = text.split(',').map(str::trim).filter(|block| !block.is_empty());
        blocks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Trusted {
    /// Who calls over a connection from `peer` with these headers: the right-most address of `X-Forwarded-For` that is
    /// no proxy of ours. Each proxy adds on the right whom it heard from, so what stands further left was written by
    /// that caller.
    #[must_use]
    pub fn caller(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        // There is always one, but for tests without a connection.
        let mut caller = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        if !self.hold(caller) {
            if near(caller) && headers.contains_key(FORWARDED_FOR) {
                tell_once();
            }
            return caller;
        }
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).collect();
        let lines = lines.into_iter().rev().map(|line| line.to_str().unwrap_or_default());
        for hop in lines.flat_map(|line| line.rsplit(',')) {
            // A proxy that says nothing that can be read speaks for itself.
            let Some(address) = address(hop.trim()) else { break };
            caller = address;
            if !self.hold(caller) {
                break;
            }
        }
        caller
    }

    fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.contains(address))
    }
}

/// An address of the header, which some proxies write with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().map(|address: SocketAddr| address.ip()).ok())
}

/// Whether an address is of the same machine or house, as that of a proxy is.
fn near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// Everybody behind a proxy that is not known shares its limits, which is found out by those who are shut out.
fn tell_once() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            "a neighbour sends X-Forwarded-For and is not in KEPU_TRUSTED_PROXIES: whoever comes by it counts as one"
        );
    });
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn caller(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let mut request = TestRequest::default();
        for line in lines {
            request = request.append_header((FORWARDED_FOR, *line));
        }
        let request = request.to_http_request();
        let trusted: Trusted = trusted.parse().unwrap();
        trusted.caller(Some(SocketAddr::new(peer.parse().unwrap(), 1234)), request.headers()).to_string()
    }

    #[test]
    fn without_a_proxy_the_header_is_nobodys_word() {
        for forged in [&["198.51.100.1"][..], &["127.0.0.1", "10.0.0.1"], &["nonsense"], &[]] {
            assert_eq!(caller("", "203.0.113.9", forged), "203.0.113.9");
            assert_eq!(caller("10.0.0.0/8", "203.0.113.9", forged), "203.0.113.9");
        }
    }

    #[test]
    fn a_proxys_word_counts_and_what_its_caller_wrote_does_not() {
        let ours = "10.0.0.0/8, 2001:db8:1::/48";
        for (lines, who) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            // The caller wrote the first, our proxy added the second.
            (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&["10.1.1.1, 203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
            // Two proxies of ours in a row.
            (&["198.51.100.1, 203.0.113.9, 10.2.2.2"], "203.0.113.9"),
            (&["203.0.113.9, 2001:db8:1::5"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8:9::1]:4711"], "2001:db8:9::1"),
            (&["[2001:db8:9::1]"], "2001:db8:9::1"),
            // Nothing that can be read: the proxy itself.
            (&[], "10.0.0.1"),
            (&["unknown"], "10.0.0.1"),
            (&["203.0.113.9, unknown"], "10.0.0.1"),
            (&["203.0.113.9, unknown, 10.2.2.2"], "10.2.2.2"),
        ] {
            assert_eq!(caller(ours, "10.0.0.1", lines), who, "{lines:?}");
        }
    }

    #[test]
    fn proxies_are_blocks_of_addresses() {
        assert_eq!("".parse(), Ok(Trusted::default()));
        assert!("10.0.0.0/8, ::1".parse::<Trusted>().is_ok());
        for wrong in ["10.0.0.1/8", "proxy", "10.0.0.0/8 ::1"] {
            assert_eq!(wrong.parse::<Trusted>(), Err(NotABlock), "{wrong}");
        }
    }
}
