//! Publishing: a draft becomes what everybody sees.

use std::any::Any;

use super::super::Error;
use super::super::catalogue::{self, Existing};
use super::super::sessions::moved_with_event;
use crate::db::records::Stored;
use crate::db::{Tx, publication};
use crate::domain::drafts::{Authored, Draft};
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::publication::Publication;
use crate::domain::review::{ItemKind, Lane, NewItem};
use crate::domain::screening::Doubt;

/// Shows a thing to everybody.
pub(super) fn publish<T: Stored>(
    tx: &mut Tx<'_>,
    id: i64,
    thing: &T,
    before: Publication,
) -> Result<(), Error> {
    let was = T::get(tx, id)?.map(|record| record.body);
    catalogue::save(tx, id, thing, Existing::Replace)?;
    // Whoever signed up for an event goes where they think it is.
    let was = was.as_ref().and_then(|was| (was as &dyn Any).downcast_ref::<Event>());
    if let (Some(was), Some(is), Some(id)) =
        (was, (thing as &dyn Any).downcast_ref::<Event>(), EventId::new(id))
        && before != Publication::Draft
    {
        moved_with_event(tx, id, was, is)?;
    }
    if before != Publication::Public {
        publication::set(tx, T::KIND, id, Publication::Public)?;
    }
    Ok(())
}

/// A draft as it enters the queue.
pub(super) fn item<T: Authored>(
    draft: &Draft,
    thing: &T,
    lane: Lane,
    notes: Vec<Doubt>,
) -> Option<NewItem> {
    Some(NewItem {
        kind: ItemKind::of(draft.kind)?,
        object: draft.object,
        version: draft.version,
        lane,
        title: thing.title().clone(),
        organisation: Some(draft.organisation),
        division: draft.division,
        campaigns: thing.campaigns(),
        notes,
        by: draft.author,
    })
}
