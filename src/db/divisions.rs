//! Administrative divisions; the id is the adcode.

use super::records::stored;
use crate::domain::divisions::Division;

stored!(Division => divisions {});
