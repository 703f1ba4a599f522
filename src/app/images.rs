//! Pictures that organisations upload. Events and bases name them by id; see [`crate::domain::images`] for what is kept.

use std::sync::Arc;

use serde_json::{Value, json};

use super::drafts::authored;
use super::drafts::judged::whose;
use super::notices::decided::tell_organisation;
use super::repeats::{Repeat, once_by};
use super::{Error, audit};
use crate::db::records::Stored;
use crate::db::{AnyConn, Db, Tx, drafts, images};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Body, body};
use crate::domain::ids::{ImageId, OrganisationId, Random};
use crate::domain::images::{Drawn, Picture};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::notices::decisions::Outcome;
use crate::domain::organisations::Organisation;
use crate::domain::text::Text;

/// Most pictures of an organisation.
pub const MOST: usize = 5_000;

/// The use cases of pictures. All of them block.
#[derive(Clone)]
pub struct Images {
    db: Db,
    random: Arc<dyn Random>,
}

/// A picture to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Whose it is to be.
    pub organisation: OrganisationId,
    /// What it shows.
    pub alt: String,
    /// The SHA-256 of the file as it came, in base64.
    pub digest: String,
    /// What was drawn of it; absent where the picture is there already.
    pub drawn: Option<Drawn>,
}

impl Images {
    /// The pictures of a store.
    pub fn new(db: Db, random: Arc<dyn Random>) -> Self {
        Self { db, random }
    }

    /// Whether an organisation has the picture: the same file with the same words, which need not be drawn again.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has(&self, organisation: OrganisationId, digest: &str, alt: &str) -> Result<bool, Error> {
        self.db.read(|conn| Ok(images::same(conn, organisation, digest, alt)?.is_some()))
    }

    /// Keeps a picture. The same file with the same words is the picture that is there already.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such organisation; [`Error::Invalid`] if it has [`MOST`]; [`Error::Busy`] if the
    /// picture that was there went meanwhile; those of [`once_by`].
    pub fn add(&self, by: Actor, upload: &Upload, repeat: Option<&Repeat>) -> Result<Picture, Error> {
        self.db.write(|tx| {
            let id = once_by(tx, by, repeat, |tx| self.keep(tx, by, upload))?;
            images::get(tx, id)?.ok_or(Error::NotFound)
        })
    }

    fn keep(&self, tx: &mut Tx<'_>, by: Actor, upload: &Upload) -> Result<ImageId, Error> {
        let Upload { organisation, alt, digest, drawn } = upload;
        if let Some(same) = images::same(tx, *organisation, digest, alt)? {
            return Ok(same.id);
        }
        if usize::try_from(images::count(tx, *organisation)?).is_ok_and(|count| count >= MOST) {
            return Err(Invalid::one("file", FieldCode::TooMany { max: MOST }).into());
        }
        let drawn = drawn.as_ref().ok_or(Error::Busy)?;
        let widest = drawn.sizes.last().ok_or(Error::NotFound)?;
        let picture = Picture {
            id: ImageId::fresh(tx.now(), &*self.random),
            organisation: *organisation,
            alt: alt.clone(),
            encoding: drawn.encoding,
            width: widest.width,
            height: widest.height,
            created_at: tx.now(),
        };
        images::insert(tx, &picture, digest, &drawn.sizes)?;
        note(tx, by, Action::ImageAdded, &picture, None)?;
        Ok(picture.id)
    }

    /// Removes a picture, also from whatever names it. An authority that does so says why, and its organisation is told.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn remove(&self, by: Actor, id: ImageId, reason: Option<&str>) -> Result<(), Error> {
        let named = self.db.read(|conn| images::named_in(conn, id))?;
        self.db.write(|tx| {
            let picture = images::get(tx, id)?.ok_or(Error::NotFound)?;
            images::remove(tx, id)?;
            if reason.is_some() {
                let title = Text::zh(picture.alt.clone());
                tell_organisation(tx, picture.organisation, Outcome::TakenDown, object(id), &title, reason)?;
            }
            let action = if reason.is_some() { Action::TakenDown } else { Action::ImageRemoved };
            note(tx, by, action, &picture, reason)?;
            take_out(tx, id, &named)
        })?;
        // Who named it while the others were looked for; from now on nobody can.
        let late = self.db.read(|conn| images::named_in(conn, id))?;
        if late.is_empty() { Ok(()) } else { self.db.write(|tx| take_out(tx, id, &late)) }
    }
}

/// Takes a picture out of what names it, and out of what its authors are changing of that.
fn take_out(tx: &mut Tx<'_>, picture: ImageId, named: &[(Kind, i64)]) -> Result<(), Error> {
    let picture = json!(picture);
    for (kind, id) in named {
        authored!(*kind, T => take_out_of::<T>(tx, &picture, *id))?;
    }
    Ok(())
}

fn take_out_of<T: Authored + Stored>(tx: &mut Tx<'_>, picture: &Value, id: i64) -> Result<(), Error> {
    if let Some(record) = T::get(tx, id)? {
        let mut fields = body::of(&record.body);
        if without(&mut fields, picture) {
            let division = whose::<T>(tx, id)?.ok_or(Error::NotFound)?.division;
            if !T::replace(tx, id, record.version, &body::filled::<T>(&fields, division)?)? {
                return Err(Error::VersionConflict);
            }
        }
    }
    if let Some(mut draft) = drafts::get(tx, T::KIND, id)?
        && without(&mut draft.body, picture) | draft.base.as_mut().is_some_and(|base| without(base, picture))
        && !drafts::replace(tx, draft.version, &draft)?
    {
        return Err(Error::VersionConflict);
    }
    Ok(())
}

/// Takes a picture out of the fields of a thing; says whether it was there.
fn without(fields: &mut Body, picture: &Value) -> bool {
    let same = |image: &Value| image.get("id") == Some(picture);
    let mut found = fields.get("cover").is_some_and(same);
    if found {
        fields.remove("cover");
    }
    if let Some(Value::Array(all)) = fields.get_mut("images") {
        let before = all.len();
        all.retain(|image| !same(image));
        found |= all.len() < before;
        if all.is_empty() {
            fields.remove("images");
        }
    }
    found
}

/// The address of a picture.
#[must_use]
pub fn address(origin: &str, id: ImageId) -> String {
    format!("{origin}/v1/images/{id}")
}

/// Gives the pictures that an author names by id what is known of them. Their words stand in where the author has none.
/// What a thing had `before` it keeps, also where it came from another organisation with it.
///
/// # Errors
/// [`Error::Invalid`] where one is not a picture of the organisation's.
pub(super) fn fill_in(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    origin: &str,
    given: &mut Body,
    before: &Body,
) -> Result<(), Error> {
    let mut before = before.clone();
    let had: Vec<Value> = pictures(&mut before).filter_map(|(_, image)| image.get("id").cloned()).collect();
    let mut invalid = Invalid::default();
    for (field, image) in pictures(given) {
        let Some(id) = image.get("id").cloned() else { continue };
        let had = had.contains(&id);
        let id: Option<ImageId> = serde_json::from_value(id).ok();
        let found = id.map(|id| images::get(conn, id)).transpose()?.flatten();
        let Some(picture) = found.filter(|picture| had || picture.organisation == organisation) else {
            invalid.push(format!("{field}.id"), FieldCode::NoSuch { kind: "image" });
            continue;
        };
        image["url"] = json!(address(origin, picture.id));
        image["width"] = json!(picture.width);
        image["height"] = json!(picture.height);
        let said: Option<Text> = image.get("alt").and_then(|alt| serde_json::from_value(alt.clone()).ok());
        if said.is_none_or(|alt| alt.zh_cn.is_empty()) {
            image["alt"] = json!(Text::zh(picture.alt));
        }
    }
    Ok(invalid.or(())?)
}

/// The pictures of a thing, each with its path.
fn pictures(fields: &mut Body) -> impl Iterator<Item = (String, &mut Value)> {
    let of_things = fields.iter_mut().filter(|(field, _)| ["images", "cover"].contains(&field.as_str()));
    of_things.flat_map(|(field, value)| match value {
        Value::Array(all) => {
            let numbered = all.iter_mut().enumerate();
            numbered.map(|(at, image)| (format!("{field}[{at}]"), image)).collect::<Vec<_>>()
        }
        one => vec![(field.clone(), one)],
    })
}

fn object(id: ImageId) -> Object {
    Object { kind: "image", id: id.get() }
}

fn seat(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Option<Adcode>, Error> {
    let found = Organisation::get(tx, organisation.get())?.ok_or(Error::NotFound)?;
    Ok(found.body.adcode)
}

fn note(
    tx: &mut Tx<'_>,
    actor: Actor,
    action: Action,
    picture: &Picture,
    reason: Option<&str>,
) -> Result<(), Error> {
    let facts = Some(json!({ "alt": picture.alt, "width": picture.width, "height": picture.height }));
    let added = action == Action::ImageAdded;
    let (before, after) = if added { (None, facts) } else { (facts, None) };
    let entry = Entry {
        actor,
        action,
        object: Some(object(picture.id)),
        subject: None,
        organisation: Some(picture.organisation),
        division: seat(tx, picture.organisation)?,
        reason: reason.map(str::to_owned),
        before,
        after,
        personal: Vec::new(),
    };
    audit::note(tx, &entry)
}
