//! Drafts: how an organisation writes what it wants published. What authorities decide is in [`super::review`].
//!
//! The table of each kind holds what was approved; what was never approved has a row there too, that nobody but its
//! organisation sees, so that sessions and all else can refer to it. Editing changes the draft beside it. What operations
//! change meanwhile (an event is called off, a base closed for a day) stays: publishing carries over what the author
//! changed, field by field.
//!
//! Each works in its caller's transaction. Rows are locked in one order: the draft, what waits of it, the thing.

mod assigned;
pub(super) mod held;
pub(super) mod judged;
pub(super) mod many;
mod naming;
mod noting;
mod publishing;
pub(super) mod standing;
mod with_sessions;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::Error;
use super::review::enqueue;
use super::sessions::screening;
use crate::db::records::Stored;
use crate::db::text_checks::{self, TextCheck};
use crate::db::{AnyConn, Tx, drafts, publication, review_items};
use crate::domain::audit::{Action, Actor};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Body, Draft, Owner, State, body};
use crate::domain::ids::{self, OrganisationId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::review::{ItemKind, ItemState, Lane, Rules};
use crate::domain::screening::{Doubt, Screen, doubts};
use crate::domain::sealing::Vault;
use crate::domain::time::day_of;

use held::{Held, Lookups};
use noting::{fields, note, published};

/// Does the same with the noun of each kind that is drafted; of another there is no such thing.
macro_rules! authored {
    ($kind:expr, $noun:ident => $work:expr) => {
        match $kind {
            $crate::domain::kinds::Kind::Event => {
                type $noun = $crate::domain::events::Event;
                $work
            }
            $crate::domain::kinds::Kind::Base => {
                type $noun = $crate::domain::bases::Base;
                $work
            }
            $crate::domain::kinds::Kind::Route => {
                type $noun = $crate::domain::routes::Route;
                $work
            }
            $crate::domain::kinds::Kind::Series => {
                type $noun = $crate::domain::series::Series;
                $work
            }
            $crate::domain::kinds::Kind::Resource => {
                type $noun = $crate::domain::resources::Resource;
                $work
            }
            _ => Err($crate::app::Error::NotFound),
        }
    };
}
pub(super) use authored;

/// The use cases of drafts.
#[derive(Clone)]
pub struct Drafts {
    screen: Arc<dyn Screen>,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
    rules: Rules,
    /// Where the service is reached from outside, for the addresses of pictures.
    origin: Arc<str>,
}

/// A draft as it stands now, with what operations changed since its author began; of what is published and not being
/// changed, what there is to change. `None` if there is no such thing, or nobody's to edit.
///
/// # Errors
/// If the store fails.
pub fn current<T: Authored + Stored>(conn: &mut AnyConn, id: i64) -> Result<Option<Draft>, Error> {
    Ok(Held::<T>::read(conn, id)?.map(|held| held.draft))
}

/// The same of many; those that are not there are left out.
///
/// # Errors
/// If the store fails.
pub fn current_many<T: Authored + Stored>(
    conn: &mut AnyConn,
    ids: &[i64],
) -> Result<HashMap<i64, Draft>, Error> {
    let held = Held::<T>::read_many(conn, ids, &mut Lookups::default())?;
    Ok(held.into_iter().map(|(id, held)| (id, held.draft)).collect())
}

/// A draft as what it would be once it is published, whatever is missing yet: what stands in for it is empty.
///
/// # Errors
/// If the store fails.
pub fn preview<T: Authored + Stored>(conn: &mut AnyConn, id: i64) -> Result<Option<Record<T>>, Error> {
    let Some(held) = Held::<T>::read(conn, id)? else { return Ok(None) };
    let body = body::filled(&held.draft.body, held.draft.division)?;
    Ok(Some(Record { body, ..held.record }))
}

/// The division whose authority a thing is, as it is published; `None` if there is no such thing.
///
/// # Errors
/// If the store fails.
pub fn division<T: Authored + Stored>(conn: &mut AnyConn, id: i64) -> Result<Option<Adcode>, Error> {
    Ok(judged::whose::<T>(conn, id)?.map(|whose| whose.division))
}

/// Everything that is missing or wrong for a draft to be submitted, at once.
///
/// # Errors
/// [`Error::Invalid`] with all of it; if the store fails.
pub fn check<T: Authored + Stored>(conn: &mut AnyConn, draft: &Draft) -> Result<T, Error> {
    check_with(conn, draft, &mut Lookups::default())
}

/// The same, where others are checked too.
fn check_with<T: Authored + Stored>(
    conn: &mut AnyConn,
    draft: &Draft,
    lookups: &mut Lookups,
) -> Result<T, Error> {
    let whole = body::whole::<T>(&draft.body, draft.division);
    let mut refers = held::references::<T>(conn, draft, true, lookups)?;
    if T::KIND == Kind::Event {
        with_sessions::check(conn, draft, &mut refers)?;
    }
    let nowhere = |thing: &T| thing.adcode().is_none() && thing.venue().is_none();
    // Whose authority it is, the seat of an organisation would tell.
    if draft.organisation().is_none()
        && body::filled::<T>(&draft.body, draft.division).is_ok_and(|thing| nowhere(&thing))
    {
        refers.push("reach", FieldCode::Missing);
    }
    match whole {
        Ok(thing) => Ok(refers.or(thing)?),
        Err(mut invalid) => {
            invalid.0.extend(refers.0);
            Err(invalid.into())
        }
    }
}

impl Drafts {
    /// Drafts whose texts are screened so, which are reviewed by these rules, and whose pictures lie at this origin.
    pub fn new(
        screen: Arc<dyn Screen>,
        vault: Arc<Vault>,
        random: Arc<dyn Random>,
        rules: Rules,
        origin: &str,
    ) -> Self {
        Self { screen, vault, random, rules, origin: origin.into() }
    }

    /// What is looked up while drafts are written at `now`.
    pub(in crate::app) fn lookups(&self, now: DateTime<Utc>) -> Lookups {
        Lookups::at(self.origin.clone(), now)
    }

    /// Begins something new of an organisation's; fields may be missing.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such organisation; [`Error::Invalid`] if what is given is not written as it
    /// must be, or refers to what is not there; [`Error::TooManyDrafts`].
    pub fn create<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        organisation: OrganisationId,
        given: Body,
    ) -> Result<Draft, Error> {
        self.create_of::<T>(tx, by, Owner::Organisation(organisation), given)
    }

    /// Begins something new of whose it is to be, as [`Drafts::create`] does of an organisation's.
    ///
    /// # Errors
    /// Those of [`Drafts::create`].
    pub fn create_of<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        owner: Owner,
        given: Body,
    ) -> Result<Draft, Error> {
        standing::may_begin(tx, owner)?;
        let (object, now) = (ids::number(tx.now(), &*self.random), tx.now());
        let (draft, thing) = many::begun::<T>(tx, by, owner, (object, now), given, &mut self.lookups(now))?;
        T::insert(tx, object, &thing)?;
        publication::set(tx, T::KIND, object, Publication::Draft)?;
        drafts::insert(tx, &draft)?;
        note(tx, by, Action::Drafted, &draft, None, None)?;
        Ok(draft)
    }

    /// Begins something new that is what another thing is, but for what is said of it as news.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::TooManyDrafts`].
    pub fn duplicate<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        id: i64,
    ) -> Result<Draft, Error> {
        let Draft { owner, mut body, .. } = Held::<T>::need(tx, id)?.draft;
        body.remove("notice");
        body.retain(|field, _| !T::KEPT.contains(&field.as_str()));
        self.create_of::<T>(tx, by, owner, body)
    }

    /// Replaces what an author gives of a thing. What waits for review waits no more. Where only what is immaterial
    /// differs from what is published, and its words are not doubtful, it is published at once: the state tells. What says
    /// nothing new changes nothing, and goes on waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`; [`Error::Invalid`] as
    /// [`Drafts::create`].
    pub fn update<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        id: i64,
        version: i64,
        given: Body,
    ) -> Result<Draft, Error> {
        let Held { mut draft, record, publication, ever, stored, .. } = Held::<T>::need(tx, id)?;
        if draft.version != version {
            return Err(Error::VersionConflict);
        }
        let public = body::of(&record.body);
        let (written, held) = (draft.body.clone(), draft.clone());
        let before = draft.base.take().unwrap_or_else(|| public.clone());
        let mut lookups = self.lookups(tx.now());
        let thing: T = held::write(tx, &mut draft, given, Some(&public), &mut lookups)?;
        if draft.body == written {
            return Ok(held);
        }
        draft.version += 1;
        draft.state = State::Draft;
        (draft.author, draft.updated_at) = (by.person(), tx.now());
        if !ever {
            held::save(tx, &draft, stored)?;
            self.retire(tx, T::KIND, id, Lane::Submitted)?;
            if thing != record.body && !T::replace(tx, id, record.version, &thing)? {
                return Err(Error::VersionConflict);
            }
            if draft.body.contains_key("admission") {
                publishing::admitted::<T>(tx, id, &thing)?;
            }
            note(tx, by, Action::Edited, &draft, None, Some(fields(&written, &draft.body)))?;
            return Ok(draft);
        }
        // What operations changed since the author began is not taken back by an author who does not speak of it.
        (draft.body, _) = held::merged(&before, &draft.body, &public);
        let changes = body::changes(&public, &draft.body);
        let at_once = publication == Publication::Public
            && body::is_immaterial::<T>(&changes)
            && doubts(&*self.screen, &draft.body).is_empty();
        let nothing = changes.is_empty() && publication == Publication::Public;
        let ready: Option<T> = if at_once { Some(check(tx, &draft)?) } else { None };
        if ready.is_some() || nothing {
            draft.settle(State::Approved);
        } else {
            draft.base = Some(public.clone());
        }
        held::save(tx, &draft, stored)?;
        self.retire(tx, T::KIND, id, Lane::Submitted)?;
        if let Some(thing) = ready {
            publishing::publish(tx, draft.division, &record, publication, &thing)?;
            note(tx, by, Action::Published, &draft, None, Some(published(&public, &thing)))?;
            ask_wechat(tx, by, &draft)?;
        } else {
            note(tx, by, Action::Edited, &draft, None, Some(fields(&written, &draft.body)))?;
        }
        Ok(draft)
    }

    /// Hands a draft in. Of a trusted organisation it is published at once, unless its words are doubtful, an authority took
    /// it, or lately something else of theirs, down, or it names another organisation anew; else it waits for review: the
    /// state tells. What waits already goes on waiting, unless operations changed meanwhile what it changes: then its author
    /// has seen that, and it waits anew.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] with everything that is missing or wrong; [`Error::NothingToDo`] if what
    /// it would change is published; [`Error::Suspended`], [`Error::Unverified`] if its organisation is.
    pub fn submit<T: Authored + Stored>(&self, tx: &mut Tx<'_>, by: Actor, id: i64) -> Result<Draft, Error> {
        let Held { mut draft, record, publication, ever, stored, disputed } = Held::<T>::need(tx, id)?;
        match draft.state {
            State::Submitted if disputed.is_empty() => return Ok(draft),
            State::Approved if publication == Publication::Public => return Err(Error::NothingToDo),
            State::Submitted | State::Approved | State::Draft | State::Rejected => {}
        }
        let standing = standing::of(tx, draft.owner)?;
        standing.may_post()?;
        let thing: T = check(tx, &draft)?;
        let mut notes = doubts(&*self.screen, &draft.body);
        if T::KIND == Kind::Event {
            let now = tx.now();
            notes.extend(screening::of_event(tx, &*self.screen, id, now)?);
        }
        let public = (publication == Publication::Public).then_some(&record.body);
        let at_once = standing.at_once(tx.now())
            && notes.is_empty()
            && publication != Publication::TakenDown
            && !naming::names_others(&thing, public);
        draft.version += 1;
        (draft.author, draft.updated_at) = (by.person(), tx.now());
        draft.settle(if at_once { State::Approved } else { State::Submitted });
        if !at_once && ever {
            draft.base = Some(body::of(&record.body));
        }
        held::save(tx, &draft, stored)?;
        // What waited was written before others changed the same.
        self.retire(tx, T::KIND, id, Lane::Submitted)?;
        if at_once {
            publishing::publish(tx, draft.division, &record, publication, &thing)?;
            let told = published(&body::of(&record.body), &thing);
            note(tx, by, Action::Published, &draft, None, Some(told))?;
            // Whoever hands in again draws no second lot.
            let before = self.retire(tx, T::KIND, id, Lane::Sampled)?;
            if before || self.draws(T::KIND, id, tx.now()) {
                self.queue(tx, &draft, &thing, Lane::Sampled, notes)?;
            }
        } else {
            self.queue(tx, &draft, &thing, Lane::Submitted, notes)?;
            note(tx, by, Action::Submitted, &draft, None, None)?;
        }
        ask_wechat(tx, by, &draft)?;
        Ok(draft)
    }

    /// Takes a draft back from review; one that does not wait stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn withdraw<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        id: i64,
    ) -> Result<Draft, Error> {
        let Held { mut draft, stored, .. } = Held::<T>::need(tx, id)?;
        if draft.state != State::Submitted {
            return Ok(draft);
        }
        draft.version += 1;
        draft.state = State::Draft;
        (draft.author, draft.updated_at) = (by.person(), tx.now());
        held::save(tx, &draft, stored)?;
        self.retire(tx, T::KIND, id, Lane::Submitted)?;
        note(tx, by, Action::Withdrawn, &draft, None, None)?;
        Ok(draft)
    }

    /// Puts a thing away: nobody but its organisation sees it any more. Submitting it brings it back.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it was taken down.
    pub fn archive<T: Authored + Stored>(&self, tx: &mut Tx<'_>, by: Actor, id: i64) -> Result<Draft, Error> {
        let Held { mut draft, publication, stored, .. } = Held::<T>::need(tx, id)?;
        match publication {
            Publication::Archived => return Ok(draft),
            Publication::TakenDown => return Err(Error::NothingToDo),
            Publication::Draft | Publication::Public => {}
        }
        draft.version += 1;
        if draft.state == State::Submitted {
            draft.state = State::Draft;
        }
        (draft.author, draft.updated_at) = (by.person(), tx.now());
        held::save(tx, &draft, stored)?;
        self.retire(tx, T::KIND, id, Lane::Submitted)?;
        self.retire(tx, T::KIND, id, Lane::Sampled)?;
        publication::set(tx, T::KIND, id, Publication::Archived)?;
        note(tx, by, Action::Archived, &draft, None, None)?;
        Ok(draft)
    }

    /// Whether what a trusted organisation publishes of a thing on a day is looked at: the key keeps the lot from being
    /// foreseen, and who hands in again on that day draws the same.
    fn draws(&self, kind: Kind, id: i64, now: DateTime<Utc>) -> bool {
        let lot = self.vault.blind("review sample", &format!("{}:{id}:{}", kind.name(), day_of(now)));
        self.rules.samples(&lot)
    }

    /// Takes what waits of a thing in a lane out of the queue; says whether anything did.
    pub(in crate::app) fn retire(
        &self,
        tx: &mut Tx<'_>,
        kind: Kind,
        id: i64,
        lane: Lane,
    ) -> Result<bool, Error> {
        let Some(kind) = ItemKind::of(kind) else { return Ok(false) };
        let Some(item) = review_items::open_in(tx, kind, id, lane)? else { return Ok(false) };
        let gone =
            review_items::Decision { state: ItemState::Withdrawn, by: None, reason: None, fields: &[] };
        Ok(review_items::decide(tx, item.id, item.what.version, &gone)?)
    }

    fn queue<T: Authored>(
        &self,
        tx: &mut Tx<'_>,
        draft: &Draft,
        thing: &T,
        lane: Lane,
        notes: Vec<Doubt>,
    ) -> Result<(), Error> {
        let item = publishing::item(draft, thing, lane, notes).ok_or(Error::NotFound)?;
        enqueue(tx, &*self.random, item).map(drop)
    }
}

/// Has WeChat asked about what a person handed in.
fn ask_wechat(tx: &mut Tx<'_>, by: Actor, draft: &Draft) -> Result<(), Error> {
    let Some(person) = by.person() else { return Ok(()) };
    let Draft { kind, object, version, .. } = *draft;
    Ok(text_checks::ask(tx, TextCheck { kind, object, version, person, attempts: 0 })?)
}

/// That an organiser of a draft must come first: whose it is cannot be written away.
fn not_ours(organisation: OrganisationId) -> Invalid {
    let allowed = vec![organisation.to_string()];
    let code = FieldCode::NotAllowed { value: String::new(), allowed };
    Invalid::one("organisers[0].organisation", code)
}
