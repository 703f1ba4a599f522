//! What WeChat says of texts, beside the lists of words: asked once something is handed in, of whoever handed it in and has
//! been in one of the mini-programs lately. What it doubts is told to whoever reviews; what is published already enters the
//! queue to be looked at.

use chrono::{DateTime, TimeDelta, Utc};

use super::Error;
use super::drafts::judged::whose;
use super::drafts::{authored, current};
use super::review::enqueue;
use crate::db::text_checks::{self, TextCheck};
use crate::db::{Db, Tx, publication, review_items, wechat_identities as identities};
use crate::domain::drafts::body;
use crate::domain::ids::Random;
use crate::domain::publication::Publication;
use crate::domain::review::{ItemKind, Lane, NewItem};
use crate::domain::screening::Doubt;
use crate::domain::sealing::Vault;
use crate::domain::wechat::OpenId;

/// Checks that are made at a time.
const AT_ONCE: i64 = 8;

/// How often WeChat is asked before whoever reviews is told that it did not answer.
const ATTEMPTS: i32 = 5;

/// How long a check is somebody's who takes it; also how long to wait before the next attempt.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// What is to be asked about one thing.
#[derive(Debug)]
pub struct Asked {
    /// The check.
    pub check: TextCheck,
    /// By which names WeChat knows the author in which mini-programs, the newest last.
    pub author: Vec<(String, OpenId)>,
    /// The texts, each with the fields that it is of.
    pub texts: Vec<(String, String)>,
    /// Whether nobody will ask again if WeChat does not answer now.
    pub last: bool,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What WeChat doubts; perhaps nothing.
    Said(Vec<Doubt>),
    /// WeChat says nothing about texts of this author.
    Unknown,
    /// It did not answer.
    Nothing,
}

/// Takes some checks that are due, for this replica alone.
///
/// # Errors
/// If the store fails.
pub fn take(db: &Db, vault: &Vault, now: DateTime<Utc>, longest: usize) -> Result<Vec<Asked>, Error> {
    let due = db.read(|conn| text_checks::due(conn, now, AT_ONCE))?;
    let mut taken = Vec::with_capacity(due.len());
    for check in due {
        if !db.write(|tx| text_checks::take(tx, check, now + PATIENCE))? {
            continue;
        }
        let asked = db.snapshot(|conn| {
            let author = identities::openids_of(conn, vault, check.person)?;
            let draft = authored!(check.kind, T => current::<T>(conn, check.object))?;
            let texts = draft.map(|draft| texts(&draft.body, longest)).unwrap_or_default();
            let author = author.into_iter().map(|(app, openid, _)| (app, openid)).collect();
            Ok::<_, Error>(Asked { check, author, texts, last: check.attempts + 1 >= ATTEMPTS })
        })?;
        taken.push(asked);
    }
    Ok(taken)
}

/// Settles a check by what came of asking.
///
/// # Errors
/// If the store fails.
pub fn settle(db: &Db, random: &dyn Random, asked: &Asked, answer: Answer) -> Result<(), Error> {
    let doubts = match answer {
        Answer::Said(doubts) => doubts,
        Answer::Unknown => Vec::new(),
        Answer::Nothing if asked.last => {
            vec![Doubt {
                field: String::new(), reason: "微信内容检查未能完成".to_owned(), found: None
            }]
        }
        Answer::Nothing => return Ok(()),
    };
    db.write(|tx| {
        if !text_checks::done(tx, asked.check)? || doubts.is_empty() {
            return Ok(());
        }
        tell(tx, random, asked.check, doubts)
    })
}

/// Tells whoever reviews: beside what waits, or as something to be looked at where it is published already.
fn tell(tx: &mut Tx<'_>, random: &dyn Random, check: TextCheck, doubts: Vec<Doubt>) -> Result<(), Error> {
    let Some(kind) = ItemKind::of(check.kind) else { return Ok(()) };
    if let Some(item) = review_items::open_of(tx, kind, check.object)? {
        return Ok(review_items::add_notes(tx, &item, doubts)?);
    }
    if publication::of(tx, check.kind, check.object)? != Some(Publication::Public) {
        return Ok(());
    }
    let version = authored!(check.kind, T => current::<T>(tx, check.object))?.map(|draft| draft.version);
    let whose = authored!(check.kind, T => whose::<T>(tx, check.object))?.ok_or(Error::NotFound)?;
    let item = NewItem {
        kind,
        object: check.object,
        version: version.unwrap_or(check.version),
        lane: Lane::Sampled,
        title: whose.title,
        organisation: whose.organisation,
        division: whose.division,
        campaigns: Vec::new(),
        notes: doubts,
        by: Some(check.person),
    };
    enqueue(tx, random, item).map(drop)
}

/// The texts of fields in pieces of at most so many characters, each with the fields that it is of. Codes, ids and
/// addresses say nothing.
fn texts(fields: &body::Body, longest: usize) -> Vec<(String, String)> {
    let mut pieces: Vec<(String, String)> = Vec::new();
    body::texts(fields, &mut |field, text| {
        if text.is_ascii() && !text.contains(' ') {
            return;
        }
        let letters: Vec<char> = text.chars().collect();
        for part in letters.chunks(longest) {
            let part: String = part.iter().collect();
            match pieces.last_mut() {
                Some((of, piece)) if piece.chars().count() + part.chars().count() < longest => {
                    of.push_str(", ");
                    of.push_str(field);
                    piece.push('\n');
                    piece.push_str(&part);
                }
                _ => pieces.push((field.to_owned(), part)),
            }
        }
    });
    pieces
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_asked_about_in_pieces_that_fit_and_codes_are_not() {
        let fields = json!({
            "form": "lecture", "summary": { "zh-CN": "长".repeat(7) }, "title": { "zh-CN": "短", "en": "A talk" },
        });
        let pieces = texts(fields.as_object().unwrap(), 5);
        assert!(pieces.iter().all(|(_, piece)| piece.chars().count() <= 5), "{pieces:?}");
        let all: String = pieces.iter().map(|(_, piece)| piece.replace('\n', "")).collect();
        assert_eq!(all, format!("{}短A talk", "长".repeat(7)));
        let together = texts(fields.as_object().unwrap(), 100);
        assert_eq!(together.len(), 1);
        assert_eq!(together[0].0, "summary.zh-CN, title.zh-CN, title.en");
    }
}
