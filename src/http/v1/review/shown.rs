//! Items of the review queue, as they are sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::app::campaigns::participations::Proposal;
use crate::app::review::{Judged, Opened};
use crate::db::AnyConn;
use crate::domain::drafts::FieldNote;
use crate::domain::drafts::body::Change;
use crate::domain::ids::{PersonId, spell};
use crate::domain::review::{self, Item};
use crate::domain::screening::Doubt;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, day_of, rfc3339};
use crate::http::problem::Problem;
use crate::http::v1::manage::accreditations::shown::AccreditationItem;
use crate::http::v1::manage::assessments::shown::AssessmentItem;
use crate::http::v1::manage::organisations::shown::ApplicationShown;
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
#[derive(Serialize, ToSchema)]
pub struct ReviewClaim {
    /// Whether it is whoever asks.
    #[schema(example = true)]
    mine: bool,
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
    /// What it changes of what is published, field by field; of something new, everything it has. Positions are WGS-84,
    /// texts in every language that they are given in.
    changes: Vec<FieldChange>,
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

/// A field that changes.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct FieldChange {
    /// Which field: its path.
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

impl ReviewItem {
    /// An item as a reviewer sees it at `now`.
    pub(super) fn new(judged: Judged, by: PersonId, now: DateTime<Utc>, lang: Lang) -> Self {
        let Judged { item, organisation } = judged;
        let claim =
            item.claimed(now).map(|(who, until)| ReviewClaim { mine: who == by, until: rfc3339(until) });
        let Item { id, what, since, state, decided_at, reason, fields, .. } = item;
        let organisation = what.organisation.zip(organisation).map(|(id, standing)| ReviewOrganisation {
            id: id.to_string(),
            name: standing.name.get(lang).to_owned(),
            trusted: standing.trusted,
            suspended: standing.suspended,
            approved: standing.approved,
            rejected: standing.rejected,
        });
        Self {
            id: id.to_string(),
            kind: what.kind.into(),
            object_id: spell(what.object),
            title: what.title.get(lang).to_owned(),
            lane: what.lane.into(),
            organisation,
            adcode: what.division.to_string(),
            campaigns: what.campaigns,
            submitted_at: rfc3339(since),
            age_minutes: (decided_at.unwrap_or(now) - since).num_minutes(),
            claim,
            notes: what.notes.into_iter().map(ScreeningNote::from).collect(),
            version: what.version,
            state: state.into(),
            decided_at: decided_at.map(rfc3339),
            reason,
            fields: fields.into_iter().map(ReviewNote::from).collect(),
        }
    }
}

impl ReviewDetail {
    /// An item with what there is to judge, as a reviewer sees it at `now`.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn new(
        conn: &mut AnyConn,
        opened: Opened,
        by: PersonId,
        now: DateTime<Utc>,
        lang: Lang,
    ) -> Result<Self, Problem> {
        let Opened { judged, changes, report, application, proposal, .. } = opened;
        let (accreditation, assessment, contact) = (opened.accreditation, opened.assessment, opened.contact);
        let item = ReviewItem::new(judged, by, now, lang);
        let report = report.map(|report| ReportShown {
            kind: report.kind.name().to_owned(),
            object_id: spell(report.object),
            reason: report.reason.into(),
            text: report.words.map(|words| words.expose().to_owned()),
            at: rfc3339(report.at),
        });
        let application = application.map(|application| ApplicationShown::new(application, true));
        let contact = contact.map(|(contact, public)| ContactOfResource::new(contact, public));
        let changes = changes.into_iter().map(FieldChange::from).collect();
        let accreditation = accreditation.map(|one| AccreditationItem::new(conn, one, lang)).transpose()?;
        let assessment =
            assessment.map(|one| AssessmentItem::new(conn, one, lang, day_of(now))).transpose()?;
        let proposal = proposal.map(|proposal| ProposalShown::new(&proposal, lang));
        Ok(Self { item, changes, report, application, proposal, accreditation, assessment, contact })
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

impl From<Change> for FieldChange {
    fn from(change: Change) -> Self {
        let written = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Self { field: change.field, before: change.before.map(written), after: change.after.map(written) }
    }
}

impl From<Doubt> for ScreeningNote {
    fn from(Doubt { field, reason, found }: Doubt) -> Self {
        Self { field, reason, found }
    }
}

impl From<FieldNote> for ReviewNote {
    fn from(FieldNote { field, text }: FieldNote) -> Self {
        Self { field, text }
    }
}
