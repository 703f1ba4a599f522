//! Organisations.

use super::records::stored;
use crate::domain::organisations::{Organisation, Organiser};

stored!(Organisation => organisations {});

/// The main organiser, as other tables refer to it. Nothing is stored without one: 0 breaks the foreign key.
pub(super) fn main(organisers: &[Organiser]) -> i64 {
    organisers.first().map_or(0, |organiser| organiser.organisation.get())
}
