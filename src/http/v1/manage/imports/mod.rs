//! Files of sessions (导入): a report first, then all of it or nothing.

mod exporting;
mod meaning;
mod reading;
mod shown;
mod template;
mod words;

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use shown::{AppliedImport, ImportReport};

use crate::app::imports::Read;
use crate::domain::api_keys::Scope;
use crate::domain::ids::{ImportId, OrganisationId};
use crate::domain::imports::KEPT_DAYS;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::MemberRole;
use crate::domain::time::rfc3339;
use crate::http::edge::body_limit;
use crate::http::forms::sheets::{self, Xlsx};
use crate::http::json::{self, MaybeJson};
use crate::http::multipart::Form;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::{Author, Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_import_template)
        .service(create_import)
        .service(apply_import)
        .service(exporting::export_sessions);
}

/// What `POST /v1/manage/imports` takes.
pub struct CreateImport;

const ORGANISATION: Param = Param::new(
    "organisation",
    Kind::Id,
    "Whose sessions they are; may be left out by who writes for one organisation only.",
    "01h2x7m9k4qpz",
);
const DRY_RUN: Param = Param::new(
    "dryRun",
    Kind::Boolean,
    "Whether it is only looked at; `true` if absent. With `false` it is applied at once if no row of it is wrong: \
     `applied` of the answer says what came of it.",
    "true",
);
const SUBMIT: Param = Param::new(
    "submit",
    Kind::Boolean,
    "With `dryRun=false`: whether its events are handed in for review, too.",
    "false",
);

impl Table for CreateImport {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, DRY_RUN, SUBMIT], LANGUAGE];
}

/// How a file is applied.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// Whether its events are handed in for review, too; `false` if absent.
    #[serde(default)]
    #[schema(example = true)]
    submit: bool,
}

/// A form with a file to be imported.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands for a form in the document")]
pub struct NewImport {
    /// The file: CSV, XLSX, JSON or iCalendar of at most 16 MiB. In `wx.uploadFile` this is `name: "file"`.
    #[schema(value_type = String, format = Binary, example = "the bytes of the file")]
    file: Vec<u8>,
}

/// A file as it was sent: as the body, or in a form.
pub struct Sent {
    bytes: Bytes,
    media: String,
}

impl FromRequest for Sent {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let media = reading::media(request.headers());
            if media == "multipart/form-data" {
                let form = Form::read(&request, &mut payload, &[]).await?;
                let missing = || Problem::unprocessable(Invalid::one("file", FieldCode::Missing));
                // What the part says of its type, browsers guess from the name; the bytes tell better.
                return Ok(Self { bytes: form.file.ok_or_else(missing)?, media: String::new() });
            }
            let body = web::Payload::from_request(&request, &mut payload).await;
            let body = body.map_err(|error| Problem::internal(error.to_string()))?;
            let read = body.to_bytes_limited(body_limit(request.path())).await;
            let bytes = json::received(read.map_err(|_too_long| Code::PayloadTooLarge)?)?;
            Ok(Self { bytes, media })
        })
    }
}

/// Download the table to fill in
///
/// An Excel workbook with all columns, an example, what each column means, and the codes with their names.
#[utoipa::path(
    tag = "manage",
    params(Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The workbook.", body = Xlsx,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
)]
#[get("/v1/manage/imports/template.xlsx")]
async fn get_import_template(
    staff: Staff,
    asked: Asked<Plain>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.organisations(MemberRole::Desk).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let snapshot = state.snapshot()?;
    let book = template::book(&snapshot.taxonomy, &snapshot.divisions, asked.lang);
    let book = book.map_err(Problem::internal)?;
    Ok(sheets::saved(template::name(asked.lang), book))
}

/// Look at a file of sessions
///
/// The body is a form with a part `file`, or the bare file: CSV (UTF-8, GB18030, Big5 or UTF-16; with commas, tabs or
/// semicolons), XLSX, JSON (a list of objects by the names of columns) or iCalendar. One row is one session with what is
/// said of its event; rows with the same event number are one event. What an organisation calls its sessions and events
/// identifies them: the same file again is `same`, a changed row changes its session, and what is not in the file is left
/// alone. A column that is not in the file says nothing; an empty cell says that there is none. Nothing is changed until the
/// file is applied; 503 `unavailable` while many files are read.
#[utoipa::path(
    tag = "manage",
    params(Asked<CreateImport>),
    request_body(content(
        (NewImport = "multipart/form-data"),
        (String = "text/csv"),
        (String = "text/calendar"),
    )),
    security(("person" = [])),
    responses(
        (status = 200, description = "What the file would do.", body = ImportReport),
        (status = 422, description = "`importUnreadable`: none of these forms, no known column, more than 10,000 rows or 32,767 characters in a cell, or 64 MiB of text once it is unpacked.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "With `dryRun=false`: as when it is applied.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/imports")]
async fn create_import(
    author: Author,
    asked: Asked<CreateImport>,
    sent: Sent,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let organisation = organisation(&author, &asked)?;
    let at_once = asked.params.boolean(&DRY_RUN) == Some(false);
    let submit = asked.params.boolean(&SUBMIT) == Some(true);
    let (snapshot, lang) = (state.snapshot()?, asked.lang);
    let expires_at = rfc3339(state.clock.now() + TimeDelta::days(KEPT_DAYS));
    let look = move |members: &Members| {
        let file = reading::read(&sent.bytes, &sent.media);
        let file = file.map_err(|reading::Unreadable| Code::ImportUnreadable)?;
        drop(sent);
        let meaning::Read { wanted, mut findings, headings } = meaning::read(&file.table, &snapshot, lang);
        drop(file.table);
        findings.extend(file.findings);
        let read = Read { form: file.form, wanted, findings };
        let report = members.imports.look(author.actor(), organisation, read)?;
        let (id, wrong) = (report.id, report.rows.error > 0);
        let report = ImportReport::new(report, organisation, &headings, lang, expires_at);
        if !at_once || wrong {
            return Ok::<_, Problem>(report);
        }
        Ok(report.applied(&members.imports.apply(author.actor(), id, submit)?, id))
    };
    let report = members.into_inner().aside_in_turn(|members| &members.importing, look).await?;
    Ok(private::answer(StatusCode::OK, report))
}

/// Apply a file of sessions
///
/// All of it in one transaction, or nothing. Whoever signed up for a session that moves is told once. What came of a file
/// that was applied before is told again: a repeat is harmless. With `submit`, its events that are not handed in are
/// handed in after that; of an organisation that authorities trust they are published at once.
#[utoipa::path(
    tag = "manage",
    params(PathId<ImportId>, Asked<Plain>),
    request_body(content = Option<Application>),
    security(("person" = [])),
    responses(
        (status = 200, description = "What came of it.", body = AppliedImport),
        (status = 409, description = "`importHasErrors`: rows of it are wrong. `importOutdated`: what it would change has moved since; send it again. `organisationUnverified`, `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalidBody`: with `submit`, what is missing of its events, by row and column.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/imports/{id}/apply")]
async fn apply_import(
    author: Author,
    id: PathId<ImportId>,
    _asked: Asked<Plain>,
    body: MaybeJson<Application>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (id, Application { submit }) = (id.0, body.0.unwrap_or_default());
    let apply = move |members: &Members| {
        let organisation = members.imports.organisation(id)?;
        author.of_organisation(
            organisation,
            MemberRole::Editor,
            Some(Scope::EventsWrite),
            Known::ToMembers,
        )?;
        Ok::<_, Problem>(members.imports.apply(author.actor(), id, submit)?)
    };
    let applied = members.into_inner().aside_in_turn(|members| &members.importing, apply).await?;
    Ok(private::answer(StatusCode::OK, AppliedImport::new(id, &applied)))
}

/// The organisation of a file: the one named, else the only one that somebody may write for.
fn organisation(author: &Author, asked: &Asked<CreateImport>) -> Result<OrganisationId, Problem> {
    let named = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let organisation = match (named, &author.roles().organisations(MemberRole::Editor)[..]) {
        (Some(named), _) => named,
        (None, [only]) => *only,
        (None, []) => return Err(Code::Forbidden.into()),
        (None, _) => return Err(Invalid::one("organisation", FieldCode::Missing).into()),
    };
    author.of_organisation(organisation, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
    Ok(organisation)
}
