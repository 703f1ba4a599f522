//! What is held of a thing that is drafted: its row, who sees it, and its draft.

use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use serde_json::{Value, json};

use super::super::{Error, images};
use super::not_ours;
use crate::db::records::{self, Stored};
use crate::db::{AnyConn, Tx, divisions, drafts, publication};
use crate::domain::bases::Base;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Body, Draft, Owner, State, body};
use crate::domain::events::EventStatus;
use crate::domain::ids::BaseId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::publication::Publication;
use crate::domain::record::{Record, Reference};

/// A thing that is drafted.
pub(in crate::app) struct Held<T> {
    /// Its draft, with what operations changed since; where it has none, what there is to change.
    pub(in crate::app) draft: Draft,
    /// Its row.
    pub(in crate::app) record: Record<T>,
    /// Who sees it.
    pub(in crate::app) publication: Publication,
    /// Whether everybody sees it, or saw it once.
    pub(super) ever: bool,
    /// The version of the draft that the store has, if it has one.
    pub(in crate::app) stored: Option<i64>,
    /// The fields that operations changed since in another way than its author.
    pub(super) disputed: Vec<String>,
}

/// What was looked up while drafts are written: whoever writes thousands asks for each thing once.
#[derive(Default)]
pub(in crate::app) struct Lookups {
    origin: Arc<str>,
    now: DateTime<Utc>,
    seen: HashMap<(Kind, i64), bool>,
    there: HashMap<(Kind, i64, Owner), bool>,
    seats: HashMap<Owner, Option<Adcode>>,
    venues: HashMap<BaseId, Option<Adcode>>,
}

impl<T: Authored + Stored> Held<T> {
    /// Reads it.
    pub(super) fn read(conn: &mut AnyConn, id: i64) -> Result<Option<Self>, Error> {
        let Some(record) = T::get(conn, id)? else { return Ok(None) };
        let publication = publication::of(conn, T::KIND, id)?.unwrap_or(Publication::TakenDown);
        let ever = publication::ever(conn, T::KIND, id)?;
        let draft = drafts::get(conn, T::KIND, id)?;
        Self::of(conn, record, (publication, ever), draft, &mut Lookups::default())
    }

    /// Reads many; those that are not there are left out.
    pub(in crate::app) fn read_many(
        conn: &mut AnyConn,
        ids: &[i64],
        lookups: &mut Lookups,
    ) -> Result<HashMap<i64, Self>, Error> {
        let mut drafts: HashMap<i64, Draft> =
            drafts::find(conn, T::KIND, ids)?.into_iter().map(|draft| (draft.object, draft)).collect();
        let publications = publication::of_many(conn, T::KIND, ids)?;
        let never = publication::never_among(conn, T::KIND, ids)?;
        let mut all = HashMap::new();
        for record in T::find(conn, ids)? {
            let id = record.id;
            let publication = publications.get(&id).copied().unwrap_or(Publication::TakenDown);
            let seen = (publication, !never.contains(&id));
            let held = Self::of(conn, record, seen, drafts.remove(&id), lookups)?;
            all.extend(held.map(|held| (id, held)));
        }
        Ok(all)
    }

    fn of(
        conn: &mut AnyConn,
        record: Record<T>,
        (publication, ever): (Publication, bool),
        draft: Option<Draft>,
        lookups: &mut Lookups,
    ) -> Result<Option<Self>, Error> {
        let public = body::of(&record.body);
        let stored = draft.as_ref().map(|draft| draft.version);
        let mut disputed = Vec::new();
        let draft = match draft {
            Some(draft) if draft.state == State::Approved => Draft { body: public, base: None, ..draft },
            Some(mut draft) => {
                match &draft.base {
                    Some(base) => (draft.body, disputed) = merged(base, &draft.body, &public),
                    // What was never published: an authority may have taken it into a campaign meanwhile.
                    None => body::keep::<T>(&mut draft.body, &public),
                }
                draft
            }
            None => {
                // The seeds' routes have no organiser: nobody edits them here.
                let Some(main) = record.body.organisers().first() else { return Ok(None) };
                let owner = Owner::Organisation(main.organisation);
                let seat = lookups.seat(conn, owner)?.ok_or(Error::NotFound)?;
                Draft {
                    kind: T::KIND,
                    object: record.id,
                    owner,
                    division: lookups.division(conn, &record.body, seat)?,
                    version: 1,
                    state: State::Approved,
                    body: public,
                    base: None,
                    reason: None,
                    fields: Vec::new(),
                    author: None,
                    updated_at: record.updated_at,
                }
            }
        };
        Ok(Some(Self { draft, record, publication, ever, stored, disputed }))
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn need(conn: &mut AnyConn, id: i64) -> Result<Self, Error> {
        Self::read(conn, id)?.ok_or(Error::NotFound)
    }
}

/// Writes what its author gives into a draft: in the one way each field is written, with what others set as `public` has
/// it; what was sent back as it was read stays as it was. Gives the thing, as far as it goes.
///
/// # Errors
/// [`Error::Invalid`] if it is not written as it must be, refers to what is not there, or names another main organiser.
pub(in crate::app) fn write<T: Authored + Stored>(
    conn: &mut AnyConn,
    draft: &mut Draft,
    mut given: Body,
    public: Option<&Body>,
    lookups: &mut Lookups,
) -> Result<T, Error> {
    match draft.owner {
        Owner::Organisation(organisation) => {
            images::fill_in(conn, organisation, &lookups.origin, &mut given, &draft.body)?;
            let ours = json!([{ "organisation": organisation }]);
            given.entry("organisers").or_insert(ours);
        }
        // Nobody speaks for an organisation by themselves.
        Owner::Person(_) => drop(given.remove("organisers")),
    }
    body::keep_still(&mut given, &draft.body);
    date(&mut given, &draft.body, lookups.now);
    draft.body = body::normal::<T>(given, public, draft.division)?;
    let thing: T = body::filled(&draft.body, draft.division)?;
    if let Owner::Organisation(organisation) = draft.owner
        && thing.organisers().first().map(|main| main.organisation) != Some(organisation)
    {
        return Err(not_ours(organisation).into());
    }
    references::<T>(conn, draft, false, lookups)?.or(())?;
    let seat = lookups.seat(conn, draft.owner)?.ok_or(Error::NotFound)?;
    draft.division = if T::NEEDED.contains(&"place") && !draft.body.contains_key("place") {
        seat
    } else {
        lookups.division(conn, &thing, seat)?
    };
    Ok(body::filled(&draft.body, draft.division)?)
}

/// What becomes of what is published when what was changed since `base` is changed in it too, with the fields that were
/// changed here and there. Why something is called off says whoever called it off: no draft says anything else.
pub(super) fn merged(base: &Body, draft: &Body, public: &Body) -> (Body, Vec<String>) {
    let (mut merged, mut both) = body::merged(base, draft, public);
    if public.get("status").is_some_and(|status| *status == json!(EventStatus::Cancelled)) {
        merged.remove("notice");
        merged.extend(public.get_key_value("notice").map(|(field, notice)| (field.clone(), notice.clone())));
        both.retain(|field| field != "notice");
    }
    (merged, both)
}

/// Dates a notice: since now, or as long as it said the same.
fn date(given: &mut Body, before: &Body, now: DateTime<Utc>) {
    let Some(notice) = given.get_mut("notice").and_then(Value::as_object_mut) else { return };
    let before = before.get("notice").filter(|before| before.get("text") == notice.get("text"));
    match before {
        Some(before) => {
            notice.remove("since");
            notice.extend(before.get("since").map(|since| ("since".to_owned(), since.clone())));
        }
        None => {
            notice.entry("since").or_insert_with(|| json!(now));
        }
    }
}

/// What a draft refers to that is not there: for its author also what another organisation is still drafting; before it is
/// published, whatever not everybody sees; what is there all the same is told apart.
pub(super) fn references<T: Authored + Stored>(
    conn: &mut AnyConn,
    draft: &Draft,
    seen: bool,
    lookups: &mut Lookups,
) -> Result<Invalid, Error> {
    let thing: T = body::filled(&draft.body, draft.division)?;
    let mut invalid = Invalid::default();
    let given = |field: &str| draft.body.contains_key(field.split(['.', '[']).next().unwrap_or(field));
    for reference in thing.references().into_iter().filter(|reference| given(&reference.field)) {
        let Reference { kind, id, field } = reference;
        // That one's own organisation waits to be verified is told when it is handed in.
        let own = kind == Kind::Organisation && draft.organisation().is_some_and(|own| own.get() == id);
        if own || (seen && lookups.is_seen(conn, kind, id)?) {
            continue;
        }
        if !lookups.is_there(conn, kind, id, draft.owner)? {
            invalid.push(field, FieldCode::NoSuch { kind: kind.name() });
        } else if seen {
            invalid.push(field, FieldCode::NotPublished { kind: kind.name() });
        }
    }
    Ok(invalid)
}

/// Saves a draft over the one that the store had.
///
/// # Errors
/// [`Error::VersionConflict`] if somebody else changed it meanwhile.
pub(super) fn save(tx: &mut Tx<'_>, draft: &Draft, stored: Option<i64>) -> Result<(), Error> {
    match stored {
        None => Ok(drafts::insert(tx, draft)?),
        Some(version) if drafts::replace(tx, version, draft)? => Ok(()),
        Some(_) => Err(Error::VersionConflict),
    }
}

/// The division of an organisation: its seat, or the first of all where none is known. `None` if there is no such
/// organisation. What is a person's has its own place, or says for where it is.
pub(super) fn seat(conn: &mut AnyConn, owner: Owner) -> Result<Option<Adcode>, Error> {
    let Owner::Organisation(organisation) = owner else { return Ok(divisions::first(conn)?) };
    let Some(found) = Organisation::get(conn, organisation.get())? else { return Ok(None) };
    match found.body.adcode {
        Some(seat) => Ok(Some(seat)),
        None => Ok(divisions::first(conn)?),
    }
}

/// As [`Lookups::division`].
pub(super) fn division<T: Authored>(conn: &mut AnyConn, thing: &T, seat: Adcode) -> Result<Adcode, Error> {
    Lookups::default().division(conn, thing, seat)
}

impl Lookups {
    /// Nothing was looked up yet: pictures lie at `origin`, and what is said holds since `now`.
    pub(super) fn at(origin: Arc<str>, now: DateTime<Utc>) -> Self {
        Self { origin, now, ..Self::default() }
    }

    /// Whether there is such a thing, as far as an owner is concerned: of what was never published, their own.
    fn is_there(&mut self, conn: &mut AnyConn, kind: Kind, id: i64, owner: Owner) -> Result<bool, Error> {
        once(&mut self.there, (kind, id, owner), || {
            let theirs = publication::drafted_by(conn, kind, id)?;
            let own = theirs.is_none_or(|theirs| Owner::Organisation(theirs) == owner);
            Ok(own && records::exists(conn, kind, id)?)
        })
    }

    fn is_seen(&mut self, conn: &mut AnyConn, kind: Kind, id: i64) -> Result<bool, Error> {
        once(&mut self.seen, (kind, id), || Ok(publication::of(conn, kind, id)? == Some(Publication::Public)))
    }

    /// As [`seat`].
    pub(in crate::app) fn seat(&mut self, conn: &mut AnyConn, owner: Owner) -> Result<Option<Adcode>, Error> {
        once(&mut self.seats, owner, || seat(conn, owner))
    }

    /// Whose authority a thing is: of its place's division, its base's, else the seat of its organisation.
    fn division<T: Authored>(
        &mut self,
        conn: &mut AnyConn,
        thing: &T,
        seat: Adcode,
    ) -> Result<Adcode, Error> {
        if let Some(own) = thing.adcode() {
            return Ok(own);
        }
        let Some(base) = thing.venue() else { return Ok(seat) };
        let venue = once(&mut self.venues, base, || {
            Ok(Base::get(conn, base.get())?.map(|base| base.body.place.adcode))
        })?;
        Ok(venue.unwrap_or(seat))
    }
}

/// What is known under a key; looked up where it is not.
fn once<K: Eq + Hash, V: Copy>(
    known: &mut HashMap<K, V>,
    key: K,
    look: impl FnOnce() -> Result<V, Error>,
) -> Result<V, Error> {
    match known.entry(key) {
        Entry::Occupied(entry) => Ok(*entry.get()),
        Entry::Vacant(entry) => Ok(*entry.insert(look()?)),
    }
}
