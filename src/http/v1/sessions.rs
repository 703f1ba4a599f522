//! Sessions (场次): when an event takes place, and on which terms one takes part.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::filters::Placed;
use super::media::Notice;
use super::places::Place;
use super::view::View;
use crate::discovery::events::{EventEntry, Standing};
use crate::domain::events::Event;
use crate::domain::ids::{self, SessionId};
use crate::domain::taxonomy::Code;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::domain::{sessions, signup_terms};
use crate::http::list::Crs;
use crate::http::params::{Asked, PathId};
use crate::http::problem::{self, Problem};
use crate::http::state::State;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_session);
}

wire! {
    /// How an event or a session stands.
    Status = Standing {
        /// Goes ahead as announced.
        Scheduled "scheduled"
        /// Goes ahead, but was moved or altered.
        Changed "changed"
        /// Called off.
        Cancelled "cancelled"
        /// Over.
        Ended "ended"
    }

    /// What somebody who wants to take part can do now.
    SignupState = sessions::SignupState {
        /// Sign-up has not opened.
        NotOpen "notOpen"
        /// Seats are left.
        Open "open"
        /// No seat is left, but one can queue.
        Waitlist "waitlist"
        /// No seat is left, and there is no queue.
        Full "full"
        /// Sign-up has closed.
        Closed "closed"
        /// No sign-up is needed.
        None "none"
        /// The session is over.
        Ended "ended"
        /// The session, or its event, is called off.
        Cancelled "cancelled"
    }

    /// What happens when a session is full.
    WaitlistMode = signup_terms::WaitlistMode {
        /// No waiting list.
        None "none"
        /// Whoever is next is confirmed at once when seats become free.
        Confirm "confirm"
        /// Whoever is next is offered the seats for a time.
        Offer "offer"
    }

    /// What capacity counts.
    CapacityUnit = signup_terms::CapacityUnit {
        /// People.
        Person "person"
        /// Parties, however large.
        Party "party"
    }

    /// How a question is answered.
    QuestionType = signup_terms::QuestionType {
        /// In words.
        Text "text"
        /// With a whole number.
        Number "number"
        /// Yes or no.
        Boolean "boolean"
        /// One of the options.
        Choice "choice"
        /// Any of the options.
        Choices "choices"
    }

    /// Of whom a question is asked.
    QuestionScope = signup_terms::QuestionScope {
        /// Once.
        Party "party"
        /// Of everybody.
        Participant "participant"
    }
}

/// When a session is, and whether one can still get in.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextSession {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// When it starts.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
    pub start: Rfc3339,
    /// When it ends.
    #[schema(example = "2026-11-28T16:00:00+08:00", value_type = String, format = DateTime)]
    pub end: Rfc3339,
    /// How many people or parties there is room for; absent: unlimited.
    #[schema(example = 40, minimum = 0)]
    pub capacity: Option<i32>,
    /// How many of them are taken.
    #[schema(example = 31, minimum = 0)]
    pub taken: i32,
    /// How many people queue.
    #[schema(example = 0, minimum = 0)]
    pub waiting: i32,
    /// What one can do now.
    pub signup_state: SignupState,
    /// When sign-up opens; absent where none is needed, or where it has always been open.
    #[schema(example = "2026-11-14T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub signup_opens_at: Option<Rfc3339>,
    /// When sign-up closes; absent where none is needed.
    #[schema(example = "2026-11-28T12:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub signup_closes_at: Option<Rfc3339>,
}

/// A session with everything needed to sign up.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session<'a> {
    /// When it is, and whether one can still get in.
    #[serde(flatten)]
    pub times: NextSession,
    /// The event it belongs to.
    pub event: SessionEvent<'a>,
    /// How it stands.
    pub status: Status,
    /// What everybody should know of it: why it was moved, or called off.
    pub notice: Option<Notice<'a>>,
    /// Where it takes place; absent for what is online only.
    pub place: Option<Place<'a>>,
    /// What happens when it is full.
    pub waitlist_mode: WaitlistMode,
    /// The terms of sign-up; where none is needed, they bind nobody.
    pub rules: Rules,
    /// What is asked at sign-up.
    pub questions: Vec<Question<'a>>,
}

/// The event of a session: what it is called, and for whom it is made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionEvent<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    pub title: &'a str,
    /// For whom: codes of `/v1/taxonomy?scheme=audience`. They advise; `rules` bind.
    #[schema(value_type = Vec<String>, example = json!(["child_family", "youth"]))]
    pub audiences: &'a [Code],
}

/// The terms of sign-up. Ages bind attendees, not guardians.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// What capacity counts.
    pub capacity_unit: CapacityUnit,
    /// Whether a guardian who comes along takes a seat.
    #[schema(example = true)]
    pub guardian_takes_seat: bool,
    /// Fewest people in a party.
    #[schema(example = 1)]
    pub party_min: u16,
    /// Most people in a party.
    #[schema(example = 4)]
    pub party_max: u16,
    /// Most seats one person may hold in the session.
    #[schema(example = 4)]
    pub per_person_max: u16,
    /// How many sessions of the event one person may attend; absent: any number. Those who come without a birth date count
    /// for the account, a class that is booked by its heads as one.
    #[schema(example = 1)]
    pub per_event_max: Option<u16>,
    /// How many sessions of a campaign's events one person may attend; absent: any number.
    #[schema(example = 3)]
    pub per_campaign_max: Option<u16>,
    /// Classes and groups that are booked as a number of heads, whose list may follow; absent: none can be.
    pub group: Option<GroupRule>,
    /// Keeps out who often did not come; absent: nobody is.
    pub no_shows: Option<NoShowRule>,
    /// Most that may queue, counted as `capacity` counts; absent: any number.
    #[schema(example = 20)]
    pub waitlist_max: Option<i32>,
    /// For how many minutes offered seats are held, at most until the start; where `waitlistMode` is `offer`.
    #[schema(example = 120)]
    pub offer_minutes: Option<u16>,
    /// Youngest attendee, in completed years.
    #[schema(example = 6)]
    pub age_min: Option<u8>,
    /// Oldest attendee, in completed years.
    #[schema(example = 12)]
    pub age_max: Option<u8>,
    /// Whether a guardian must come along.
    #[schema(example = true)]
    pub guardian_required: bool,
    /// Whether a telephone number is asked for.
    #[schema(example = false)]
    pub phone_required: bool,
    /// Whether the host decides on each sign-up.
    #[schema(example = false)]
    pub approval: bool,
    /// Until when one can cancel; absent: until the start.
    #[schema(example = "2026-11-27T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub cancel_until: Option<Rfc3339>,
}

/// How many heads a class or group has that is booked by their number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupRule {
    /// Fewest.
    #[schema(example = 10)]
    pub min: u16,
    /// Most.
    #[schema(example = 50)]
    pub max: u16,
}

/// Who signed up and did not come `most` times in the last `days` days before the session is kept out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoShowRule {
    /// So many times.
    #[schema(example = 2)]
    pub most: u16,
    /// In so many days.
    #[schema(example = 90)]
    pub days: u16,
}

/// A question asked at sign-up.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Question<'a> {
    /// Names the question in answers; unique in the session.
    #[schema(example = "school")]
    pub id: &'a str,
    /// The question.
    #[schema(example = "就读学校")]
    pub label: &'a str,
    /// How it is answered.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Whether it must be answered.
    #[schema(example = false)]
    pub required: bool,
    /// The choices, where there are any.
    #[schema(example = json!(["小学", "初中"]))]
    pub options: Option<Vec<&'a str>>,
    /// Of whom it is asked.
    pub per: QuestionScope,
}

/// A session by itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionDetail<'a> {
    /// The session.
    #[serde(flatten)]
    pub session: Session<'a>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

impl NextSession {
    /// A session of an event as `view` shows it.
    pub fn new(view: &View<'_>, event: &EventEntry, session: &sessions::Session) -> Self {
        let terms = session.signup.as_ref();
        Self {
            id: session.id.to_string(),
            start: rfc3339(session.start),
            end: rfc3339(session.end),
            capacity: session.capacity,
            taken: session.taken,
            waiting: session.waiting,
            signup_state: session.signup_state(event.status, view.now).into(),
            signup_opens_at: terms.and_then(|terms| terms.opens_at).map(rfc3339),
            signup_closes_at: terms.map(|terms| rfc3339(terms.closes_at.unwrap_or(session.start))),
        }
    }
}

impl<'a> Session<'a> {
    /// A session of an event as `view` shows it; `event` is all about it, as [`View::event`] reads it.
    pub fn new(
        view: &View<'a>,
        event: &'a Event,
        entry: &'a EventEntry,
        session: &'a sessions::Session,
    ) -> Self {
        let terms = session.signup.as_deref();
        let place = view.snapshot.place_of(event, Some(session));
        let questions = terms.map(|terms| terms.questions.as_slice()).unwrap_or_default();
        Self {
            times: NextSession::new(view, entry, session),
            event: SessionEvent {
                id: ids::spell(entry.id),
                title: view.text(&entry.title),
                audiences: &event.audiences,
            },
            status: Standing::of(entry.status, session, view.now).into(),
            notice: session.notice.as_ref().map(|notice| Notice::new(view, notice)),
            place: place.map(|place| Place::new(view, place)),
            waitlist_mode: terms.map_or(WaitlistMode::None, |terms| terms.waitlist_mode.into()),
            rules: terms.map_or_else(Rules::none, Rules::new),
            questions: questions.iter().map(|question| Question::new(view, question)).collect(),
        }
    }
}

impl Rules {
    fn new(terms: &signup_terms::SignupTerms) -> Self {
        Self {
            capacity_unit: terms.capacity_unit.into(),
            guardian_takes_seat: terms.guardian_takes_seat,
            party_min: terms.party_min,
            party_max: terms.party_max,
            per_person_max: terms.per_person_max,
            per_event_max: terms.per_event_max,
            per_campaign_max: terms.per_campaign_max,
            group: terms.group.map(|group| GroupRule { min: group.min, max: group.max }),
            no_shows: terms.no_shows.map(|rule| NoShowRule { most: rule.most, days: rule.days }),
            waitlist_max: terms.waitlist_max,
            offer_minutes: (terms.waitlist_mode == signup_terms::WaitlistMode::Offer)
                .then_some(terms.offer_minutes),
            age_min: terms.ages.min,
            age_max: terms.ages.max,
            guardian_required: terms.guardian_required,
            phone_required: terms.phone_required,
            approval: terms.approval,
            cancel_until: terms.cancel_until.map(rfc3339),
        }
    }

    /// The rules where no sign-up is needed.
    fn none() -> Self {
        Self::new(&signup_terms::SignupTerms::default())
    }
}

impl<'a> Question<'a> {
    fn new(view: &View<'a>, question: &'a signup_terms::Question) -> Self {
        let options = || question.options.iter().map(|option| view.text(option)).collect();
        Self {
            id: &question.id,
            label: view.text(&question.label),
            kind: question.kind.into(),
            required: question.required,
            options: (!question.options.is_empty()).then(options),
            per: question.per.into(),
        }
    }
}

/// Get a session
///
/// One session with its rules, questions and seats: what a waiting phone polls. Ended and cancelled sessions are
/// answered too.
#[utoipa::path(
    tag = "events",
    params(PathId<SessionId>, Asked<Placed>),
    responses((status = 200, description = "The session.", body = SessionDetail))
)]
#[get("/v1/sessions/{id}")]
async fn get_session(
    id: PathId<SessionId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let (event, session) = snapshot.session(id.0).ok_or(problem::Code::NotFound)?;
    let everything = view.event(event)?;
    let session = Session::new(&view, &everything, event, session);
    Ok(HttpResponse::Ok().json(SessionDetail { session, crs: view.crs.into() }))
}
