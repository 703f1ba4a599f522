//! Subscribe messages: templates with typed fields, and one credit for each message that a person agreed to.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusals::{FIELD, NO_CREDIT, OPENID, PAGE, Refusal, TEMPLATE};
use super::world::World;

/// A message template as the console shows it.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its fields, each named by its kind and a number.
    pub fields: &'static [&'static str],
}

/// The templates of a demonstration.
pub(super) fn demonstration() -> Vec<Template> {
    vec![
        Template {
            id: "demo-signup",
            title: "报名结果通知",
            fields: &["thing1", "time2", "thing3", "phrase4"],
        },
        Template {
            id: "demo-waitlist", title: "候补通知", fields: &["thing1", "time2", "time3", "phrase4"]
        },
        Template { id: "demo-reminder", title: "活动开始提醒", fields: &["thing1", "time2", "thing3"] },
        Template { id: "demo-change", title: "活动变更提醒", fields: &["thing1", "time2", "thing3"] },
        Template {
            id: "demo-subscription", title: "新活动提醒", fields: &["thing1", "time2", "thing3"]
        },
    ]
}

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    touser: String,
    #[serde(default)]
    template_id: String,
    page: Option<String>,
    #[serde(default)]
    data: BTreeMap<String, Field>,
    miniprogram_state: Option<String>,
    lang: Option<String>,
}

#[derive(Deserialize)]
struct Field {
    value: String,
}

/// A message that a person has got.
pub(super) struct Delivered {
    pub(super) app: String,
    pub(super) name: String,
    body: Value,
}

impl Delivered {
    pub(super) fn body(&self) -> &Value {
        &self.body
    }
}

impl World {
    /// `message/subscribe/send`.
    pub(super) fn send_message(
        &mut self,
        app: &str,
        question: Question,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let Question { touser, template_id, page, data, miniprogram_state, lang } = question;
        let name = self.person(app, &touser).map(|person| person.name.clone()).ok_or(OPENID)?;
        let known = self.app(app)?;
        let template = known.templates.iter().find(|one| one.id == template_id).ok_or(TEMPLATE)?.clone();
        let exists =
            |page: &String| known.pages.iter().any(|one| Some(one.as_str()) == page.split('?').next());
        if !page.as_ref().is_none_or(exists) {
            return Err(PAGE);
        }
        let words =
            |word: &Option<String>, known: &[&str]| word.as_deref().is_none_or(|word| known.contains(&word));
        let sound = words(&miniprogram_state, &["developer", "trial", "formal"])
            && words(&lang, &["zh_CN", "en_US", "zh_HK", "zh_TW"])
            && data.len() == template.fields.len()
            && template
                .fields
                .iter()
                .all(|field| data.get(*field).is_some_and(|text| fits(field, &text.value)));
        if !sound {
            return Err(FIELD);
        }
        let credit =
            self.credits.get_mut(&(touser, template_id)).filter(|credit| **credit > 0).ok_or(NO_CREDIT)?;
        *credit -= 1;
        let data: BTreeMap<_, _> = data.into_iter().map(|(field, text)| (field, text.value)).collect();
        let body = json!({
            "to": name, "appId": app, "templateId": template.id, "title": template.title, "page": page, "data": data,
            "at": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        self.delivered.push(Delivered { app: app.to_owned(), name, body });
        Ok(json!({ "errcode": 0, "errmsg": "ok" }))
    }
}

/// Whether a text is as its field's kind asks.
fn fits(field: &str, text: &str) -> bool {
    let kind = field.trim_end_matches(|c: char| c.is_ascii_digit());
    let chars = text.chars().count();
    let hanzi = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let all = |kind: fn(char) -> bool| text.chars().all(kind);
    !text.is_empty()
        && match kind {
            "thing" => chars <= 20,
            "number" => chars <= 32 && all(|c| c.is_ascii_digit() || c == '.'),
            "letter" => chars <= 32 && all(|c| c.is_ascii_alphabetic()),
            "symbol" => chars <= 5 && !all(char::is_alphanumeric),
            "character_string" => chars <= 32 && !text.chars().any(hanzi),
            "time" => text.contains(':') && all(|c| !c.is_ascii_alphabetic()),
            "date" => text.contains('年') && all(|c| !c.is_ascii_alphabetic()),
            "amount" => chars <= 12 && text.chars().any(|c| c.is_ascii_digit()),
            "phone_number" => chars <= 17 && all(|c| !c.is_alphabetic()),
            "car_number" => chars <= 8,
            "name" => chars <= if text.chars().any(hanzi) { 10 } else { 20 },
            "phrase" => chars <= 5 && text.chars().all(hanzi),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_bound_by_their_kinds() {
        for (field, good, bad) in [
            ("thing1", "甲虫王国：一只昆虫的铠甲", "一二三四五六七八九十一二三四五六七八九十一"),
            ("time2", "2026年11月28日 14:00", "2026-11-28T14"),
            ("date3", "2026年11月28日", "2026-11-28"),
            ("phrase4", "报名成功", "OK"),
            ("phrase5", "候补中", "候补候补候补"),
            ("name6", "欧阳小明", "一二三四五六七八九十一"),
            ("character_string7", "A-12", "座位12"),
            ("number8", "12.5", "12元"),
            ("phone_number9", "020-12345678", "电话"),
        ] {
            assert!(fits(field, good), "{field} {good}");
            assert!(!fits(field, bad) && !fits(field, ""), "{field} {bad}");
        }
        assert!(!fits("poem1", "a"));
    }
}
