//! Bulletins.

use super::records::stored;
use crate::domain::bulletins::Bulletin;

stored!(Bulletin => bulletins {});
