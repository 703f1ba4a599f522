//! `stable_token`: the same token for everybody until five minutes before its end, then its successor, both being good
//! for those five minutes. One that is forced out ends the one before at once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusals::{
    FREQUENCY, GRANT_TYPE, QUOTA, Refusal, SECRET, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_MISSING,
};
use super::world::World;

const LIFE: TimeDelta = TimeDelta::seconds(7200);
const OVERLAP: TimeDelta = TimeDelta::seconds(300);
const FORCED_APART: TimeDelta = TimeDelta::seconds(30);
const FORCED_A_DAY: usize = 20;
const A_MINUTE: u32 = 10_000;

/// The tokens given out.
#[derive(Default)]
pub(super) struct Tokens {
    /// Whose each token is and until when it holds.
    issued: HashMap<String, (String, DateTime<Utc>)>,
    /// The present token of each mini-program.
    current: HashMap<String, String>,
    /// When tokens were forced out.
    forced: HashMap<String, Vec<DateTime<Utc>>>,
}

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

impl World {
    pub(super) fn stable_token(&mut self, question: &Question, now: DateTime<Utc>) -> Result<Value, Refusal> {
        if question.grant_type != "client_credential" {
            return Err(GRANT_TYPE);
        }
        let app = self.app(&question.appid)?;
        if app.secret != question.secret {
            return Err(SECRET);
        }
        let id = app.id.clone();
        self.limit(format!("token {id}"), A_MINUTE, now)?;
        let held = self.tokens.current.get(&id).cloned();
        let until = |token: &String| self.tokens.issued.get(token).map(|(_, until)| *until);
        let left = held.as_ref().and_then(until).map(|until| until - now);
        if question.force_refresh {
            self.note_forced(&id, now)?;
            held.iter().for_each(|token| drop(self.tokens.issued.remove(token)));
        } else if let Some((token, left)) = held.zip(left).filter(|(_, left)| *left > OVERLAP) {
            return Ok(json!({ "access_token": token, "expires_in": left.num_seconds() }));
        }
        let token = format!("simulated_{}", self.draw());
        self.tokens.issued.insert(token.clone(), (id.clone(), now + LIFE));
        self.tokens.current.insert(id, token.clone());
        Ok(json!({ "access_token": token, "expires_in": LIFE.num_seconds() }))
    }

    fn note_forced(&mut self, app: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        let forced = self.tokens.forced.entry(app.to_owned()).or_default();
        forced.retain(|at| now - *at < TimeDelta::days(1));
        if forced.last().is_some_and(|last| now - *last < FORCED_APART) {
            return Err(FREQUENCY);
        }
        if forced.len() >= FORCED_A_DAY {
            return Err(QUOTA);
        }
        forced.push(now);
        Ok(())
    }

    /// The mini-program whose token this is.
    pub(super) fn authorise(&self, token: Option<&str>, now: DateTime<Utc>) -> Result<String, Refusal> {
        let token = token.filter(|token| !token.is_empty()).ok_or(TOKEN_MISSING)?;
        let (app, until) = self.tokens.issued.get(token).ok_or(TOKEN_INVALID)?;
        if now < *until { Ok(app.clone()) } else { Err(TOKEN_EXPIRED) }
    }

    /// Ends every token, as if two hours had passed.
    pub(super) fn expire_tokens(&mut self, now: DateTime<Utc>) {
        self.tokens.issued.values_mut().for_each(|(_, until)| *until = now.min(*until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(world: &mut World, force_refresh: bool, after: i64) -> Result<(String, i64), Refusal> {
        let app = &world.apps[0];
        let question = Question {
            grant_type: "client_credential".into(),
            appid: app.id.clone(),
            secret: app.secret.clone(),
            force_refresh,
        };
        let answer = world.stable_token(&question, at(after))?;
        Ok((answer["access_token"].as_str().unwrap().to_owned(), answer["expires_in"].as_i64().unwrap()))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn world() -> World {
        World::new(super::super::demonstration(), [0; 4])
    }

    #[test]
    fn everybody_gets_the_same_token_and_its_successor_in_time() {
        let mut world = world();
        let (first, life) = ask(&mut world, false, 0).unwrap();
        assert_eq!(life, 7200);
        assert_eq!(ask(&mut world, false, 6899).unwrap(), (first.clone(), 301));
        let (second, _) = ask(&mut world, false, 6900).unwrap();
        assert_ne!(first, second);
        assert!(world.authorise(Some(&first), at(7199)).is_ok(), "both hold for five minutes");
        assert_eq!(world.authorise(Some(&first), at(7200)), Err(TOKEN_EXPIRED));
        assert!(world.authorise(Some(&second), at(7200)).is_ok());
        assert_eq!(world.authorise(Some("x"), at(0)), Err(TOKEN_INVALID));
        assert_eq!(world.authorise(None, at(0)), Err(TOKEN_MISSING));
    }

    #[test]
    fn a_forced_token_ends_the_one_before_and_is_rationed() {
        let mut world = world();
        let (first, _) = ask(&mut world, false, 0).unwrap();
        ask(&mut world, true, 1).unwrap();
        assert_eq!(world.authorise(Some(&first), at(1)), Err(TOKEN_INVALID));
        assert_eq!(ask(&mut world, true, 30), Err(FREQUENCY));
        for time in 1..20 {
            ask(&mut world, true, 1 + 30 * time).unwrap();
        }
        assert_eq!(ask(&mut world, true, 1000), Err(QUOTA));
        assert!(ask(&mut world, false, 1000).is_ok());
    }
}
