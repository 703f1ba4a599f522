//! Events; their sessions have a table and a file of their own.

use super::records::stored;
use crate::domain::events::Event;

stored!(Event => events {
    organisation_id: |event| super::organisations::main(&event.organisers),
    base_id: |event| event.base.map(i64::from),
    series_id: |event| event.series.map(i64::from),
    sample: |event| event.sample,
});
