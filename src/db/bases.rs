//! Bases.

use super::records::stored;
use crate::domain::bases::Base;

stored!(reviewed Base => bases {
    organisation_id: |base| super::organisations::main(&base.organisers),
    adcode: |base| base.place.adcode.number(),
});
