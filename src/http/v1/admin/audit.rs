//! The audit (审计): who did what, when and why, read by administrators of the division that it concerns.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use hashbrown::HashMap;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::audit::{self, Filter};
use crate::discovery::Snapshot;
use crate::discovery::page::{Answer, Key};
use crate::domain::audit::{Action, Noted, Object};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{OrganisationId, PersonId, spell};
use crate::domain::roles::AuthorityRole;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::params::groups::{FROM, LANGUAGE, PAGE, TO};
use crate::http::params::{Asked, Kind, Param, Params, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::names;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_audit_entries);
}

/// What `GET /v1/admin/audit` takes.
pub struct ListAudit;

const SINCE: Param =
    Param { about: "Only what was done from then on: a date (the whole day) or an RFC 3339 time.", ..FROM };
const UNTIL: Param = Param {
    about: "Only what was done until then: a date (the whole day) or before an RFC 3339 time.",
    ..TO
};
const ACTOR: Param = Param::new(
    "actor",
    Kind::Id,
    "Only what this person or API key did, by the id that `actor.id` gives.",
    "01h2x7m9k4qpz",
);
const ACTION: Param =
    Param::new("action", Kind::Word(Action::WORDS), "Only what is of this kind.", "roleGranted");
const KIND: Param = Param::new(
    "kind",
    Kind::Word(Object::KINDS),
    "Only what was done to things of this kind.",
    "organisation",
);
const ID: Param = Param::new("id", Kind::Id, "Only what was done to this thing.", "01h2x7m9k4qpz");
const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only what concerns this organisation.", "01h2x7m9k4qpz");

impl Table for ListAudit {
    const PARAMS: &'static [&'static [Param]] =
        &[&[SINCE, UNTIL, ACTOR, ACTION, KIND, ID, ORGANISATION], PAGE, LANGUAGE];
}

/// Something that was done.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditItem {
    /// Its id.
    #[schema(example = "0000000000012")]
    id: String,
    /// Its place in the chain, given within a second.
    #[schema(example = 34)]
    number: Option<i64>,
    /// The hash that links it to the entry before, in hexadecimal digits.
    #[schema(example = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    hash: Option<String>,
    /// When it was done.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// Who did it.
    actor: AuditActor,
    /// What they did; words are added with editions.
    #[schema(example = "roleGranted")]
    action: String,
    /// To whom; absent where it was to nobody, or once they closed their account.
    subject: Option<AuditPerson>,
    /// To what.
    object: Option<AuditObject>,
    /// Which organisation it concerns.
    organisation: Option<AuditOrganisation>,
    /// Code of the division that it concerns.
    #[schema(example = "440106")]
    adcode: Option<String>,
    /// Why.
    #[schema(example = "证书已核对")]
    reason: Option<String>,
    /// What it was before: JSON, as the text that is chained; absent where there was nothing.
    #[schema(example = r#"{"role":"editor"}"#)]
    before: Option<String>,
    /// What it is after, likewise; absent where nothing is left.
    #[schema(example = r#"{"role":"owner"}"#)]
    after: Option<String>,
}

/// Who did something.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct AuditActor {
    /// What they are: `person`, `apiKey` (a partner's system), `operator` (whoever runs the machine) or `service` (by
    /// itself).
    #[schema(example = "person")]
    kind: String,
    /// The id of the person or key; absent for the others, and once the person closed their account.
    #[schema(example = "01h2x7m9k4qpz")]
    id: Option<String>,
    /// The name of their account, or by which they want to be addressed.
    #[schema(example = "lan.museum")]
    name: Option<String>,
}

/// Somebody to whom something was done.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct AuditPerson {
    /// Their id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The name of their account, or by which they want to be addressed.
    #[schema(example = "ming.museum")]
    name: Option<String>,
}

/// Something to which something was done.
#[derive(Serialize, ToSchema)]
pub struct AuditObject {
    /// Its kind.
    #[schema(example = "organisation")]
    kind: String,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
}

/// An organisation that something concerns.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct AuditOrganisation {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name, if it is public.
    #[schema(example = "广东科学中心")]
    name: Option<String>,
}

/// List what was done
///
/// Who did what, when and why, with what it was before and is after: newest first. Administrators read what concerns their
/// division and those within it; what concerns none, such as an organisation without a seat, administrators of provinces.
/// Entries stay for ever; the names in one go when their owner closes the account. They are chained by hashes, which
/// `kepu admin verify-audit` checks.
#[utoipa::path(
    tag = "administration",
    params(Asked<ListAudit>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AuditItem>))
)]
#[get("/v1/admin/audit")]
async fn list_audit_entries(
    staff: Staff,
    asked: Asked<ListAudit>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let divisions = staff.roles.divisions(AuthorityRole::Administrator);
    if divisions.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let turn = asked.turn(state.now())?;
    let before = turn.paging.after.as_ref().map(|(_, id)| *id);
    let limit = turn.paging.limit;
    let filter = filter(&asked.params, divisions);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let noted = audit::list(conn, &filter, before, limit + 1)?;
            let people = noted.iter().flat_map(|noted| [noted.person, noted.subject]).flatten();
            let names = names::of(conn, &members.vault, people)?;
            Ok::<_, Problem>((noted, names, audit::count(conn, &filter)?))
        })
    };
    let (mut noted, names, total) = members.into_inner().aside(read).await?;
    let more = noted.len() > limit;
    noted.truncate(limit);
    let next = noted.last().filter(|_| more).map(|last| (Key::Number(-last.id), last.id));
    let snapshot = state.live.now();
    let answer = Answer { found: noted, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<AuditItem> =
        turn.page(answer, |noted| AuditItem::new(noted, &names, snapshot.as_deref(), asked.lang));
    Ok(private::answer(StatusCode::OK, list))
}

fn filter(params: &Params, divisions: Vec<Adcode>) -> Filter {
    let span = params.span();
    // Ids of all kinds are written alike, so one kind speaks for all.
    let id = |param| params.text(param)?.parse::<OrganisationId>().ok();
    Filter {
        divisions,
        from: span.from,
        to: span.to,
        actor: id(&ACTOR).map(OrganisationId::get),
        action: params.word(&ACTION),
        kind: params.word(&KIND),
        object: id(&ID).map(OrganisationId::get),
        organisation: id(&ORGANISATION),
    }
}

impl AuditItem {
    fn new(noted: Noted, names: &HashMap<PersonId, String>, snapshot: Option<&Snapshot>, lang: Lang) -> Self {
        let name = |person: &PersonId| names.get(person).cloned();
        let by_key = noted.api_key.map(|key| key.to_string());
        let organisation = |id: OrganisationId| {
            let entry = snapshot.and_then(|snapshot| snapshot.organisations.get(&id));
            let name = entry.map(|entry| entry.body().name.get(lang).to_owned());
            AuditOrganisation { id: id.to_string(), name }
        };
        Self {
            id: spell(noted.id),
            number: noted.number,
            hash: noted.hash,
            at: rfc3339(noted.at),
            actor: AuditActor {
                kind: noted.actor,
                id: noted.person.map(|person| person.to_string()).or(by_key),
                name: noted.person.as_ref().and_then(name),
            },
            action: noted.action,
            subject: noted.subject.map(|person| AuditPerson { id: person.to_string(), name: name(&person) }),
            object: noted.object.map(|(kind, id)| AuditObject { kind, id: spell(id) }),
            organisation: noted.organisation.map(organisation),
            adcode: noted.division.map(|division| division.to_string()),
            reason: noted.reason,
            before: noted.before,
            after: noted.after,
        }
    }
}
