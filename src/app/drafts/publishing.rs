//! Publishing: a draft becomes what everybody sees.

use std::any::Any;

use super::super::Error;
use super::super::catalogue;
use super::super::registers;
use super::super::sessions::{admitted_with_event, moved_with_event};
use crate::db::records::Stored;
use crate::db::{Tx, publication};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Draft};
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::resources::Resource;
use crate::domain::review::{ItemKind, Lane, NewItem};
use crate::domain::screening::Doubt;

/// Shows a thing to everybody, in place of what was read of it in the same transaction. An entry of the directory is
/// registered in the division.
pub(super) fn publish<T: Stored>(
    tx: &mut Tx<'_>,
    division: Adcode,
    before: &Record<T>,
    seen: Publication,
    thing: &T,
) -> Result<(), Error> {
    let mut registered = thing.clone();
    if let Some(entry) = (&mut registered as &mut dyn Any).downcast_mut::<Resource>() {
        registers::enter(tx, division, entry)?;
    }
    catalogue::replace(tx, before, &registered)?;
    // Whoever signed up for an event goes where they think it is.
    let events = ((&before.body as &dyn Any).downcast_ref(), (thing as &dyn Any).downcast_ref());
    if let (Some(was), Some(is)) = events
        && let Some(id) = EventId::new(before.id)
        && seen != Publication::Draft
    {
        moved_with_event(tx, id, was, is)?;
    }
    admitted::<T>(tx, before.id, thing)?;
    if seen != Publication::Public {
        publication::set(tx, T::KIND, before.id, Publication::Public)?;
    }
    Ok(())
}

/// Gives the sessions of an event terms of sign-up, where its author says now that one signs up.
pub(super) fn admitted<T: Stored>(tx: &mut Tx<'_>, id: i64, thing: &T) -> Result<(), Error> {
    match ((thing as &dyn Any).downcast_ref::<Event>(), EventId::new(id)) {
        (Some(event), Some(id)) => admitted_with_event(tx, id, event),
        _ => Ok(()),
    }
}

/// A draft as it enters the queue.
pub(super) fn item<T: Authored>(draft: &Draft, thing: &T, lane: Lane, notes: Vec<Doubt>) -> Option<NewItem> {
    Some(NewItem {
        kind: ItemKind::of(draft.kind)?,
        object: draft.object,
        version: draft.version,
        lane,
        title: thing.title().clone(),
        organisation: draft.organisation(),
        division: draft.division,
        campaigns: thing.campaigns(),
        notes,
        by: draft.author,
    })
}
