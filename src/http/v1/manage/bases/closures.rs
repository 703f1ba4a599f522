//! The days on which a base is closed. They take effect at once and wait for nobody: a burst pipe is no news for next week.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::bases::{Within, within};
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::domain::api_keys::Scope;
use crate::domain::bases::Base;
use crate::domain::hours::Closure;
use crate::domain::ids::{self, BaseId};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, day_of, parse_date, rfc3339};
use crate::http::json::Json;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::drafted::{by, drafted_by};
use crate::http::v1::manage::returned::{Answered, Returned};
use crate::http::v1::manage::standing::{By, OrganisationRef, organisation};
use crate::http::v1::manage::words::{Words, words};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_base_closures).service(update_base_closures);
}

/// Days on which a base is closed, whatever its hours say.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredClosure {
    /// First day.
    #[schema(example = "2026-12-01", format = Date)]
    from: String,
    /// Last day, inclusive.
    #[schema(example = "2026-12-05", format = Date)]
    to: String,
    #[schema(schema_with = words)]
    reason: Words,
}

/// The days on which a base is to be closed from now on: what is left out, is not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedClosures {
    /// The version that was read.
    #[schema(example = 3, minimum = 1)]
    version: i64,
    /// Which days, in any order.
    #[schema(max_items = 100)]
    closures: Vec<AuthoredClosure>,
}

impl Answered for ChangedClosures {}

/// The days on which a base is closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseClosures {
    /// The version of what everybody sees of the base; a change names it.
    #[schema(example = 3)]
    version: i64,
    /// Which days, in order, those that are over too.
    closures: Vec<AuthoredClosure>,
    /// What is to take place there all the same: nothing is called off by itself.
    warnings: Vec<ClosureWarning>,
}

/// That sessions are to take place while their base is closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureWarning {
    /// Which closure: the path in the body.
    #[schema(example = "closures[0]")]
    field: String,
    /// What, for programs: `sessionsWithin`.
    #[schema(example = "sessionsWithin")]
    code: &'static str,
    /// What, in the caller's language.
    #[schema(example = "闭馆期间还有3场活动，未自动取消。")]
    message: String,
    /// Which, in order of start; 400 at most are listed. `POST /v1/manage/sessions/cancel` calls off those of one's own.
    #[schema(max_items = 400)]
    sessions: Vec<ClosureSession>,
}

/// A session on a day on which its base is closed.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureSession {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its event.
    event: ClosureEvent,
    /// Whose event it is.
    organiser: Option<OrganisationRef>,
    /// When it starts.
    #[schema(example = "2026-12-02T14:00:00+08:00", value_type = String, format = DateTime)]
    start: Rfc3339,
    /// When it ends.
    #[schema(example = "2026-12-02T15:30:00+08:00", value_type = String, format = DateTime)]
    end: Rfc3339,
    /// Its place, where it states one of its own: it may be elsewhere.
    #[schema(example = "二楼报告厅")]
    place: Option<String>,
    /// How many seats are taken.
    #[schema(example = 12, minimum = 0)]
    taken: i32,
}

/// The event of such a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureEvent {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
}

impl AuthoredClosure {
    fn read(self, field: &str, invalid: &mut Invalid) -> Option<Closure> {
        let mut day = |name: &str, text: &str| {
            let day = parse_date(text);
            if day.is_err() {
                invalid.push(format!("{field}.{name}"), FieldCode::Malformed(Expected::Date));
            }
            day.ok()
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        Some(Closure { from: from?, to: to?, reason: self.reason.0 })
    }
}

impl From<Closure> for AuthoredClosure {
    fn from(closure: Closure) -> Self {
        Self { from: closure.from.to_string(), to: closure.to.to_string(), reason: closure.reason.into() }
    }
}

/// Read when a base is closed
///
/// The days on which it is closed whatever its hours say, and what is to take place there on them all the same.
#[utoipa::path(
    tag = "manage",
    params(PathId<BaseId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The closures.", body = BaseClosures))
)]
#[get("/v1/manage/bases/{id}/closures")]
async fn get_base_closures(
    author: Author,
    id: PathId<BaseId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state)?;
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            drafted_by::<Base>(conn, &author, id.0.get(), Scope::EventsRead)?;
            read(conn, &by, id.0)
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Close a base
///
/// On these days, for a reason that everybody may read, and on no others. It takes effect at once, for hours, lists and
/// maps, and is not reviewed. Sessions on these days are not called off: `warnings` lists them.
#[utoipa::path(
    tag = "manage",
    params(PathId<BaseId>, Asked<Plain>),
    request_body(content = ChangedClosures, example = json!({
        "version": 3, "closures": [{ "from": "2026-12-01", "to": "2026-12-05", "reason": "设备检修" }],
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The closures as they are now.", body = BaseClosures),
        (status = 409, description = "`versionConflict`: read them again. `nothingToDo`: the base was never published.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/bases/{id}/closures")]
async fn update_base_closures(
    author: Author,
    id: PathId<BaseId>,
    asked: Asked<Plain>,
    body: Json<Returned<ChangedClosures>>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(Returned(ChangedClosures { version, closures })) = body;
    let (mut invalid, by) = (Invalid::default(), by(&asked, None, &state)?);
    let numbered = closures.into_iter().enumerate();
    let closures: Vec<Closure> =
        numbered.filter_map(|(at, closure)| closure.read(&format!("closures[{at}]"), &mut invalid)).collect();
    invalid.or(()).map_err(Problem::unprocessable)?;
    let close = move |members: &Members| {
        members.db.read(|conn| drafted_by::<Base>(conn, &author, id.0.get(), Scope::EventsWrite))?;
        members.bases.close(author.actor(), id.0, version, closures)?;
        members.db.read(|conn| read(conn, &by, id.0))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(close).await?))
}

fn read(conn: &mut AnyConn, by: &By, id: BaseId) -> Result<BaseClosures, Problem> {
    let record = Base::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let mut warnings = Vec::new();
    for (at, closure) in record.body.closures.iter().enumerate() {
        if closure.to < day_of(by.now) {
            continue;
        }
        let found = within(conn, &record, closure, by.now)?;
        if found.is_empty() {
            continue;
        }
        let (code, message) = ("sessionsWithin", message(found.len(), by.lang));
        let mut sessions = Vec::with_capacity(found.len());
        for one in found {
            sessions.push(session(conn, by, one)?);
        }
        warnings.push(ClosureWarning { field: format!("closures[{at}]"), code, message, sessions });
    }
    let closures = record.body.closures.into_iter().map(AuthoredClosure::from).collect();
    Ok(BaseClosures { version: record.version, closures, warnings })
}

fn session(conn: &mut AnyConn, by: &By, (session, event): Within) -> Result<ClosureSession, Problem> {
    let organiser = match event.body.organiser() {
        Some(id) => organisation(conn, id, by.lang)?,
        None => None,
    };
    let place = session.place.as_deref().or(event.body.place.as_ref());
    Ok(ClosureSession {
        id: session.id.to_string(),
        event: ClosureEvent { id: ids::spell(event.id), title: event.body.title.get(by.lang).to_owned() },
        organiser,
        start: rfc3339(session.start),
        end: rfc3339(session.end),
        place: place.map(|place| place.name.get(by.lang).to_owned()),
        taken: session.taken,
    })
}

fn message(count: usize, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("闭馆期间还有{count}场活动，未自动取消。"),
        Lang::ZhHk => format!("閉館期間還有{count}場活動，未自動取消。"),
        Lang::En => {
            format!("Sessions that are to take place while it is closed: {count}. None was called off.")
        }
    }
}
