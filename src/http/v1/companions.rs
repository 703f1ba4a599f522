//! Whom somebody brings along (同行人).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::companions;
use crate::domain::companions::{self as domain, Companion};
use crate::domain::consents::{Consent, Given};
use crate::domain::ids::CompanionId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::signups::party::{Birth, PersonName};
use crate::domain::time::{Rfc3339, parse_date, rfc3339};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::PathId;
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::state::Members;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_companions)
        .service(create_companion)
        .service(get_companion)
        .service(update_companion)
        .service(delete_companion);
}

/// Relations, on the wire as they are stored.
macro_rules! relations {
    ($($(#[$doc:meta])* $name:ident $word:tt)+) => {
        /// What a companion is to the person.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub enum Relation {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
        }

        impl From<domain::Relation> for Relation {
            fn from(relation: domain::Relation) -> Self {
                match relation {
                    $(domain::Relation::$name => Self::$name,)+
                }
            }
        }

        impl From<Relation> for domain::Relation {
            fn from(relation: Relation) -> Self {
                match relation {
                    $(Relation::$name => Self::$name,)+
                }
            }
        }
    };
}

relations! {
    /// A son or daughter.
    Child "child"
    /// A grandson or granddaughter.
    Grandchild "grandchild"
    /// Husband or wife.
    Spouse "spouse"
    /// Father or mother.
    Parent "parent"
    /// Grandfather or grandmother.
    Grandparent "grandparent"
    /// Brother or sister.
    Sibling "sibling"
    /// Somebody else.
    Other "other"
}

/// Somebody whom the person brings along.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompanionItem {
    /// The id, by which they are signed up.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Their name.
    #[schema(example = "陈小明")]
    name: String,
    /// The day they were born, if it was said.
    #[schema(example = "2015-06-01", value_type = Option<String>, format = Date)]
    birth_date: Option<NaiveDate>,
    /// The year in which they were born, if only that was said.
    #[schema(example = 2015)]
    birth_year: Option<i32>,
    /// What they are to the person, if it was said.
    relation: Option<Relation>,
    /// The guardian's consent that stands, if one was given.
    consent: Option<ConsentItem>,
    /// When they were entered.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// A consent on record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentItem {
    /// The version of the guardian policy.
    #[schema(example = "1.0")]
    policy_version: String,
    /// When it was given.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    given_at: Rfc3339,
}

/// A guardian's consent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardianConsent {
    /// The version of the policy of kind `guardian` that was shown, which must be the one in force.
    #[schema(example = "1.0", min_length = 1, max_length = 32)]
    policy_version: String,
    /// That whoever consents is the child's parent or another guardian: must be `true`.
    #[schema(example = true)]
    guardian: bool,
}

/// Somebody to bring along.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCompanion {
    /// Their name, in one line.
    #[schema(example = "陈小明", min_length = 1, max_length = 30)]
    name: String,
    /// The day they were born; sessions with ages may ask for it.
    #[schema(example = "2015-06-01", format = Date)]
    birth_date: Option<String>,
    /// The year in which they were born, instead of the day.
    #[schema(example = 2015, minimum = 1900)]
    birth_year: Option<i32>,
    /// What they are to the person.
    relation: Option<Relation>,
    /// For a child that is, or may be, under 14: required. PIPL article 31.
    consent: Option<GuardianConsent>,
}

/// What is said of a companion from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompanionChange {
    /// Their name, in one line.
    #[schema(example = "陈小明", min_length = 1, max_length = 30)]
    name: String,
    /// The day they were born; left out, it is removed.
    #[schema(example = "2015-06-01", format = Date)]
    birth_date: Option<String>,
    /// The year in which they were born, instead of the day.
    #[schema(example = 2015, minimum = 1900)]
    birth_year: Option<i32>,
    /// What they are to the person; left out, it is removed.
    relation: Option<Relation>,
    /// Required for a child that is, or may be, under 14, unless a consent stands already.
    consent: Option<GuardianConsent>,
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
}

impl From<domain::Held> for CompanionItem {
    fn from(held: domain::Held) -> Self {
        let Companion { name, birth, relation } = held.companion;
        let (birth_date, birth_year) = match birth {
            Some(Birth::Date(date)) => (Some(date), None),
            Some(Birth::Year(year)) => (None, Some(year)),
            None => (None, None),
        };
        let consent = |consent: Consent| ConsentItem {
            policy_version: consent.policy_version,
            given_at: rfc3339(consent.given_at),
        };
        Self {
            id: held.id.to_string(),
            name: name.expose().to_owned(),
            birth_date,
            birth_year,
            relation: relation.map(Relation::from),
            consent: held.consent.map(consent),
            created_at: rfc3339(held.created_at),
            version: held.version,
        }
    }
}

impl From<GuardianConsent> for Given {
    fn from(GuardianConsent { policy_version, guardian }: GuardianConsent) -> Self {
        Self { policy_version, guardian }
    }
}

/// A companion of what a body says.
fn read(
    name: String,
    birth_date: Option<&str>,
    birth_year: Option<i32>,
    relation: Option<Relation>,
) -> Result<Companion, Problem> {
    let wrong = |field, code| Problem::unprocessable(Invalid::one(field, code));
    let birth = match (birth_date, birth_year) {
        (Some(_), Some(_)) => {
            let with = "birthDate".to_owned();
            return Err(wrong("birthYear", FieldCode::Conflicting { with }));
        }
        (Some(date), None) => {
            let date = parse_date(date)
                .map_err(|_no_date| wrong("birthDate", FieldCode::Malformed(Expected::Date)))?;
            Some(Birth::Date(date))
        }
        (None, year) => year.map(Birth::Year),
    };
    Ok(Companion { name: PersonName::from(name), birth, relation: relation.map(Into::into) })
}

/// List companions
///
/// Everybody whom the person brings along, in one page: the first entered first.
#[utoipa::path(
    tag = "companions",
    security(("person" = [])),
    responses((status = 200, description = "The companions.", body = List<CompanionItem>))
)]
#[get("/v1/me/companions")]
async fn list_companions(person: Person, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.read(|conn| companions::of_person(conn, &members.vault, person.id))
    };
    let held = members.into_inner().aside(read).await?;
    let items = held.into_iter().map(CompanionItem::from).collect();
    Ok(private::answer(StatusCode::OK, List::whole(items, None)))
}

/// Add a companion
///
/// Enters somebody to bring along, so that they are signed up by their id. For a child under 14, and where only a birth
/// year is said for one that may be, the guardian's consent is required and put on record. Twenty at most.
#[utoipa::path(
    tag = "companions",
    params(Once<NewCompanion>),
    request_body(content = NewCompanion, example = json!({
        "name": "小明", "birthDate": "2016-05-04", "relation": "child",
        "consent": { "policyVersion": "1.0", "guardian": true },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The companion.", body = CompanionItem),
        (status = 409, description = "`tooManyCompanions`: there are twenty; `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/companions")]
async fn create_companion(
    person: Person,
    body: Once<NewCompanion>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewCompanion { name, birth_date, birth_year, relation, consent }, repeat } = body;
    let companion = read(name, birth_date.as_deref(), birth_year, relation)?;
    let given = consent.map(Given::from);
    let add = move |members: &Members| {
        members.companions.add(person.id, &companion, given.as_ref(), repeat.as_ref())
    };
    let held = members.into_inner().aside(add).await?;
    Ok(private::answer(StatusCode::CREATED, CompanionItem::from(held)))
}

/// Read a companion
///
/// Somebody whom the person brings along. Another person's companion does not exist.
#[utoipa::path(
    tag = "companions",
    params(PathId<CompanionId>),
    security(("person" = [])),
    responses((status = 200, description = "The companion.", body = CompanionItem))
)]
#[get("/v1/me/companions/{id}")]
async fn get_companion(
    person: Person,
    id: PathId<CompanionId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.read(|conn| companions::get(conn, &members.vault, person.id, id.0))
    };
    let held = members.into_inner().aside(read).await?.ok_or(Code::NotFound)?;
    Ok(private::answer(StatusCode::OK, CompanionItem::from(held)))
}

/// Change a companion
///
/// Replaces what is said of a companion. Sign-ups that stand name and count them as whom they are then: another birth date
/// makes nobody new of them. While they are signed up for what is not over, a name must be another way to write the one before.
/// 409 `versionConflict` if it was changed since it was read.
#[utoipa::path(
    tag = "companions",
    params(PathId<CompanionId>),
    request_body(content = CompanionChange, example = json!({
        "name": "陈小明", "birthDate": "2015-06-01", "relation": "child", "version": 1,
        "consent": { "policyVersion": "1.0", "guardian": true },
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The companion as it is now.", body = CompanionItem),
        (status = 409, description = "`versionConflict`: read it again. `companionSignedUp`: they cannot become \
            somebody else now. `duplicate`, `limitReached`: whom they are then is \
            signed up already for the same session, or as often as one may.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/me/companions/{id}")]
async fn update_companion(
    person: Person,
    id: PathId<CompanionId>,
    body: Json<CompanionChange>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let CompanionChange { name, birth_date, birth_year, relation, consent, version } = body.0;
    let companion = read(name, birth_date.as_deref(), birth_year, relation)?;
    let given = consent.map(Given::from);
    let change = move |members: &Members| {
        members.companions.change(person.id, id.0, version, &companion, given.as_ref())
    };
    let held = members.into_inner().aside(change).await?;
    Ok(private::answer(StatusCode::OK, CompanionItem::from(held)))
}

/// Remove a companion
///
/// What was said of them is deleted. A guardian's consent ends, and stays on record for three years. A child under 14
/// is taken out of sign-ups for what is to come, however late: those in which nobody is left to take part end, freed seats go to the
/// queue, and a notice tells of each.
#[utoipa::path(
    tag = "companions",
    params(PathId<CompanionId>),
    security(("person" = [])),
    responses((status = 204, description = "Removed."))
)]
#[delete("/v1/me/companions/{id}")]
async fn delete_companion(
    person: Person,
    id: PathId<CompanionId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let remove = move |members: &Members| members.companions.remove(person.id, id.0);
    members.into_inner().aside(remove).await?;
    Ok(private::nothing())
}
