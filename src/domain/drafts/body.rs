//! The fields of a thing that is being written: as the store has them in JSON, some of them perhaps still missing.

use serde_json::{Map, Value};

use super::Authored;
use crate::domain::divisions::Adcode;
use crate::domain::invalid::{Expected, FieldCode, Invalid};

/// Fields by name, as the noun's own JSON has them.
pub type Body = Map<String, Value>;

/// One field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its path: `title.zh-CN`, `place.adcode`; a list is one field.
    pub field: String,
    /// What it was; absent where it was not there.
    pub before: Option<Value>,
    /// What it is; absent where it is gone.
    pub after: Option<Value>,
}

/// The thing with these fields, others being what stands in for them until they are given.
///
/// # Errors
/// The fields that are not written as they must be.
pub fn filled<T: Authored>(body: &Body, division: Adcode) -> Result<T, Invalid> {
    let blank = T::blank(division);
    let with = |fields: &mut dyn Iterator<Item = (&String, &Value)>| {
        let mut whole = blank.clone();
        whole.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
        serde_json::from_value::<T>(Value::Object(whole))
    };
    with(&mut body.iter()).map_err(|_what_is_wrong_is_found_below| {
        let mut invalid = Invalid::default();
        for field in body {
            if with(&mut std::iter::once(field)).is_err() {
                invalid.push(field.0, FieldCode::Malformed(Expected::AsDocumented));
            }
        }
        invalid
    })
}

/// The thing, if nothing is missing or wrong.
///
/// # Errors
/// Everything that is missing or wrong, at once.
pub fn whole<T: Authored>(body: &Body, division: Adcode) -> Result<T, Invalid> {
    let thing = filled::<T>(body, division)?;
    let mut found = Invalid::default();
    thing.check(&mut found);
    let missing = |field: &str| T::NEEDED.contains(&field) && !body.contains_key(field);
    let mut invalid = Invalid::default();
    for field in T::NEEDED.iter().filter(|field| missing(field)) {
        invalid.push(*field, FieldCode::Missing);
    }
    // What is said of a field that is not there is said of what stands in for it.
    invalid.0.extend(found.0.into_iter().filter(|error| !missing(root(&error.field))));
    invalid.or(thing)
}

/// The same fields, each written in its one way, and none that its author may not touch.
///
/// # Errors
/// The fields that are not written as they must be.
pub fn normal<T: Authored>(mut body: Body, kept: Option<&Body>, division: Adcode) -> Result<Body, Invalid> {
    body.retain(|field, value| !T::KEPT.contains(&field.as_str()) && !value.is_null());
    for field in T::KEPT {
        body.extend(kept.and_then(|kept| kept.get(*field)).map(|value| ((*field).to_owned(), value.clone())));
    }
    let mut normal = of(&filled::<T>(&body, division)?);
    normal.retain(|field, _| !T::NEEDED.contains(&field.as_str()) || body.contains_key(field));
    Ok(normal)
}

/// Gives a draft the fields that others than its author set, as they are now.
pub fn keep<T: Authored>(draft: &mut Body, public: &Body) {
    for field in T::KEPT {
        match public.get(*field) {
            Some(value) => draft.insert((*field).to_owned(), value.clone()),
            None => draft.remove(*field),
        };
    }
}

/// The fields of a thing.
pub fn of<T: Authored>(thing: &T) -> Body {
    match serde_json::to_value(thing) {
        Ok(Value::Object(fields)) => fields,
        // Texts, numbers, lists and structures of them: a noun is always an object.
        _ => Body::new(),
    }
}

/// Two positions that are less far apart than this, in degrees, are one that was read in another datum and came back: some
/// 2 cm.
const SAME_DEGREES: f64 = 2e-7;

/// Leaves what stays where it was exactly there, however its position was read and sent back.
pub fn keep_still(given: &mut Body, before: &Body) {
    if let (Some(lat), Some(lng)) = (unmoved(given, before, "lat"), unmoved(given, before, "lng")) {
        given.insert("lat".to_owned(), lat);
        given.insert("lng".to_owned(), lng);
    }
    for (field, value) in given {
        before.get(field).into_iter().for_each(|before| keep_value_still(value, before));
    }
}

fn keep_value_still(given: &mut Value, before: &Value) {
    match (given, before) {
        (Value::Object(given), Value::Object(before)) => keep_still(given, before),
        (Value::Array(given), Value::Array(before)) => {
            given.iter_mut().zip(before).for_each(|(given, before)| keep_value_still(given, before));
        }
        _ => {}
    }
}

fn unmoved(given: &Body, before: &Body, axis: &str) -> Option<Value> {
    let before = before.get(axis)?;
    let apart = given.get(axis)?.as_f64()? - before.as_f64()?;
    (apart.abs() < SAME_DEGREES).then(|| before.clone())
}

/// What becomes of `public` when what was changed since `base` is changed in it too; with the fields that were changed
/// here and there, in which the draft prevails.
#[must_use]
pub fn merged(base: &Body, draft: &Body, public: &Body) -> (Body, Vec<String>) {
    let mut merged = public.clone();
    let mut both = Vec::new();
    let fields = base.keys().chain(draft.keys().filter(|field| !base.contains_key(*field)));
    for field in fields {
        let (before, here, there) = (base.get(field), draft.get(field), public.get(field));
        if here == before || here == there {
            continue;
        }
        if there != before {
            both.push(field.clone());
        }
        match here {
            Some(value) => merged.insert(field.clone(), value.clone()),
            None => merged.remove(field),
        };
    }
    (merged, both)
}

/// What differs, in the order of the alphabet.
#[must_use]
pub fn changes(before: &Body, after: &Body) -> Vec<Change> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found.sort_by(|a, b| a.field.cmp(&b.field));
    found
}

/// Whether everything that differs may change without review; `false` if nothing differs.
pub fn is_immaterial<T: Authored>(changes: &[Change]) -> bool {
    !changes.is_empty() && changes.iter().all(|change| T::IMMATERIAL.contains(&root(&change.field)))
}

/// Calls `each` with every text in these fields and its path.
pub fn texts<'a>(body: &'a Body, each: &mut dyn FnMut(&str, &'a str)) {
    for (field, value) in body {
        visit(field, value, each);
    }
}

fn visit<'a>(path: &str, value: &'a Value, each: &mut dyn FnMut(&str, &'a str)) {
    match value {
        Value::String(text) => each(path, text),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| visit(&format!("{path}[{i}]"), item, each));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| visit(&format!("{path}.{field}"), value, each));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn compare(path: &str, before: &Body, after: &Body, found: &mut Vec<Change>) {
    let fields = before.keys().chain(after.keys().filter(|field| !before.contains_key(*field)));
    for field in fields {
        let within = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
        match (before.get(field), after.get(field)) {
            (one, other) if one == other => {}
            (Some(Value::Object(one)), Some(Value::Object(other))) => compare(&within, one, other, found),
            (one, other) => {
                found.push(Change { field: within, before: one.cloned(), after: other.cloned() });
            }
        }
    }
}

/// The field at the head of a path.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Body {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_came_back_a_centimetre_off_stays_and_what_moved_moves() {
        let at = |lat: f64, lng: f64| json!({ "position": { "lat": lat, "lng": lng } });
        let before =
            fields(json!({ "place": at(23.04199, 113.35669), "points": [at(23.0, 113.0), at(23.1, 113.1)] }));
        let mut given = fields(
            json!({ "place": at(23.0419901, 113.35668995), "points": [at(23.0, 113.0), at(23.1, 113.100001)] }),
        );
        keep_still(&mut given, &before);
        assert_eq!(given["place"], before["place"]);
        assert_eq!(given["points"], json!([at(23.0, 113.0), at(23.1, 113.100001)]));
    }
}
