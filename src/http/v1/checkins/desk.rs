//! What a device at a door is given.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::counts::Headcount;
use crate::app::checkins::Sheet;
use crate::discovery::Live;
use crate::domain::checkins::{Doors, masked};
use crate::domain::door_codes::DoorCode;
use crate::domain::ids::SessionId;
use crate::domain::signups::Signup;
use crate::domain::text::Lang;
use crate::domain::tickets::{TicketKey, TicketKeys};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::references::EventRef;
use crate::http::v1::signups::{PartyRole, SignupStatus};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_desk).service(get_door_code);
}

/// Everything a device needs at the door of a session for a day without network.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskSheet<'a> {
    /// As of when; whatever happened later, the device learns with the next sheet.
    #[schema(example = "2026-11-28T08:00:00+08:00", value_type = String, format = DateTime)]
    as_of: Rfc3339,
    /// The session.
    session: DeskSession<'a>,
    /// The public keys of tickets: one that none of them signed is a forgery.
    keys: Vec<PublicTicketKey>,
    /// Who is let in, in order of signing up.
    parties: Vec<DeskParty>,
    /// Tickets that are genuine and let in nobody: of sign-ups that ended, and those that were replaced.
    revoked: Vec<RevokedTicket>,
    /// How many came without a sign-up.
    #[schema(example = 3, minimum = 0)]
    walk_ins: i64,
    /// The count of heads, if there is one.
    headcount: Option<Headcount>,
}

/// A session, as its door sees it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskSession<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The event it belongs to.
    event: EventRef<'a>,
    /// When it starts.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
    start: Rfc3339,
    /// When it ends.
    #[schema(example = "2026-11-28T16:00:00+08:00", value_type = String, format = DateTime)]
    end: Rfc3339,
    /// From when people are checked in.
    #[schema(example = "2026-11-28T02:00:00+08:00", value_type = String, format = DateTime)]
    doors_open: Rfc3339,
    /// Until before when.
    #[schema(example = "2026-11-29T04:00:00+08:00", value_type = String, format = DateTime)]
    doors_close: Rfc3339,
    /// How many people or parties there is room for; absent: unlimited.
    #[schema(example = 40, minimum = 0)]
    capacity: Option<i32>,
    /// How many of them are taken.
    #[schema(example = 31, minimum = 0)]
    taken: i32,
}

/// A public key of tickets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicTicketKey {
    /// Its name, with which every ticket that it signed begins: 8 bytes in URL-safe base64.
    #[schema(example = "cC1g3EPsVBU")]
    id: String,
    /// The Ed25519 public key (RFC 8032): 32 bytes in URL-safe base64.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    public_key: String,
}

/// A party that is let in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeskParty {
    /// The sign-up.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: String,
    /// How it stands: `confirmed`, `attended` or `noShow`.
    status: SignupStatus,
    /// What is typed where nothing can be scanned. Read leniently: case, spaces and dashes do not count, O is 0, I and L
    /// are 1.
    #[schema(example = "7k2m9qx4vt")]
    ticket_code: String,
    /// The revision of its ticket: one with a lower one was replaced.
    #[schema(example = 1, minimum = 1)]
    revision: u32,
    /// How many people it is for.
    #[schema(example = 3, minimum = 1)]
    people: u16,
    /// How much of the capacity it takes.
    #[schema(example = 3, minimum = 1)]
    seats: i32,
    /// Who they are, as far as a door must know; of a class whose list is yet to follow nobody.
    party: Vec<DeskPerson>,
    /// Who is here: places in the party, from 0.
    #[schema(example = json!([0, 2]))]
    attended: Vec<u16>,
}

/// Somebody of a party.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct DeskPerson {
    /// Their name, masked: enough to compare with what somebody says who has no ticket at hand, and nothing that a lost
    /// device tells. Absent where whoever signed up said nowhere who they are.
    #[schema(example = "陈*明")]
    name: Option<String>,
    /// As what they come.
    #[serde(rename = "as")]
    role: PartyRole,
}

/// Tickets that are genuine and let in nobody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevokedTicket {
    /// The sign-up.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: String,
    /// Its tickets up to this revision.
    #[schema(example = 1, minimum = 1)]
    through: u32,
}

/// What a door shows now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownDoorCode {
    /// Six digits, to be typed.
    #[schema(example = "048213")]
    code: String,
    /// The same for a QR code; nobody guesses it.
    #[schema(example = "D01h2x7m9k4qpzkQ8sV1nYx0bT3rWmJ5uHgA")]
    qr: String,
    /// When the next one follows; this one counts for as long again.
    #[schema(example = "2026-11-28T13:40:30+08:00", value_type = String, format = DateTime)]
    until: Rfc3339,
}

/// What a desk needs
///
/// Everything a device at the door needs for a day without network: the public keys of tickets, who is let in, who is here
/// already, and which tickets are revoked. Names are masked, and that somebody looked is recorded.
///
/// A ticket's `offline` text is `K` and URL-safe base64 without padding of 110 bytes, numbers big-endian: key id (8),
/// session (8), sign-up (8), revision (4), people (2), good from (8) and until before (8) in seconds since 1970, and an
/// Ed25519 signature (64) over the letter `K` and the 46 bytes before it. Ids are numbers here; their text is 13 digits
/// of Crockford's base32. A device lets in whose signature verifies, whose session is this one, that is good now, and
/// that is not revoked.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SessionId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sheet.", body = DeskSheet),
        (status = 403, description = "`forbidden`: only those who run the desk of an organiser.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/v1/manage/sessions/{id}/desk")]
async fn get_desk(
    desk: staff::Desk,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let members = members.into_inner();
    let read = move |members: &Members| members.checkins.desk(desk.session, desk.person.id);
    let found = members.clone().aside(read).await?;
    Ok(sheet(&found, members.checkins.tickets(), &state.live, asked.lang))
}

/// What the door shows
///
/// The rotating code by which people check themselves in, shown on a screen at the door. It changes every half minute;
/// the one before still counts. Ask again at `until`.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SessionId>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The code.", body = ShownDoorCode),
        (status = 403, description = "`forbidden`: only those who run the desk of an organiser.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/v1/manage/sessions/{id}/door-code")]
async fn get_door_code(desk: staff::Desk, members: web::Data<Members>) -> HttpResponse {
    let code = DoorCode::of(members.checkins.tickets(), desk.session, members.clock.now());
    private::answer(
        StatusCode::OK,
        ShownDoorCode { code: code.digits, qr: code.scanned, until: rfc3339(code.until) },
    )
}

fn sheet(desk: &Sheet, keys: &TicketKeys, live: &Live, lang: Lang) -> HttpResponse {
    let session = &desk.session;
    let doors = Doors::of(session.start, session.end);
    let title = live.filled(&desk.title);
    private::answer(
        StatusCode::OK,
        DeskSheet {
            as_of: rfc3339(desk.as_of),
            session: DeskSession {
                id: session.id.to_string(),
                event: EventRef::new(session.event.get(), title.get(lang)),
                start: rfc3339(session.start),
                end: rfc3339(session.end),
                doors_open: rfc3339(doors.open),
                doors_close: rfc3339(doors.close),
                capacity: session.capacity,
                taken: session.taken,
            },
            keys: keys.all().map(PublicTicketKey::from).collect(),
            parties: desk.signups.iter().filter_map(DeskParty::of).collect(),
            revoked: desk.signups.iter().filter_map(RevokedTicket::of).collect(),
            walk_ins: desk.walk_ins,
            headcount: desk.headcount.map(Headcount::from),
        },
    )
}

impl From<&TicketKey> for PublicTicketKey {
    fn from(key: &TicketKey) -> Self {
        Self { id: key.id().to_string(), public_key: BASE64_URL_SAFE_NO_PAD.encode(key.public()) }
    }
}

impl DeskParty {
    /// The party of a sign-up that lets somebody in.
    fn of(signup: &Signup) -> Option<Self> {
        if !signup.status.is_let_in() {
            return None;
        }
        let party = signup.personal.iter().flat_map(|personal| &personal.party);
        Some(Self {
            signup_id: signup.id.to_string(),
            status: signup.status.into(),
            ticket_code: signup.ticket_code?.to_string(),
            revision: signup.ticket_revision,
            people: signup.people(),
            seats: signup.seats,
            party: party
                .map(|member| DeskPerson { name: member.called().map(masked), role: member.role.into() })
                .collect(),
            attended: signup.attended.clone(),
        })
    }
}

impl RevokedTicket {
    /// What of a sign-up's tickets is revoked. Of one that ended it is not known whether it ever had one: its code went
    /// with its seats.
    fn of(signup: &Signup) -> Option<Self> {
        let through =
            if signup.status.stands() { signup.ticket_revision - 1 } else { signup.ticket_revision };
        (through > 0).then(|| Self { signup_id: signup.id.to_string(), through })
    }
}
