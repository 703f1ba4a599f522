//! Where nothing is sent: whoever may name an address must not reach what only this machine or its neighbours reach.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::domain::networks::{Block, NotABlock};

/// IPv4 outside the public net (IANA's special-purpose registry, and what is multicast or reserved).
const PRIVATE_V4: [&str; 18] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    // Shared by the subscribers of a provider.
    "100.64.0.0/10",
    "127.0.0.0/8",
    // Link-local: the metadata of clouds, above all.
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// IPv6 that is given out to the public net; all else is local, or stands for an IPv4 address (mapped, NAT64).
const PUBLIC_V6: &str = "2000::/3";

/// What is not public within it: Teredo and its like, documentation, 6to4.
const PRIVATE_V6: [&str; 5] = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

static BLOCKS: LazyLock<Blocks> = LazyLock::new(|| {
    let read = |blocks: &[&str]| blocks.iter().filter_map(|block| block.parse().ok()).collect();
    Blocks { private: read(&[&PRIVATE_V4[..], &PRIVATE_V6[..]].concat()), public_v6: read(&[PUBLIC_V6]) }
});

struct Blocks {
    private: Vec<Block>,
    public_v6: Vec<Block>,
}

/// Whether an address is one of the public net.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    let within = |blocks: &[Block]| blocks.iter().any(|block| block.contains(address));
    // An IPv4 address in IPv6's clothes is in no block of IPv6, and so is not public.
    (address.is_ipv4() || within(&BLOCKS.public_v6)) && !within(&BLOCKS.private)
}

/// Whether a name is one that only this machine or its neighbours know. It would be found out by its address too; this
/// tells its author at once.
#[must_use]
pub fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion"];
    match name.rsplit_once('.') {
        Some((_, top)) => local.contains(&top),
        None => true,
    }
}

/// Blocks of addresses to which something may be sent although they are not public, as a rehearsal needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside(Vec<Block>);

impl Beside {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something may be sent to an address.
    #[must_use]
    pub fn admit(&self, address: IpAddr) -> bool {
        is_public(address) || self.0.iter().any(|block| block.contains(address))
    }
}

impl FromStr for Beside {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Self, NotABlock> {
        let blocks = text.split(',').map(str::trim).filter(|block| !block.is_empty());
        blocks.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap_or_else(|_| panic!("{text}")))
    }

    #[test]
    fn every_block_is_read() {
        assert_eq!(BLOCKS.private.len(), PRIVATE_V4.len() + PRIVATE_V6.len());
        assert_eq!(BLOCKS.public_v6.len(), 1);
    }

    #[test]
    fn what_is_not_of_the_public_net_is_known() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "4000::1",
        ] {
            assert!(!public(private), "{private}");
        }
        for open in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2400:3200::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(public(open), "{open}");
        }
    }

    #[test]
    fn names_of_the_neighbourhood_are_known() {
        for local in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "db",
            "db.",
            "printer.local",
            "vault.internal",
            "metadata.google.internal",
            "metadata.google.internal.",
            "router.lan",
            "1.0.0.127.in-addr.arpa",
        ] {
            assert!(is_local_name(local), "{local}");
        }
        for open in ["example.org", "example.org.", "hooks.museum.gd.cn", "localhost.example.org"] {
            assert!(!is_local_name(open), "{open}");
        }
    }

    #[test]
    fn what_is_admitted_beside_is_said_by_block() {
        let beside: Beside = "127.0.0.2/32, fd00::/8".parse().unwrap();
        for (address, admitted) in
            [("127.0.0.2", true), ("127.0.0.1", false), ("fd01::1", true), ("8.8.8.8", true)]
        {
            assert_eq!(beside.admit(address.parse().unwrap()), admitted, "{address}");
        }
        assert!("".parse::<Beside>().unwrap().is_empty() && "10.0.0.1/8".parse::<Beside>().is_err());
    }
}
