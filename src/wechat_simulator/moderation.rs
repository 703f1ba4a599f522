//! Content checks: whatever contains 违规 is risky, everything else passes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusals::{ARGUMENTS, EMPTY, FORMAT, NOT_VISITED, OPENID, Refusal, SCENE};
use super::world::World;

/// The word that is found.
const FOUND: &str = "违规";
const MAX_CHARS: usize = 2500;
/// How long after a login a person's content can be checked.
const RECENT: TimeDelta = TimeDelta::hours(2);

#[derive(Deserialize)]
pub(super) struct Question {
    version: u8,
    #[serde(default)]
    openid: String,
    #[serde(default)]
    scene: u8,
    #[serde(default)]
    content: String,
    #[serde(default)]
    media_url: String,
    media_type: Option<u8>,
}

impl World {
    fn may_check(&mut self, app: &str, question: &Question, now: DateTime<Utc>) -> Result<(), Refusal> {
        if question.version != 2 {
            return Err(ARGUMENTS);
        }
        if !(1..=4).contains(&question.scene) {
            return Err(SCENE);
        }
        let visited = self.person(app, &question.openid).ok_or(OPENID)?.visited;
        if visited.is_some_and(|visited| now - visited <= RECENT) { Ok(()) } else { Err(NOT_VISITED) }
    }

    /// `msg_sec_check`. The detail lacks what the official sample lacks.
    pub(super) fn check_text(
        &mut self,
        app: &str,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        self.may_check(app, question, now)?;
        match question.content.chars().count() {
            0 => return Err(EMPTY),
            1..=MAX_CHARS => {}
            _ => return Err(FORMAT),
        }
        let (suggest, label) =
            if question.content.contains(FOUND) { ("risky", 20006) } else { ("pass", 100) };
        Ok(json!({
            "errcode": 0, "errmsg": "ok", "trace_id": self.draw(),
            "result": { "suggest": suggest, "label": label },
            "detail": [{ "strategy": "keyword", "errcode": 0 }],
        }))
    }

    /// `media_check_async`, whose verdict is not pushed here.
    pub(super) fn check_media(
        &mut self,
        app: &str,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        self.may_check(app, question, now)?;
        if !question.media_url.starts_with("http") || !matches!(question.media_type, Some(1 | 2)) {
            return Err(ARGUMENTS);
        }
        Ok(json!({ "errcode": 0, "errmsg": "ok", "trace_id": self.draw() }))
    }
}
