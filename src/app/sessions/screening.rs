//! What is said of sessions is public as it is written: it is looked through then, and what is doubtful is for a reviewer to
//! look at afterwards. Nothing waits for that, and calling off least of all: its reason is looked at once that is done.

use serde_json::{Value, json};

use super::super::Error;
use super::super::drafts::judged::whose;
use super::super::review::enqueue;
use super::Sessions;
use crate::db::{AnyConn, Tx, drafts, publication, review_items, sessions};
use crate::domain::audit::Actor;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::Body;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::media::Notice;
use crate::domain::places::Place;
use crate::domain::publication::Publication;
use crate::domain::review::{ItemKind, Lane, NewItem};
use crate::domain::screening::{Doubt, Screen, doubts};
use crate::domain::sessions::{Plan, Session};
use crate::domain::signup_terms::SignupTerms;
use crate::domain::text::Text;

/// What is to be looked at of what was said of the sessions of an event.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Doubted {
    doubts: Vec<Doubt>,
    /// The division of the place of the first session that is doubtful, where that is not the event's.
    division: Option<Adcode>,
}

/// What one says of a session in words.
fn words(place: Option<&Place>, notice: Option<&Text>, terms: Option<&SignupTerms>) -> Body {
    let questions = terms.map(|terms| &terms.questions).filter(|questions| !questions.is_empty());
    let said = json!({ "place": place, "notice": notice, "questions": questions });
    match said {
        Value::Object(fields) => fields,
        _ => Body::new(),
    }
}

/// Adds the doubts about one session to those about others: what many say alike is told once.
fn add(all: &mut Vec<Doubt>, screen: &dyn Screen, words: &Body) {
    for doubt in doubts(screen, words) {
        let doubt = Doubt { field: format!("sessions.{}", doubt.field), ..doubt };
        if !all.contains(&doubt) {
            all.push(doubt);
        }
    }
}

/// What is doubtful in what is said of the sessions of an event that are still to come.
pub(in crate::app) fn of_event(
    conn: &mut AnyConn,
    screen: &dyn Screen,
    event: i64,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Doubt>, Error> {
    let mut all = Vec::new();
    for session in sessions::of_events(conn, &[event])?.into_values().flatten() {
        let Session { end, status, place, notice, signup, .. } = &session;
        if *end > now && *status != EventStatus::Cancelled {
            let notice = notice.as_deref().map(|Notice { text, .. }| text);
            add(&mut all, screen, &words(place.as_deref(), notice, signup.as_deref()));
        }
    }
    Ok(all)
}

impl Sessions {
    /// What is doubtful in what is said of some sessions.
    pub(in crate::app) fn doubted(&self, plans: &[Plan]) -> Doubted {
        let mut all = Doubted::default();
        for Plan { place, notice, signup, .. } in plans {
            let before = all.doubts.len();
            add(&mut all.doubts, &*self.screen, &words(place.as_ref(), notice.as_ref(), signup.as_ref()));
            if before == 0 && !all.doubts.is_empty() {
                all.division = place.as_ref().map(|place| place.adcode);
            }
        }
        all
    }

    /// Has a reviewer look at what is doubtful in what was said of the sessions of an event, if everybody sees it. Where the
    /// event waits to be published, who read it reads it again: its sessions would be published with it.
    pub(in crate::app) fn have_looked_at(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        event: EventId,
        Doubted { doubts, division }: Doubted,
    ) -> Result<(), Error> {
        let id = event.get();
        let public = publication::of(tx, Kind::Event, id)? == Some(Publication::Public);
        if public && doubts.is_empty() {
            return Ok(());
        }
        let lane = if public { Lane::Sampled } else { Lane::Submitted };
        if let Some(item) = review_items::open_in(tx, ItemKind::Event, id, lane)? {
            let mut fresh = doubts;
            fresh.retain(|doubt| !item.what.notes.contains(doubt));
            let same = public && fresh.is_empty();
            return if same { Ok(()) } else { Ok(review_items::add_notes(tx, &item, fresh)?) };
        }
        if !public {
            return Ok(());
        }
        let whose = whose::<Event>(tx, id)?.ok_or(Error::NotFound)?;
        let version = drafts::get(tx, Kind::Event, id)?.map_or(1, |draft| draft.version);
        let item = NewItem {
            kind: ItemKind::Event,
            object: id,
            version,
            lane: Lane::Sampled,
            title: whose.title,
            organisation: whose.organisation,
            division: division.unwrap_or(whose.division),
            campaigns: Vec::new(),
            notes: doubts,
            by: by.person(),
        };
        enqueue(tx, &*self.random, item).map(drop)
    }

    /// The same with why sessions were called off. They are: what fails here is logged.
    pub(super) fn have_reason_looked_at(&self, by: Actor, events: &[EventId], reason: &Text) {
        let mut doubted = Doubted::default();
        add(&mut doubted.doubts, &*self.screen, &words(None, Some(reason), None));
        if doubted.doubts.is_empty() {
            return;
        }
        for event in events {
            let look = self.db.write(|tx| self.have_looked_at(tx, by, *event, doubted.clone()));
            if let Err(error) = look {
                tracing::warn!(%error, "nobody looks at why sessions were called off");
            }
        }
    }
}
