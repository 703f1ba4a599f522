//! Message templates of a mini-program: `[wechat.app.templates.signup]` of the file.

use toml::{Table, Value};

use super::Refused;
use super::read::unknown;
use crate::domain::notices::templates::{Content, Field, FieldKind, Occasion, Template, Templates};

/// Reads the templates of the mini-program at `place`.
pub(super) fn read(value: &Value, place: &str, refused: &mut Refused) -> Templates {
    let Value::Table(table) = value else {
        refused
            .0
            .push(format!("templates in {place} must be tables, such as [wechat.app.templates.signup]."));
        return Templates::new();
    };
    let mut templates = Templates::new();
    for (name, value) in table {
        match (Occasion::from_name(name), value) {
            (Some(occasion), Value::Table(written)) => {
                let place = format!("templates.{name} of {place}");
                templates.extend(template(written, &place, refused).map(|template| (occasion, template)));
            }
            (Some(_), _) => refused.0.push(format!("templates.{name} in {place} must be a table.")),
            (None, _) => {
                let words = Occasion::ALL.iter().map(|one| one.name());
                refused.0.push(format!("In templates of {place}: {}", unknown(name, words)));
            }
        }
    }
    templates
}

fn template(written: &Table, place: &str, refused: &mut Refused) -> Option<Template> {
    let id = written.get("id").and_then(Value::as_str).filter(|id| !id.trim().is_empty());
    if id.is_none() {
        refused.0.push(format!("id in {place} must be what the console shows."));
    }
    let fields = written.iter().filter(|(name, _)| *name != "id");
    let fields: Vec<Option<Field>> = fields.map(|(name, value)| field(name, value, place, refused)).collect();
    if fields.is_empty() {
        refused.0.push(format!("{place} must name its fields, such as thing1 = \"event\"."));
    }
    Some(Template { id: id?.to_owned(), fields: fields.into_iter().collect::<Option<_>>()? })
}

fn field(name: &str, value: &Value, place: &str, refused: &mut Refused) -> Option<Field> {
    let field = value.as_str().and_then(Content::from_name).and_then(|content| Field::new(name, content));
    if field.is_none() {
        let list = |words: Vec<&str>| words.join(", ");
        refused.0.push(format!(
            "{name} in {place} must be one of {}, and its name one of {} with a number; times go into time, date or \
             thing, result into phrase or thing, all others into thing.",
            list(Content::ALL.iter().map(|one| one.name()).collect()),
            list(FieldKind::ALL.iter().map(|one| one.name()).collect()),
        ));
    }
    field
}
