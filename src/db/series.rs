//! Lecture series.

use super::records::stored;
use crate::domain::series::Series;

stored!(Series => series {
    organisation_id: |series| super::organisations::main(&series.organisers),
});
