//! Announcing: whoever asked for events of some kind is told when one is published.
//!
//! An event is announced once it is in the read model, by whichever replica comes first: the store notes it in the same
//! transaction in which everybody is told. What was published while no server ran is announced when one does.
//!
//! Every subscription is held against all new events together ([`crate::discovery::few`]): what that costs follows from
//! the number of subscriptions, hardly from that of events, and not from the size of the catalogue. Reading and opening
//! them costs more than asking. Nothing is locked meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use hashbrown::HashMap;

use crate::app;
use crate::app::subscriptions::{News, announce};
use crate::db::{Db, events, subscriptions};
use crate::discovery::few::Few;
use crate::discovery::question::Question;
use crate::discovery::{Live, Snapshot};
use crate::domain::clock::Clock;
use crate::domain::ids::{EventId, PersonId};
use crate::domain::sealing::Vault;
use crate::domain::subscriptions::Filter;

/// How often it is looked: so much later than it is shown an event may be announced.
const TICK: Duration = Duration::from_secs(1);

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// How many events are held against all subscriptions at a time, so that what fits stays small enough to be kept.
const EVENTS_AT_ONCE: usize = 128;

/// About how many people one transaction tells: on the embedded store it keeps all other writers waiting.
const TOLD_AT_ONCE: usize = 2_000;

/// The parameter of words, which are looked up in the whole catalogue: last, where all else fits.
const WORDS: &str = "q";

/// How the words of a filter are read: as those of a query are. `None` where they mean nothing (any more).
pub type Read = fn(&Filter, &Snapshot, DateTime<Utc>) -> Option<Question>;

/// What announces events.
#[derive(Clone)]
pub struct Announcer {
    /// The store.
    pub db: Db,
    /// The read model.
    pub live: Arc<Live>,
    /// What subscriptions are opened with.
    pub vault: Arc<Vault>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How filters are read.
    pub read: Read,
    /// Whether invented events are announced, as in a demonstration.
    pub samples: bool,
}

impl Announcer {
    /// Announces what is new; says how many people were told. Blocks.
    ///
    /// # Errors
    /// If the store fails; what was announced before stays so.
    pub fn look(&self) -> Result<usize, app::Error> {
        let fresh = self.db.read(events::unannounced)?;
        let Some(snapshot) = self.live.now().filter(|_| !fresh.is_empty()) else { return Ok(0) };
        let begun = Instant::now();
        let (silent, fresh): (Vec<_>, Vec<_>) =
            fresh.into_iter().partition(|(_, sample)| *sample && !self.samples);
        self.tell(silent.into_iter().map(|(event, _)| (event, Vec::new())))?;
        // What the read model does not show yet is not published here; the next look sees to it.
        let shown =
            fresh.into_iter().map(|(event, _)| event).filter(|event| snapshot.event(*event).is_some());
        let shown: Vec<EventId> = shown.collect();
        let now = self.clock.now();
        let now = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let mut told = 0;
        for events in shown.chunks(EVENTS_AT_ONCE) {
            told += self.tell(self.who_asked(&snapshot, events, now)?)?;
        }
        if !shown.is_empty() {
            metrics::counter!("events_announced_total").increment(shown.len() as u64);
            metrics::histogram!("announcing_seconds").record(begun.elapsed().as_secs_f64());
        }
        Ok(told)
    }

    /// Who asked for these events; nobody twice for one.
    fn who_asked(
        &self,
        snapshot: &Snapshot,
        events: &[EventId],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<EventId, Vec<PersonId>>, app::Error> {
        let mut asked: BTreeMap<EventId, Vec<PersonId>> =
            events.iter().map(|event| (*event, Vec::new())).collect();
        let mut matcher =
            Matcher { few: snapshot.few(events), snapshot, read: self.read, now, known: HashMap::new() };
        let mut after = (0, 0);
        loop {
            let (page, next) = self.db.read(|conn| subscriptions::page(conn, &self.vault, after))?;
            for subscription in page {
                for event in matcher.fitting(&subscription.wish.filter) {
                    let persons = asked.entry(event).or_default();
                    // They come person by person.
                    if persons.last() != Some(&subscription.person) {
                        persons.push(subscription.person);
                    }
                }
            }
            match next {
                Some(next) => after = next,
                None => return Ok(asked),
            }
        }
    }

    /// Announces events in transactions of a bearable size.
    fn tell(&self, news: impl IntoIterator<Item = News>) -> Result<usize, app::Error> {
        let (mut told, mut waiting, mut people) = (0, Vec::new(), 0);
        for one in news {
            // An event without anybody is a row to write too.
            people += 1 + one.1.len();
            waiting.push(one);
            if people >= TOLD_AT_ONCE {
                told += self.db.write(|tx| announce(tx, &waiting))?;
                (waiting, people) = (Vec::new(), 0);
            }
        }
        if !waiting.is_empty() {
            told += self.db.write(|tx| announce(tx, &waiting))?;
        }
        Ok(told)
    }

    /// Looks for ever.
    pub async fn run(self) {
        loop {
            let announcer = self.clone();
            let wait = match tokio::task::spawn_blocking(move || announcer.look()).await {
                Ok(Ok(told)) => {
                    metrics::counter!("subscribers_told_total").increment(told as u64);
                    TICK
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "events could not be announced and will be looked at again");
                    RETRY
                }
                Err(panic) => {
                    tracing::error!(error = %panic, "announcing broke and will be repeated");
                    RETRY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

/// Some events, and what is known of which filters they fit.
struct Matcher<'a> {
    few: Few<'a>,
    snapshot: &'a Snapshot,
    read: Read,
    now: DateTime<Utc>,
    /// What fits filters with words: many ask for the same.
    known: HashMap<Filter, Vec<EventId>>,
}

impl Matcher<'_> {
    fn fitting(&mut self, filter: &Filter) -> Vec<EventId> {
        let Some(wordless) = filter.without(WORDS) else { return self.ask(filter) };
        if let Some(known) = self.known.get(filter) {
            return known.clone();
        }
        let fitting = if self.ask(&wordless).is_empty() { Vec::new() } else { self.ask(filter) };
        self.known.insert(filter.clone(), fitting.clone());
        fitting
    }

    fn ask(&self, filter: &Filter) -> Vec<EventId> {
        let question = (self.read)(filter, self.snapshot, self.now);
        question.map(|question| self.few.fitting(&question, self.now)).unwrap_or_default()
    }
}
