//! Items of the review queue, as they are sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::written;
use crate::app::campaigns::participations::Proposal;
use crate::app::drafts;
use crate::app::review::{Judged, Opened};
use crate::db::AnyConn;
use crate::discovery::divisions::Divisions;
use crate::domain::drafts::FieldNote;
use crate::domain::drafts::body::Change;
use crate::domain::events::Event;
use crate::domain::geo;
use crate::domain::ids::{PersonId, spell};
use crate::domain::review::{self, Item};
use crate::domain::screening::Doubt;
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, day_of, rfc3339};
use crate::http::list::Crs;
use crate::http::problem::Problem;
use crate::http::v1::manage::accreditations::shown::AccreditationItem;
use crate::http::v1::manage::assessments::shown::AssessmentItem;
use crate::http::v1::manage::organisations::shown::ApplicationShown;
use crate::http::v1::manage::sessions::shown::{ManagedSession, Shown};
use crate::http::v1::names;
use crate::http::v1::reports::ReportReason;
use crate::http::v1::resources::ContactOfResource;
use crate::http::wire::wire;

wire! {
    /// What is decided on.
    ReviewKind = review::ItemKind {
        /// An event.
        Event "event"
        /// A base.
        Base "base"
        /// A route.
        Route "route"
        /// A lecture series.
        Series "series"
        /// An entry of the resource directory.
        Resource "resource"
        /// That an organisation may post.
        Organisation "organisation"
        /// That a base is granted a level.
        Accreditation "accreditation"
        /// How a base did in a year.
        Assessment "assessment"
        /// That something published is wrong, as somebody says.
        Report "report"
        /// That an event is part of a campaign.
        Campaign "campaign"
    }

    /// How something came into the queue.
    ReviewLane = review::Lane {
        /// It waits to be published, or answered.
        Submitted "submitted"
        /// A trusted organisation published it; a share of that is looked at afterwards.
        Sampled "sampled"
        /// An administrator published it at once.
        Emergency "emergency"
    }

    /// How something stands in the queue.
    ReviewState = review::ItemState {
        /// It waits.
        Open "open"
        /// It is in order.
        Approved "approved"
        /// It is not.
        Rejected "rejected"
        /// Whoever submitted it took it back, or changed it.
        Withdrawn "withdrawn"
    }
}

/// Sessions that are shown of an event, at most.
const SESSIONS: usize = 20;

/// Something in the review queue.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What is decided on.
    kind: ReviewKind,
    /// Its id among those of its kind.
    #[schema(example = "01h2x7m9k4qpz")]
    object_id: String,
    /// What it is called; of a report, what it is about.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
    /// How it came into the queue.
    lane: ReviewLane,
    /// Whose it is; absent where it is nobody's in particular.
    organisation: Option<ReviewOrganisation>,
    /// The code of the division whose authority decides.
    #[schema(example = "440106")]
    adcode: String,
    /// The campaigns that it is part of.
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    campaigns: Vec<String>,
    /// Whether it was never published; absent of what is not published, such as a report.
    #[schema(example = true)]
    is_new: Option<bool>,
    /// When its next session starts that goes ahead, of an event.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    next_start: Option<Rfc3339>,
    /// How many sessions have not ended and go ahead, of an event.
    #[schema(example = 3, minimum = 0)]
    session_count: Option<i64>,
    /// Since when it waits.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    submitted_at: Rfc3339,
    /// How many minutes it waits, or waited.
    #[schema(example = 90)]
    age_minutes: i64,
    /// Who works on it.
    claim: Option<ReviewClaim>,
    /// What screening doubts.
    notes: Vec<ScreeningNote>,
    /// Its version: a decision names the one that was read.
    #[schema(example = 3)]
    version: i64,
    /// How it stands.
    state: ReviewState,
    /// When it was decided, or taken back.
    #[schema(example = "2026-11-25T11:00:00+08:00", value_type = Option<String>, format = DateTime)]
    decided_at: Option<Rfc3339>,
    /// Why it was decided so.
    #[schema(example = "请补充集合地点")]
    reason: Option<String>,
    /// What is to be mended, field by field.
    fields: Vec<ReviewNote>,
    /// What it changes of what is published, field by field; of something new, everything it has. In lists by
    /// `changes=true` only. Fields are named as their authors write them; positions are in the datum of `crs`.
    changes: Option<Vec<FieldChange>>,
}

/// An organisation that submitted something, and how it stands.
#[derive(Serialize, ToSchema)]
pub struct ReviewOrganisation {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    name: String,
    /// Whether what it posts is published at once.
    #[schema(example = false)]
    trusted: bool,
    /// Whether an authority keeps it from posting.
    #[schema(example = false)]
    suspended: bool,
    /// How much of what it submitted was approved.
    #[schema(example = 12)]
    approved: i64,
    /// How much of it was sent back.
    #[schema(example = 1)]
    rejected: i64,
}

/// Who works on an item.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ReviewClaim {
    /// Whether it is whoever asks.
    #[schema(example = true)]
    mine: bool,
    /// The name of their account, or by which they want to be addressed, if they have either.
    #[schema(example = "chen.tianhe")]
    name: Option<String>,
    /// Until when nobody else decides on it.
    #[schema(example = "2026-11-25T10:30:00+08:00", value_type = String, format = DateTime)]
    until: Rfc3339,
}

/// A doubt of the screening.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ScreeningNote {
    /// Which field.
    #[schema(example = "summary.zh-CN")]
    field: String,
    /// Why.
    #[schema(example = "广告引流")]
    reason: String,
    /// What was found.
    #[schema(example = "加微信")]
    found: Option<String>,
}

/// What is said of one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewNote {
    /// Which field.
    #[schema(example = "place.address")]
    field: String,
    /// What is to be mended.
    #[schema(example = "缺门牌号")]
    text: String,
}

/// An item with what there is to judge.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewDetail {
    /// The item.
    #[serde(flatten)]
    item: ReviewItem,
    /// The first of its sessions that have not ended, twenty at most, of an event.
    sessions: Option<Vec<ManagedSession>>,
    /// How many more there are.
    #[schema(example = 0, minimum = 0)]
    more_sessions: Option<usize>,
    /// What was decided of the same thing before: it was handed in again since.
    earlier: Option<EarlierDecision>,
    /// The datum of positions.
    crs: Crs,
    /// What was reported.
    report: Option<ReportShown>,
    /// What an organisation says of itself.
    application: Option<ApplicationShown>,
    /// Which event is proposed for which edition of a campaign.
    proposal: Option<ProposalShown>,
    /// What a base applies for.
    accreditation: Option<AccreditationItem>,
    /// What a base says of its year.
    assessment: Option<AssessmentItem>,
    /// Whom to ask about an entry of the directory; `public` says whether everybody reads it, or is to.
    contact: Option<ContactOfResource>,
}

/// An event that is proposed for an edition of a campaign.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalShown {
    /// The id of the event.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
    /// The id of the campaign.
    #[schema(example = "01h2x7m9k4qpz")]
    campaign_id: String,
    /// The name of the campaign.
    #[schema(example = "全国科普日")]
    campaign: String,
    /// The id of the edition.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: String,
    /// The year that the edition counts for.
    #[schema(example = 2026)]
    year: i32,
    /// The first day of the edition; absent if it is there no more.
    #[schema(example = "2026-09-19", format = Date)]
    from: Option<String>,
    /// The last day of the edition, inclusive.
    #[schema(example = "2026-09-26", format = Date)]
    to: Option<String>,
}

/// What was decided before.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlierDecision {
    /// `approved` or `rejected`.
    state: ReviewState,
    /// When.
    #[schema(example = "2026-11-24T11:00:00+08:00", value_type = Option<String>, format = DateTime)]
    decided_at: Option<Rfc3339>,
    /// Why.
    #[schema(example = "请补充集合地点")]
    reason: Option<String>,
    /// What was to be mended, field by field.
    fields: Vec<ReviewNote>,
}

/// A field that changes.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct FieldChange {
    /// Which field: its path in the body that its author sends.
    #[schema(example = "title.zh-CN")]
    field: String,
    /// What it is; a text as it stands, everything else as JSON. Absent where it is new.
    #[schema(example = "甲虫王国")]
    before: Option<String>,
    /// What it is to be; absent where it goes.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    after: Option<String>,
}

/// What somebody reported.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportShown {
    /// The kind of thing that it is about.
    #[schema(example = "event")]
    kind: String,
    /// The id of the thing.
    #[schema(example = "01h2x7m9k4qpz")]
    object_id: String,
    /// What is wrong.
    reason: ReportReason,
    /// In words.
    #[schema(example = "地址写的是旧馆，新馆在马路对面。")]
    text: Option<String>,
    /// When it was said.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
}

/// Who reads, when, and how.
#[derive(Clone, Copy)]
pub(super) struct By {
    pub(super) person: PersonId,
    pub(super) now: DateTime<Utc>,
    pub(super) lang: Lang,
    pub(super) crs: geo::Crs,
}

impl ReviewItem {
    /// An item as a reviewer sees it.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn new(conn: &mut AnyConn, vault: &Vault, judged: Judged, by: By) -> Result<Self, Problem> {
        let Judged { item, organisation, is_new, coming } = judged;
        let claim = match item.claimed(by.now) {
            Some((who, until)) => {
                let name = names::of(conn, vault, [who])?.remove(&who);
                Some(ReviewClaim { mine: who == by.person, name, until: rfc3339(until) })
            }
            None => None,
        };
        let Item { id, what, since, state, decided_at, reason, fields, .. } = item;
        let (kind, is_event) = (what.kind, what.kind == review::ItemKind::Event);
        let organisation = what.organisation.zip(organisation).map(|(id, standing)| ReviewOrganisation {
            id: id.to_string(),
            name: standing.name.get(by.lang).to_owned(),
            trusted: standing.trusted,
            suspended: standing.suspended,
            approved: standing.approved,
            rejected: standing.rejected,
        });
        let note = |Doubt { field, reason, found }: Doubt| ScreeningNote {
            field: written::path(kind, &field),
            reason,
            found,
        };
        Ok(Self {
            id: id.to_string(),
            kind: kind.into(),
            object_id: spell(what.object),
            title: what.title.get(by.lang).to_owned(),
            lane: what.lane.into(),
            organisation,
            adcode: what.division.to_string(),
            campaigns: what.campaigns,
            is_new,
            next_start: coming.map(|coming| rfc3339(coming.start)),
            session_count: is_event.then(|| coming.map_or(0, |coming| coming.count)),
            submitted_at: rfc3339(since),
            age_minutes: (decided_at.unwrap_or(by.now) - since).num_minutes(),
            claim,
            notes: what.notes.into_iter().map(note).collect(),
            version: what.version,
            state: state.into(),
            decided_at: decided_at.map(rfc3339),
            reason,
            fields: notes(kind, fields),
            changes: None,
        })
    }

    /// The same with what it changes.
    pub(super) fn with(self, changes: Vec<FieldChange>) -> Self {
        Self { changes: Some(changes), ..self }
    }
}

/// What is to be mended, by the names of its authors.
fn notes(kind: review::ItemKind, fields: Vec<FieldNote>) -> Vec<ReviewNote> {
    let note = |note: FieldNote| ReviewNote { field: written::path(kind, &note.field), text: note.text };
    fields.into_iter().map(note).collect()
}

impl ReviewDetail {
    /// An item with what there is to judge.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn new(
        conn: &mut AnyConn,
        (vault, divisions): (&Vault, &Divisions),
        opened: Opened,
        by: By,
    ) -> Result<Self, Problem> {
        let Opened { judged, sides, sessions, earlier, report, application, proposal, .. } = opened;
        let (accreditation, assessment, contact) = (opened.accreditation, opened.assessment, opened.contact);
        let (kind, object) = (judged.item.what.kind, judged.item.what.object);
        let changes = written::changes(conn, kind, &sides, divisions, by)?;
        let (is_event, more) = (kind == review::ItemKind::Event, sessions.len().saturating_sub(SESSIONS));
        let shown = if is_event { Some(held(conn, object, &sessions, by)?) } else { None };
        let report = report.map(|report| ReportShown {
            kind: report.kind.name().to_owned(),
            object_id: spell(report.object),
            reason: report.reason.into(),
            text: report.words.map(|words| words.expose().to_owned()),
            at: rfc3339(report.at),
        });
        let earlier = earlier.map(|earlier| EarlierDecision {
            state: earlier.state.into(),
            decided_at: earlier.decided_at.map(rfc3339),
            reason: earlier.reason,
            fields: notes(kind, earlier.fields),
        });
        let accreditation =
            accreditation.map(|one| AccreditationItem::new(conn, one, by.lang)).transpose()?;
        let assessment =
            assessment.map(|one| AssessmentItem::new(conn, one, by.lang, day_of(by.now))).transpose()?;
        let contact = contact.map(|(contact, public)| ContactOfResource::new(contact, public));
        Ok(Self {
            item: ReviewItem::new(conn, vault, judged, by)?.with(changes),
            sessions: shown,
            more_sessions: is_event.then_some(more),
            earlier,
            crs: by.crs.into(),
            report,
            application: application.map(|application| ApplicationShown::new(application, true)),
            proposal: proposal.map(|proposal| ProposalShown::new(&proposal, by.lang)),
            accreditation,
            assessment,
            contact,
        })
    }
}

impl ProposalShown {
    fn new(Proposal { what, event, campaign }: &Proposal, lang: Lang) -> Self {
        let edition = campaign.body.edition(campaign.id, what.edition, what.year..=what.year);
        Self {
            event_id: what.event.to_string(),
            title: event.title.get(lang).to_owned(),
            campaign_id: what.campaign.to_string(),
            campaign: campaign.body.name.get(lang).to_owned(),
            edition_id: what.edition.to_string(),
            year: what.year,
            from: edition.map(|edition| edition.from.to_string()),
            to: edition.map(|edition| edition.to.to_string()),
        }
    }
}

/// The first of these sessions as whoever hosts them sees them: whether they fit what is said of their event is for the
/// reviewer to see.
fn held(
    conn: &mut AnyConn,
    event: i64,
    sessions: &[(Session, i64)],
    by: By,
) -> Result<Vec<ManagedSession>, Problem> {
    let Some(record) = drafts::preview::<Event>(conn, event)? else { return Ok(Vec::new()) };
    let title = record.body.title.get(by.lang);
    let seen = Shown { event: &record.body, title, crs: by.crs, now: by.now };
    let first = sessions.iter().take(SESSIONS);
    Ok(first.map(|(session, version)| ManagedSession::new(seen, session, *version)).collect())
}

impl From<Change> for FieldChange {
    fn from(change: Change) -> Self {
        let written = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Self { field: change.field, before: change.before.map(written), after: change.after.map(written) }
    }
}

impl From<FieldNote> for ReviewNote {
    fn from(FieldNote { field, text }: FieldNote) -> Self {
        Self { field, text }
    }
}
