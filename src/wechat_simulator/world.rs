//! All that a simulated WeChat remembers.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::MiniProgram;
use super::failures::Failure;
use super::login::Ticket;
use super::messages::Delivered;
use super::refusals::{APP_ID, QUOTA, Refusal};
use super::tokens::Tokens;

/// One lock holds it: a demonstration asks seldom.
pub(super) struct World {
    pub(super) apps: Vec<MiniProgram>,
    pub(super) tokens: Tokens,
    /// Codes that may still be exchanged.
    pub(super) tickets: HashMap<String, Ticket>,
    /// Who an openid is, once it was given out.
    pub(super) people: HashMap<String, Person>,
    /// How many messages of a template a person will still take, by openid and template.
    pub(super) credits: BTreeMap<(String, String), u32>,
    pub(super) delivered: Vec<Delivered>,
    pub(super) failures: Vec<Failure>,
    /// How often each path was asked.
    pub(super) calls: BTreeMap<String, u64>,
    /// Calls in a minute, by what is limited.
    minutes: HashMap<String, (i64, u32)>,
    seed: [u32; 4],
    drawn: u64,
}

/// A person within a mini-program.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) app: String,
    /// The last login.
    pub(super) visited: Option<DateTime<Utc>>,
}

impl World {
    pub(super) fn new(apps: Vec<MiniProgram>, seed: [u32; 4]) -> Self {
        Self {
            apps,
            tokens: Tokens::default(),
            tickets: HashMap::new(),
            people: HashMap::new(),
            credits: BTreeMap::new(),
            delivered: Vec::new(),
            failures: Vec::new(),
            calls: BTreeMap::new(),
            minutes: HashMap::new(),
            seed,
            drawn: 0,
        }
    }

    pub(super) fn app(&self, id: &str) -> Result<&MiniProgram, Refusal> {
        self.apps.iter().find(|app| app.id == id).ok_or(APP_ID)
    }

    /// Counts a call and refuses those beyond `most` a minute.
    pub(super) fn limit(&mut self, what: String, most: u32, now: DateTime<Utc>) -> Result<(), Refusal> {
        let minute = now.timestamp().div_euclid(60);
        let (since, count) = self.minutes.entry(what).or_insert((minute, 0));
        if *since != minute {
            (*since, *count) = (minute, 0);
        }
        *count += 1;
        if *count > most { Err(QUOTA) } else { Ok(()) }
    }

    /// A word that nobody can guess.
    pub(super) fn draw(&mut self) -> String {
        self.drawn += 1;
        digest(&format!("{:?} {}", self.seed, self.drawn), 32)
    }

    /// The openid of the person of this name, who is known from now on.
    pub(super) fn openid(&mut self, app: &str, name: &str) -> String {
        let openid = format!("o{}", digest(&format!("{app} {name}"), 27));
        let person = || Person { name: name.to_owned(), app: app.to_owned(), visited: None };
        self.people.entry(openid.clone()).or_insert_with(person);
        openid
    }

    /// The person with this openid in this mini-program.
    pub(super) fn person(&mut self, app: &str, openid: &str) -> Option<&mut Person> {
        self.people.get_mut(openid).filter(|person| person.app == app)
    }
}

/// The unionid of the person of this name.
pub(super) fn unionid(name: &str) -> String {
    format!("u{}", digest(&format!("union {name}"), 27))
}

/// The phone number of the person of this name: eleven digits, of a kind that is given to nobody.
pub(super) fn phone(name: &str) -> String {
    let digits: String =
        digest(&format!("phone {name}"), 8).bytes().map(|byte| char::from(b'0' + byte % 10)).collect();
    format!("100{digits}")
}

fn digest(text: &str, letters: usize) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_person_everywhere() {
        let mut world = World::new(super::super::demonstration(), [0; 4]);
        let here = world.openid("wxdemo000000000001", "lan");
        assert_eq!((here.len(), &here), (28, &world.openid("wxdemo000000000001", "lan")));
        assert_ne!(here, world.openid("wxdemo000000000002", "lan"));
        assert_ne!(here, world.openid("wxdemo000000000001", "ming"));
        assert_ne!(unionid("lan"), unionid("ming"));
        let phone = phone("lan");
        assert!(phone.len() == 11 && phone.bytes().all(|byte| byte.is_ascii_digit()), "{phone}");
    }

    #[test]
    fn a_limit_is_of_one_minute() {
        let mut world = World::new(Vec::new(), [0; 4]);
        let now = DateTime::UNIX_EPOCH;
        let outcomes: Vec<_> = (0..3).map(|_| world.limit("a".into(), 2, now)).collect();
        assert_eq!(outcomes, [Ok(()), Ok(()), Err(QUOTA)]);
        assert_eq!(world.limit("b".into(), 2, now), Ok(()));
        assert_eq!(world.limit("a".into(), 2, now + chrono::TimeDelta::minutes(1)), Ok(()));
    }
}
