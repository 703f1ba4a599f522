//! Everything that is held about whoever asks (PIPL article 45). [`Export`] is the list: a table that holds something about
//! persons has its field there.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::companions::CompanionItem;
use super::filters::Plain;
use super::manage::organisations::shown::ApplicationShown;
use super::me::{self, Me};
use super::notices::{NoticePurpose, NoticeState};
use super::policies::PolicyKind;
use super::resources::{SubmittedResource, own};
use super::signups::{Found, SignupItem};
use crate::db::{
    applications, audit, companions, consents, data_looks, favourites, feedback, logins, member_labels,
    message_credits, notices, reports, signups, subscriptions, wechat_identities as identities,
};
use crate::domain::applications::Application;
use crate::domain::consents::Consent;
use crate::domain::data_looks::Looked;
use crate::domain::favourites::Favourite;
use crate::domain::feedback::Feedback;
use crate::domain::ids::{OrganisationId, SignupId, spell};
use crate::domain::invitations::MemberLabel;
use crate::domain::notices::Told;
use crate::domain::persons::Phone;
use crate::domain::reports::Report;
use crate::domain::subscriptions::Subscription;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::params::Asked;
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::Problem;
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(export_me);
}

/// Longer than anybody is reminded ahead.
const AHEAD: TimeDelta = TimeDelta::days(3660);

/// More sign-ups, and more notices, than anybody has.
const ALL: usize = 100_000;

/// Everything held about a person.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// When this was put together.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    exported_at: Rfc3339,
    /// The profile.
    profile: Me,
    /// The phone number, whole.
    #[schema(example = "+86 13800138000")]
    phone: Option<String>,
    /// By what names WeChat knows the person.
    wechat: Vec<WechatName>,
    /// Whom the person brings along.
    companions: Vec<CompanionItem>,
    /// To what the person consented, and for whom.
    consents: Vec<ExportedConsent>,
    /// What the person signed up for, the latest first.
    signups: Vec<SignupItem>,
    /// What the person said of the sessions that they attended.
    feedback: Vec<ExportedFeedback>,
    /// What the person was told, and is to be reminded of, the latest first.
    notices: Vec<ExportedNotice>,
    /// To how many messages the person agreed that were not sent yet.
    message_credits: Vec<ExportedCredit>,
    /// Where the person is, or was, logged in.
    logins: Vec<ExportedLogin>,
    /// What the person keeps at hand, the latest first.
    favourites: Vec<ExportedFavourite>,
    /// What the person asked to be told of.
    subscriptions: Vec<ExportedSubscription>,
    /// Who of the organisers looked at the person's data, and what for.
    looks: Vec<ExportedLook>,
    /// Where the person stands in the audit: what they did in an office, and what was done to them.
    audit: Vec<ExportedMention>,
    /// The organisations that the person applied for, with whom they named to be asked.
    applications: Vec<ExportedApplication>,
    /// What the person reported as wrong, the oldest first.
    reports: Vec<ExportedReport>,
    /// What the person submitted for the directory as their own.
    resources: Vec<SubmittedResource>,
    /// By what names colleagues know the person.
    labels: Vec<ExportedLabel>,
}

/// By what name the members of an organisation know the person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedLabel {
    /// The organisation.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// The name.
    #[schema(example = "李老师")]
    label: String,
}

impl From<(OrganisationId, MemberLabel)> for ExportedLabel {
    fn from((organisation, label): (OrganisationId, MemberLabel)) -> Self {
        Self { organisation_id: organisation.to_string(), label: label.expose().to_owned() }
    }
}

/// Something that the person reported as wrong.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ExportedReport {
    /// What it is about: `event`, `base`, `route`, `series` or `resource`.
    #[schema(example = "base")]
    kind: &'static str,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What is wrong.
    #[schema(example = "wrongPlace")]
    reason: &'static str,
    /// In words.
    #[schema(example = "地址写的是旧馆，新馆在马路对面。")]
    text: Option<String>,
    /// When it was said.
    #[schema(example = "2026-11-24T09:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
}

impl From<Report> for ExportedReport {
    fn from(report: Report) -> Self {
        Self {
            kind: report.kind.name(),
            id: spell(report.object),
            reason: report.reason.name(),
            text: report.words.map(|words| words.expose().to_owned()),
            at: rfc3339(report.at),
        }
    }
}

/// A name by which WeChat knows a person.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WechatName {
    /// The mini-program in which it means the person; absent for a name over all of them.
    #[schema(example = "wxdemo000000000001")]
    app_id: Option<String>,
    /// The name within the mini-program.
    #[schema(example = "oDemo4xQ2mK9")]
    openid: Option<String>,
    /// The name over all mini-programs.
    #[schema(example = "uDemo7pL3nB1")]
    unionid: Option<String>,
    /// Since when it is known here.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    since: Rfc3339,
}

/// A consent on record.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedConsent {
    /// What the text is about.
    kind: PolicyKind,
    /// The version of the text.
    #[schema(example = "1.0")]
    policy_version: String,
    /// The companion for whom the person spoke as guardian.
    #[schema(example = "01h2x7m9k4qpz")]
    companion_id: Option<String>,
    /// When it was given.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    given_at: Rfc3339,
    /// When it ended.
    #[schema(example = "2026-11-24T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    ended_at: Option<Rfc3339>,
}

/// A login.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedLogin {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// When it began.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Until when it stands, unless it is used.
    #[schema(example = "2027-01-19T09:00:00+08:00", value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// When it was ended.
    #[schema(example = "2026-11-24T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    ended_at: Option<Rfc3339>,
}

/// What the person said of a session.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFeedback {
    /// The sign-up.
    #[schema(example = "01h2x7m9k4qpz")]
    signup_id: String,
    /// From 1 to 5.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    stars: u8,
    /// In words.
    #[schema(example = "孩子很喜欢，讲解清楚。")]
    text: Option<String>,
    /// When it was said.
    #[schema(example = "2026-11-28T17:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

/// Something that the person was told, or is to be.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedNotice {
    /// What it says, for programs.
    purpose: NoticePurpose,
    /// The event; absent of what an authority decided.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: Option<String>,
    /// The session.
    #[schema(example = "01h2x7m9k4qpz")]
    session_id: Option<String>,
    /// When it was due, or will be.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// What became of it as a message.
    state: NoticeState,
}

/// Agreements to messages of a template.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedCredit {
    /// The mini-program.
    #[schema(example = "wxdemo000000000001")]
    app_id: String,
    /// The template.
    #[schema(example = "demo-signup")]
    template_id: String,
    /// How many.
    #[schema(example = 1)]
    credits: i32,
}

/// A look of somebody else at the person's data.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedLook {
    /// When.
    #[schema(example = "2026-11-24T09:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// The session for whose list it was.
    #[schema(example = "01h2x7m9k4qpz")]
    session_id: Option<String>,
    /// What for.
    #[schema(example = "checkIn")]
    purpose: String,
    /// Which fields were shown.
    #[schema(example = json!(["name", "contact"]))]
    fields: Vec<String>,
}

/// An application for an organisation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedApplication {
    /// The organisation.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// What it says.
    application: ApplicationShown,
}

/// A change on record in which the person stands.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ExportedMention {
    /// When it was made.
    #[schema(example = "2026-11-24T09:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// What was done.
    #[schema(example = "roleGranted")]
    action: String,
    /// As what the person stands there: `actor` did it, to `subject` it was done; another word is something they told.
    #[schema(example = "subject")]
    part: String,
    /// For which organisation.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation: Option<String>,
}

/// Export my data
///
/// Everything that is held about whoever is logged in, as one JSON document, names and numbers in full.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "Everything held about the person.", body = Export))
)]
#[get("/v1/me/export")]
async fn export_me(
    person: Person,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let gather = {
        let (live, lang) = (state.live.clone(), asked.lang);
        move |members: &Members| {
            let (vault, id) = (&*members.vault, person.id);
            members.db.snapshot(|conn| {
                let found = me::find(conn, vault, id)?;
                let mut wechat = Vec::new();
                for (app, openid, since) in identities::openids_of(conn, vault, id)? {
                    let (app_id, openid) = (Some(app), Some(openid.expose().to_owned()));
                    wechat.push(WechatName { app_id, openid, unionid: None, since: rfc3339(since) });
                }
                for (unionid, since) in identities::unionids_of(conn, vault, id)? {
                    let unionid = Some(unionid.expose().to_owned());
                    wechat.push(WechatName { app_id: None, openid: None, unionid, since: rfc3339(since) });
                }
                let mine = signups::of_person(conn, vault, id, None, ALL)?;
                Ok::<_, Problem>(Export {
                    exported_at: rfc3339(members.clock.now()),
                    phone: found.0.phone.as_ref().map(Phone::expose).map(str::to_owned),
                    profile: Me::new(&found, &live, lang),
                    wechat,
                    companions: each(companions::of_person(conn, vault, id)?),
                    consents: each(consents::of_person(conn, vault, id)?),
                    signups: Found::read(conn, mine)?
                        .iter()
                        .map(|found| {
                            SignupItem::new(found, members.checkins.tickets(), lang, members.clock.now())
                        })
                        .collect(),
                    feedback: each(feedback::of_person(conn, vault, id)?),
                    notices: each(notices::of_person(conn, id, members.clock.now() + AHEAD, None, ALL)?),
                    message_credits: each(message_credits::of_person(conn, id)?),
                    logins: each(logins::of_person(conn, id)?),
                    favourites: each(favourites::of_person(conn, id, None, ALL)?),
                    subscriptions: each(subscriptions::of_person(conn, vault, id)?),
                    looks: each(data_looks::of_subject(conn, id)?),
                    audit: each(audit::of_person(conn, id)?),
                    applications: each(applications::of_person(conn, vault, id)?),
                    reports: each(reports::of_person(conn, vault, id)?),
                    labels: each(member_labels::of_person(conn, vault, id)?),
                    resources: own::of_person(conn, vault, id, members.clock.now())?,
                })
            })
        }
    };
    let export = members.into_inner().aside(gather).await?;
    Ok(private::answer(StatusCode::OK, export))
}

/// Something that the person keeps at hand.
#[derive(Serialize, ToSchema)]
pub struct ExportedFavourite {
    /// What it is: `event`, `base`, `route` or `series`.
    #[schema(example = "base")]
    kind: &'static str,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
}

impl From<(i64, Favourite)> for ExportedFavourite {
    fn from((_, favourite): (i64, Favourite)) -> Self {
        Self { kind: favourite.kind.name(), id: spell(favourite.id) }
    }
}

/// Something that the person asked to be told of.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedSubscription {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What the person calls it.
    #[schema(example = "周末天文")]
    name: Option<String>,
    /// What is asked for, as parameters of `GET /v1/events`; places in WGS-84.
    filter: Vec<ExportedParameter>,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

/// A parameter of `GET /v1/events`.
#[derive(Serialize, ToSchema)]
pub struct ExportedParameter {
    /// Its name.
    #[schema(example = "topic")]
    param: String,
    /// Its value.
    #[schema(example = "astronomy_space")]
    value: String,
}

impl From<(String, String)> for ExportedParameter {
    fn from((param, value): (String, String)) -> Self {
        Self { param, value }
    }
}

impl From<Subscription> for ExportedSubscription {
    fn from(subscription: Subscription) -> Self {
        Self {
            id: subscription.id.to_string(),
            name: subscription.wish.name,
            filter: subscription.wish.filter.0.into_iter().map(ExportedParameter::from).collect(),
            created_at: rfc3339(subscription.created_at),
        }
    }
}

fn each<T, W: From<T>>(things: Vec<T>) -> Vec<W> {
    things.into_iter().map(W::from).collect()
}

impl From<Consent> for ExportedConsent {
    fn from(consent: Consent) -> Self {
        Self {
            kind: consent.kind.into(),
            policy_version: consent.policy_version,
            companion_id: consent.companion.map(|id| id.to_string()),
            given_at: rfc3339(consent.given_at),
            ended_at: consent.ended_at.map(rfc3339),
        }
    }
}

impl From<(SignupId, Feedback, DateTime<Utc>)> for ExportedFeedback {
    fn from((signup, said, at): (SignupId, Feedback, DateTime<Utc>)) -> Self {
        Self {
            signup_id: signup.to_string(),
            stars: said.stars,
            text: said.words.map(|words| words.expose().to_owned()),
            updated_at: rfc3339(at),
        }
    }
}

impl From<Told> for ExportedNotice {
    fn from(told: Told) -> Self {
        Self {
            purpose: told.notice.purpose.into(),
            event_id: told.notice.about.event.map(|event| event.to_string()),
            session_id: told.notice.about.session.map(|id| id.to_string()),
            at: rfc3339(told.at),
            state: told.state.into(),
        }
    }
}

impl From<(String, String, i32)> for ExportedCredit {
    fn from((app_id, template_id, credits): (String, String, i32)) -> Self {
        Self { app_id, template_id, credits }
    }
}

impl From<logins::Told> for ExportedLogin {
    fn from(login: logins::Told) -> Self {
        Self {
            id: login.id.to_string(),
            created_at: rfc3339(login.created_at),
            expires_at: rfc3339(login.expires_at),
            ended_at: login.ended_at.map(rfc3339),
        }
    }
}

impl From<Application> for ExportedApplication {
    fn from(application: Application) -> Self {
        let organisation_id = application.organisation.to_string();
        Self { organisation_id, application: ApplicationShown::new(application, true) }
    }
}

impl From<audit::Mention> for ExportedMention {
    fn from(mention: audit::Mention) -> Self {
        Self {
            at: rfc3339(mention.at),
            action: mention.action,
            part: mention.part,
            organisation: mention.organisation.map(|id| id.to_string()),
        }
    }
}

impl From<Looked> for ExportedLook {
    fn from(look: Looked) -> Self {
        Self {
            at: rfc3339(look.at),
            session_id: look.session.map(|id| id.to_string()),
            purpose: look.purpose,
            fields: look.fields,
        }
    }
}
