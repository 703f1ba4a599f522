//! Organisations as their members, and authorities, read them.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::db::organisations::Standing;
use crate::discovery::Live;
use crate::domain::applications::{self, Application};
use crate::domain::ids;
use crate::domain::organisations::{Organisation, OrganisationKind};
use crate::domain::record::Record;
use crate::domain::roles::MemberRole;
use crate::domain::text::{Lang, Text};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::v1::roles::RoleName;
use crate::http::wire::wire;

wire! {
    /// What an organisation is.
    OrganisationKindName = OrganisationKind {
        /// 党政机关
        Authority "authority"
        /// 科协、学会、协会、基金会
        Association "association"
        /// 科技馆、博物馆、天文馆
        Museum "museum"
        /// 科研院所
        Institute "institute"
        /// 高校
        University "university"
        /// 中小学、幼儿园
        School "school"
        /// 医疗卫生机构
        Hospital "hospital"
        /// 图书馆、文化馆、少年宫
        CulturalCentre "culturalCentre"
        /// 公园、植物园、动物园、保护区
        Park "park"
        /// 街道、社区、村
        Community "community"
        /// 企业
        Company "company"
        /// Anything else.
        Other "other"
    }

    /// How an application stands.
    ApplicationState = applications::ApplicationState {
        /// It waits for an authority.
        Submitted "submitted"
        /// An authority found it right.
        Verified "verified"
        /// An authority refused it; `reason` says why.
        Refused "refused"
    }
}

/// An organisation as its members see it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedOrganisation {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "天河天文馆")]
    name: String,
    /// What it is, as far as known.
    kind: Option<OrganisationKindName>,
    /// Code of the division where it has its seat, as far as known.
    #[schema(example = "440106")]
    adcode: Option<String>,
    /// Its web site.
    #[schema(example = "https://example.org/")]
    url: Option<String>,
    /// What whoever asks may do there; absent for authorities.
    role: Option<RoleName>,
    /// Whether an authority verified it: only then it publishes, and everybody sees it.
    #[schema(example = false)]
    verified: bool,
    /// Whether what it submits is published before anybody looks at it.
    #[schema(example = false)]
    trusted: bool,
    /// Since when an authority keeps from everybody what it published; its members read and do not write.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    suspended_at: Option<Rfc3339>,
    /// Why.
    #[schema(example = "活动与申报不符，核实中")]
    suspended_reason: Option<String>,
    /// Its newest application; absent where it came otherwise.
    application: Option<ApplicationShown>,
}

/// An application: what an organisation says of itself.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationShown {
    /// How it stands.
    state: ApplicationState,
    /// Why it was refused.
    #[schema(example = "信用代码与单位名称不符")]
    reason: Option<String>,
    /// When it was submitted.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    submitted_at: Rfc3339,
    /// When it was decided.
    #[schema(example = "2026-11-25T16:00:00+08:00", value_type = Option<String>, format = DateTime)]
    decided_at: Option<Rfc3339>,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
    /// The name that it asks for.
    #[schema(example = "天河天文馆")]
    name: String,
    /// The name in English.
    #[schema(example = "Tianhe Planetarium")]
    english_name: Option<String>,
    /// What it is.
    kind: OrganisationKindName,
    /// Code of the division of its seat.
    #[schema(example = "440106")]
    adcode: String,
    /// The address of its seat.
    #[schema(example = "天河区天河路1号")]
    address: String,
    /// The unified social credit code.
    #[schema(example = "12440100455352645J")]
    credit_code: Option<String>,
    /// Its web site.
    #[schema(example = "https://example.org/")]
    url: Option<String>,
    /// What shows that it is so.
    #[schema(example = "事业单位法人证书可在登记管理机关网站查询")]
    evidence: String,
    /// Whom the authority may ask; to owners and authorities only, until whoever named them closes their account.
    contact: Option<ContactShown>,
}

/// Somebody whom an authority may ask about an organisation.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ContactShown {
    /// Their name.
    #[schema(example = "李老师")]
    name: String,
    /// Their telephone number.
    #[schema(example = "020-12345678")]
    phone: String,
    /// Their address for mail.
    #[schema(example = "science@example.org")]
    mail: Option<String>,
}

/// An organisation as the store has it, and in which role it is looked at; authorities have none.
pub struct Viewed {
    /// The organisation.
    pub record: Record<Organisation>,
    /// How it stands.
    pub standing: Standing,
    /// Its newest application.
    pub application: Option<Application>,
    /// The role of who looks.
    pub role: Option<MemberRole>,
}

impl ManagedOrganisation {
    /// An organisation as whoever has the role of `viewed` sees it.
    pub fn new(viewed: Viewed, live: &Live, lang: Lang) -> Self {
        let Viewed { record, standing, application, role } = viewed;
        let in_full = role.is_none_or(|role| role == MemberRole::Owner);
        let body = record.body;
        Self {
            id: ids::spell(record.id),
            name: live.filled(&body.name).get(lang).to_owned(),
            kind: body.kind.map(OrganisationKindName::from),
            adcode: body.adcode.map(|adcode| adcode.to_string()),
            url: body.url,
            role: role.map(RoleName::from),
            verified: standing.verified,
            trusted: standing.trusted_at.is_some(),
            suspended_at: standing.suspended_at.map(rfc3339),
            suspended_reason: standing.suspended_reason,
            application: application.map(|application| ApplicationShown::new(application, in_full)),
        }
    }
}

impl ApplicationShown {
    /// An application, with its contact or without.
    pub fn new(application: Application, in_full: bool) -> Self {
        let Application { version, state, details, contact, submitted_at, decided_at, reason, .. } =
            application;
        let Text { zh_cn: name, en: english_name, .. } = details.name;
        let contact = contact.filter(|_| in_full).map(|contact| ContactShown {
            name: contact.name.expose().to_owned(),
            phone: contact.phone.expose().to_owned(),
            mail: contact.mail.map(|mail| mail.expose().to_owned()),
        });
        Self {
            state: state.into(),
            reason,
            submitted_at: rfc3339(submitted_at),
            decided_at: decided_at.map(rfc3339),
            version,
            name,
            english_name,
            kind: details.kind.into(),
            adcode: details.adcode.to_string(),
            address: details.address,
            credit_code: details.credit_code.map(|code| code.to_string()),
            url: details.url,
            evidence: details.evidence,
            contact,
        }
    }
}
