//! Whether the sessions of an event fit what its draft says.

use serde::Deserialize;

use super::super::Error;
use crate::db::{AnyConn, publication, records::Stored, sessions};
use crate::domain::admission::Admission;
use crate::domain::drafts::Draft;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::EventId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;

/// Adds what of the sessions of an event contradicts how one gets in: none at all where one is to sign up, and terms of
/// sign-up where one does not. What is published so goes on; what is new, or says now how one gets in, does not.
pub(super) fn check(conn: &mut AnyConn, draft: &Draft, invalid: &mut Invalid) -> Result<(), Error> {
    let Some(said) = draft.body.get("admission") else { return Ok(()) };
    // What is not written as it must be is told elsewhere.
    let Ok(admission) = Admission::deserialize(said) else { return Ok(()) };
    let Some(id) = EventId::new(draft.object) else { return Ok(()) };
    let is_new = publication::of(conn, Kind::Event, draft.object)? == Some(Publication::Draft);
    let before = Event::get(conn, draft.object)?.map(|record| record.body.admission);
    if !is_new && before == Some(admission) {
        return Ok(());
    }
    let all = sessions::of_events(conn, &[draft.object])?.remove(&id).unwrap_or_default();
    if is_new && all.is_empty() && admission.asks_for_signup() {
        invalid.push("sessions", FieldCode::TooFew { min: 1 });
    }
    for (at, session) in all.iter().enumerate() {
        if session.status != EventStatus::Cancelled {
            let mut wrong = Invalid::default();
            session.check_admission(admission, &mut wrong);
            invalid.nested(&format!("sessions[{at}]"), wrong);
        }
    }
    Ok(())
}
