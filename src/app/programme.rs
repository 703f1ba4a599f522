//! The sample programme: adds the sessions that today's date calls for. It moves and deletes none, and adding
//! twice adds once, because a session's id follows from its event and its date.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::Error;
use crate::db::records::Stored;
use crate::db::{Tx, events, sessions};
use crate::domain::bases::Base;
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::campaigns::Campaign;
use crate::domain::events::{Event, EventStatus};
use crate::domain::hours::{Opening, OpeningHours};
use crate::domain::ids::{BaseId, CampaignId, EventId, SessionId};
use crate::domain::programme::{Programme, Slot, Venue};
use crate::domain::record::Record;
use crate::domain::recurrence::Recurrence;
use crate::domain::sessions::Session;
use crate::domain::time;

/// Adds the sessions of every sample event that are missing today; says how many.
pub fn top_up(tx: &mut Tx<'_>) -> Result<usize, Error> {
    tx.take_turn()?;
    let today = time::day_of(tx.now());
    let samples = events::samples(tx)?;
    if samples.is_empty() {
        return Ok(0);
    }
    let world = World::load(tx)?;
    let mut added = 0;
    for event in &samples {
        let (Some(id), Some(programme)) = (EventId::new(event.id), &event.body.programme) else { continue };
        let venue = At { world: &world, base: event.body.base };
        let mut slots: Vec<Slot> = programme.patterns.iter().flat_map(|p| p.slots(today, &venue)).collect();
        slots.sort_unstable();
        slots.dedup_by_key(|slot| slot.date);
        let mut of_event = 0;
        for slot in slots {
            of_event +=
                usize::from(sessions::insert_if_absent(tx, &session(id, &event.body, programme, slot))?);
        }
        if of_event > 0 {
            sessions::touch_event(tx, id)?;
        }
        added += of_event;
    }
    Ok(added)
}

fn session(event: EventId, body: &Event, programme: &Programme, slot: Slot) -> Session {
    Session {
        id: SessionId::from_slug(&format!("{event}:{}", slot.date)),
        event,
        start: slot.start,
        end: slot.end,
        status: EventStatus::Scheduled,
        place: None,
        signup: programme.signup.as_ref().map(|template| Box::new(template.terms(slot.start, body.ages))),
        capacity: programme.capacity,
        taken: 0,
        waiting: 0,
        moved: 0,
        notice: None,
    }
}

/// What programmes depend on.
struct World {
    calendar: Calendar,
    campaigns: HashMap<CampaignId, Recurrence>,
    /// Hours of bases, and whether the mainland's holidays are theirs.
    hours: HashMap<BaseId, (OpeningHours, bool)>,
}

impl World {
    fn load(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let years = CalendarYear::all(tx)?.into_iter().map(|year| year.body);
        // Tables are checked as they are saved; if they contradict each other all the same, holidays are unknown.
        let calendar = Calendar::new(years).unwrap_or_default();
        let rule = |record: Record<Campaign>| {
            Some((CampaignId::new(record.id)?, record.body.recurrence.parse()?.ok()?))
        };
        let hours = |record: Record<Base>| {
            let mainland = record.body.place.adcode.is_mainland();
            Some((BaseId::new(record.id)?, (record.body.opening_hours()?, mainland)))
        };
        Ok(Self {
            calendar,
            campaigns: Campaign::all(tx)?.into_iter().filter_map(rule).collect(),
            hours: Base::all(tx)?.into_iter().filter_map(hours).collect(),
        })
    }
}

struct At<'a> {
    world: &'a World,
    base: Option<BaseId>,
}

impl Venue for At<'_> {
    fn campaign_start(&self, campaign: CampaignId, from: NaiveDate) -> Option<NaiveDate> {
        let recurrence = self.world.campaigns.get(&campaign)?;
        let editions = (from.year()..=from.year() + 8).flat_map(|year| recurrence.editions(year));
        editions.map(|edition| edition.from).find(|first| *first >= from)
    }

    fn open_on(&self, date: NaiveDate) -> Option<Vec<Opening>> {
        let (hours, mainland) = self.world.hours.get(&self.base?)?;
        let no_calendar = Calendar::default();
        let calendar = if *mainland { &self.world.calendar } else { &no_calendar };
        Some(hours.day(calendar, date).open)
    }
}
