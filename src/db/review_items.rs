//! What waits for a decision of an authority, and what was decided.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::review_items;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::FieldNote;
use crate::domain::ids::{CampaignId, OrganisationId, PersonId, ReviewItemId};
use crate::domain::review::{Item, ItemKind, ItemState, Lane, NewItem};
use crate::domain::screening::Doubt;

#[derive(Queryable, Selectable)]
#[diesel(table_name = review_items)]
struct Row {
    id: i64,
    kind: String,
    object_id: i64,
    version: i64,
    lane: String,
    title: String,
    organisation_id: Option<i64>,
    division: i64,
    campaigns: String,
    notes: String,
    submitted_by: Option<i64>,
    submitted_at: NaiveDateTime,
    state: String,
    claimed_by: Option<i64>,
    claimed_until: Option<NaiveDateTime>,
    decided_by: Option<i64>,
    decided_at: Option<NaiveDateTime>,
    reason: Option<String>,
    fields: String,
}

impl Row {
    fn item(self) -> Result<Item, Error> {
        let corrupt = |source| Error::Corrupt { kind: "review item", id: self.id, source };
        let word = || corrupt(serde::de::Error::custom("a word or number that this program does not know"));
        let claim = self.claimed_by.and_then(PersonId::new).zip(self.claimed_until);
        Ok(Item {
            id: ReviewItemId::new(self.id).ok_or_else(word)?,
            what: NewItem {
                kind: ItemKind::from_name(&self.kind).ok_or_else(word)?,
                object: self.object_id,
                version: self.version,
                lane: Lane::from_name(&self.lane).ok_or_else(word)?,
                title: serde_json::from_str(&self.title).map_err(corrupt)?,
                organisation: self.organisation_id.and_then(OrganisationId::new),
                division: Adcode::from_number(self.division).ok_or_else(word)?,
                campaigns: self.campaigns.split_whitespace().map(str::to_owned).collect(),
                notes: serde_json::from_str(&self.notes).map_err(corrupt)?,
                by: self.submitted_by.and_then(PersonId::new),
            },
            since: self.submitted_at.and_utc(),
            state: ItemState::from_name(&self.state).ok_or_else(word)?,
            claim: claim.map(|(by, until)| (by, until.and_utc())),
            decided_by: self.decided_by.and_then(PersonId::new),
            decided_at: self.decided_at.map(|at| at.and_utc()),
            reason: self.reason,
            fields: serde_json::from_str(&self.fields).map_err(corrupt)?,
        })
    }
}

fn text(id: ReviewItemId, value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Corrupt {
        kind: "review item",
        id: id.get(),
        source,
    })
}

/// Puts something into the queue; with a decision, on record beside it.
///
/// # Errors
/// [`Error::Constraint`] if it is in the queue already.
pub fn insert(tx: &mut Tx<'_>, item: &Item) -> Result<(), Error> {
    let what = &item.what;
    diesel::insert_into(review_items::table)
        .values((
            review_items::id.eq(item.id.get()),
            review_items::kind.eq(what.kind.name()),
            review_items::object_id.eq(what.object),
            review_items::version.eq(what.version),
            review_items::lane.eq(what.lane.name()),
            review_items::title.eq(text(item.id, &what.title)?),
            review_items::organisation_id.eq(what.organisation.map(OrganisationId::get)),
            review_items::division.eq(what.division.number()),
            review_items::campaigns.eq(format!(" {} ", what.campaigns.join(" "))),
            review_items::notes.eq(text(item.id, &what.notes)?),
            review_items::submitted_by.eq(what.by.map(PersonId::get)),
            review_items::submitted_at.eq(item.since.naive_utc()),
            review_items::state.eq(item.state.name()),
            review_items::decided_by.eq(item.decided_by.map(PersonId::get)),
            review_items::decided_at.eq(item.decided_at.map(|at| at.naive_utc())),
            review_items::reason.eq(&item.reason),
            review_items::fields.eq(text(item.id, &item.fields)?),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// One of them.
pub fn get(conn: &mut AnyConn, id: ReviewItemId) -> Result<Option<Item>, Error> {
    let row: Option<Row> =
        review_items::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::item).transpose()
}

/// What of this thing waits in a lane, if anything does.
pub fn open_in(conn: &mut AnyConn, kind: ItemKind, object: i64, lane: Lane) -> Result<Option<Item>, Error> {
    let row: Option<Row> = review_items::table
        .filter(review_items::kind.eq(kind.name()))
        .filter(review_items::object_id.eq(object))
        .filter(review_items::lane.eq(lane.name()))
        .filter(review_items::state.eq(ItemState::Open.name()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::item).transpose()
}

/// What of this thing waits, if anything does: to be published rather than to be looked at afterwards.
pub fn open_of(conn: &mut AnyConn, kind: ItemKind, object: i64) -> Result<Option<Item>, Error> {
    let row: Option<Row> = review_items::table
        .filter(review_items::kind.eq(kind.name()))
        .filter(review_items::object_id.eq(object))
        .filter(review_items::state.eq(ItemState::Open.name()))
        // By their words: submitted, sampled.
        .order(review_items::lane.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::item).transpose()
}

/// Which part of the queue is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only what is decided on of this kind.
    pub kind: Option<ItemKind>,
    /// Only what one of these divisions covers.
    pub within: Vec<Adcode>,
    /// Only what lies in this division.
    pub division: Option<Adcode>,
    /// Only what is part of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only what is this organisation's.
    pub organisation: Option<OrganisationId>,
    /// How it stands; what waits if absent.
    pub state: Option<ItemState>,
    /// Only what came into the queue so.
    pub lane: Option<Lane>,
}

impl Wanted {
    fn state(&self) -> ItemState {
        self.state.unwrap_or(ItemState::Open)
    }
}

/// The divisions in which something stands that is asked for.
fn divisions(conn: &mut AnyConn, wanted: &Wanted) -> Result<Vec<i64>, Error> {
    let standing = review_items::table.filter(review_items::state.eq(wanted.state().name()));
    let all: Vec<i64> = standing.select(review_items::division).distinct().load(conn)?;
    let reached = |number: &i64| {
        wanted.within.iter().any(|own| own.within().contains(number))
            && wanted.division.is_none_or(|asked| asked.within().contains(number))
    };
    Ok(all.into_iter().filter(reached).collect())
}

/// The query of a part of the queue that lies in these divisions, for counting and for reading.
macro_rules! wanted {
    ($wanted:expr, $divisions:expr) => {{
        let mut query = review_items::table
            .filter(review_items::state.eq($wanted.state().name()))
            .filter(review_items::division.eq_any($divisions))
            .into_boxed();
        if let Some(lane) = $wanted.lane {
            query = query.filter(review_items::lane.eq(lane.name()));
        }
        if let Some(kind) = $wanted.kind {
            query = query.filter(review_items::kind.eq(kind.name()));
        }
        if let Some(campaign) = $wanted.campaign {
            query = query.filter(review_items::campaigns.like(format!("% {campaign} %")));
        }
        if let Some(organisation) = $wanted.organisation {
            query = query.filter(review_items::organisation_id.eq(organisation.get()));
        }
        query
    }};
}

/// A page of what waits, the oldest first, after the item of this time and id; of what was decided, what was decided last
/// comes first, before that time and id.
pub fn page(
    conn: &mut AnyConn,
    wanted: &Wanted,
    after: Option<(DateTime<Utc>, i64)>,
    limit: usize,
) -> Result<Vec<Item>, Error> {
    let mut query = wanted!(wanted, divisions(conn, wanted)?);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = after.map(|(at, id)| (at.naive_utc(), id));
    let rows: Vec<Row> = if wanted.state() == ItemState::Open {
        if let Some((at, id)) = after {
            query = query.filter(
                review_items::submitted_at
                    .gt(at)
                    .or(review_items::submitted_at.eq(at).and(review_items::id.gt(id))),
            );
        }
        let oldest = query.order((review_items::submitted_at, review_items::id));
        oldest.limit(limit).select(Row::as_select()).load(conn)?
    } else {
        if let Some((at, id)) = after {
            query = query.filter(
                review_items::decided_at
                    .lt(at)
                    .or(review_items::decided_at.eq(at).and(review_items::id.lt(id))),
            );
        }
        let newest = query.order((review_items::decided_at.desc(), review_items::id.desc()));
        newest.limit(limit).select(Row::as_select()).load(conn)?
    };
    rows.into_iter().map(Row::item).collect()
}

/// Everything that waits in a part of the queue: the item and what it is about.
pub fn all(conn: &mut AnyConn, wanted: &Wanted) -> Result<Vec<(ReviewItemId, ItemKind, i64)>, Error> {
    let query = wanted!(wanted, divisions(conn, wanted)?);
    let rows: Vec<(i64, String, i64)> =
        query.select((review_items::id, review_items::kind, review_items::object_id)).load(conn)?;
    let one = |(id, kind, object): (i64, String, i64)| {
        Some((ReviewItemId::new(id)?, ItemKind::from_name(&kind)?, object))
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// What was decided last of a thing before then, if anything was.
pub fn decided_before(
    conn: &mut AnyConn,
    (kind, object): (ItemKind, i64),
    then: DateTime<Utc>,
) -> Result<Option<Item>, Error> {
    let row: Option<Row> = review_items::table
        .filter(review_items::kind.eq(kind.name()))
        .filter(review_items::object_id.eq(object))
        .filter(review_items::state.eq_any([ItemState::Approved.name(), ItemState::Rejected.name()]))
        .filter(review_items::decided_at.le(then.naive_utc()))
        .order((review_items::decided_at.desc(), review_items::id.desc()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::item).transpose()
}

/// How many stand in a part of the queue.
pub fn count(conn: &mut AnyConn, wanted: &Wanted) -> Result<i64, Error> {
    let query = wanted!(wanted, divisions(conn, wanted)?);
    Ok(query.count().get_result(conn)?)
}

/// How much of what an organisation submitted was approved, and how much was rejected.
pub fn decided_of(conn: &mut AnyConn, organisation: OrganisationId) -> Result<(i64, i64), Error> {
    let mut count = |state: ItemState| {
        review_items::table
            .filter(review_items::organisation_id.eq(organisation.get()))
            .filter(review_items::kind.ne(ItemKind::Report.name()))
            .filter(review_items::state.eq(state.name()))
            .count()
            .get_result(conn)
    };
    Ok((count(ItemState::Approved)?, count(ItemState::Rejected)?))
}

/// Gives an item to a reviewer until then, from whoever has it; `false` if it is another's by now, or waits no more.
pub fn claim(
    tx: &mut Tx<'_>,
    id: ReviewItemId,
    (from, by): (Option<PersonId>, PersonId),
    until: DateTime<Utc>,
) -> Result<bool, Error> {
    let now = tx.now.naive_utc();
    let free = review_items::claimed_by
        .is_null()
        .or(review_items::claimed_by.eq(by.get()))
        .or(review_items::claimed_by.eq(from.unwrap_or(by).get()))
        .or(review_items::claimed_until.le(now));
    let row = review_items::table.find(id.get()).filter(review_items::state.eq(ItemState::Open.name()));
    let rows = diesel::update(row.filter(free))
        .set((
            review_items::claimed_by.eq(Some(by.get())),
            review_items::claimed_until.eq(Some(until.naive_utc())),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Gives an item back that is a reviewer's; `false` if it is not theirs.
pub fn release(tx: &mut Tx<'_>, id: ReviewItemId, by: PersonId) -> Result<bool, Error> {
    let row = review_items::table
        .find(id.get())
        .filter(review_items::state.eq(ItemState::Open.name()))
        .filter(review_items::claimed_by.eq(by.get()))
        .filter(review_items::claimed_until.gt(tx.now.naive_utc()));
    let rows = diesel::update(row)
        .set((
            review_items::claimed_by.eq(None::<i64>),
            review_items::claimed_until.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Adds doubts to an item that waits, which is at another version then: whoever read it reads it again before deciding.
pub fn add_notes(tx: &mut Tx<'_>, item: &Item, more: Vec<Doubt>) -> Result<(), Error> {
    let mut notes = item.what.notes.clone();
    notes.extend(more);
    let row = review_items::table.find(item.id.get()).filter(review_items::state.eq(ItemState::Open.name()));
    diesel::update(row)
        .set((
            review_items::notes.eq(text(item.id, &notes)?),
            review_items::version.eq(review_items::version + 1),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Gives what waits of things to another organisation; its version rises with that of what it is about.
pub fn assign(tx: &mut Tx<'_>, kind: ItemKind, objects: &[i64], to: OrganisationId) -> Result<(), Error> {
    for objects in objects.chunks(IDS_PER_STATEMENT) {
        let waiting = review_items::table
            .filter(review_items::kind.eq(kind.name()).and(review_items::object_id.eq_any(objects)))
            .filter(review_items::state.eq(ItemState::Open.name()));
        diesel::update(waiting)
            .set((
                review_items::organisation_id.eq(Some(to.get())),
                review_items::version.eq(review_items::version + 1),
            ))
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// What ends the waiting of an item.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// How it stands then.
    pub state: ItemState,
    /// Who decided; absent where its author took it back.
    pub by: Option<PersonId>,
    /// Why.
    pub reason: Option<&'a str>,
    /// What is to be mended.
    pub fields: &'a [FieldNote],
}

/// Ends the waiting of an item, if it still waits at this version; `false` if it does not.
pub fn decide(
    tx: &mut Tx<'_>,
    id: ReviewItemId,
    version: i64,
    decision: &Decision<'_>,
) -> Result<bool, Error> {
    let row = review_items::table
        .find(id.get())
        .filter(review_items::state.eq(ItemState::Open.name()))
        .filter(review_items::version.eq(version));
    let rows = diesel::update(row)
        .set((
            review_items::state.eq(decision.state.name()),
            review_items::decided_by.eq(decision.by.map(PersonId::get)),
            review_items::decided_at.eq(Some(tx.now.naive_utc())),
            review_items::reason.eq(decision.reason),
            review_items::fields.eq(text(id, &decision.fields)?),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Forgets who submitted what. Who decided stays: it is an act of an authority.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(review_items::table.filter(review_items::submitted_by.eq(person.get())))
        .set(review_items::submitted_by.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes what of a thing was handed in and never decided on.
pub fn delete_undecided(tx: &mut Tx<'_>, kind: ItemKind, object: i64) -> Result<(), Error> {
    let undecided = [ItemState::Open, ItemState::Withdrawn].map(ItemState::name);
    let items = review_items::table
        .filter(review_items::kind.eq(kind.name()).and(review_items::object_id.eq(object)))
        .filter(review_items::lane.eq(Lane::Submitted.name()).and(review_items::state.eq_any(undecided)));
    diesel::delete(items).execute(&mut *tx.conn)?;
    Ok(())
}
