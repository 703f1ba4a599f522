//! Lecture series.

use super::records::stored;
use crate::domain::series::Series;

stored!(reviewed Series => series {
    organisation_id: |series| super::organisations::main(&series.organisers),
});
