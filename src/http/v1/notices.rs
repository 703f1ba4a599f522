//! Notices (通知): what a person has been told.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::references::EventRef;
use crate::app::notices::scenes::Scenes;
use crate::db::{self, notices};
use crate::discovery::Snapshot;
use crate::discovery::page::{Answer, Key};
use crate::domain::ids::{NoticeId, spell};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::notices::decisions::{Decision, Outcome};
use crate::domain::notices::texts::{Scene, Subject};
use crate::domain::notices::{self as domain, Told};
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, MAX_ENTRIES, Param, Table};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::state::{Members, State};
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_notices).service(mark_notices_read);
}

wire! {
    /// What a person is told.
    NoticePurpose = domain::Purpose {
        /// The sign-up is confirmed.
        Confirmed "confirmed"
        /// One is in the queue.
        Waitlisted "waitlisted"
        /// One had queued and is in now.
        Promoted "promoted"
        /// One had queued and may take a seat until a deadline.
        Offered "offered"
        /// The seat was not taken in time.
        Lapsed "lapsed"
        /// Time or place has changed, or the party, where a guardian consents no more.
        Changed "changed"
        /// It does not take place.
        Cancelled "cancelled"
        /// The host declined, or took the seats back.
        Rejected "rejected"
        /// It is tomorrow.
        DayBefore "dayBefore"
        /// It is in an hour.
        HourBefore "hourBefore"
        /// An event was published that one asked to be told of.
        Subscription "subscription"
        /// An authority decided on what one's organisation wrote, or is.
        Decided "decided"
    }

    /// What an authority decided.
    DecisionOutcome = Outcome {
        /// The organisation is verified.
        Verified "verified"
        /// What the organisation says of itself was refused.
        Refused "refused"
        /// The organisation is suspended.
        Suspended "suspended"
        /// The organisation is suspended no more.
        Reinstated "reinstated"
        /// What it wrote is published.
        Approved "approved"
        /// What it wrote was sent back.
        Rejected "rejected"
        /// What it had published was taken down.
        TakenDown "takenDown"
        /// What was taken down is shown again.
        Restored "restored"
        /// Somebody had reported it, rightly.
        ReportFollowed "reportFollowed"
    }

    /// What became of a notice as a subscribe message of WeChat's.
    NoticeState = domain::State {
        /// It is to be sent.
        Waiting "waiting"
        /// WeChat is being asked.
        Sending "sending"
        /// WeChat took it.
        Sent "sent"
        /// WeChat refused it or could not deliver it.
        Failed "failed"
        /// WeChat was asked and gave no answer; it is not sent again.
        Unknown "unknown"
        /// It was not sent.
        Unsent "unsent"
    }

    /// Why a notice was not sent, or failed.
    NoticeReason = domain::Why {
        /// The person has logged in to no mini-program that this service has now.
        NoMiniProgram "noMiniProgram"
        /// The mini-program has no template for it.
        NoTemplate "noTemplate"
        /// The person has not agreed to it.
        NoCredit "noCredit"
        /// WeChat says that the person does not want it.
        Refused "refused"
        /// It was too late for it.
        TooLate "tooLate"
        /// What it is about is not there any more.
        Gone "gone"
        /// WeChat does not know the person.
        UnknownPerson "unknownPerson"
        /// WeChat does not know the template, its fields or its page.
        WrongTemplate "wrongTemplate"
        /// WeChat gave another reason.
        Rejected "rejected"
        /// WeChat could not be asked for a whole day.
        GaveUp "gaveUp"
        /// WeChat took it and could not deliver it.
        Undelivered "undelivered"
    }
}

/// What `GET /v1/me/notices` takes.
pub struct ListNotices;

impl Table for ListNotices {
    const PARAMS: &'static [&'static [Param]] = &[PAGE, LANGUAGE];
}

/// Something that one was told.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeItem<'a> {
    /// Its id.
    #[schema(example = "0000000000001")]
    id: String,
    /// What it is about, for programs.
    purpose: NoticePurpose,
    /// What it is about, in few words.
    #[schema(example = "报名成功")]
    title: &'static str,
    /// What it says.
    #[schema(example = "《甲虫王国：一只昆虫的铠甲》2026年11月28日 14:00。请准时参加，不能来请提前取消")]
    text: String,
    /// When it was due.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// The event; absent where it is not there any more.
    event: Option<EventRef<'a>>,
    /// The session, where it is about one.
    #[schema(example = "01h2x7m9k4qpz")]
    session_id: Option<String>,
    /// The sign-up, where it is about one.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: Option<String>,
    /// What is another than before, where that is what one was told.
    change: Option<NoticeChange>,
    /// What an authority decided, where that is what one was told.
    decision: Option<NoticeDecision>,
    /// What became of it as a message.
    state: NoticeState,
    /// Why it was not sent, or failed.
    reason: Option<NoticeReason>,
    /// Whether it was marked as read.
    #[schema(example = false)]
    read: bool,
}

/// What an authority decided on an organisation, or on what it wrote.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeDecision {
    /// What was decided; absent where a newer edition of this service wrote it.
    outcome: Option<DecisionOutcome>,
    /// The organisation that it concerns.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// The kind of thing that was decided on.
    #[schema(example = "event")]
    kind: String,
    /// Its id among those of its kind.
    #[schema(example = "01h2x7m9k4qpz")]
    object_id: String,
    /// Why.
    #[schema(example = "请补充集合地点")]
    reason: Option<String>,
}

impl From<&Decision> for NoticeDecision {
    fn from(decision: &Decision) -> Self {
        Self {
            outcome: decision.outcome().map(DecisionOutcome::from),
            organisation_id: decision.organisation.to_string(),
            kind: decision.kind.clone(),
            object_id: spell(decision.object),
            reason: decision.reason.clone(),
        }
    }
}

/// What is another than before.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeChange {
    /// When it was to start.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    old_start: Option<Rfc3339>,
    /// When it was to start since.
    #[schema(example = "2026-12-05T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    new_start: Option<Rfc3339>,
    /// Where it was to be.
    #[schema(example = "二楼报告厅")]
    old_place: Option<String>,
    /// Where it is now; absent if the place is the same, or it is online.
    #[schema(example = "一楼大厅")]
    new_place: Option<String>,
}

impl NoticeChange {
    fn new(notice: &domain::Notice, scene: Option<&Scene>, lang: Lang) -> Option<Self> {
        let details = &notice.details;
        let place = scene.and_then(|scene| scene.place.as_ref()).filter(|_| details.moved);
        (notice.purpose == domain::Purpose::Changed).then(|| Self {
            old_start: details.old_start.map(rfc3339),
            new_start: details.new_start.map(rfc3339),
            old_place: details.old_place.as_ref().map(|place| place.get(lang).to_owned()),
            new_place: place.map(|place| place.get(lang).to_owned()),
        })
    }
}

/// One page of notices.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeList<'a> {
    /// The notices of this page, newest first.
    items: Vec<NoticeItem<'a>>,
    /// How many there are in all.
    #[schema(example = 12)]
    total: u64,
    /// How many of them are unread.
    #[schema(example = 3)]
    unread: u64,
    /// The `cursor` of the next page; absent on the last.
    #[schema(example = "eyJxIjoxNDQ4NzY1MTUzNjQ4NjM2MDg1LCJrIjoxMjUzNCwiaSI6MSwidCI6MTc5NTMxODg2MDAwMH0")]
    next_cursor: Option<String>,
}

/// Which notices were read.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadNotices {
    /// Their ids; those of others count for nothing.
    #[schema(example = json!(["0000000000001"]), min_items = 1, max_items = 50)]
    ids: Vec<String>,
}

/// What is left to read.
#[derive(Serialize, ToSchema)]
pub struct Unread {
    /// How many notices are unread.
    #[schema(example = 2)]
    unread: u64,
}

impl<'a> NoticeItem<'a> {
    fn new(told: &Told, scenes: &Scenes, snapshot: Option<&'a Snapshot>, lang: Lang, title: &'a str) -> Self {
        let notice = &told.notice;
        let scene = scenes.of(&notice.about);
        let start = scene.as_ref().and_then(|scene| scene.start());
        let reason = scene.as_ref().and_then(|scene| scene.reason.as_ref()).map(|reason| reason.get(lang));
        // What is published is told in the reader's characters.
        let event = notice.about.event;
        let published = snapshot.zip(event).and_then(|(snapshot, id)| snapshot.event(id));
        let title = published.map_or(title, |event| event.title.get(lang));
        let decision = notice.details.decision.as_ref();
        Self {
            id: told.id.to_string(),
            purpose: notice.purpose.into(),
            title: notice.purpose.title(lang),
            text: match decision {
                Some(decision) => decision.text(lang),
                None => notice.purpose.text(&notice.details, Subject { title, start, reason }, lang),
            },
            change: NoticeChange::new(notice, scene.as_ref(), lang),
            at: rfc3339(told.at),
            event: event.filter(|_| !title.is_empty()).map(|id| EventRef::new(id.get(), title)),
            session_id: notice.about.session.map(|id| id.to_string()),
            signup_id: notice.about.signup.map(|id| id.to_string()),
            decision: decision.map(NoticeDecision::from),
            state: told.state.into(),
            reason: told.why.map(NoticeReason::from),
            read: told.read,
        }
    }
}

/// A page of notices, with what they are about.
struct Page {
    told: Vec<Told>,
    scenes: Scenes,
    total: u64,
    unread: u64,
}

/// List my notices
///
/// Everything that one was told, newest first, whether or not it could be sent as a message: `state` says what became of
/// that. Reminders appear when they are due.
#[utoipa::path(
    tag = "me",
    params(Asked<ListNotices>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = NoticeList))
)]
#[get("/v1/me/notices")]
async fn list_notices(
    person: Person,
    asked: Asked<ListNotices>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let after = turn.paging.after.as_ref().map(|(key, id)| Some((instant(key)?, *id)));
    let after = after.map(|after| after.ok_or(Code::CursorMalformed)).transpose()?;
    let limit = turn.paging.limit;
    let Page { mut told, scenes, total, unread } = members
        .into_inner()
        .aside(move |members| {
            let now = members.clock.now();
            members.db.snapshot(|conn| {
                let told = notices::of_person(conn, person.id, now, after, limit + 1)?;
                let about: Vec<_> = told.iter().map(|told| told.notice.about).collect();
                let scenes = Scenes::read(conn, &about, now)?;
                let (total, unread) = notices::count(conn, person.id, now)?;
                Ok::<_, db::Error>(Page { told, scenes, total, unread })
            })
        })
        .await?;
    let more = told.len() > limit;
    told.truncate(limit);
    let next = told.last().filter(|_| more).map(|last| (key(last.at), last.id.get()));
    let snapshot = state.live.now();
    let found: Vec<(&Told, String)> = told
        .iter()
        .map(|told| {
            let title = scenes.of(&told.notice.about).map(|scene| scene.title.get(asked.lang).to_owned());
            (told, title.unwrap_or_default())
        })
        .collect();
    let page = Answer { found: found.iter().collect(), total: 0, next };
    let list: List<NoticeItem<'_>> = turn
        .page(page, |(told, title)| NoticeItem::new(told, &scenes, snapshot.as_deref(), asked.lang, title));
    let body = NoticeList { items: list.items, total, unread, next_cursor: list.next_cursor };
    Ok(private::answer(StatusCode::OK, body))
}

/// Mark notices as read
///
/// Says which notices one has read, and tells how many are unread still. Repeating it changes nothing.
#[utoipa::path(
    tag = "me",
    request_body = ReadNotices,
    security(("person" = [])),
    responses((status = 200, description = "What is left to read.", body = Unread))
)]
#[post("/v1/me/notices/read")]
async fn mark_notices_read(
    person: Person,
    body: Json<ReadNotices>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let ids = read_ids(&body.0.ids).map_err(Problem::unprocessable)?;
    let mark = move |members: &Members| members.agreements.mark_read(person.id, &ids);
    let unread = members.into_inner().aside(mark).await?;
    Ok(private::answer(StatusCode::OK, Unread { unread }))
}

fn read_ids(ids: &[String]) -> Result<Vec<NoticeId>, Invalid> {
    let mut invalid = Invalid::default();
    if ids.is_empty() {
        invalid.push("ids", FieldCode::TooFew { min: 1 });
    }
    if ids.len() > MAX_ENTRIES {
        invalid.push("ids", FieldCode::TooMany { max: MAX_ENTRIES });
        return Err(invalid);
    }
    let mut read = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        match id.parse() {
            Ok(id) => read.push(id),
            Err(_) => invalid.push(format!("ids[{at}]"), FieldCode::Malformed(Expected::Id)),
        }
    }
    invalid.or(read)
}

/// The place of a notice in the list: the store keeps microseconds.
fn key(at: DateTime<Utc>) -> Key {
    Key::Number(-at.timestamp_micros())
}

/// The time of a place; `None` for one that this list never gave out.
fn instant(key: &Key) -> Option<DateTime<Utc>> {
    match key {
        Key::Number(number) => DateTime::from_timestamp_micros(number.checked_neg()?),
        Key::Text(_) => None,
    }
}
