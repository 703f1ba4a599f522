//! From what handlers say of themselves to what is published: common answers, clean names, and only constructs that
//! OpenAPI 3.0 has too, since that is what front-end generators read well.

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::OpenApi;

use super::{TAGS, examples};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::text::Lang;
use crate::http::access::{self, Who};
use crate::http::limits;
use crate::http::params::{groups, parameters};
use crate::http::problem::{Code, FieldProblem, PROBLEM_JSON, Problem, ProblemBody};

/// The name of the generic list, whose instances are renamed: `List_EventItem` becomes `EventList`.
const LIST: &str = "List";

/// The name by which operations say that they need a person: `security(("person" = []))`.
const BEARER: &str = "person";

/// The name of the other way, where the systems of partners may call too.
const KEY: &str = "apiKey";

/// The id of the request in examples of problems.
const REQUEST: &str = "3f9c2c1d00000007";

/// Turns a collected document into the published one.
#[must_use]
pub fn polish(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let mut used = Vec::new();
    for (path, item) in entries(&mut document["paths"]) {
        for (method, operation) in entries(item) {
            complete(path, method, operation);
            used.extend(operation["tags"].as_array().into_iter().flatten().cloned());
        }
    }
    let tags = TAGS.iter().filter(|(name, ..)| used.iter().any(|tag| tag == name));
    document["tags"] = tags
        .map(|(name, chinese, about)| json!({ "name": name, "description": about, "x-displayName": chinese }))
        .collect();
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    document["security"] = json!([]);
    document["components"]["securitySchemes"] = json!({ BEARER: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `accessToken` of a login.",
    }, KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "The key of a partner's system, which an owner of its organisation made.",
    } });
    let schemas = &mut document["components"]["schemas"];
    schemas["Problem"] = serde_json::to_value(ProblemBody::schema()).unwrap_or_default();
    schemas["FieldProblem"] = serde_json::to_value(FieldProblem::schema()).unwrap_or_default();
    refer(schemas);
    rename(schemas);
    plain(&mut document);
    examples::complete(&mut document);
    document
}

fn entries(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flat_map(Map::iter_mut)
}

/// Gives an operation its name on the wire and the answers that the edge and the parser make for it.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let mut who = None;
    if let Some(name) = operation["operationId"].as_str() {
        let name = camel(name);
        who = access::of(&name);
        if access::BY_KEY.iter().any(|(id, _)| *id == name)
            && let Some(ways) = operation["security"].as_array_mut()
        {
            ways.push(json!({ KEY: [] }));
        }
        operation["operationId"] = name.into();
    }
    let asks = |place: &str, operation: &Value| {
        operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|parameter| parameter["in"] == place))
    };
    let (in_query, in_path) = (asks("query", operation), asks("path", operation));
    // The only header that operations take is `Idempotency-Key`.
    let in_header = asks("header", operation);
    let (in_body, personal) = (operation["requestBody"].is_object(), operation["security"].is_array());
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    if path.starts_with("/v1/") && method == "get" && !personal {
        responses.entry("304").or_insert_with(
            || json!({ "description": "The answer that `If-None-Match` names still holds." }),
        );
    }
    let unknown = |name: &str| Invalid::one(name, FieldCode::Unknown { nearest: None });
    if path.starts_with("/v1/") && !path.ends_with("/push") {
        take_language(operation);
    }
    if let Some(about) = who.and_then(Who::about) {
        let said = operation["description"].as_str().unwrap_or_default();
        operation["description"] = format!("{said}\n\n{about}").trim().into();
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    exemplify(responses);
    if in_query {
        let invalid = Invalid::one("radius", FieldCode::OutOfRange { min: "1".into(), max: "500000".into() });
        add(responses, &invalid.into());
        add(responses, &Code::UriTooLong.into());
    } else {
        add(responses, &unknown("radius").into());
    }
    if in_header {
        add(responses, &Code::KeyReused.into());
    }
    if in_path {
        add(responses, &Code::NotFound.into());
    }
    if in_body {
        add(responses, &Code::MalformedRequest.into());
        add(responses, &Code::PayloadTooLarge.into());
        add(responses, &Problem::unprocessable(Invalid::one("version", FieldCode::Missing)));
    } else if method != "get" {
        add(responses, &Problem::unprocessable(unknown("version")));
    }
    if personal {
        add(responses, &Code::Unauthenticated.into());
    }
    if limits::classes::of(&Method::GET, path).is_some() {
        add(responses, &Code::TooManyRequests.into());
    }
    if who.is_some_and(Who::holds_a_role) {
        add(responses, &Code::Forbidden.into());
    }
    add(responses, &Code::Internal.into());
    add(responses, &Code::Unavailable.into());
    responses.sort_keys();
    let read = path.starts_with("/v1/") && method == "get" && !personal;
    for (status, response) in responses {
        let headers: &[(&str, &str)] = match status.as_str() {
            "200" if read => {
                &[("ETag", "What `If-None-Match` takes to ask whether this answer still holds.")]
            }
            "429" | "503" => &[("Retry-After", "After how many seconds it is worth trying again.")],
            _ => &[],
        };
        for (name, about) in headers {
            response["headers"][*name] = json!({ "description": about, "schema": { "type": "string" } });
        }
    }
}

/// Gives every problem that an operation tells of itself the example of the first code that it names.
fn exemplify(responses: &mut Map<String, Value>) {
    for (status, response) in responses {
        let about = response["description"].as_str().unwrap_or_default();
        let mut named = about.split('`').skip(1).step_by(2);
        let of_status = |code: &&Code| code.status().as_str() == status.as_str();
        let named = named.find_map(|word| Code::ALL.iter().find(|code| code.wire() == word));
        let Some(code) = named.filter(of_status).or_else(|| Code::ALL.iter().find(of_status)) else {
            continue;
        };
        let problem = match code {
            Code::InvalidBody => Problem::unprocessable(Invalid::one("version", FieldCode::Missing)),
            code => Problem::from(*code),
        };
        let content = response.get_mut("content").and_then(|content| content.get_mut(PROBLEM_JSON));
        if let Some(content) = content.filter(|content| content.get("example").is_none()) {
            content["example"] = serde_json::to_value(problem.body(Lang::En, REQUEST)).unwrap_or_default();
        }
    }
}

/// Whatever answers with texts, problems too, takes `lang`.
fn take_language(operation: &mut Value) {
    let taken = operation["parameters"].as_array().cloned().unwrap_or_default();
    if taken.iter().any(|one| one["name"] == groups::LANG.name) {
        return;
    }
    let lang = parameters(&[groups::LANGUAGE]).into_iter().filter_map(|one| serde_json::to_value(one).ok());
    operation["parameters"] = taken.into_iter().chain(lang).collect();
}

fn add(responses: &mut Map<String, Value>, problem: &Problem) {
    let code = problem.code();
    responses.entry(code.status().as_str()).or_insert_with(|| {
        json!({
            "description": code.detail(Lang::En),
            "content": { PROBLEM_JSON: {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "example": problem.body(Lang::En, REQUEST),
            } }
        })
    });
}

/// `list_events` becomes `listEvents`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        name + &letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    })
}

/// The published name of a schema, if it has another.
fn clean(name: &str) -> Option<String> {
    let item = name.strip_prefix(LIST)?.strip_prefix('_')?;
    Some(format!("{}{LIST}", item.strip_suffix("Item").unwrap_or(item)))
}

/// Lists carry their items' schema within; it has a name of its own, so they refer to it.
fn refer(schemas: &mut Value) {
    let names: Vec<String> = schemas.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    for (name, schema) in entries(schemas) {
        let item = name.strip_prefix(LIST).and_then(|name| name.strip_prefix('_'));
        if let Some(item) = item.filter(|item| names.iter().any(|name| name == item)) {
            schema["properties"]["items"]["items"] =
                json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
}

fn rename(schemas: &mut Value) {
    if let Some(schemas) = schemas.as_object_mut() {
        *schemas = std::mem::take(schemas)
            .into_iter()
            .map(|(name, schema)| (clean(&name).unwrap_or(name), schema))
            .collect();
        schemas.sort_keys();
    }
}

/// Removes `null` from types and choices, and follows renamed schemas. Examples are data and left alone.
fn plain(value: &mut Value) {
    match value {
        Value::Object(object) => {
            without_null(object);
            if let Some(Value::String(target)) = object.get_mut("$ref")
                && let Some((place, name)) = target.rsplit_once('/')
                && let Some(name) = clean(name)
            {
                *target = format!("{place}/{name}");
            }
            object.iter_mut().filter(|(key, _)| *key != "example").for_each(|(_, value)| plain(value));
        }
        Value::Array(array) => array.iter_mut().for_each(plain),
        _ => {}
    }
}

fn without_null(schema: &mut Map<String, Value>) {
    let null = json!("null");
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| *kind != null);
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    for choice in ["oneOf", "anyOf"] {
        let Some(Value::Array(options)) = schema.get_mut(choice) else { continue };
        options.retain(|option| option.get("type") != Some(&null));
        if options.len() == 1
            && let Some(Value::Object(only)) = options.pop()
        {
            schema.remove(choice);
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_generators_like() {
        assert_eq!(camel("list_events"), "listEvents");
        assert_eq!(camel("get_base_hours"), "getBaseHours");
        assert_eq!(clean("List_EventItem").as_deref(), Some("EventList"));
        assert_eq!(clean("List_Division").as_deref(), Some("DivisionList"));
        assert_eq!(clean("EventItem"), None);
    }

    #[test]
    fn null_goes_and_references_follow() {
        let mut schema = json!({
            "a": { "type": ["string", "null"], "description": "a" },
            "b": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/List_EventItem" }], "description": "b" },
            "example": { "type": ["string", "null"] },
        });
        plain(&mut schema);
        assert_eq!(
            schema,
            json!({
                "a": { "type": "string", "description": "a" },
                "b": { "description": "b", "$ref": "#/components/schemas/EventList" },
                "example": { "type": ["string", "null"] },
            })
        );
    }
}
