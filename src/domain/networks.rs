//! Addresses of callers: which of them count as one network, and blocks of them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Whoever shares this counts together: an IPv4 address, or the 64 bits that a provider gives to one IPv6 subscriber,
/// who is free to choose all the others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// An IPv4 address.
    V4(u32),
    /// The first half of an IPv6 address.
    V6(u64),
}

impl Network {
    /// The network of an address. An IPv4 address in IPv6's clothes is one of IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.into()),
            IpAddr::V6(address) => Self::V6((u128::from(address) >> 64) as u64),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => write!(f, "{}", std::net::Ipv4Addr::from(*address)),
            Self::V6(half) => write!(f, "{}/64", Ipv6Addr::from(u128::from(*half) << 64)),
        }
    }
}

/// Where somebody is, is personal.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A block of addresses, `10.0.0.0/8` or `2001:db8::/32`; a single address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    first: IpAddr,
    bits: u8,
}

/// A text that is no block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a block is an address, or ADDRESS/BITS with no bit of the address set beyond them")]
pub struct NotABlock;

impl Block {
    /// Whether an address belongs to it.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let (first, width) = wide(self.first);
        let (address, other) = wide(address.to_canonical());
        width == other && masked(address, width, self.bits) == first
    }
}

/// An address as a number, and how many bits it has.
fn wide(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u32::from(address).into(), 32),
        IpAddr::V6(address) => (address.into(), 128),
    }
}

fn masked(address: u128, width: u8, bits: u8) -> u128 {
    let rest = u32::from(width - bits);
    // All 128 bits at once cannot be shifted out.
    address.checked_shr(rest).and_then(|kept| kept.checked_shl(rest)).unwrap_or(0)
}

impl FromStr for Block {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Self, NotABlock> {
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first: IpAddr = address.parse().map_err(|_none| NotABlock)?;
        let (number, width) = wide(first);
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_none| NotABlock)?;
        let sound = bits <= width && masked(number, width, bits) == number && first.to_canonical() == first;
        if sound { Ok(Self { first, bits }) } else { Err(NotABlock) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn an_ipv6_subscriber_is_one_network_and_each_ipv4_address_another() {
        assert!(network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9"));
        assert!(network("2001:db8:1:2::1") != network("2001:db8:1:3::1"));
        assert!(network("192.0.2.1") != network("192.0.2.2"));
        assert!(network("::ffff:192.0.2.1") == network("192.0.2.1"), "one address has one name");
        assert_eq!(network("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
        assert_eq!(format!("{:?}", network("192.0.2.1")), "***");
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        for (block, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("127.0.0.0/8", "::ffff:127.0.0.1", "::1"),
        ] {
            let read: Block = block.parse().unwrap();
            assert!(read.contains(inside.parse().unwrap()), "{block} holds {inside}");
            assert!(!read.contains(outside.parse().unwrap()), "{block} does not hold {outside}");
        }
        for wrong in
            ["", "10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "proxy", "10.0.0", "::ffff:1.2.3.4"]
        {
            assert_eq!(wrong.parse::<Block>(), Err(NotABlock), "{wrong}");
        }
    }
}
