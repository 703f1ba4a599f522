//! What was counted of the sessions that begin within a span of days: one statement for the sessions, and one for each
//! kind of count, added up in the store. Events are read from their bodies, since what an authority took down or its
//! organisation put away took place all the same; drafts never did.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, sql, sum};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Deserialize;

use super::connection::AnyConn;
use super::divisions;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::{bases, events, feedback, headcounts, organisations, sessions, signups, walk_ins};
use crate::domain::divisions::Adcode;
use crate::domain::events::EventStatus;
use crate::domain::ids::{BaseId, CampaignId, EventId, OrganisationId};
use crate::domain::publication::Publication;
use crate::domain::signups::Status;
use crate::domain::statistics::{Counted, Happening};
use crate::domain::taxonomy::Code;

/// Which sessions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Those that begin from then on.
    pub from: DateTime<Utc>,
    /// And before then.
    pub to: DateTime<Utc>,
    /// Only of events whose main organiser this is.
    pub organisation: Option<OrganisationId>,
    /// Whether invented events count, as in a demonstration.
    pub samples: bool,
}

/// How many came of a sign-up: `attended` is a list of places, `[0,1,2]`. Both stores understand this.
const CAME: &str = "sum(CASE WHEN signups.attended = '[]' THEN 0 \
    ELSE length(signups.attended) - length(replace(signups.attended, ',', '')) + 1 END)";

/// The bodies of sessions that have a place of their own, which is what a body begins with; few do.
const PLACED: &str = "CASE WHEN sessions.body LIKE '{\"place\":%' THEN sessions.body END";

/// Narrows rows that are joined with sessions and events to those that are asked for.
macro_rules! asked_for {
    ($rows:expr, $asked:expr) => {{
        let (least, most) = match $asked.organisation {
            Some(one) => (one.get(), one.get()),
            None => (i64::MIN, i64::MAX),
        };
        $rows
            .filter(
                sessions::start_at
                    .ge($asked.from.naive_utc())
                    .and(sessions::start_at.lt($asked.to.naive_utc())),
            )
            .filter(events::organisation_id.between(least, most))
            .filter(events::sample.eq_any([false, $asked.samples]))
            .filter(events::publication.ne(Publication::Draft.name()))
    }};
}

/// Joins a table that has a session's id with its session and event.
macro_rules! by_session {
    ($table:ident) => {
        $table::table
            .inner_join(sessions::table.on(sessions::id.eq($table::session_id)))
            .inner_join(events::table.on(events::id.eq(sessions::event_id)))
    };
}

/// Every event that has sessions which are asked for, with these. An event that cannot be read is logged and left out.
pub fn happenings(conn: &mut AnyConn, asked: &Asked) -> Result<Vec<Happening>, Error> {
    let mut sessions = of_sessions(conn, asked)?;
    count_people(conn, asked, &mut sessions)?;
    let mut by_event: HashMap<i64, Vec<Session>> = HashMap::new();
    for session in sessions.into_values() {
        by_event.entry(session.event).or_default().push(session);
    }
    let ids: Vec<i64> = by_event.keys().copied().collect();
    let mut rows: Vec<(i64, i64, String)> = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let these = events::table.filter(events::id.eq_any(ids));
        rows.extend(
            these
                .select((events::id, events::organisation_id, events::body))
                .load::<(i64, i64, String)>(conn)?,
        );
    }
    let places = Places::read(conn)?;
    let happening = |(id, organisation, body): (i64, i64, String)| {
        let of = || by_event.get(&id).into_iter().flatten();
        match serde_json::from_str::<Subject>(&body) {
            Ok(subject) => subject.happening(id, organisation, of(), &places),
            Err(source) => {
                tracing::error!(error = %Error::Corrupt { kind: "event", id, source }, "left out");
                None
            }
        }
    };
    Ok(rows.into_par_iter().filter_map(happening).collect())
}

/// A session, whose division is not known yet unless it has a place of its own.
struct Session {
    event: i64,
    own: Option<Adcode>,
    counted: Counted,
}

type SessionRow = (i64, i64, NaiveDateTime, NaiveDateTime, String, Option<i32>, Option<String>);

fn of_sessions(conn: &mut AnyConn, asked: &Asked) -> Result<HashMap<i64, Session>, Error> {
    let joined = sessions::table.inner_join(events::table.on(events::id.eq(sessions::event_id)));
    let rows: Vec<SessionRow> = asked_for!(joined, asked)
        .select((
            sessions::id,
            sessions::event_id,
            sessions::start_at,
            sessions::end_at,
            sessions::status,
            sessions::capacity,
            sql::<Nullable<Text>>(PLACED),
        ))
        .load(conn)?;
    let Some(somewhere) = divisions::first(conn)? else { return Ok(HashMap::new()) };
    let session = |(id, event, start, end, status, capacity, body): SessionRow| {
        let own =
            body.and_then(|body| serde_json::from_str::<Placed>(&body).ok()).map(|body| body.place.adcode);
        let nothing = Counted::nothing(start.and_utc(), end.and_utc(), own.unwrap_or(somewhere));
        let counted = Counted { called_off: status == "cancelled", capacity, ..nothing };
        (id, Session { event, own, counted })
    };
    Ok(rows.into_iter().map(session).collect())
}

fn count_people(
    conn: &mut AnyConn,
    asked: &Asked,
    sessions: &mut HashMap<i64, Session>,
) -> Result<(), Error> {
    let count = |number: Option<i64>| u64::try_from(number.unwrap_or_default()).unwrap_or_default();
    let seated = [Status::Confirmed, Status::Attended, Status::NoShow].map(Status::name);
    let rows: Vec<(i64, String, Option<i64>, Option<i64>)> = asked_for!(by_session!(signups), asked)
        .filter(signups::status.eq_any(seated))
        .group_by((signups::session_id, signups::status))
        .select((signups::session_id, signups::status, sum(signups::people), sql::<Nullable<BigInt>>(CAME)))
        .load(conn)?;
    for (session, status, people, came) in rows {
        let Some(Session { counted, .. }) = sessions.get_mut(&session) else { continue };
        match Status::from_name(&status) {
            Some(Status::Attended) => (counted.expected, counted.came) = (count(people), count(came)),
            Some(Status::NoShow) => counted.stayed_away = count(people),
            _ => counted.confirmed = count(people),
        }
    }
    let rows: Vec<(i64, Option<i64>)> = asked_for!(by_session!(walk_ins), asked)
        .filter(walk_ins::undone.eq(false))
        .group_by(walk_ins::session_id)
        .select((walk_ins::session_id, sum(walk_ins::people)))
        .load(conn)?;
    for (session, people) in rows {
        let Some(Session { counted, .. }) = sessions.get_mut(&session) else { continue };
        counted.walked_in = count(people);
    }
    let rows: Vec<(i64, i32)> = asked_for!(by_session!(headcounts), asked)
        .select((headcounts::session_id, headcounts::people))
        .load(conn)?;
    for (session, people) in rows {
        let Some(Session { counted, .. }) = sessions.get_mut(&session) else { continue };
        counted.headcount = Some(count(Some(people.into())));
    }
    let rows: Vec<(i64, i64, Option<i64>)> = asked_for!(by_session!(feedback), asked)
        .group_by(feedback::session_id)
        .select((feedback::session_id, count_star(), sum(feedback::stars)))
        .load(conn)?;
    for (session, ratings, stars) in rows {
        let Some(Session { counted, .. }) = sessions.get_mut(&session) else { continue };
        (counted.ratings, counted.stars) = (count(Some(ratings)), count(stars));
    }
    Ok(())
}

/// Where things are that have no place of their own.
struct Places {
    bases: HashMap<i64, Adcode>,
    seats: HashMap<i64, Adcode>,
    /// Of what is nowhere.
    somewhere: Option<Adcode>,
}

impl Places {
    fn read(conn: &mut AnyConn) -> Result<Self, Error> {
        let bases: Vec<(i64, i64)> = bases::table.select((bases::id, bases::adcode)).load(conn)?;
        let seats: Vec<(i64, Option<i64>)> =
            organisations::table.select((organisations::id, organisations::division)).load(conn)?;
        let base = |(id, adcode)| Some((id, Adcode::from_number(adcode)?));
        let seat = |(id, adcode): (i64, Option<i64>)| Some((id, Adcode::from_number(adcode?)?));
        Ok(Self {
            bases: bases.into_iter().filter_map(base).collect(),
            seats: seats.into_iter().filter_map(seat).collect(),
            somewhere: divisions::first(conn)?,
        })
    }
}

/// What statistics look at of an event's body.
#[derive(Deserialize)]
struct Subject {
    topics: Vec<Code>,
    audiences: Vec<Code>,
    #[serde(default)]
    campaigns: Vec<CampaignId>,
    #[serde(default)]
    base: Option<BaseId>,
    #[serde(default)]
    place: Option<At>,
    #[serde(default)]
    status: EventStatus,
    #[serde(default)]
    notice: Option<Since>,
}

#[derive(Deserialize)]
struct Placed {
    place: At,
}

#[derive(Deserialize)]
struct At {
    adcode: Adcode,
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: Option<DateTime<Utc>>,
}

impl Subject {
    fn happening<'a>(
        self,
        id: i64,
        organisation: i64,
        sessions: impl Iterator<Item = &'a Session>,
        places: &Places,
    ) -> Option<Happening> {
        let at_base = || places.bases.get(&self.base?.get()).copied();
        let own = self.place.as_ref().map(|place| place.adcode);
        let division = own.or_else(at_base).or_else(|| places.seats.get(&organisation).copied());
        let division = division.or(places.somewhere)?;
        let called_off = self.status == EventStatus::Cancelled;
        let since = self.notice.and_then(|notice| notice.since);
        let counted = |session: &Session| {
            let mut counted = session.counted;
            counted.division = session.own.unwrap_or(division);
            // What an event's calling off came too late for took place.
            counted.called_off |= called_off && since.is_none_or(|since| counted.end > since);
            counted
        };
        let codes = |codes: Vec<Code>| codes.into_iter().map(|code| code.0).collect();
        Some(Happening {
            event: EventId::new(id)?,
            organisation: OrganisationId::new(organisation)?,
            topics: codes(self.topics),
            audiences: codes(self.audiences),
            campaigns: self.campaigns,
            sessions: sessions.map(counted).collect(),
        })
    }
}
