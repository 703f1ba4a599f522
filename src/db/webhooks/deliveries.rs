//! What endpoints are told: the rows are the work of telling it.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};
use hashbrown::HashMap;

use crate::db::Tx;
use crate::db::connection::AnyConn;
use crate::db::dialect::{self, each};
use crate::db::error::Error;
use crate::db::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use crate::db::schema::{webhook_deliveries as deliveries, webhooks};
use crate::domain::ids::{DeliveryId, EventId, OrganisationId, WebhookId};
use crate::domain::webhooks::{Delivery, Object, ObjectKind, State, Trouble, Webhook, What};

/// Something to be told to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct New {
    /// Which endpoint.
    pub webhook: WebhookId,
    /// What happened.
    pub what: What,
    /// To what.
    pub object: Object,
    /// When it is due.
    pub next_at: DateTime<Utc>,
}

/// Inserts deliveries, many rows in a statement; their ids follow the order in which they are given.
pub fn insert(tx: &mut Tx<'_>, all: &[New]) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let row = |new: &New| {
        (
            deliveries::webhook_id.eq(new.webhook.get()),
            deliveries::what.eq(new.what.name()),
            deliveries::kind.eq(new.object.kind.name()),
            deliveries::object_id.eq(new.object.id),
            deliveries::event_id.eq(new.object.event.map(EventId::get)),
            deliveries::object_version.eq(new.object.version),
            deliveries::happened_at.eq(now),
            deliveries::state.eq(State::Waiting.name()),
            deliveries::attempts.eq(0),
            deliveries::next_at.eq(new.next_at.naive_utc()),
        )
    };
    for all in all.chunks(ROWS_PER_STATEMENT) {
        let insert = diesel::insert_into(deliveries::table).values(all.iter().map(row).collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Inserts one delivery; gives its id.
pub fn insert_one(tx: &mut Tx<'_>, new: New) -> Result<Option<DeliveryId>, Error> {
    insert(tx, &[new])?;
    let last: Option<i64> = deliveries::table
        .filter(deliveries::webhook_id.eq(new.webhook.get()).and(deliveries::what.eq(new.what.name())))
        .select(diesel::dsl::max(deliveries::id))
        .first(&mut *tx.conn)?;
    Ok(last.and_then(DeliveryId::new))
}

/// Has a delivery that has not been sent yet tell a newer version; `false` if there is none.
pub fn gather(tx: &mut Tx<'_>, new: &New) -> Result<bool, Error> {
    let waiting = deliveries::table
        .filter(deliveries::webhook_id.eq(new.webhook.get()))
        .filter(deliveries::kind.eq(new.object.kind.name()).and(deliveries::object_id.eq(new.object.id)))
        .filter(deliveries::what.eq(new.what.name()))
        .filter(deliveries::state.eq(State::Waiting.name()).and(deliveries::attempts.eq(0)));
    let gathered = diesel::update(waiting)
        .set((
            deliveries::object_version.eq(new.object.version),
            deliveries::happened_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(gathered > 0)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: i64,
    webhook_id: i64,
    what: String,
    kind: String,
    object_id: i64,
    event_id: Option<i64>,
    object_version: i64,
    happened_at: NaiveDateTime,
    state: String,
    attempts: i32,
    next_at: NaiveDateTime,
    status: Option<i32>,
    problem: Option<String>,
    settled_at: Option<NaiveDateTime>,
}

impl Row {
    fn delivery(self) -> Result<Delivery, Error> {
        let id = self.id;
        let read = || {
            let object = Object {
                kind: ObjectKind::from_name(&self.kind)?,
                id: self.object_id,
                event: self.event_id.and_then(EventId::new),
                version: self.object_version,
            };
            Some(Delivery {
                id: DeliveryId::new(id)?,
                webhook: WebhookId::new(self.webhook_id)?,
                what: What::from_name(&self.what)?,
                object,
                happened_at: self.happened_at.and_utc(),
                state: State::from_name(&self.state)?,
                attempts: self.attempts,
                next_at: self.next_at.and_utc(),
                status: self.status,
                trouble: self.problem.as_deref().and_then(Trouble::from_name),
                settled_at: self.settled_at.map(|at| at.and_utc()),
            })
        };
        let strange = || serde::de::Error::custom("a word that this program does not know");
        read().ok_or_else(|| Error::Corrupt { kind: "delivery", id, source: strange() })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Delivery>, Error> {
    rows.into_iter().map(Row::delivery).collect()
}

fn names(states: &[State]) -> Vec<&'static str> {
    let states = if states.is_empty() { State::ALL } else { states };
    states.iter().map(|state| state.name()).collect()
}

/// A page of what an endpoint was told and is to be told, the latest first: at most `limit` of those before `before`.
pub fn page(
    conn: &mut AnyConn,
    webhook: WebhookId,
    states: &[State],
    before: Option<DeliveryId>,
    limit: usize,
) -> Result<Vec<Delivery>, Error> {
    let before = before.map_or(i64::MAX, DeliveryId::get);
    let rows = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook.get()).and(deliveries::state.eq_any(names(states))))
        .filter(deliveries::id.lt(before))
        .order(deliveries::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// A delivery.
pub fn get(conn: &mut AnyConn, id: DeliveryId) -> Result<Option<Delivery>, Error> {
    let row: Option<Row> =
        deliveries::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::delivery).transpose()
}

/// How many deliveries of an endpoint are in one of these states.
pub fn count(conn: &mut AnyConn, webhook: WebhookId, states: &[State]) -> Result<u64, Error> {
    let those = deliveries::webhook_id.eq(webhook.get()).and(deliveries::state.eq_any(names(states)));
    let count: i64 = deliveries::table.filter(those).count().get_result(conn)?;
    Ok(count.unsigned_abs())
}

/// How many deliveries of an endpoint are waiting or being sent, and how many are parked.
pub fn backlog(conn: &mut AnyConn, webhook: WebhookId) -> Result<(u64, u64), Error> {
    let waiting = count(conn, webhook, &[State::Waiting, State::Sending])?;
    Ok((waiting, count(conn, webhook, &[State::Parked])?))
}

/// The endpoints for which something is due at `now`, each with whose it is, the longest due first. One that is stopped or
/// rests is none of them, unless somebody tries it.
pub fn due(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<Vec<(WebhookId, OrganisationId)>, Error> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = BigInt)]
        number: i64,
        #[diesel(sql_type = BigInt)]
        organisation: i64,
    }
    const DUE: &str = "SELECT d.webhook_id AS number, w.organisation_id AS organisation \
        FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id \
        WHERE d.state = 'waiting' AND d.next_at <= $1 AND (d.what = 'webhook.ping' OR (\
            w.stopped IS NULL AND (w.rests_until IS NULL OR w.rests_until <= $1))) \
        GROUP BY d.webhook_id, w.organisation_id ORDER BY min(d.next_at)";
    let query = diesel::sql_query(DUE).bind::<Timestamp, _>(now.naive_utc());
    let found: Vec<Due> = each!(conn, conn => query.load(conn))?;
    let one = |due: Due| Some((WebhookId::new(due.number)?, OrganisationId::new(due.organisation)?));
    Ok(found.into_iter().filter_map(one).collect())
}

/// How many deliveries of each organisation are under way; of one that is not named none is.
pub fn under_way(conn: &mut AnyConn) -> Result<HashMap<OrganisationId, usize>, Error> {
    let sending: Vec<i64> = deliveries::table
        .inner_join(webhooks::table.on(webhooks::id.eq(deliveries::webhook_id)))
        .filter(deliveries::state.eq(State::Sending.name()))
        .select(webhooks::organisation_id)
        .load(conn)?;
    let mut counts = HashMap::new();
    for organisation in sending.into_iter().filter_map(OrganisationId::new) {
        *counts.entry(organisation).or_default() += 1;
    }
    Ok(counts)
}

/// Whether the sender of any delivery went away while it was sent.
pub fn any_lost(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<bool, Error> {
    let lost = deliveries::table
        .filter(deliveries::state.eq(State::Sending.name()))
        .filter(deliveries::sending_until.lt(now.naive_utc()));
    Ok(lost.select(deliveries::id).first::<i64>(conn).optional()?.is_some())
}

/// Lets deliveries wait again whose sender went away while it sent them: whether they arrived is not known, so they are
/// sent once more. Says how many.
pub fn find_lost(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let now = tx.now.naive_utc();
    let lost = deliveries::table
        .filter(deliveries::state.eq(State::Sending.name()))
        .filter(deliveries::sending_until.lt(now));
    Ok(diesel::update(lost)
        .set((deliveries::state.eq(State::Waiting.name()), deliveries::next_at.eq(now)))
        .execute(&mut *tx.conn)?)
}

/// Takes deliveries of an endpoint that are due and before which none about the same object has to be sent, in order, and
/// marks them as being sent until `until`: at most `most`, and so many that at most `at_once` of the endpoint are. Of an
/// endpoint that is stopped or rests only what tries it is taken.
pub fn take(
    tx: &mut Tx<'_>,
    webhook: &Webhook,
    most: i64,
    at_once: i64,
    until: DateTime<Utc>,
) -> Result<Vec<Delivery>, Error> {
    let now = tx.now.naive_utc();
    let awake = webhook.stopped.is_none() && webhook.rests_until.is_none_or(|until| until <= tx.now);
    let only = (!awake).then_some(What::Ping.name());
    let sending = count(tx, webhook.id, &[State::Sending])?;
    let room = at_once.saturating_sub_unsigned(sending).min(most);
    let ids = dialect::due_deliveries(tx.conn, webhook.id.get(), now, room, only)?;
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .order(deliveries::id)
        .select(Row::as_select())
        .load(&mut *tx.conn)?;
    let mut taken = read(rows)?;
    let ids: Vec<i64> = taken.iter().map(|delivery| delivery.id.get()).collect();
    let theirs = || deliveries::table.filter(deliveries::id.eq_any(ids.clone()));
    diesel::update(theirs().filter(deliveries::first_at.is_null()))
        .set(deliveries::first_at.eq(now))
        .execute(&mut *tx.conn)?;
    diesel::update(theirs())
        .set((
            deliveries::state.eq(State::Sending.name()),
            deliveries::sending_until.eq(until.naive_utc()),
            deliveries::attempts.eq(deliveries::attempts + 1),
        ))
        .execute(&mut *tx.conn)?;
    taken.iter_mut().for_each(|delivery| delivery.attempts += 1);
    Ok(taken)
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it failed, if it did.
    pub trouble: Option<Trouble>,
}

/// When the first attempt at a delivery was made, since it was made or replayed.
pub fn first_at(conn: &mut AnyConn, id: DeliveryId) -> Result<Option<DateTime<Utc>>, Error> {
    let found: Option<Option<NaiveDateTime>> =
        deliveries::table.find(id.get()).select(deliveries::first_at).first(conn).optional()?;
    Ok(found.flatten().map(|at| at.and_utc()))
}

/// Notes what came of an attempt, unless another one began meanwhile; says whether it was noted. The delivery waits until
/// `again`, or is over where that is none.
pub fn settle(
    tx: &mut Tx<'_>,
    delivery: &Delivery,
    outcome: Outcome,
    again: Option<DateTime<Utc>>,
) -> Result<bool, Error> {
    let state = match (outcome.trouble, again) {
        (None, _) => State::Delivered,
        (Some(_), Some(_)) => State::Waiting,
        (Some(_), None) => State::Parked,
    };
    let open = deliveries::table
        .find(delivery.id.get())
        .filter(deliveries::state.eq(State::Sending.name()).and(deliveries::attempts.eq(delivery.attempts)));
    let settled = (state != State::Waiting).then_some(tx.now.naive_utc());
    let noted = diesel::update(open)
        .set((
            deliveries::state.eq(state.name()),
            again.map(|at| deliveries::next_at.eq(at.naive_utc())),
            deliveries::status.eq(outcome.status.map(i32::from)),
            deliveries::problem.eq(outcome.trouble.map(Trouble::name)),
            deliveries::settled_at.eq(settled),
        ))
        .execute(&mut *tx.conn)?;
    Ok(noted == 1)
}

/// Parks what an endpoint that is stopped was still to be told; says how much.
pub fn park(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<usize, Error> {
    let waiting = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook.get()).and(deliveries::state.eq(State::Waiting.name())))
        .filter(deliveries::what.ne(What::Ping.name()));
    let parked = diesel::update(waiting)
        .set((
            deliveries::state.eq(State::Parked.name()),
            deliveries::problem.eq(Trouble::Stopped.name()),
            deliveries::settled_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(parked)
}

/// Which deliveries are to be sent once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// These.
    Ids(Vec<DeliveryId>),
    /// Those of what happened in a span of time, the end excluded, in one of these states, which are some of those in which
    /// a delivery is over.
    Span(DateTime<Utc>, DateTime<Utc>, Vec<State>),
}

/// Lets deliveries of an endpoint that are over wait again, under their ids and in their order: at most `limit`. Says how
/// many.
pub fn replay(tx: &mut Tx<'_>, webhook: WebhookId, which: &Again, limit: usize) -> Result<usize, Error> {
    let states = match which {
        Again::Span(.., states) => names(states),
        Again::Ids(_) => names(&[State::Delivered, State::Parked]),
    };
    let settled = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook.get()).and(deliveries::what.ne(What::Ping.name())))
        .filter(deliveries::state.eq_any(states))
        .order(deliveries::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(deliveries::id);
    let ids: Vec<i64> = match which {
        Again::Ids(ids) => {
            settled.filter(deliveries::id.eq_any(ids.iter().map(|id| id.get()))).load(&mut *tx.conn)?
        }
        Again::Span(from, to, _) => settled
            .filter(
                deliveries::happened_at.ge(from.naive_utc()).and(deliveries::happened_at.lt(to.naive_utc())),
            )
            .load(&mut *tx.conn)?,
    };
    let (now, mut replayed) = (tx.now.naive_utc(), 0);
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        replayed += diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
            .set((
                deliveries::state.eq(State::Waiting.name()),
                deliveries::next_at.eq(now),
                deliveries::first_at.eq(None::<NaiveDateTime>),
                deliveries::settled_at.eq(None::<NaiveDateTime>),
            ))
            .execute(&mut *tx.conn)?;
    }
    Ok(replayed)
}

/// Deletes deliveries that were settled before `before`; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let old = deliveries::table.filter(deliveries::settled_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut *tx.conn)?)
}

/// How many deliveries wait, and how many seconds the longest has been due at `now`.
pub fn waiting(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<(i64, i64), Error> {
    let (count, oldest): (i64, Option<NaiveDateTime>) = deliveries::table
        .filter(deliveries::state.eq(State::Waiting.name()))
        .select((diesel::dsl::count_star(), diesel::dsl::min(deliveries::next_at)))
        .first(conn)?;
    Ok((count, oldest.map_or(0, |oldest| (now.naive_utc() - oldest).num_seconds().max(0))))
}
