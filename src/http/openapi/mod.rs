//! The document and the page that shows it.
//!
//! Operations document themselves where they are mounted; [`collect`] gathers them, [`polish`] adds what all
//! share and keeps to constructs that front-end generators digest. To add a tag: a row of [`TAGS`].

mod examples;
mod polish;

use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, get, web};
use serde_json::Value;
use utoipa::openapi::info::{InfoBuilder, License};
use utoipa::openapi::{OpenApi, OpenApiBuilder};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use polish::polish;

use crate::domain::invalid::FIELD_CODES;
use crate::domain::signups::bars::Bar;
use crate::domain::text::Lang;
use crate::http::problem::Code;

/// Tags: ASCII name, Chinese name, description.
const TAGS: &[(&str, &str, &str)] = &[
    ("events", "活动", "Events (科普活动) with their sessions (场次)."),
    (
        "bases",
        "基地",
        "Science-popularization bases (科普基地): museums, laboratories, gardens that receive visitors.",
    ),
    ("routes", "科普游", "Science-tourism routes (科普游路线): ordered stops at bases."),
    ("series", "讲座", "Lecture series (系列讲座)."),
    ("campaigns", "主题活动", "Campaigns and theme days (主题活动、主题日)."),
    ("organisations", "单位", "Organisations that organise and receive."),
    (
        "resources",
        "资源名录",
        "The resource directory (科普资源名录): reading it, and submitting to it (申报).",
    ),
    ("policies", "政策文本", "Texts that people consent to (隐私政策、同意书), by version."),
    ("bulletins", "应急科普", "Bulletins of emergency science (应急科普、辟谣)."),
    ("search", "搜索", "Everything at once."),
    ("taxonomy", "分类", "Codes with their names, and administrative divisions."),
    ("auth", "登录", "Logging in and out (登录、登出)."),
    ("signups", "报名", "Signing up, queueing, changing and cancelling (报名、候补)."),
    ("me", "我的", "What concerns whoever is logged in (个人信息)."),
    ("companions", "同行人", "Whom somebody brings along (同行人、家人), and consent of guardians."),
    ("checkin", "签到", "At the door: tickets, check-in, attendance (签到、到场)."),
    (
        "manage",
        "管理",
        "What organisations do for their own things: events, sessions, web-hooks (活动、场次与单位管理).",
    ),
    (
        "accreditation",
        "认定与考核",
        "Levels of bases: applied for, granted for a term, assessed each year (基地认定、年度考核).",
    ),
    ("wechat", "微信", "Subscribe messages (订阅消息) and message push (消息推送) of mini-programs."),
    ("review", "审核", "What waits for an authority, and what it decides (审核、下架)."),
    ("mirrors", "同步", "Everything that changed, for those who keep a copy."),
    ("administration", "管理", "What authorities do (主管部门)."),
    ("service", "服务", "The condition of the service itself."),
];

const ABOUT: &str = include_str!("about.md");

/// Gathers what `mount` mounts. Needs no store and no server.
#[must_use]
pub fn collect(mount: fn(&mut ServiceConfig)) -> OpenApi {
    let licence =
        License::builder().name("Apache-2.0").url(Some("https://www.apache.org/licenses/LICENSE-2.0"));
    let info = InfoBuilder::new()
        .title("Kepu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(about()))
        .license(Some(licence.build()));
    let base = OpenApiBuilder::new().info(info).build();
    App::new().into_utoipa_app().openapi(base).configure(mount).split_for_parts().1
}

/// The document as it is committed and served.
#[must_use]
pub fn document() -> Value {
    polish(&collect(crate::http::app::mount))
}

/// The document's text as it is committed: indented, with a newline at its end.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The conventions, and the tables of codes as the code has them.
fn about() -> String {
    let mut problems = String::new();
    for code in Code::ALL {
        let (wire, status, detail) = (code.wire(), code.status().as_u16(), code.detail(Lang::En));
        problems.push_str(&format!("| `{wire}` | {status} | {detail} |\n"));
    }
    let fields: String = FIELD_CODES
        .iter()
        .chain(&Bar::CODES)
        .map(|(code, meaning)| format!("| `{code}` | {meaning} |\n"))
        .collect();
    ABOUT.replace("{problems}", problems.trim_end()).replace("{fields}", fields.trim_end())
}

/// The document's texts, as they go over the wire; written once, shared by workers.
pub struct Served {
    document: Bytes,
    for_page: Bytes,
}

impl Served {
    /// The published document, and the same for the page.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        Self {
            document: document.to_string().into(),
            for_page: for_page(document.clone()).to_string().into(),
        }
    }
}

/// The document without examples of optional parameters: the page would fill them all in, and a question with every
/// filter at once finds nothing or contradicts itself.
fn for_page(mut document: Value) -> Value {
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let operations = items.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    let parameters =
        operations.filter_map(|operation| operation.get_mut("parameters")?.as_array_mut()).flatten();
    for parameter in parameters.filter_map(Value::as_object_mut) {
        if parameter.get("required") != Some(&Value::Bool(true)) {
            parameter.remove("example");
        }
    }
    document
}

/// Mounts `/openapi.json` and `/docs`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let ui = Config::from("/docs/openapi.json")
        // The badge of the page would otherwise ask a server far away.
        .validator_url("none")
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .doc_expansion("none");
    cfg.service(get_document)
        .service(redirect_to_page)
        .service(get_page)
        .service(get_document_for_page)
        .service(SwaggerUi::new("/docs/{_:.*}").config(ui));
}

#[get("/openapi.json")]
async fn get_document(served: web::Data<Served>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(served.document.clone())
}

#[get("/docs/openapi.json")]
async fn get_document_for_page(served: web::Data<Served>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(served.for_page.clone())
}

#[get("/docs")]
async fn redirect_to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header(("Location", "/docs/")).finish()
}

/// An index of our own: the vendored one has no viewport, so that a phone shows it too small to read.
#[get("/docs/")]
async fn get_page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(include_str!("docs.html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every object in a document, with where it stands.
    fn walk(value: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
        visit(place, value);
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    walk(value, &format!("{place}/{key}"), visit);
                }
            }
            Value::Array(array) => {
                for (index, value) in array.iter().enumerate() {
                    walk(value, &format!("{place}/{index}"), visit);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn it_says_what_generators_digest_and_nothing_else() {
        walk(&document(), "", &mut |place, value| {
            assert!(!value.is_null() || place.contains("example"), "null at {place}");
            let Some(object) = value.as_object() else { return };
            if !place.ends_with("/properties") && !place.contains("example") {
                for word in ["const", "nullable", "prefixItems", "propertyNames", "patternProperties"] {
                    assert!(!object.contains_key(word), "{word} at {place}");
                }
                assert!(!object.get("type").is_some_and(Value::is_array), "several types at {place}");
            }
            if place.ends_with("/responses") {
                assert!(!object.contains_key("default"), "default response at {place}");
            }
        });
    }

    #[test]
    fn every_operation_is_complete() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let mut ids = std::collections::HashSet::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("{method} {path}");
                let id =
                    operation["operationId"].as_str().unwrap_or_else(|| panic!("{place} has no operationId"));
                assert!(
                    id.chars().all(|c| c.is_ascii_alphanumeric())
                        && id.starts_with(|c: char| c.is_ascii_lowercase())
                );
                assert!(ids.insert(id.to_owned()), "{id} twice");
                assert!(operation["summary"].is_string(), "{place} has no summary");
                assert!(operation["description"].is_string(), "{place} has no description");
                let tag = operation["tags"][0].as_str().unwrap_or_else(|| panic!("{place} has no tag"));
                assert!(
                    document["tags"].as_array().unwrap().iter().any(|known| known["name"] == tag),
                    "{place}: {tag}"
                );
                let responses = operation["responses"].as_object().unwrap();
                assert!(
                    responses.keys().any(|status| status.starts_with('4') || status.starts_with('5')),
                    "{place}"
                );
                for content in responses
                    .get("200")
                    .and_then(|answer| answer["content"].as_object())
                    .into_iter()
                    .flat_map(|all| all.values())
                {
                    let example = &content["example"];
                    assert!(example.is_object() || example.is_string(), "{place} has no example");
                }
            }
        }
    }

    #[test]
    fn schemas_have_clean_names_and_described_fields() {
        let document = document();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            let Some(properties) = schema["properties"].as_object() else { continue };
            for (field, property) in properties {
                assert!(property["description"].is_string(), "{name}.{field} has no description");
            }
        }
    }

    #[test]
    fn the_tables_of_codes_are_printed() {
        let about = about();
        assert!(about.contains("| `cursorMismatch` | 400 |") && about.contains("| `outOfRange` |"));
        assert!(!about.contains("{problems}") && !about.contains("{fields}"));
    }
}
