//! Which page of a list is asked for, and where the next one continues.

use chrono::{DateTime, TimeDelta, Utc};
use xxhash_rust::xxh3::Xxh3;

use super::list::{Crs, List};
use super::params::groups::{CURSOR, LANG, LIMIT, SINCE};
use super::params::{Asked, Table, decode};
use super::problem::{Code, Problem};
use crate::discovery::page::{Answer, Cursor, Paging};
use crate::domain::text::Lang;

/// How long a cursor is good for.
const VALID: TimeDelta = TimeDelta::hours(24);

/// How far the clocks of two replicas may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its size, and what comes before it.
    pub paging: Paging,
    /// The instant by which it judges time: that of the first page.
    pub now: DateTime<Utc>,
    question: u64,
}

impl<T: Table> Asked<T> {
    /// The page asked for at `now`.
    ///
    /// # Errors
    /// A problem with a code of its own where the cursor is none, belongs to another question, or is too old.
    pub fn turn(&self, now: DateTime<Utc>) -> Result<Turn, Problem> {
        let page = self.params.page();
        let first = |limit| Turn { paging: Paging { limit, after: None }, now, question: self.question };
        let Some(text) = page.cursor else { return Ok(first(page.limit)) };
        let cursor = Cursor::decode(text).ok_or(Code::CursorMalformed)?;
        let at = cursor.instant().ok_or(Code::CursorMalformed)?;
        if cursor.question != self.question {
            return Err(Code::CursorMismatch.into());
        }
        // The cursor's number is the caller's: it is compared, never added to.
        if at < now - VALID || now + SKEW < at {
            return Err(Code::CursorExpired.into());
        }
        let paging = Paging { limit: page.limit, after: Some((cursor.key, cursor.id)) };
        Ok(Turn { paging, now: at, ..first(page.limit) })
    }
}

impl Turn {
    /// The page as it is sent.
    pub fn list<F, T>(&self, answer: Answer<F>, crs: Option<Crs>, render: impl FnMut(F) -> T) -> List<T> {
        let next = answer.next.map(|(key, id)| {
            Cursor { question: self.question, key, id, at: self.now.timestamp_millis() }.encode()
        });
        let items = answer.found.into_iter().map(render).collect();
        List { items, total: answer.total as u64, next_cursor: next, crs }
    }
}

/// A hash that tells questions apart: of the address and of all parameters but those that turn pages, whatever
/// their order and spelling, with the language that is in effect.
pub(super) fn question(path: &str, query: &str, lang: Lang) -> u64 {
    let pairs = query.split('&').filter_map(|pair| {
        let (name, text) = pair.split_once('=')?;
        // What cannot be decoded has been refused before anybody asks.
        Some((decode(name).ok()?, decode(text).ok()?))
    });
    let turns = |name: &str| [CURSOR.name, SINCE.name, LIMIT.name, LANG.name].contains(&name);
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| !turns(name)).collect();
    pairs.sort_unstable();
    let mut hash = Xxh3::new();
    let words =
        [path, lang.tag()].into_iter().chain(pairs.iter().flat_map(|(name, text)| [&**name, &**text]));
    for word in words {
        hash.update(word.as_bytes());
        // No parameter contains it, so that no two lists of words run together.
        hash.update(&[0]);
    }
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_same_however_it_is_written() {
        let ask = |query| question("/v1/events", query, Lang::ZhCn);
        let one = ask("q=%E5%A4%A9%E6%96%87&free=true");
        for same in
            ["free=true&q=天文", "q=天文&free=true&limit=5&cursor=x", "&free=true&&q=%e5%a4%a9文&lang=zh-CN"]
        {
            assert_eq!(ask(same), one, "{same}");
        }
        for other in ["q=天文", "q=天文&free=false", "q=天&文=free", ""] {
            assert_ne!(ask(other), one, "{other}");
        }
        assert_ne!(question("/v1/bases", "q=天文&free=true", Lang::ZhCn), one);
        assert_ne!(question("/v1/events", "q=天文&free=true", Lang::En), one);
    }
}
