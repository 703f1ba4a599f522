//! What devices at a door say.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::device::check_name;
use crate::app::checkins::{Heard, Said, Shown};
use crate::domain::checkins;
use crate::domain::ids::SessionId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::signup_terms::GROUP_MAX;
use crate::domain::time::parse_instant;
use crate::http::json::Json;
use crate::http::params::PathId;
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::staff;
use crate::http::state::Members;
use crate::http::wire::wire;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(record_checkins);
}

/// Most entries of a batch.
const MOST: usize = 500;

/// What a device says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckinBatch {
    /// What the device calls itself; it keeps the name for as long as it may send again.
    #[schema(example = "door-1", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$")]
    device_id: String,
    /// What it says, at most 500 entries.
    #[schema(min_items = 1, max_items = 500)]
    entries: Vec<CheckinEntry>,
}

/// One thing that a device says of a party: these people are here, or it takes that back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckinEntry {
    /// What the device calls it: the same is heard once, and of two that differ the first counts.
    #[schema(example = "e-0001", min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]+$")]
    entry_id: String,
    /// What was scanned or typed: the ticket's `offline` text or its `code`. Either this or `signupId`.
    #[schema(example = "7k2m9qx4vt")]
    ticket: Option<String>,
    /// The sign-up, where it was found in the desk's list. One that is none is `unknown`: it keeps no other entry from being
    /// heard.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: Option<String>,
    /// Of whom: places in the party, from 0, each once. Absent: of all. A place that the party has not is `unknown`.
    #[schema(example = json!([0, 2]), min_items = 1, max_items = 500)]
    participants: Option<Vec<i64>>,
    /// When it was said, by the clock of the device. One that is ahead is taken for the moment of arrival.
    #[schema(example = "2026-11-28T13:41:07+08:00", format = DateTime)]
    at: String,
    /// Whether it takes back that they are here.
    #[schema(example = false)]
    #[serde(default)]
    undo: bool,
}

/// What became of what a device said.
#[derive(Serialize, ToSchema)]
pub struct CheckinResults {
    /// One for each entry, in order.
    results: Vec<CheckinResult>,
}

/// What became of one entry.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckinResult {
    /// What the device calls it.
    #[schema(example = "e-0001")]
    entry_id: String,
    /// What became of it.
    outcome: CheckinOutcome,
    /// Why it did not simply do what it says, where there is more to say.
    reason: Option<CheckinReason>,
    /// The sign-up, where it is one of this session.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: Option<String>,
    /// Who of the party is here after all that was heard so far: places from 0.
    #[schema(example = json!([0, 2]))]
    attended: Option<Vec<u16>>,
}

wire! {
    /// What became of an entry.
    CheckinOutcome = checkins::Outcome {
        /// It changed who is here.
        Ok "ok"
        /// It changed nothing: so it was already, or a later entry says otherwise.
        Already "already"
        /// The sign-up was given up, or the ticket replaced by another.
        Cancelled "cancelled"
        /// It is of no party that can be let in.
        Unknown "unknown"
        /// It is of another session.
        OtherSession "otherSession"
    }

    /// Why an entry did not simply do what it says.
    CheckinReason = checkins::Reason {
        /// Another device said the same before.
        OtherDevice "otherDevice"
        /// An entry with a later time says otherwise.
        LaterEntry "laterEntry"
        /// A ticket issued later has replaced this one.
        Replaced "replaced"
        /// The ticket is a forgery, or none.
        NotGenuine "notGenuine"
        /// The party has no seats yet: it queues, or waits for the host or for its own answer.
        NotConfirmed "notConfirmed"
        /// The party has fewer people.
        NoSuchParticipant "noSuchParticipant"
        /// The device has said something else by this `entryId` before (of another party, of others of it, or the
        /// opposite): this was not heard, and needs a new one.
        EntryReused "entryReused"
        /// Nobody is checked in before the doors open.
        TooEarly "tooEarly"
        /// It was said after the doors had closed.
        TooLate "tooLate"
    }
}

/// Check parties in
///
/// Takes what a device at the door says, one entry or a batch of what was said without network. An entry is kept once
/// however often it is sent, so that a batch without an answer is sent again as it is. Of each person, the entry with the
/// latest `at` counts, and of two at one instant that they are here: devices that speak of one family end in one state in
/// whatever order they are heard. `results` tell of each entry what became of it, and who of the party is here by now.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SessionId>),
    request_body(content = CheckinBatch, example = json!({
        "deviceId": "door-1",
        "entries": [{ "entryId": "e-0001", "ticket": "7k3m9x2q4t", "at": "2026-11-28T13:55:00+08:00" }],
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "Heard.", body = CheckinResults),
        (status = 403, description = "`forbidden`: only those who run the desk of an organiser.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/{id}/checkins")]
async fn record_checkins(
    desk: staff::Desk,
    body: Json<CheckinBatch>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (device, said) = said(body.0).map_err(Problem::unprocessable)?;
    let hear = move |members: &Members| members.checkins.hear(desk.session, desk.person.id, &device, &said);
    let heard = members.into_inner().aside(hear).await?;
    Ok(private::answer(
        StatusCode::OK,
        CheckinResults { results: heard.into_iter().map(CheckinResult::from).collect() },
    ))
}

fn said(batch: CheckinBatch) -> Result<(String, Vec<Said>), Invalid> {
    let mut invalid = Invalid::default();
    check_name("deviceId", &batch.device_id, &mut invalid);
    match batch.entries.len() {
        0 => invalid.push("entries", FieldCode::TooFew { min: 1 }),
        count if count > MOST => invalid.push("entries", FieldCode::TooMany { max: MOST }),
        _ => {}
    }
    let read = |(at, entry)| CheckinEntry::said(entry, &format!("entries[{at}]"), &mut invalid);
    let said = batch.entries.into_iter().take(MOST).enumerate().filter_map(read).collect();
    invalid.or((batch.device_id, said))
}

impl CheckinEntry {
    fn said(self, path: &str, invalid: &mut Invalid) -> Option<Said> {
        check_name(&format!("{path}.entryId"), &self.entry_id, invalid);
        let members =
            self.participants.map(|places| distinct(places, &format!("{path}.participants"), invalid));
        let at = parse_instant(&self.at);
        if at.is_err() {
            invalid.push(format!("{path}.at"), FieldCode::Malformed(Expected::Instant));
        }
        let shown = match (self.ticket, self.signup_id) {
            (Some(ticket), None) => Shown::Ticket(ticket),
            (None, Some(id)) => id.parse().map_or(Shown::Nobody, Shown::Signup),
            (None, None) => {
                invalid.push(format!("{path}.ticket"), FieldCode::Missing);
                return None;
            }
            (Some(_), Some(_)) => {
                invalid
                    .push(format!("{path}.signupId"), FieldCode::Conflicting { with: "ticket".to_owned() });
                return None;
            }
        };
        Some(Said { entry: self.entry_id, shown, members, at: at.ok()?, undo: self.undo })
    }
}

/// Places in a party in order, each of which is named once.
fn distinct(places: Vec<i64>, path: &str, invalid: &mut Invalid) -> Vec<u16> {
    match places.len() {
        0 => invalid.push(path, FieldCode::TooFew { min: 1 }),
        count if count > usize::from(GROUP_MAX) => {
            invalid.push(path, FieldCode::TooMany { max: usize::from(GROUP_MAX) });
        }
        _ => {}
    }
    let mut seen = HashSet::new();
    if let Some(again) = places.iter().position(|place| !seen.insert(*place)) {
        invalid.push(format!("{path}[{again}]"), FieldCode::Repeated);
    }
    // No party has so many: what does not fit is a place that nobody has.
    let mut places: Vec<u16> =
        places.into_iter().map(|place| u16::try_from(place).unwrap_or(u16::MAX)).collect();
    places.sort_unstable();
    places
}

impl From<Heard> for CheckinResult {
    fn from(heard: Heard) -> Self {
        let (outcome, reason) = heard.verdict;
        let (signup, attended) = heard.party.unzip();
        Self {
            entry_id: heard.entry,
            outcome: outcome.into(),
            reason: reason.map(CheckinReason::from),
            signup_id: signup.map(|id| id.to_string()),
            attended,
        }
    }
}
