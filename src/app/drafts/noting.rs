//! What the audit is told of drafts. Of what was published it keeps what was changed, but for what tells of persons; of
//! what an author tries out, which fields.

use serde_json::{Value, json};

use super::super::Error;
use super::super::audit;
use crate::db::Tx;
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::drafts::body::{self, Change};
use crate::domain::drafts::{Authored, Body, Draft};

/// Fields that name persons: that they changed is kept, not how.
const PERSONAL: [&str; 2] = ["speakers", "contact"];

/// What an entry holds of before and after.
pub(super) type Told = (Value, Value);

/// Notes what was done to a draft, or to what it is of.
pub(super) fn note(
    tx: &mut Tx<'_>,
    by: Actor,
    action: Action,
    draft: &Draft,
    reason: Option<&str>,
    told: Option<Told>,
) -> Result<(), Error> {
    let (before, after) = told.unzip();
    let entry = Entry {
        object: Some(Object::of(draft.kind, draft.object)),
        organisation: draft.organisation(),
        division: Some(draft.division),
        reason: reason.map(str::to_owned),
        before,
        after,
        ..Entry::new(by, action)
    };
    audit::note(tx, &entry)
}

/// Which fields of a draft changed.
pub(super) fn fields(before: &Body, after: &Body) -> Told {
    let changes = body::changes(before, after);
    let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    (json!({}), json!({ "fields": fields }))
}

/// What changed of what is published.
pub(super) fn published<T: Authored>(before: &Body, thing: &T) -> Told {
    let changes = body::changes(before, &body::of(thing));
    let side = |value: fn(&Change) -> Option<&Value>| {
        let entry = |change: &Change| {
            let personal = PERSONAL.iter().any(|field| change.field.starts_with(field));
            let value = value(change)?;
            Some((change.field.clone(), if personal { json!("***") } else { value.clone() }))
        };
        Value::Object(changes.iter().filter_map(entry).collect())
    };
    (side(|change| change.before.as_ref()), side(|change| change.after.as_ref()))
}
