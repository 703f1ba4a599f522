//! Accreditations as organisations and authorities read them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::asked::{AccreditationEvidence, AccreditationForm};
use crate::db::AnyConn;
use crate::db::accreditations::{self, Wanted};
use crate::db::records::Stored;
use crate::discovery::page::{Answer, Key};
use crate::domain::accreditations as domain;
use crate::domain::accreditations::Accreditation;
use crate::domain::bases::Base;
use crate::domain::ids::AccreditationId;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::params::{Asked, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::state::{Members, State};
use crate::http::v1::manage::words::{Words, words};
use crate::http::v1::review::ReviewNote;
use crate::http::wire::wire;

wire! {
    /// Levels that are granted.
    AccreditationLevel = domain::Level {
        /// 国家级
        National "national"
        /// 省级
        Provincial "provincial"
        /// 市级
        Municipal "municipal"
        /// 区（县）级
        District "district"
    }

    /// How an accreditation stands.
    AccreditationState = domain::State {
        /// It is being written.
        Draft "draft"
        /// It waits for the authority.
        Submitted "submitted"
        /// It is granted, and its term runs.
        Approved "approved"
        /// The authority sent it back.
        Rejected "rejected"
        /// Whoever applied took it back.
        Withdrawn "withdrawn"
        /// It was granted, and another followed it before its end.
        Renewed "renewed"
        /// It was granted, and its term ended.
        Expired "expired"
        /// It was granted, and the authority took it away.
        Revoked "revoked"
    }
}

/// An accreditation: what a base applied for, and what was granted.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccreditationItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The base.
    base: AccreditedBase,
    /// Whose base it was when it applied.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// The level.
    level: AccreditationLevel,
    /// Code of the division whose authority grants it.
    #[schema(example = "440100")]
    adcode: String,
    /// The accreditation that it renews.
    #[schema(example = "01h2x7m9k4qpz")]
    renews: Option<String>,
    /// The body that grants it, or the title under which it is granted.
    #[schema(schema_with = words)]
    body: Words,
    /// Why the base deserves it.
    #[schema(example = "全年开放，配有三名专职讲解员。")]
    statement: Option<String>,
    /// What shows that it does.
    evidence: Vec<AccreditationEvidence>,
    /// What the base is like.
    form: AccreditationForm,
    /// How it stands.
    state: AccreditationState,
    /// Why it was sent back, or taken away.
    #[schema(example = "请补充上年度开放记录")]
    reason: Option<String>,
    /// What is to be mended, field by field.
    fields: Vec<ReviewNote>,
    /// The number of the certificate.
    #[schema(example = "M440100-2026-0003")]
    certificate: Option<String>,
    /// The first day of the term.
    #[schema(example = "2026-11-25", value_type = Option<String>, format = Date)]
    since: Option<NaiveDate>,
    /// The last day of the term.
    #[schema(example = "2029-11-24", value_type = Option<String>, format = Date)]
    until: Option<NaiveDate>,
    /// The first day on which it can be renewed, while its term runs.
    #[schema(example = "2029-05-28", value_type = Option<String>, format = Date)]
    renewable_from: Option<NaiveDate>,
    /// When the authority decided.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    decided_at: Option<Rfc3339>,
    /// When the grant ended: renewed, expired or taken away.
    #[schema(example = "2029-11-25T00:00:00+08:00", value_type = Option<String>, format = DateTime)]
    ended_at: Option<Rfc3339>,
    /// When it was last changed.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// A base by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccreditedBase {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    name: String,
}

impl AccreditedBase {
    /// A base as the store has it.
    ///
    /// # Errors
    /// [`Code::NotFound`]; if the store fails.
    pub fn read(conn: &mut AnyConn, id: i64, lang: Lang) -> Result<Self, Problem> {
        let record = Base::get(conn, id)?.ok_or(Code::NotFound)?;
        Ok(Self { id: crate::domain::ids::spell(id), name: record.body.name.get(lang).to_owned() })
    }
}

impl AccreditationItem {
    /// An accreditation as the store has it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn new(conn: &mut AnyConn, found: Accreditation, lang: Lang) -> Result<Self, Problem> {
        let base = AccreditedBase::read(conn, found.base.get(), lang)?;
        let renewable_from = found.renewable_from();
        let Accreditation { application, grant, .. } = found;
        let (since, until) = grant.as_ref().map(|grant| (grant.since, grant.until)).unzip();
        Ok(Self {
            id: found.id.to_string(),
            base,
            organisation_id: found.organisation.to_string(),
            level: found.level.into(),
            adcode: found.division.to_string(),
            renews: found.renews.map(|id| id.to_string()),
            body: application.body.into(),
            statement: application.statement,
            evidence: application.evidence.into_iter().map(AccreditationEvidence::from).collect(),
            form: application.form.into(),
            state: found.state.into(),
            reason: found.reason,
            fields: found.fields.into_iter().map(ReviewNote::from).collect(),
            certificate: grant.map(|grant| grant.certificate),
            since,
            until,
            renewable_from,
            decided_at: found.decided_at.map(rfc3339),
            ended_at: found.ended_at.map(rfc3339),
            updated_at: rfc3339(found.updated_at),
            version: found.version,
        })
    }
}

/// An accreditation as it is now.
///
/// # Errors
/// [`Code::NotFound`]; if the store fails.
pub fn read(conn: &mut AnyConn, id: AccreditationId, lang: Lang) -> Result<AccreditationItem, Problem> {
    let found = accreditations::get(conn, id)?.ok_or(Code::NotFound)?;
    AccreditationItem::new(conn, found, lang)
}

/// A page of the accreditations that are asked for.
///
/// # Errors
/// If the store fails, or the cursor is another's.
pub async fn page<T: Table>(
    asked: Asked<T>,
    state: web::Data<State>,
    members: web::Data<Members>,
    wanted: Wanted,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let (before, limit, lang) =
        (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit, asked.lang);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let total = accreditations::count(conn, &wanted)?;
            let found = accreditations::page(conn, &wanted, before, limit + 1)?;
            let items = found.into_iter().map(|one| {
                let id = one.id.get();
                AccreditationItem::new(conn, one, lang).map(|item| (item, id))
            });
            Ok::<_, Problem>((items.collect::<Result<Vec<_>, _>>()?, total))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(_, id)| (Key::Number(-id), *id));
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<AccreditationItem> = turn.page(answer, |(item, _)| item);
    Ok(private::answer(StatusCode::OK, list))
}
