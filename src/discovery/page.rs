//! Order and pages: a page continues after the last key of the one before, in the data of its own day.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// By what a list is ordered. Smaller comes first; equals are ordered by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// Decimetres, milliseconds, or a score turned around.
    Number(i64),
    /// The beginning of a name.
    Text(String),
}

impl Key {
    /// What has no distance, or no time, comes last.
    pub const LAST: Self = Self::Number(i64::MAX);

    /// A distance in metres to 0.1.
    pub fn distance(metres: Option<f64>) -> Self {
        metres.map_or(Self::LAST, |metres| Self::Number((metres * 10.0).round() as i64))
    }

    /// A time, earliest first.
    pub fn earliest(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::LAST, |at| Self::Number(at.timestamp_millis()))
    }

    /// A time, latest first.
    pub fn latest(at: Option<DateTime<Utc>>) -> Self {
        at.map_or(Self::LAST, |at| Self::Number(-at.timestamp_millis()))
    }

    /// A score, highest first.
    pub fn score(score: i64) -> Self {
        Self::Number(-score)
    }

    /// A name; 32 characters tell names apart well enough, and keep a cursor short.
    pub fn name(name: &str) -> Self {
        Self::Text(name.chars().take(32).collect())
    }
}

/// What a list is ordered by when its question does not say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Best fit of the words first.
    Relevance,
    /// Nearest first.
    Distance,
    /// Earliest first.
    Start,
    /// Latest first.
    StartDescending,
    /// Newest in the catalogue first.
    Newest,
    /// By name.
    Name,
}

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// How many items at most.
    pub limit: usize,
    /// The last key and id of the page before.
    pub after: Option<(Key, i64)>,
}

/// Something found.
#[derive(Debug, Clone)]
pub struct Hit<T> {
    /// Its place in the order.
    pub key: Key,
    /// Its id.
    pub id: i64,
    /// What it is.
    pub found: T,
}

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// This page's part, in order.
    pub found: Vec<T>,
    /// How many there are on all pages.
    pub total: usize,
    /// The last key and id of this page, if there are more after it.
    pub next: Option<(Key, i64)>,
}

/// Cuts a page out of everything that was found.
pub fn page<T>(mut hits: Vec<Hit<T>>, paging: &Paging) -> Answer<T> {
    let total = hits.len();
    if let Some((key, id)) = &paging.after {
        hits.retain(|hit| (&hit.key, hit.id) > (key, *id));
    }
    let more = hits.len() > paging.limit;
    if more && paging.limit > 0 {
        hits.select_nth_unstable_by(paging.limit - 1, |a, b| (&a.key, a.id).cmp(&(&b.key, b.id)));
        hits.truncate(paging.limit);
    }
    hits.sort_unstable_by(|a, b| (&a.key, a.id).cmp(&(&b.key, b.id)));
    let next = hits.last().filter(|_| more).map(|last| (last.key.clone(), last.id));
    Answer { found: hits.into_iter().map(|hit| hit.found).collect(), total, next }
}

/// Where a next page continues, as clients carry it: opaque, and not a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Hash of the question it belongs to.
    #[serde(rename = "q")]
    pub question: u64,
    /// The last key of the page before.
    #[serde(rename = "k")]
    pub key: Key,
    /// The last id of the page before.
    #[serde(rename = "i")]
    pub id: i64,
    /// The instant, in milliseconds, at which the first page judged time; later pages judge by it too.
    #[serde(rename = "t")]
    pub at: i64,
}

impl Cursor {
    /// How it is sent.
    pub fn encode(&self) -> String {
        // Numbers and a short text: serialising them cannot fail.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads what was sent; `None` if it is no cursor.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    /// The instant by which time is judged.
    pub fn instant(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let hits =
            || (1..=10).map(|id| Hit { key: Key::Number(id / 4), id, found: id }).rev().collect::<Vec<_>>();
        let mut paging = Paging { limit: 3, after: None };
        let mut seen = Vec::new();
        loop {
            let answer = page(hits(), &paging);
            assert_eq!(answer.total, 10);
            seen.extend(answer.found);
            paging.after = answer.next;
            if paging.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for key in [Key::Number(-5), Key::name("广东科学中心")] {
            let cursor = Cursor { question: u64::MAX, key, id: 7, at: 1_795_000_000_000 };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
        assert_eq!(Cursor::decode("not a cursor"), None);
    }
}
