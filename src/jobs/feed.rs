//! The feed: carries what changed from the store into the read model.
//!
//! A change names an object, never its content: the feed reads the object again, and the read model takes it
//! only over a lower version. So replay is harmless, and the one question is which changes to look at. All
//! visible changes of transactions at or above a low-water mark are looked at, the mark being the lowest
//! transaction that was still open at the last look: a slow transaction delays nobody and is never passed over.
//! What was seen above the mark is remembered, so that it is not read again at every look.
//!
//! Changes and objects are read as of one moment, so all rows of a transaction enter one snapshot.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, watch};

use super::daily::CHANGES_KEPT_DAYS;
use crate::clients::wakeups::WakeUps;
use crate::db::changes::{self, Change};
use crate::db::records::Stored;
use crate::db::{self, AnyConn, Db, publication, seats, sessions};
use crate::discovery::mirror::{Look, Touch};
use crate::discovery::{Item, Live};
use crate::domain::bases::Base;
use crate::domain::clock::Clock;
use crate::domain::drafts;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::record::Record;

/// How often a store that replicas share is asked, where nobody tells of commits elsewhere.
pub const POLL_SHARED: Duration = Duration::from_millis(50);
/// How often the embedded store is asked: only another command of this program writes behind the server's back.
pub const POLL_EMBEDDED: Duration = Duration::from_millis(100);
/// How often it is asked behind wake-ups, which can be lost.
const POLL_BEHIND_WAKE_UPS: Duration = Duration::from_millis(500);
/// A look that takes longer than this means that the store does not answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the read model is told how far the store was looked at, even if nothing changes.
const TELL: TimeDelta = TimeDelta::minutes(1);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// The feed's place in the log of changes.
#[derive(Debug, Default)]
struct Position {
    /// Every change of a transaction below has been applied.
    low_water: i64,
    /// Changes at or above the mark that have been applied.
    seen: HashSet<i64>,
}

/// The feed of one replica.
pub struct Feed {
    db: Db,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
    position: Position,
    store: i64,
    looked_at: DateTime<Utc>,
    told_at: DateTime<Utc>,
}

impl Feed {
    /// Loads everything into the read model, as of one moment of the log. Blocks.
    pub fn load(db: Db, live: Arc<Live>, clock: Arc<dyn Clock>) -> Result<Self, db::Error> {
        let mut feed = Self::nowhere(db, live, clock);
        feed.reload()?;
        Ok(feed)
    }

    /// A feed that has yet to load, which its first look does.
    fn nowhere(db: Db, live: Arc<Live>, clock: Arc<dyn Clock>) -> Self {
        let never = DateTime::UNIX_EPOCH;
        Self { db, live, clock, position: Position::default(), store: 0, looked_at: never, told_at: never }
    }

    fn reload(&mut self) -> Result<(), db::Error> {
        let at = self.clock.now();
        // While the read model takes in a page, the next one is read; of a large catalogue no more is held beside it.
        let (pages, received) = mpsc::sync_channel(1);
        let (read, gathered) = thread::scope(|scope| {
            let gathering = scope.spawn(|| self.live.gather(received));
            let read = self.db.snapshot(|conn| {
                let (store, low_water) = (changes::store_number(conn)?, changes::low_water(conn)?);
                let log = changes::since(conn, 0)?;
                let told = published(conn, log.clone())?;
                // Nobody receives any more if gathering broke, which joining it tells.
                read_everything(conn, |page| drop(pages.send(page)))?;
                Ok::<_, db::Error>((store, low_water, log, told))
            });
            drop(pages);
            (read, gathering.join())
        });
        let (store, low_water, log, told) = read?;
        let gathered = gathered.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let seen = log.iter().filter(|change| change.tx >= low_water).map(|change| change.id).collect();
        self.position = Position { low_water, seen };
        (self.store, self.looked_at, self.told_at) = (store, self.clock.now(), at);
        self.live.show(gathered, self.told(at, &told));
        Ok(())
    }

    /// What a look that began at `at` tells the read model.
    fn told(&self, at: DateTime<Utc>, changes: &[Change]) -> Look {
        let touch = |&Change { tx, kind, object_id, at, .. }: &Change| Touch { kind, id: object_id, tx, at };
        let changes = changes.iter().map(touch).collect();
        Look { store: self.store, low_water: self.position.low_water, at, changes }
    }

    /// Applies what changed since the last look; says how many objects. Blocks.
    pub fn look(&mut self) -> Result<usize, db::Error> {
        if self.clock.now() - self.looked_at > TimeDelta::days(CHANGES_KEPT_DAYS) {
            // Changes may have been purged before this replica saw them.
            self.reload()?;
        }
        let at = self.clock.now();
        let Position { low_water, seen } = &self.position;
        let (position, fresh, told, items, reseated) = self.db.snapshot(|conn| {
            let next = changes::low_water(conn)?;
            let visible = changes::since(conn, *low_water)?;
            let above = visible.iter().filter(|change| change.tx >= next).map(|change| change.id).collect();
            let fresh: Vec<Change> =
                visible.into_iter().filter(|change| !seen.contains(&change.id)).collect();
            let items = changed_items(conn, &fresh)?;
            let told = published(conn, fresh.clone())?;
            let reseated = seats::since(conn, *low_water)?;
            Ok::<_, db::Error>((Position { low_water: next, seen: above }, fresh, told, items, reseated))
        })?;
        if position.low_water < *low_water {
            // Transactions do not count backwards: the store was restored from a copy under our feet.
            tracing::warn!("the store counts transactions anew; loading it again");
            self.reload()?;
            return Ok(items.len());
        }
        let count = items.len();
        let moved = position.low_water > *low_water;
        self.position = position;
        if moved || !fresh.is_empty() || at - self.told_at >= TELL {
            self.live.apply(items, self.told(at, &told));
            self.told_at = at;
        }
        if !reseated.is_empty() {
            self.live.reseat(&reseated);
        }
        self.looked_at = self.clock.now();
        if let Some(oldest) = fresh.iter().map(|change| change.at).min() {
            let lag = (self.looked_at - oldest).to_std().unwrap_or_default();
            metrics::histogram!("feed_lag_seconds").record(lag.as_secs_f64());
            metrics::counter!("feed_objects_total").increment(count as u64);
        }
        Ok(count)
    }

    /// Looks whenever there is reason to, and every `poll` where nobody tells, for ever. `up` is told whether the
    /// store answers.
    pub async fn run(mut self, poll: Duration, wake_ups: Option<Arc<WakeUps>>, up: watch::Sender<bool>) {
        let mut committed = self.db.committed();
        let elsewhere = wake_ups.as_ref().map(|wake_ups| wake_ups.heard()).unwrap_or_default();
        loop {
            let told = wake_ups.as_ref().is_some_and(|wake_ups| wake_ups.is_up());
            let wait = if told { POLL_BEHIND_WAKE_UPS } else { poll };
            tokio::select! {
                _ = committed.changed() => {}
                () = Notify::notified(&elsewhere) => {}
                () = tokio::time::sleep(wait) => {}
            }
            let looked;
            (self, looked) = self.look_aside(&up).await;
            up.send_if_modified(|up| std::mem::replace(up, looked) != looked);
            if !looked {
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Looks on a thread that may block; says whether that went well. While the store does not answer, `up` is
    /// told so and the look is waited for all the same.
    async fn look_aside(self, up: &watch::Sender<bool>) -> (Self, bool) {
        let (db, live, clock) = (self.db.clone(), self.live.clone(), self.clock.clone());
        let mut feed = self;
        let mut look = tokio::task::spawn_blocking(move || {
            let looked = feed.look();
            (feed, looked)
        });
        let looked = match tokio::time::timeout(PATIENCE, &mut look).await {
            Ok(looked) => looked,
            Err(_) => {
                tracing::warn!("the store does not answer the feed");
                up.send_replace(false);
                look.await
            }
        };
        match looked {
            Ok((feed, Ok(_))) => (feed, true),
            Ok((feed, Err(error))) => {
                tracing::warn!(%error, "the feed could not look");
                (feed, false)
            }
            Err(panic) => {
                // What it held of its position is lost: it starts over, from the whole.
                tracing::error!(error = %panic, "the feed broke and starts over");
                (Self::nowhere(db, live, clock), false)
            }
        }
    }
}

/// Reads everything the store holds, page by page.
fn read_everything(conn: &mut AnyConn, mut page: impl FnMut(Vec<Item>)) -> Result<(), db::Error> {
    for kind in Kind::ALL {
        match kind {
            Kind::CalendarYear => all(conn, Item::CalendarYear, &mut page)?,
            Kind::Division => all(conn, Item::Division, &mut page)?,
            Kind::Term => all(conn, Item::Term, &mut page)?,
            Kind::Organisation => all(conn, Item::Organisation, &mut page)?,
            Kind::Base => Base::each_page(conn, &mut |conn, _, records| {
                page(bases(conn, records)?);
                Ok(())
            })?,
            Kind::Series => all(conn, Item::Series, &mut page)?,
            Kind::Campaign => all(conn, Item::Campaign, &mut page)?,
            Kind::Route => all(conn, Item::Route, &mut page)?,
            Kind::Resource => all(conn, Item::Resource, &mut page)?,
            Kind::Policy => all(conn, Item::Policy, &mut page)?,
            Kind::Bulletin => all(conn, Item::Bulletin, &mut page)?,
            Kind::Featured => all(conn, Item::Featured, &mut page)?,
            Kind::Event => Event::each_public_page(conn, &mut |conn, ids, events| {
                let sessions = sessions::of_events_between(conn, ids)?;
                page(with_sessions(events, sessions));
                Ok(())
            })?,
        }
    }
    Ok(())
}

/// The objects that changes name, as they are now.
fn changed_items(conn: &mut AnyConn, changes: &[Change]) -> Result<Vec<Item>, db::Error> {
    let mut ids: BTreeMap<Kind, Vec<i64>> = BTreeMap::new();
    for change in changes {
        ids.entry(change.kind).or_default().push(change.object_id);
    }
    let mut items = Vec::new();
    for (kind, mut ids) in ids {
        ids.sort_unstable();
        ids.dedup();
        items.extend(match kind {
            Kind::CalendarYear => some(conn, &ids, Item::CalendarYear)?,
            Kind::Division => some(conn, &ids, Item::Division)?,
            Kind::Term => some(conn, &ids, Item::Term)?,
            Kind::Organisation => some(conn, &ids, Item::Organisation)?,
            Kind::Base => {
                let records = Base::find(conn, &ids)?;
                bases(conn, records)?
            }
            Kind::Series => some(conn, &ids, Item::Series)?,
            Kind::Campaign => some(conn, &ids, Item::Campaign)?,
            Kind::Route => some(conn, &ids, Item::Route)?,
            Kind::Resource => some(conn, &ids, Item::Resource)?,
            Kind::Policy => some(conn, &ids, Item::Policy)?,
            Kind::Bulletin => some(conn, &ids, Item::Bulletin)?,
            Kind::Featured => some(conn, &ids, Item::Featured)?,
            Kind::Event => {
                let (events, mut hidden) = seen::<Event>(conn, &ids)?;
                let sessions = sessions::of_events(conn, &ids)?;
                hidden.extend(with_sessions(events, sessions));
                hidden
            }
        });
    }
    Ok(items)
}

fn all<T: Stored>(
    conn: &mut AnyConn,
    item: fn(Record<T>) -> Item,
    page: &mut impl FnMut(Vec<Item>),
) -> Result<(), db::Error> {
    T::each_public_page(conn, &mut |_, _, records| {
        page(records.into_iter().map(item).collect());
        Ok(())
    })
}

fn some<T: Stored>(
    conn: &mut AnyConn,
    ids: &[i64],
    item: fn(Record<T>) -> Item,
) -> Result<Vec<Item>, db::Error> {
    let (records, mut items) = seen::<T>(conn, ids)?;
    items.extend(records.into_iter().map(item));
    Ok(items)
}

/// The records with these ids that everybody sees; and that the others are not to be seen.
fn seen<T: Stored>(conn: &mut AnyConn, ids: &[i64]) -> Result<(Vec<Record<T>>, Vec<Item>), db::Error> {
    let hidden = T::hidden_among(conn, ids)?;
    let shown: Vec<i64> = ids.iter().copied().filter(|id| !hidden.contains(id)).collect();
    let hidden = hidden.into_iter().map(|id| Item::Hidden(T::KIND, id)).collect();
    Ok((T::find(conn, &shown)?, hidden))
}

/// Bases, and those that are not to be seen as the places that they are.
fn bases(conn: &mut AnyConn, records: Vec<Record<Base>>) -> Result<Vec<Item>, db::Error> {
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let hidden = Base::hidden_among(conn, &ids)?;
    let never = publication::never_among(conn, Kind::Base, &ids)?;
    let item = |record: Record<Base>| match (hidden.contains(&record.id), never.contains(&record.id)) {
        (false, _) => Item::Base(record),
        (true, false) => Item::Veiled(record),
        // Nothing that is published can be there.
        (true, true) => Item::Hidden(Kind::Base, record.id),
    };
    Ok(records.into_iter().map(item).collect())
}

/// The changes that mirrors are told of: what was never published is nobody's to know.
fn published(conn: &mut AnyConn, mut changes: Vec<Change>) -> Result<Vec<Change>, db::Error> {
    for kind in drafts::KINDS {
        let of_kind = changes.iter().filter(|change| change.kind == kind);
        let mut ids: Vec<i64> = of_kind.map(|change| change.object_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let never = publication::never_among(conn, kind, &ids)?;
        changes.retain(|change| change.kind != kind || !never.contains(&change.object_id));
    }
    Ok(changes)
}

fn with_sessions(events: Vec<Record<Event>>, mut sessions: sessions::ByEvent) -> Vec<Item> {
    let item = |event: Record<Event>| {
        let sessions = EventId::new(event.id).and_then(|id| sessions.remove(&id)).unwrap_or_default();
        Item::Event(event, sessions)
    };
    events.into_iter().map(item).collect()
}
