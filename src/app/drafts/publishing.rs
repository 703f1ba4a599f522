//! Publishing: a draft becomes what everybody sees.

use super::super::Error;
use super::super::catalogue::{self, Existing};
use crate::db::records::Stored;
use crate::db::{Tx, publication};
use crate::domain::drafts::{Authored, Draft};
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
    catalogue::save(tx, id, thing, Existing::Replace)?;
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
