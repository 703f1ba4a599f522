//! By what names devices speak.

use crate::domain::invalid::{Expected, FieldCode, Invalid};

/// The longest name, in characters.
const LONGEST: usize = 64;

/// Checks what a device calls itself, or something it says.
pub(super) fn check_name(field: &str, name: &str, invalid: &mut Invalid) {
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.:".contains(&letter);
    if name.is_empty() {
        invalid.push(field, FieldCode::Empty);
    } else if name.len() > LONGEST {
        invalid.push(field, FieldCode::TooLong { max: LONGEST });
    } else if !name.bytes().all(fits) {
        invalid.push(field, FieldCode::Malformed(Expected::AsDocumented));
    }
}
