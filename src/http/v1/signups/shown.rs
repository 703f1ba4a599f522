//! A sign-up as it is sent to whose it is.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::db::records::Stored;
use crate::db::{self, AnyConn, sessions, signups};
use crate::domain::checkins::Doors;
use crate::domain::events::Event;
use crate::domain::ids::{EventId, SessionId};
use crate::domain::sessions::Session;
use crate::domain::signups::party::{self, Known, Member};
use crate::domain::signups::{self as domain, Signup};
use crate::domain::text::{Lang, Text};
use crate::domain::tickets::TicketKeys;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::wire::wire;

wire! {
    /// How a sign-up stands.
    SignupStatus = domain::Status {
        /// It has its seats.
        Confirmed "confirmed"
        /// It queues.
        Waitlisted "waitlisted"
        /// Seats are held for it until `offeredUntil`.
        Offered "offered"
        /// Seats are held for it until the host decides.
        Pending "pending"
        /// It was given up, or called off.
        Cancelled "cancelled"
        /// Somebody of it came.
        Attended "attended"
        /// Nobody of it came.
        NoShow "noShow"
        /// The host declined.
        Rejected "rejected"
    }

    /// Why a sign-up came to its end.
    StatusReason = domain::Reason {
        /// Whoever signed up cancelled.
        ByPerson "byPerson"
        /// Whoever signed up left the queue.
        LeftQueue "leftQueue"
        /// The offer was not accepted in time.
        OfferLapsed "offerLapsed"
        /// The session began before a seat became free.
        NeverFree "neverFree"
        /// The host called the session off.
        CalledOff "calledOff"
        /// The host declined, or took the seats back.
        ByHost "byHost"
        /// Whoever signed up closed their account.
        AccountClosed "accountClosed"
    }

    /// As what somebody comes.
    PartyRole = party::Role {
        /// To take part.
        Attendee "attendee"
        /// To look after attendees.
        Guardian "guardian"
    }
}

/// A sign-up.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Signup)]
pub struct SignupItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// The session.
    session: SessionTimes,
    /// The session's event.
    event: EventTitle,
    /// How it stands.
    status: SignupStatus,
    /// Why, where it came to its end.
    status_reason: Option<StatusReason>,
    /// Who comes; of a class perhaps nobody yet, and nobody any more when the time to keep names is over.
    party: Vec<PartyMember>,
    /// How much of the capacity it takes, or would take.
    #[schema(example = 2, minimum = 1)]
    seats: i32,
    /// Heads of a class or group.
    #[schema(example = 42)]
    headcount: Option<u16>,
    /// The place in the queue, counted in parties from 1; while it queues.
    #[schema(example = 3, minimum = 1)]
    position: Option<u64>,
    /// Until when the seats are held for it.
    #[schema(example = "2026-11-26T12:00:00+08:00", value_type = Option<String>, format = DateTime)]
    offered_until: Option<Rfc3339>,
    /// Until when it can be cancelled or made smaller; absent where it cannot be any more.
    #[schema(example = "2026-11-27T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    cancel_until: Option<Rfc3339>,
    /// Only where somebody signs up again: `true` if the party asked for is another than this one. Nothing was changed then:
    /// `PUT /v1/signups/{id}` changes the party.
    #[schema(example = true)]
    pub party_differs: Option<bool>,
    /// What lets the party in; once it has its seats.
    ticket: Option<Ticket>,
    /// The address of an online event that only who signed up gets.
    #[schema(example = "https://example.org/live/1")]
    online_url: Option<String>,
    /// How to reach whoever signed up.
    contact: Option<ShownContact>,
    /// What was answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    answers: Vec<ShownAnswer>,
    /// The version of the policy `signup` that was agreed to.
    #[schema(example = "1.0")]
    policy_version: String,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// A session by id and time.
#[derive(Serialize, ToSchema)]
struct SessionTimes {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// When it starts.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
    start: Rfc3339,
    /// When it ends.
    #[schema(example = "2026-11-28T16:00:00+08:00", value_type = String, format = DateTime)]
    end: Rfc3339,
}

/// An event by id and title.
#[derive(Serialize, ToSchema)]
struct EventTitle {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
}

/// Somebody of a party.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PartyMember {
    /// Their name; absent where whoever signed up said nowhere who they are.
    #[schema(example = "小明")]
    name: Option<String>,
    /// As what they come.
    #[serde(rename = "as")]
    role: PartyRole,
    /// Whether they came.
    #[schema(example = false)]
    attended: bool,
    /// Whether it is whoever signed up.
    #[serde(rename = "self")]
    #[schema(example = true)]
    myself: Option<bool>,
    /// Which of the companions it is.
    #[schema(example = "01h2x7m9k4qpz")]
    companion_id: Option<String>,
    /// The year of their birth, where it was given.
    #[schema(example = 2016)]
    birth_year: Option<i32>,
}

/// What lets a party in.
#[derive(Serialize, ToSchema)]
struct Ticket {
    /// Typed by hand where nothing can be scanned: upper and lower case, O and 0, I and 1 are alike.
    #[schema(example = "7k3m9x2q4t")]
    code: String,
    /// What the QR code shows, at most 300 characters: a device at the door can check it without network.
    #[schema(example = "KQ2hTNfW1m0J4Kc0aVbYpXg")]
    offline: String,
}

/// How to reach whoever signed up.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
struct ShownContact {
    /// The name to ask for.
    #[schema(example = "陈老师")]
    name: Option<String>,
    /// A telephone number.
    #[schema(example = "13800138000")]
    phone: Option<String>,
}

/// An answer.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownAnswer {
    /// Which question.
    #[schema(example = "school")]
    question_id: String,
    /// The place in `party`, from 0, of whom it is about.
    #[schema(example = 0)]
    participant: Option<u16>,
    #[schema(schema_with = super::answers::answer_value)]
    value: party::Value,
}

/// A sign-up with what is shown beside it.
pub struct Found {
    /// The sign-up.
    pub signup: Signup,
    session: Session,
    title: Text,
    online: Option<String>,
    ahead: Option<u64>,
}

impl Found {
    /// A sign-up beside its session and event.
    pub fn new(signup: Signup, session: Session, event: &Event) -> Self {
        let hidden = event.online.as_ref().filter(|online| online.for_signed_up_only);
        let online = hidden.and_then(|online| online.url.clone());
        Self { signup, session, title: event.title.clone(), online, ahead: None }
    }

    /// Sign-ups with what the store has beside them; those without session or event are left out.
    pub fn read(conn: &mut AnyConn, all: Vec<Signup>) -> Result<Vec<Self>, db::Error> {
        let ids: Vec<SessionId> = all.iter().map(|signup| signup.session).collect();
        let sessions = sessions::find(conn, &ids)?;
        let mut ids: Vec<i64> = all.iter().map(|signup| signup.event.get()).collect();
        ids.sort_unstable();
        ids.dedup();
        let events = Event::find(conn, &ids)?.into_iter();
        let events: HashMap<_, _> =
            events.filter_map(|event| Some((EventId::new(event.id)?, event.body))).collect();
        let mut found = Vec::with_capacity(all.len());
        for signup in all {
            let (Some(session), Some(event)) = (sessions.get(&signup.session), events.get(&signup.event))
            else {
                continue;
            };
            found.push(Self::new(signup, session.clone(), event).placed(conn)?);
        }
        Ok(found)
    }

    /// The same with its place in the queue.
    pub fn placed(mut self, conn: &mut AnyConn) -> Result<Self, db::Error> {
        if let (domain::Status::Waitlisted, Some(number)) = (self.signup.status, self.signup.queue_number) {
            self.ahead = Some(signups::ahead(conn, self.signup.session, number)?);
        }
        Ok(self)
    }
}

impl SignupItem {
    /// A sign-up in the language of whose it is.
    pub fn new(found: &Found, keys: &TicketKeys, lang: Lang, now: DateTime<Utc>) -> Self {
        use domain::Status::{Attended, Confirmed, Offered, Pending, Waitlisted};
        let Found { signup, session, title, online, ahead } = found;
        let personal = signup.personal.clone().unwrap_or_default();
        let seated = matches!(signup.status, Confirmed | Attended);
        let open = matches!(signup.status, Confirmed | Pending | Offered | Waitlisted);
        let until = session.signup.as_ref().map(|terms| terms.cancel_until(session.start));
        let party = personal.party.iter().enumerate();
        Self {
            id: signup.id.to_string(),
            session: SessionTimes {
                id: session.id.to_string(),
                start: rfc3339(session.start),
                end: rfc3339(session.end),
            },
            event: EventTitle { id: signup.event.to_string(), title: title.get(lang).to_owned() },
            status: signup.status.into(),
            status_reason: signup.reason.map(StatusReason::from),
            party: party.map(|(at, member)| PartyMember::new(member, came(signup, at))).collect(),
            seats: signup.seats,
            headcount: signup.headcount,
            position: ahead.map(|ahead| ahead + 1),
            offered_until: signup.offered_until.map(rfc3339),
            cancel_until: until.filter(|until| open && now < *until).map(rfc3339),
            party_differs: None,
            ticket: Ticket::new(signup, session, keys).filter(|_| seated),
            online_url: online.clone().filter(|_| seated),
            contact: personal.contact.map(|contact| ShownContact {
                name: contact.name.map(|name| name.expose().to_owned()),
                phone: contact.phone.map(|phone| phone.expose().to_owned()),
            }),
            answers: personal.answers.into_iter().map(ShownAnswer::new).collect(),
            policy_version: signup.policy_version.clone(),
            created_at: rfc3339(signup.created_at),
            version: signup.version,
        }
    }
}

fn came(signup: &Signup, at: usize) -> bool {
    signup.attended.iter().any(|place| usize::from(*place) == at)
}

impl Ticket {
    fn new(signup: &Signup, session: &Session, keys: &TicketKeys) -> Option<Self> {
        let offline = signup.ticket(Doors::of(session.start, session.end)).map(|ticket| keys.issue(&ticket));
        Some(Self { code: signup.ticket_code?.to_string(), offline: offline? })
    }
}

impl PartyMember {
    fn new(member: &Member, attended: bool) -> Self {
        let companion = match member.known {
            Some(Known::Companion(id)) => Some(id.to_string()),
            _ => None,
        };
        let birth_year = match member.birth {
            Some(party::Birth::Year(year)) => Some(year),
            Some(party::Birth::Date(date)) => Some(chrono::Datelike::year(&date)),
            None => None,
        };
        Self {
            name: member.called().map(str::to_owned),
            role: member.role.into(),
            attended,
            myself: (member.known == Some(Known::Myself)).then_some(true),
            companion_id: companion,
            birth_year,
        }
    }
}

impl ShownAnswer {
    fn new(answer: party::Answer) -> Self {
        Self { question_id: answer.question, participant: answer.participant, value: answer.value }
    }
}
