//! Organisers that are named beside the one whose thing it is. Nobody asked them: naming one is for whoever reviews to see,
//! and each takes its own name off.

use serde_json::Value;

use super::super::{Error, catalogue};
use super::Drafts;
use super::held::{self, Held};
use super::noting::{fields, note};
use crate::db::Tx;
use crate::db::records::Stored;
use crate::domain::audit::{Action, Actor};
use crate::domain::drafts::{Authored, Body, State, body};
use crate::domain::ids::OrganisationId;

/// Whether a thing names another organisation than its own that is not named so in public.
pub(super) fn names_others<T: Authored>(thing: &T, public: Option<&T>) -> bool {
    let named = public.map_or(&[][..], Authored::organisers);
    thing.organisers().iter().skip(1).any(|organiser| !named.contains(organiser))
}

impl Drafts {
    /// Takes organisations off the list of who organises a thing that is another's, in what is published and in what is
    /// being written.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if none of them is named, or it is their own.
    pub fn leave<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        id: i64,
        organisations: &[OrganisationId],
    ) -> Result<(), Error> {
        let Held { mut draft, record, stored, .. } = Held::<T>::need(tx, id)?;
        let before = body::of(&record.body);
        let mut after = before.clone();
        let public = without(&mut after, organisations);
        let drafted = without(&mut draft.body, organisations);
        if !public && !drafted {
            return Err(Error::NothingToDo);
        }
        if let Some(base) = &mut draft.base {
            without(base, organisations);
        }
        if stored.is_some() {
            // What waits is judged as it was handed in, but for the name.
            draft.version += i64::from(draft.state != State::Submitted);
            draft.updated_at = tx.now();
            held::save(tx, &draft, stored)?;
        }
        if public {
            let thing: T = body::filled(&after, draft.division)?;
            catalogue::replace(tx, &record, &thing)?;
        }
        note(tx, by, Action::OrganiserLeft, &draft, None, Some(fields(&before, &after)))
    }
}

/// Takes organisations off a list of organisers, but for the first; says whether any was there.
fn without(fields: &mut Body, organisations: &[OrganisationId]) -> bool {
    let Some(Value::Array(organisers)) = fields.get_mut("organisers") else { return false };
    let before = organisers.len();
    let goes = |organiser: &Value| {
        let named = organiser.get("organisation").and_then(Value::as_str);
        organisations.iter().any(|id| named == Some(id.to_string().as_str()))
    };
    let mut first = true;
    organisers.retain(|organiser| std::mem::take(&mut first) || !goes(organiser));
    organisers.len() < before
}
