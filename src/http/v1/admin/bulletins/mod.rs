//! Bulletins (应急科普、辟谣) as authorities issue them: past review, on record, shown at once.

mod asked;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub use asked::{AdministeredBulletin, BulletinStanding, ChangedBulletin, NewBulletin};

use crate::app::bulletins::{Issuing, issues_for};
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::discovery::page::{Answer, Key};
use crate::domain::bulletins::Bulletin;
use crate::domain::divisions::Adcode;
use crate::domain::ids::BulletinId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::record::Record;
use crate::domain::roles::AuthorityRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::review::LONGEST_REASON;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_administered_bulletins)
        .service(create_bulletin)
        .service(get_administered_bulletin)
        .service(update_bulletin)
        .service(withdraw_bulletin);
}

/// What `GET /v1/admin/bulletins` takes.
pub struct ListAdministeredBulletins;

const STATUS: Param = Param::new(
    "status",
    Kind::Word(BulletinStanding::WORDS),
    "Only those that stand so; all if absent.",
    "current",
);

impl Table for ListAdministeredBulletins {
    const PARAMS: &'static [&'static [Param]] = &[&[STATUS], PAGE, LANGUAGE];
}

/// Why a bulletin is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinWithdrawal {
    /// Why: it stays on record.
    #[schema(example = "预警已解除", min_length = 1, max_length = 500)]
    reason: String,
}

/// A reason that stays on record.
fn because(reason: &str) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    invalid.line("reason", reason, LONGEST_REASON);
    invalid.or(())
}

/// A bulletin that somebody may change, with the division for which they do.
///
/// # Errors
/// [`Code::NotFound`], also to those of other divisions: one that was not shown yet nobody knows of.
fn kept(conn: &mut AnyConn, staff: &Staff, id: BulletinId) -> Result<(Record<Bulletin>, Adcode), Problem> {
    let record = Bulletin::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let division = issues_for(&staff.roles, &record.body.adcodes).ok_or(Code::NotFound)?;
    Ok((record, division))
}

/// For which division somebody issues a bulletin to these.
///
/// # Errors
/// [`Code::Forbidden`]; it names `adcodes` where none are given, by which it would be to everybody.
fn issuing_for(staff: &Staff, adcodes: &[Adcode]) -> Result<Adcode, Problem> {
    issues_for(&staff.roles, adcodes).ok_or_else(|| match adcodes {
        [] => Problem::of_field(Code::Forbidden, "adcodes", FieldCode::Missing),
        _ => Code::Forbidden.into(),
    })
}

/// Lets through administrators.
fn administers(staff: &Staff) -> Result<(), Problem> {
    let none = staff.roles.divisions(AuthorityRole::Administrator).is_empty();
    if none { Err(Code::Forbidden.into()) } else { Ok(()) }
}

/// List the bulletins that one keeps
///
/// Those that name none but one's own divisions and those within, the newest first; those to everybody are for administrators
/// of provinces.
#[utoipa::path(
    tag = "bulletins",
    params(Asked<ListAdministeredBulletins>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AdministeredBulletin>))
)]
#[get("/v1/admin/bulletins")]
async fn list_administered_bulletins(
    staff: Staff,
    asked: Asked<ListAdministeredBulletins>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let turn = asked.turn(state.now())?;
    let (before, limit, now) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit, turn.now);
    let wanted = asked.params.word(&STATUS);
    // There are a few a year.
    let read = move |members: &Members| members.db.read(|conn| Ok::<_, Problem>(Bulletin::all(conn)?));
    let mut all = members.into_inner().aside(read).await?;
    all.retain(|record| {
        let standing = BulletinStanding::of(&record.body, now);
        issues_for(&staff.roles, &record.body.adcodes).is_some()
            && wanted.is_none_or(|wanted| wanted == standing.word())
    });
    let total = all.len();
    let mut found = all.into_iter().rev().filter(|record| before.is_none_or(|before| record.id < before));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let last = page.last().map(|record| record.id);
    let next = last.filter(|_| found.next().is_some()).map(|last| (Key::Number(-last), last));
    let list: List<AdministeredBulletin> =
        turn.page(Answer { found: page, total, next }, |record| AdministeredBulletin::new(record, now));
    Ok(private::answer(StatusCode::OK, list))
}

/// Issue a bulletin
///
/// Emergency science, or a rumour put right: past review, for a reason that stays on record, shown to everybody at once by
/// `/v1/bulletins` and `/v1/home`. For one's own divisions or those within; to everybody (`adcodes` empty) administrators of
/// provinces issue.
#[utoipa::path(
    tag = "bulletins",
    params(Once<NewBulletin>),
    request_body(content = NewBulletin, example = json!({
        "kind": "emergency", "severity": "severe", "title": "台风来了怎么办", "text": "远离海边和广告牌，关好门窗。",
        "adcodes": ["440100"], "validTo": "2099-11-22T09:00:00+08:00", "issuer": "市应急管理局",
        "links": [{ "title": "台风防御指南", "url": "https://example.org/typhoon" }],
        "reason": "气象台发布台风橙色预警",
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The bulletin.", body = AdministeredBulletin),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/bulletins")]
async fn create_bulletin(
    staff: Staff,
    body: Once<NewBulletin>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let Once { body, repeat } = body;
    let now = members.clock.now();
    let (bulletin, reason) = body.read(now).map_err(Problem::unprocessable)?;
    let division = issuing_for(&staff, &bulletin.adcodes)?;
    let issue = move |members: &Members| {
        let issuing = Issuing { by: staff.person.id, division: Some(division), reason: &reason };
        let id = members.bulletins.issue(issuing, &bulletin, repeat.as_ref()).map_err(asked::problem)?;
        let record = members.db.read(|conn| Bulletin::get(conn, id.get()))?.ok_or(Code::NotFound)?;
        Ok::<_, Problem>((id, AdministeredBulletin::new(record, now)))
    };
    let (id, made) = members.into_inner().aside(issue).await?;
    Ok(private::made(format_args!("/v1/admin/bulletins/{id}"), made))
}

/// Read a bulletin that one keeps
///
/// As it was written, with the version that a change names.
#[utoipa::path(
    tag = "bulletins",
    params(PathId<BulletinId>),
    security(("person" = [])),
    responses((status = 200, description = "The bulletin.", body = AdministeredBulletin))
)]
#[get("/v1/admin/bulletins/{id}")]
async fn get_administered_bulletin(
    staff: Staff,
    id: PathId<BulletinId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let read = move |members: &Members| {
        let (record, _) = members.db.read(|conn| kept(conn, &staff, id.0))?;
        Ok::<_, Problem>(AdministeredBulletin::new(record, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Change a bulletin
///
/// Replaces what it says, for a reason that stays on record; everybody sees it at once.
#[utoipa::path(
    tag = "bulletins",
    params(PathId<BulletinId>),
    request_body(content = ChangedBulletin, example = json!({
        "version": 1, "kind": "emergency", "severity": "extreme", "title": "台风来了怎么办", "text": "留在室内。",
        "adcodes": ["440100"], "validFrom": "2026-11-20T09:00:00+08:00", "issuer": "市应急管理局",
        "reason": "升级为红色预警",
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The bulletin as it is now.", body = AdministeredBulletin),
        (status = 409, description = "`versionConflict`: read it again. `nothingToDo`: it was taken back.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/admin/bulletins/{id}")]
async fn update_bulletin(
    staff: Staff,
    id: PathId<BulletinId>,
    body: Json<ChangedBulletin>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let version = body.0.version;
    let change = move |members: &Members| {
        let (before, _) = members.db.read(|conn| kept(conn, &staff, id.0))?;
        let given = body.0.read(before.body.valid_from).map_err(Problem::unprocessable)?;
        let (bulletin, reason) = given;
        let division = issuing_for(&staff, &bulletin.adcodes)?;
        let issuing = Issuing { by: staff.person.id, division: Some(division), reason: &reason };
        members.bulletins.update(issuing, id.0, version, &bulletin).map_err(asked::problem)?;
        let record = members.db.read(|conn| Bulletin::get(conn, id.0.get()))?.ok_or(Code::NotFound)?;
        Ok::<_, Problem>(AdministeredBulletin::new(record, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Take a bulletin back
///
/// At once, for a reason that stays on record. `/v1/bulletins?status=ended` goes on telling of it, with `withdrawnAt`; one
/// that was not shown yet never is.
#[utoipa::path(
    tag = "bulletins",
    params(PathId<BulletinId>),
    request_body = BulletinWithdrawal,
    security(("person" = [])),
    responses(
        (status = 200, description = "The bulletin as it is now.", body = AdministeredBulletin),
        (status = 409, description = "`nothingToDo`: its time is over, or it was taken back.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/bulletins/{id}/withdraw")]
async fn withdraw_bulletin(
    staff: Staff,
    id: PathId<BulletinId>,
    body: Json<BulletinWithdrawal>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let reason = body.0.reason;
    let withdraw = move |members: &Members| {
        let (_, division) = members.db.read(|conn| kept(conn, &staff, id.0))?;
        because(&reason).map_err(Problem::unprocessable)?;
        let issuing = Issuing { by: staff.person.id, division: Some(division), reason: &reason };
        members.bulletins.withdraw(issuing, id.0)?;
        let record = members.db.read(|conn| Bulletin::get(conn, id.0.get()))?.ok_or(Code::NotFound)?;
        Ok::<_, Problem>(AdministeredBulletin::new(record, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(withdraw).await?))
}
