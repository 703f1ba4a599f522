//! Keys as people hand them over: 32 random bytes in base64, as `openssl rand -base64 32` writes them.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 as tools write it, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads a key in either alphabet of base64; `None` if it has not 32 bytes.
pub(super) fn read(text: &str) -> Option<[u8; 32]> {
    let text = text.replace('+', "-").replace('/', "_");
    BASE64.decode(text).ok()?.try_into().ok()
}

/// Writes a key as [`read`] reads it.
pub(super) fn write(key: &[u8; 32]) -> String {
    BASE64.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_tools_write_it() {
        let key: [u8; 32] = std::array::from_fn(|n| 0xfb ^ n as u8);
        let standard = base64::prelude::BASE64_STANDARD.encode(key);
        assert!(standard.contains(['+', '/']));
        for text in [write(&key), standard.clone(), standard.trim_end_matches('=').to_owned()] {
            assert_eq!(read(&text), Some(key), "{text}");
        }
        for text in ["", "short", &"A".repeat(64), "not base64 at all, but quite long enough!!"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
