//! Many drafts at once: what one would do by itself is worked out first, from what is read, and then written together.

use chrono::{DateTime, Utc};

use super::super::{Error, audit};
use super::held::{self, Lookups};
use super::{Drafts, check_with};
use crate::db::records::Stored;
use crate::db::{AnyConn, Tx, drafts, publication};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::drafts::{Authored, Body, Draft, Owner, State};
use crate::domain::invalid::Invalid;

/// The first draft of a new thing, with its number and its moment; fields may be missing.
///
/// # Errors
/// Those of [`Drafts::create`].
pub(in crate::app) fn begun<T: Authored + Stored>(
    conn: &mut AnyConn,
    by: Actor,
    owner: Owner,
    (object, now): (i64, DateTime<Utc>),
    given: Body,
    lookups: &mut Lookups,
) -> Result<(Draft, T), Error> {
    let seat = lookups.seat(conn, owner)?.ok_or(Error::NotFound)?;
    let mut draft = Draft {
        kind: T::KIND,
        object,
        owner,
        division: seat,
        version: 1,
        state: State::Draft,
        body: Body::new(),
        base: None,
        reason: None,
        fields: Vec::new(),
        author: by.person(),
        updated_at: now,
    };
    let thing = held::write(conn, &mut draft, given, None, lookups)?;
    Ok((draft, thing))
}

/// What is missing or wrong for a draft to be submitted.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn lacks<T: Authored + Stored>(
    conn: &mut AnyConn,
    draft: &Draft,
    lookups: &mut Lookups,
) -> Result<Invalid, Error> {
    match check_with::<T>(conn, draft, lookups) {
        Ok(_) => Ok(Invalid::default()),
        Err(Error::Invalid(invalid)) => Ok(invalid),
        Err(error) => Err(error),
    }
}

impl Drafts {
    /// Inserts new things with their first drafts, as [`Drafts::create`] does one.
    ///
    /// # Errors
    /// If the store fails.
    pub(in crate::app) fn insert_many<T: Authored + Stored>(
        tx: &mut Tx<'_>,
        by: Actor,
        things: Vec<(i64, T)>,
        all: &[Draft],
    ) -> Result<(), Error> {
        T::insert_many(tx, &things)?;
        let ids: Vec<i64> = things.iter().map(|(id, _)| *id).collect();
        publication::set_drafted(tx, T::KIND, &ids)?;
        drafts::insert_many(tx, all)?;
        let entry = |draft: &Draft| Entry {
            object: Some(Object::of(draft.kind, draft.object)),
            organisation: draft.organisation(),
            division: Some(draft.division),
            ..Entry::new(by, Action::Drafted)
        };
        audit::note_many(tx, by, &all.iter().map(entry).collect::<Vec<_>>())
    }
}
