//! Terms of the taxonomy.

use super::records::stored;
use crate::domain::taxonomy::Term;

stored!(Term => terms {
    scheme: |term| &term.scheme,
    code: |term| &term.code,
});
