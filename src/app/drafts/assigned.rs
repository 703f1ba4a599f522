//! Giving a thing to another organisation: a venue changes hands, and what an editor of the catalogue put together finds
//! somebody who keeps it.

use std::iter;

use serde_json::json;

use super::super::Error;
use super::super::audit;
use super::held::{self, Held, division, seat};
use super::{Drafts, standing};
use crate::db::records::Stored;
use crate::db::{Tx, accreditations, assessments, external_ids, review_items};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Body, Owner, State, body};
use crate::domain::ids::{BaseId, EventId, OrganisationId, PersonId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organiser;
use crate::domain::review::{ItemKind, Lane};

impl Drafts {
    /// Makes `to` the main organiser of a thing in place of the one that is, in what everybody sees and in what is being
    /// changed of it; the others stay. What waits for review is taken back: who submitted it answers for it no more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if there is no such organisation; [`Error::NothingToDo`] if it is theirs;
    /// [`Error::VersionConflict`] if somebody changes it meanwhile.
    pub(in crate::app) fn assign<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        id: i64,
        to: OrganisationId,
        reason: &str,
    ) -> Result<(), Error> {
        let nobody = || Invalid::one("organisation", FieldCode::NoSuch { kind: "organisation" });
        match standing::of(tx, Owner::Organisation(to)) {
            Ok(standing) if standing.verified && !standing.suspended => {}
            Ok(_) | Err(Error::NotFound) => return Err(nobody().into()),
            Err(error) => return Err(error),
        }
        let record = T::get(tx, id)?.ok_or(Error::NotFound)?;
        let former = record.body.organisers().first().map(|main| main.organisation);
        if former == Some(to) {
            return Err(Error::NothingToDo);
        }
        let seat = seat(tx, Owner::Organisation(to))?.ok_or(Error::NotFound)?;
        if let Some(Held { mut draft, stored: Some(stored), .. }) = Held::<T>::read(tx, id)? {
            hand_over::<T>(&mut draft.body, draft.division, to)?;
            draft.base.as_mut().map_or(Ok(()), |base| hand_over::<T>(base, draft.division, to))?;
            (draft.owner, draft.updated_at) = (Owner::Organisation(to), tx.now());
            draft.version += 1;
            if draft.state == State::Submitted {
                draft.state = State::Draft;
            }
            let thing: T = body::filled(&draft.body, draft.division)?;
            draft.division = division(tx, &thing, seat)?;
            held::save(tx, &draft, Some(stored))?;
            self.retire(tx, T::KIND, id, Lane::Submitted)?;
        }
        // Before the thing, as whoever decides on what hangs on it locks them.
        follow(tx, T::KIND, id, to)?;
        let division = division(tx, &record.body, seat)?;
        let mut fields = body::of(&record.body);
        hand_over::<T>(&mut fields, division, to)?;
        if !T::replace(tx, id, record.version, &body::filled(&fields, division)?)? {
            return Err(Error::VersionConflict);
        }
        let entry = Entry {
            object: Some(Object::of(T::KIND, id)),
            organisation: Some(to),
            division: Some(division),
            reason: Some(reason.to_owned()),
            before: former.map(|former| json!({ "organiser": former })),
            after: Some(json!({ "organiser": to })),
            ..Entry::new(Actor::Person(by), Action::Assigned)
        };
        audit::note(tx, &entry)
    }
}

/// Has what hangs on a thing follow it. By what the former organisation called an event in its files, the next knows nothing,
/// and the former is free to call another so. What a base applied for, holds or has to fill in is a matter of the base: it
/// goes on, waiting or not, as that of whoever keeps it.
fn follow(tx: &mut Tx<'_>, kind: Kind, id: i64, to: OrganisationId) -> Result<(), Error> {
    match kind {
        Kind::Event => {
            let event = EventId::new(id).ok_or(Error::NotFound)?;
            Ok(external_ids::forget_event(tx, event)?)
        }
        Kind::Base => {
            let base = BaseId::new(id).ok_or(Error::NotFound)?;
            let applied = accreditations::assign(tx, base, to)?;
            review_items::assign(tx, ItemKind::Accreditation, &applied, to)?;
            let asked = assessments::assign(tx, base, to)?;
            Ok(review_items::assign(tx, ItemKind::Assessment, &asked, to)?)
        }
        _ => Ok(()),
    }
}

/// Puts an organisation in the place of the main organiser.
fn hand_over<T: Authored>(fields: &mut Body, division: Adcode, to: OrganisationId) -> Result<(), Error> {
    let thing: T = body::filled(fields, division)?;
    let others = thing.organisers().iter().skip(1).filter(|other| other.organisation != to);
    let main = Organiser { organisation: to, role: Default::default() };
    let all: Vec<Organiser> = iter::once(main).chain(others.cloned()).collect();
    fields.insert("organisers".to_owned(), json!(all));
    Ok(())
}
