//! How entries are linked. Each has a number, the hash of the one before, and a hash over its own exact text, in which
//! both stand: who changes one would have to write all that follow anew, and the end of the chain is kept in a second
//! place under a key.
//!
//! The text of an entry is a line for each column, `name`, the length of the value in bytes and the value, or `name -`
//! where there is none; nothing can be moved from one column to the next. Of what tells of persons only salted digests
//! stand in it: a digest without its salt tells nothing and cannot be found by trying, so the chain holds when salt and
//! value are deleted.

use std::fmt::{self, Write};

use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};

/// An entry as the store has it, with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The id of its row.
    pub id: i64,
    /// When it was, in UTC.
    pub at: NaiveDateTime,
    /// The word of who did it.
    pub actor: String,
    /// Which partner's system did it.
    pub api_key: Option<i64>,
    /// The word of what they did.
    pub action: String,
    /// The word of the kind of what was changed.
    pub object_kind: Option<String>,
    /// The id of what was changed.
    pub object_id: Option<i64>,
    /// For which organisation.
    pub organisation: Option<i64>,
    /// In which division.
    pub division: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// What it was before.
    pub before: Option<String>,
    /// What it is after.
    pub after: Option<String>,
    /// What shows that the service noted it; absent on entries of before there were marks, and on what others put in.
    pub mark: Option<String>,
    /// The digests of what it tells of persons, in JSON: an object of parts.
    pub digests: String,
    /// Its place, from 1.
    pub number: i64,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of its last entry; 0 if it has none.
    pub number: i64,
    /// The hash of its last entry.
    pub hash: String,
}

/// What an entry tells of a person, with the salt that was drawn for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salted<'a> {
    /// The salt.
    pub salt: &'a str,
    /// As what it stands in the entry.
    pub part: &'a str,
    /// The number of the person.
    pub person: i64,
    /// What it is beside that.
    pub text: Option<&'a str>,
}

/// The first thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Its hash is not that of its text.
    #[error("entry {0} was changed")]
    Changed(i64),
    /// It should come next, and does not.
    #[error("entry {0} is missing")]
    Missing(i64),
    /// It is whole, but does not follow the one before: one of the two was put in another's place.
    #[error("entry {0} does not follow the one before: one of them was exchanged")]
    Exchanged(i64),
    /// It follows the end of the chain, or comes before its beginning.
    #[error("entry {0} was put in: the chain does not reach it")]
    PutIn(i64),
    /// The chain ends before its end.
    #[error("entries {first} to {last} were cut off")]
    Cut {
        /// The first that is missing.
        first: i64,
        /// The last that was written.
        last: i64,
    },
    /// What an entry tells of a person is not what it told.
    #[error("what entry {number} tells of a person was changed: {part}")]
    Personal {
        /// Which entry.
        number: i64,
        /// As what it stands in the entry.
        part: String,
    },
    /// It stands in the chain, and the service never noted it.
    #[error("entry {0} was not noted by this service")]
    Foreign(i64),
    /// Entries wait, and are not chained, that the service never noted.
    #[error("{count} entries outside the chain were not noted by this service; the first has the id {first}")]
    Loose {
        /// The id of the first row.
        first: i64,
        /// How many they are.
        count: usize,
    },
    /// The end of the chain, in its second place, was not written by this service.
    #[error("the record of the chain's end was forged")]
    Head,
    /// The chain is not the one whose end was kept elsewhere.
    #[error("entry {0} is another than the one that was kept elsewhere")]
    OtherChain(i64),
}

impl Link {
    /// The hash over its text, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut text = Lines::new("kepu audit 1");
        text.number("number", Some(self.number)).line("previous", Some(&self.previous));
        self.tell(&mut text);
        text.line("digests", Some(&self.digests));
        if let Some(mark) = &self.mark {
            text.line("mark", Some(mark));
        }
        text.hash()
    }

    /// The hash over what it says, wherever it stands in the chain, in hexadecimal digits.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut text = Lines::new("kepu audit entry 1");
        self.tell(&mut text);
        text.hash()
    }

    fn tell(&self, text: &mut Lines) {
        text.number("id", Some(self.id));
        text.line("at", Some(&self.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()));
        text.line("actor", Some(&self.actor))
            .number("apiKey", self.api_key)
            .line("action", Some(&self.action));
        text.line("objectKind", self.object_kind.as_deref()).number("objectId", self.object_id);
        text.number("organisation", self.organisation).number("division", self.division);
        text.line("reason", self.reason.as_deref());
        text.line("before", self.before.as_deref()).line("after", self.after.as_deref());
    }
}

impl Salted<'_> {
    /// The digest that stands in the chain, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut text = Lines::new("kepu audit personal 1");
        text.line("salt", Some(self.salt)).line("part", Some(self.part));
        text.number("person", Some(self.person)).line("text", self.text);
        text.hash()
    }
}

/// The text that is hashed.
struct Lines(String);

impl Lines {
    fn new(title: &str) -> Self {
        Self(format!("{title}\n"))
    }

    fn line(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        // Writing into a text cannot fail.
        let _ = match value {
            Some(value) => writeln!(self.0, "{name} {} {value}", value.len()),
            None => writeln!(self.0, "{name} -"),
        };
        self
    }

    fn number(&mut self, name: &str, value: Option<i64>) -> &mut Self {
        self.line(name, value.map(|value| value.to_string()).as_deref())
    }

    fn hash(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl std::str::FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let head = || {
            let (number, hash) = text.split_once(':')?;
            let whole =
                hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let number = number.parse().ok().filter(|number| *number > 0)?;
            whole.then(|| Self { number, hash: hash.to_owned() })
        };
        head()
            .ok_or_else(|| "the end of a chain is written NUMBER:HASH, as verify-audit prints it".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn link() -> Link {
        Link {
            id: 7,
            at: DateTime::from_timestamp(1_795_572_000, 0).unwrap().naive_utc(),
            actor: "operator".into(),
            api_key: None,
            action: "roleGranted".into(),
            object_kind: Some("division".into()),
            object_id: Some(440_100),
            organisation: None,
            division: Some(440_100),
            reason: Some("new\nreviewer".into()),
            before: None,
            after: Some("{\"role\":\"reviewer\"}".into()),
            mark: None,
            digests: "{}".into(),
            number: 1,
            previous: String::new(),
        }
    }

    /// The text below through sha256sum.
    #[test]
    fn the_text_of_an_entry_never_changes() {
        let text = "kepu audit 1\nnumber 1 1\nprevious 0 \nid 1 7\nat 27 2026-11-25T02:00:00.000000Z\n\
                    actor 8 operator\napiKey -\naction 11 roleGranted\nobjectKind 8 division\nobjectId 6 440100\n\
                    organisation -\ndivision 6 440100\nreason 12 new\nreviewer\nbefore -\n\
                    after 19 {\"role\":\"reviewer\"}\ndigests 2 {}\n";
        assert_eq!(link().hash(), Lines(text.into()).hash());
        assert_eq!(
            Lines("abc".into()).hash(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_mark_is_chained_and_is_no_part_of_what_is_marked() {
        let marked = Link { mark: Some("m".into()), ..link() };
        assert_ne!(marked.hash(), link().hash());
        assert_ne!(marked.hash(), Link { mark: Some(String::new()), ..link() }.hash());
        let placed = Link { number: 2, previous: "p".into(), digests: "{\"a\":1}".into(), ..marked };
        assert_eq!(placed.content_hash(), link().content_hash());
        assert_ne!(Link { id: 8, ..link() }.content_hash(), link().content_hash(), "a copy is another entry");
    }

    #[test]
    fn nothing_moves_from_one_column_to_the_next() {
        let one = Link { before: Some("a".into()), after: None, ..link() };
        let other = Link { before: None, after: Some("a".into()), ..link() };
        assert_ne!(one.hash(), other.hash());
        let empty = Link { reason: Some(String::new()), ..link() };
        assert_ne!(empty.hash(), Link { reason: None, ..link() }.hash());
    }

    #[test]
    fn a_digest_follows_salt_part_person_and_text() {
        let one = Salted { salt: "s", part: "actor", person: 5, text: None };
        for other in [
            Salted { salt: "t", ..one.clone() },
            Salted { part: "subject", ..one.clone() },
            Salted { person: 6, ..one.clone() },
            Salted { text: Some(""), ..one.clone() },
        ] {
            assert_ne!(one.digest(), other.digest(), "{other:?}");
        }
    }

    #[test]
    fn an_end_is_read_as_it_is_written() {
        let head = Head { number: 12, hash: link().hash() };
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        for wrong in
            ["", "12", "12:abc", &format!("0:{}", head.hash), &format!("12:{}", head.hash.to_uppercase())]
        {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
