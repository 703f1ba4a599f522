//! Whole examples of answers, put together from the examples of their fields: written once, beside the field, they
//! cannot contradict the schema.

use serde_json::{Map, Value};

/// Gives every body, asked or answered, an example, unless its operation wrote one.
pub(super) fn complete(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    for operation in entries(&mut document["paths"]).flat_map(entries) {
        let taken: Vec<String> = parameters(operation).map(str::to_owned).collect();
        let Some(operation) = operation.as_object_mut() else { continue };
        let bodies = operation.iter_mut().flat_map(|(part, value)| match part.as_str() {
            "requestBody" => vec![value],
            "responses" => entries(value).collect(),
            _ => Vec::new(),
        });
        for body in bodies {
            let contents = body.get_mut("content").into_iter().flat_map(entries);
            for content in contents.filter(|content| content.get("example").is_none()) {
                if let Some(mut example) = of(&content["schema"], &schemas, 0) {
                    if let Some(list) = example.as_object_mut().filter(|list| list.contains_key("items")) {
                        list.retain(|field, _| answers(field, &taken));
                    }
                    content["example"] = example;
                }
            }
        }
    }
}

fn parameters(operation: &Value) -> impl Iterator<Item = &str> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter_map(|parameter| parameter["name"].as_str())
}

/// Whether a list has this field: some answer a parameter, and stand in no list that does not take it.
fn answers(field: &str, taken: &[String]) -> bool {
    let parameter = match field {
        "facets" | "crs" => field,
        "nextCursor" => "cursor",
        _ => return true,
    };
    taken.iter().any(|name| name == parameter)
}

fn entries(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(|object| object.iter_mut().map(|(_, value)| value))
}

/// An example of a schema; `None` where it says too little. Schemas here do not contain themselves; the depth is
/// bounded all the same.
fn of(schema: &Value, schemas: &Value, depth: u8) -> Option<Value> {
    if depth > 40 {
        return None;
    }
    if let Some(example) = schema.get("example") {
        return Some(example.clone());
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return of(schemas.get(name)?, schemas, depth + 1);
    }
    if let Some(first) = schema.get("enum").and_then(|words| words.get(0)) {
        return Some(first.clone());
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let parts = parts.iter().filter_map(|part| of(part, schemas, depth + 1));
        return parts.reduce(merged);
    }
    if let Some(first) = schema.get("oneOf").and_then(|choices| choices.get(0)) {
        return of(first, schemas, depth + 1);
    }
    match schema.get("type").and_then(Value::as_str)? {
        "object" => {
            let fields = schema.get("properties")?.as_object()?.iter();
            let fields =
                fields.filter_map(|(name, field)| Some((name.clone(), of(field, schemas, depth + 1)?)));
            Some(Value::Object(fields.collect()))
        }
        "array" => Some(Value::Array(of(schema.get("items")?, schemas, depth + 1).into_iter().collect())),
        "boolean" => Some(Value::Bool(true)),
        _ => None,
    }
}

fn merged(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            Value::Object(one.into_iter().chain(other).collect::<Map<_, _>>())
        }
        (one, _) => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_put_together_from_its_fields() {
        let mut document = json!({
            "paths": { "/a": { "get": { "responses": { "200": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/List" } } } } } } } },
            "components": { "schemas": {
                "List": { "type": "object", "properties": {
                    "items": { "type": "array", "items": { "$ref": "#/components/schemas/Item" } },
                    "total": { "type": "integer", "example": 128 } } },
                "Item": { "type": "object", "properties": {
                    "id": { "type": "string", "example": "x" },
                    "kind": { "$ref": "#/components/schemas/Kind" },
                    "free": { "type": "boolean" } } },
                "Kind": { "type": "string", "enum": ["one", "two"] } } }
        });
        complete(&mut document);
        let example =
            &document["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["example"];
        assert_eq!(*example, json!({ "items": [{ "id": "x", "kind": "one", "free": true }], "total": 128 }));
    }
}
