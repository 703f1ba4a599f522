//! Which events are part of which editions of campaigns, and what was held of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{sql, sum};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use serde::Deserialize;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::{events, headcounts, participations, sessions, signups, walk_ins};
use crate::domain::campaigns::duties::{Held, Taking};
use crate::domain::events::EventStatus;
use crate::domain::ids::{CampaignId, EditionId, EventId, OrganisationId, ParticipationId};
use crate::domain::organisations::Organiser;
use crate::domain::participations::{Participation, ParticipationState};
use crate::domain::publication::Publication;

#[derive(Queryable, Selectable)]
#[diesel(table_name = participations)]
struct Row {
    id: i64,
    campaign_id: i64,
    edition_id: i64,
    year: i32,
    event_id: i64,
    state: String,
    version: i64,
    reason: Option<String>,
    updated_at: NaiveDateTime,
}

impl Row {
    fn participation(self) -> Result<Participation, Error> {
        let read = || {
            Some(Participation {
                id: ParticipationId::new(self.id)?,
                campaign: CampaignId::new(self.campaign_id)?,
                edition: EditionId::new(self.edition_id)?,
                year: self.year,
                event: EventId::new(self.event_id)?,
                state: ParticipationState::from_name(&self.state)?,
                version: self.version,
                reason: self.reason,
                updated_at: self.updated_at.and_utc(),
            })
        };
        let strange = serde::de::Error::custom("a word or number that this program does not know");
        read().ok_or(Error::Corrupt { kind: "participation", id: self.id, source: strange })
    }
}

const STANDING: [&str; 2] = [ParticipationState::Proposed.name(), ParticipationState::Confirmed.name()];

/// Inserts one.
pub fn insert(tx: &mut Tx<'_>, new: &Participation) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(participations::table)
        .values((
            participations::id.eq(new.id.get()),
            participations::campaign_id.eq(new.campaign.get()),
            participations::edition_id.eq(new.edition.get()),
            participations::year.eq(new.year),
            participations::event_id.eq(new.event.get()),
            participations::state.eq(new.state.name()),
            participations::version.eq(new.version),
            participations::reason.eq(&new.reason),
            participations::created_at.eq(now),
            participations::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes what became of one, which still has to be as it was read: its version rises. `false` if it is not.
pub fn settle(
    tx: &mut Tx<'_>,
    before: &Participation,
    state: ParticipationState,
    reason: Option<&str>,
) -> Result<bool, Error> {
    let row = participations::table
        .find(before.id.get())
        .filter(participations::version.eq(before.version))
        .filter(participations::state.eq(before.state.name()));
    let rows = diesel::update(row)
        .set((
            participations::state.eq(state.name()),
            participations::version.eq(before.version + 1),
            participations::reason.eq(reason),
            participations::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// One of them.
pub fn get(conn: &mut AnyConn, id: ParticipationId) -> Result<Option<Participation>, Error> {
    let row: Option<Row> =
        participations::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::participation).transpose()
}

/// That of an event in an edition.
pub fn of(conn: &mut AnyConn, event: EventId, edition: EditionId) -> Result<Option<Participation>, Error> {
    let row: Option<Row> = participations::table
        .filter(participations::event_id.eq(event.get()))
        .filter(participations::edition_id.eq(edition.get()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::participation).transpose()
}

/// All of an event, the first proposed first.
pub fn of_event(conn: &mut AnyConn, event: EventId) -> Result<Vec<Participation>, Error> {
    let rows: Vec<Row> = participations::table
        .filter(participations::event_id.eq(event.get()))
        .order(participations::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::participation).collect()
}

/// Which of those of a campaign are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The campaign.
    pub campaign: CampaignId,
    /// Only those in this edition.
    pub edition: Option<EditionId>,
    /// Only those that stand so.
    pub state: Option<ParticipationState>,
}

/// The query of these, for counting and for reading.
macro_rules! wanted {
    ($wanted:expr) => {{
        let mut query =
            participations::table.filter(participations::campaign_id.eq($wanted.campaign.get())).into_boxed();
        if let Some(edition) = $wanted.edition {
            query = query.filter(participations::edition_id.eq(edition.get()));
        }
        if let Some(state) = $wanted.state {
            query = query.filter(participations::state.eq(state.name()));
        }
        query
    }};
}

/// A page of those of a campaign, the newest first: at most `limit` of those that come after the one of this number.
pub fn page(
    conn: &mut AnyConn,
    wanted: &Wanted,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Participation>, Error> {
    let rows: Vec<Row> = wanted!(wanted)
        .filter(participations::id.lt(before.unwrap_or(i64::MAX)))
        .order(participations::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::participation).collect()
}

/// How many there are of a campaign.
pub fn count(conn: &mut AnyConn, wanted: &Wanted) -> Result<i64, Error> {
    Ok(wanted!(wanted).count().get_result(conn)?)
}

/// The editions of a campaign for which an event waits or was confirmed, each with its year.
pub fn editions_in_use(conn: &mut AnyConn, campaign: CampaignId) -> Result<Vec<(EditionId, i32)>, Error> {
    let rows: Vec<(i64, i32)> = participations::table
        .filter(participations::campaign_id.eq(campaign.get()))
        .filter(participations::state.eq_any(STANDING))
        .select((participations::edition_id, participations::year))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, year)| Some((EditionId::new(id)?, year))).collect())
}

/// The events that were confirmed for one of these editions, each with its edition.
pub fn confirmed(conn: &mut AnyConn, editions: &[EditionId]) -> Result<Vec<(EditionId, i64)>, Error> {
    let ids: Vec<i64> = editions.iter().map(|edition| edition.get()).collect();
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, i64)> = participations::table
            .filter(participations::edition_id.eq_any(ids))
            .filter(participations::state.eq(ParticipationState::Confirmed.name()))
            .order(participations::id)
            .select((participations::edition_id, participations::event_id))
            .load(conn)?;
        found.extend(rows.into_iter().filter_map(|(edition, event)| Some((EditionId::new(edition)?, event))));
    }
    Ok(found)
}

/// Who runs these events, and whether everybody sees them.
pub fn taking(conn: &mut AnyConn, events: &[i64]) -> Result<Vec<Taking>, Error> {
    /// What is read of an event's body.
    #[derive(Deserialize)]
    struct Run {
        organisers: Vec<Organiser>,
    }
    let (mut found, mut mains) = (Vec::with_capacity(events.len()), HashSet::new());
    for ids in events.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, String, String)> = events::table
            .filter(events::id.eq_any(ids))
            .select((events::id, events::publication, events::body))
            .load(conn)?;
        for (event, publication, body) in rows {
            let corrupt = |source| Error::Corrupt { kind: "event", id: event, source };
            let run: Run = serde_json::from_str(&body).map_err(corrupt)?;
            let organisers: Vec<_> = run.organisers.iter().map(|organiser| organiser.organisation).collect();
            mains.extend(organisers.first().copied());
            found.push(Taking { event, public: publication == Publication::Public.name(), organisers });
        }
    }
    let mains: Vec<OrganisationId> = mains.into_iter().collect();
    let mut suspended = HashSet::new();
    for mains in mains.chunks(IDS_PER_STATEMENT) {
        suspended.extend(super::organisations::suspended_among(conn, mains)?);
    }
    for taking in &mut found {
        taking.public &= taking.organisers.first().is_some_and(|main| !suspended.contains(main));
    }
    Ok(found)
}

/// The sessions of these events that have ended at `now` and were not called off, with how many people were there. How many
/// statements that takes follows from the number of events and sessions in thousands.
pub fn held(conn: &mut AnyConn, events: &[i64], now: DateTime<Utc>) -> Result<Vec<Held>, Error> {
    let cancelled = super::sessions::status_name(EventStatus::Cancelled);
    let mut found: HashMap<i64, Held> = HashMap::new();
    for ids in events.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, i64, NaiveDateTime, NaiveDateTime)> = sessions::table
            .filter(sessions::event_id.eq_any(ids))
            .filter(sessions::status.ne(cancelled).and(sessions::end_at.le(now.naive_utc())))
            .select((sessions::id, sessions::event_id, sessions::start_at, sessions::end_at))
            .load(conn)?;
        let held = |(id, event, start, end): (i64, i64, NaiveDateTime, NaiveDateTime)| {
            (id, Held { event, start: start.and_utc(), end: end.and_utc(), checked_in: 0, heads: None })
        };
        found.extend(rows.into_iter().map(held));
    }
    let ids: Vec<i64> = found.keys().copied().collect();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let heads: Vec<(i64, i32)> = headcounts::table
            .filter(headcounts::session_id.eq_any(ids))
            .select((headcounts::session_id, headcounts::people))
            .load(conn)?;
        let walked: Vec<(i64, Option<i64>)> = walk_ins::table
            .filter(walk_ins::session_id.eq_any(ids).and(walk_ins::undone.eq(false)))
            .group_by(walk_ins::session_id)
            .select((walk_ins::session_id, sum(walk_ins::people)))
            .load(conn)?;
        // Places in the party as a list in JSON, `[0,2]`: one more than there are commas.
        let places = "sum(length(attended) - length(replace(attended, ',', '')) + 1)";
        let came: Vec<(i64, Option<i64>)> = signups::table
            .filter(signups::session_id.eq_any(ids).and(signups::attended.ne("[]")))
            .group_by(signups::session_id)
            .select((signups::session_id, sql::<Nullable<BigInt>>(places)))
            .load(conn)?;
        for (session, people) in heads {
            found.entry(session).and_modify(|held| held.heads = Some(people.into()));
        }
        for (session, people) in walked.into_iter().chain(came) {
            found.entry(session).and_modify(|held| held.checked_in += people.unwrap_or_default());
        }
    }
    Ok(found.into_values().collect())
}
