//! Campaigns (主题活动) as authorities keep them: what they are, when their editions are, which units take part; the events
//! in them ([`events`]), and what of their duties units have done ([`duties`]). What is changed is shown at once.

mod asked;
pub mod duties;
mod events;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use asked::{AdministeredCampaign, ChangedCampaign, NewCampaign};
pub use events::ParticipationState;

use crate::app::campaigns::keeper;
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::discovery::page::{Answer, Key};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::Adcode;
use crate::domain::ids::CampaignId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::record::Record;
use crate::domain::roles::AuthorityRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::{Members, State};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_administered_campaigns)
        .service(create_campaign)
        .service(get_administered_campaign)
        .service(update_campaign)
        .configure(events::configure)
        .configure(duties::configure);
}

/// What `GET /v1/admin/campaigns` takes.
pub struct ListAdministeredCampaigns;

impl Table for ListAdministeredCampaigns {
    const PARAMS: &'static [&'static [Param]] = &[PAGE, LANGUAGE];
}

/// A campaign that an authority with this role keeps.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::Forbidden`] to others: everybody knows campaigns.
fn kept(
    conn: &mut AnyConn,
    staff: &Staff,
    id: CampaignId,
    role: AuthorityRole,
) -> Result<Record<Campaign>, Problem> {
    let record = Campaign::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let keeper = keeper(conn, &record.body)?.ok_or(Code::NotFound)?;
    if staff.roles.over(keeper, role) { Ok(record) } else { Err(Code::Forbidden.into()) }
}

/// The division whose authority is to keep a campaign: the one given, else the only one of whoever asks.
fn keeping(staff: &Staff, given: Option<Adcode>) -> Result<Adcode, Problem> {
    let own = staff.roles.divisions(AuthorityRole::Administrator);
    match (given, &own[..]) {
        (_, []) => Err(Code::Forbidden.into()),
        (Some(given), own) if own.iter().any(|own| own.covers(given)) => Ok(given),
        (Some(_), _) => Err(Code::Forbidden.into()),
        (None, [only]) => Ok(*only),
        (None, _) => Err(Problem::unprocessable(Invalid::one("adcode", FieldCode::Missing))),
    }
}

fn told(conn: &mut AnyConn, id: CampaignId) -> Result<AdministeredCampaign, Problem> {
    let record = Campaign::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let keeper = keeper(conn, &record.body)?;
    Ok(AdministeredCampaign::new(record, keeper))
}

/// List the campaigns that one keeps
///
/// Those of one's divisions and of those within, the newest first; those that name no division are a province's.
#[utoipa::path(
    tag = "campaigns",
    params(Asked<ListAdministeredCampaigns>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AdministeredCampaign>))
)]
#[get("/v1/admin/campaigns")]
async fn list_administered_campaigns(
    staff: Staff,
    asked: Asked<ListAdministeredCampaigns>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Reviewer).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let turn = asked.turn(state.now())?;
    let (before, limit) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit);
    // A province has some hundred at most.
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let mut found = Vec::new();
            for record in Campaign::all(conn)?.into_iter().rev() {
                let keeper = keeper(conn, &record.body)?;
                if keeper.is_some_and(|keeper| staff.roles.over(keeper, AuthorityRole::Reviewer)) {
                    found.push((record, keeper));
                }
            }
            Ok::<_, Problem>(found)
        })
    };
    let all = members.into_inner().aside(read).await?;
    let total = all.len();
    let mut found = all.into_iter().filter(|(record, _)| before.is_none_or(|before| record.id < before));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let last = page.last().map(|(record, _)| record.id);
    let next = last.filter(|_| found.next().is_some()).map(|last| (Key::Number(-last), last));
    let answer = Answer { found: page, total, next };
    let list: List<AdministeredCampaign> =
        turn.page(answer, |(record, keeper)| AdministeredCampaign::new(record, keeper));
    Ok(private::answer(StatusCode::OK, list))
}

/// Make a campaign
///
/// For one's division or one within it. Everybody sees it at once. An edition that is given for a year takes the place of
/// what the rule gives for that year; a unit is an organisation of this service, or a name.
#[utoipa::path(
    tag = "campaigns",
    params(Once<NewCampaign>),
    request_body(content = NewCampaign, example = json!({
        "adcode": "440100", "name": { "zh-CN": "广州科普开放周", "en": "Guangzhou Open Science Week" }, "type": "themeWeek",
        "text": "科普基地集中开放一周。", "editions": [{ "year": 2027, "from": "2027-05-22", "to": "2027-05-29" }],
        "units": [{ "name": "市科协", "role": "lead" }, { "name": "市教育局", "role": "partner", "required": 3 }],
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The campaign.", body = AdministeredCampaign),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/campaigns")]
async fn create_campaign(
    staff: Staff,
    body: Once<NewCampaign>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body, repeat } = body;
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let mut campaign = body.read().map_err(Problem::unprocessable)?;
    campaign.adcode = Some(keeping(&staff, campaign.adcode)?);
    let create = move |members: &Members| {
        let made = members.campaigns.create(staff.person.id, campaign, repeat.as_ref());
        let id = made.map_err(asked::problem)?;
        Ok::<_, Problem>((id, members.db.read(|conn| told(conn, id))?))
    };
    let (id, made) = members.into_inner().aside(create).await?;
    Ok(private::made(format_args!("/v1/admin/campaigns/{id}"), made))
}

/// Read a campaign that one keeps
///
/// As it was written, with all its editions that have dates of their own, and the version that a change names.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>),
    security(("person" = [])),
    responses((status = 200, description = "The campaign.", body = AdministeredCampaign))
)]
#[get("/v1/admin/campaigns/{id}")]
async fn get_administered_campaign(
    staff: Staff,
    id: PathId<CampaignId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            kept(conn, &staff, id.0, AuthorityRole::Reviewer)?;
            told(conn, id.0)
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Change a campaign
///
/// Replaces what is said of it, and everybody sees that at once. Editions and units that are left out are removed: where
/// events take part in them that is 409 `campaignInUse`. An edition that is given with its `id` stays the same one when its
/// days move, and so does the only one that the rule gives for a year.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>),
    request_body(content = ChangedCampaign, example = json!({
        "version": 1, "name": "广州科普开放周", "type": "themeWeek", "text": "科普基地集中开放一周。",
        "editions": [{ "year": 2027, "from": "2027-05-22", "to": "2027-05-29", "slogan": "科学点亮生活" }],
        "units": [{ "name": "市科协", "role": "lead" }],
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The campaign as it is now.", body = AdministeredCampaign),
        (status = 409, description = "`versionConflict`: read it again. `campaignInUse`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/admin/campaigns/{id}")]
async fn update_campaign(
    staff: Staff,
    id: PathId<CampaignId>,
    body: Json<ChangedCampaign>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let version = body.0.version;
    let given = body.0.read();
    let change = move |members: &Members| {
        let before = members.db.read(|conn| {
            let record = kept(conn, &staff, id.0, AuthorityRole::Administrator)?;
            Ok::<_, Problem>(keeper(conn, &record.body)?)
        })?;
        let mut campaign = given.map_err(Problem::unprocessable)?;
        campaign.adcode = Some(keeping(&staff, campaign.adcode.or(before))?);
        let changed = members.campaigns.update(staff.person.id, id.0, version, campaign);
        changed.map_err(asked::problem)?;
        members.db.read(|conn| told(conn, id.0))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}
