//! Completions while somebody types: names of places, topics and things, in characters, pinyin or initials.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::page::Paging;
use super::question::Question;
use super::relevance::Wanted;
use super::snapshot::Snapshot;
use super::thing::Thing;
use super::words::{Dictionary, Names};
use crate::domain::divisions::{Adcode, Division};
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::text::Text;

/// What has a name that can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A base, a series, a route, a campaign, a resource: its kind and id.
    Thing(Kind, i64),
    /// A division.
    Division(Adcode),
    /// A term: scheme and code.
    Term(Arc<str>, Arc<str>),
    /// An event.
    Event(EventId),
}

/// Events among the completions at most: there are too many to be listed by name.
const EVENTS: usize = 4;

impl Named {
    /// What a thing is completed as; events and organisations are not held by name.
    pub(super) fn thing(thing: &Thing) -> Option<Self> {
        let kind = thing.kind();
        matches!(kind, Kind::Base | Kind::Series | Kind::Route | Kind::Campaign | Kind::Resource)
            .then(|| Self::Thing(kind, thing.id()))
    }
}

fn spellings(name: &Text) -> impl Iterator<Item = &str> {
    // Traditional characters are folded into simplified ones.
    [Some(&name.zh_cn), name.en.as_ref()].into_iter().flatten().map(String::as_str)
}

/// Enters a name in its languages.
pub(super) fn name_all(names: &mut Names<Named>, dictionary: &Dictionary, name: &Text, named: &Named) {
    spellings(name).for_each(|text| names.insert(dictionary, text, named.clone()));
}

/// Takes a name out in its languages.
pub(super) fn unname_all(names: &mut Names<Named>, dictionary: &Dictionary, name: &Text, named: &Named) {
    spellings(name).for_each(|text| {
        names.remove(dictionary, text, named);
    });
}

impl Snapshot {
    /// At most `limit` completions of `q`, the best first; events that go ahead fill up what names leave.
    pub fn suggest(&self, q: &str, limit: usize, now: DateTime<Utc>) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        // A thing comes once for each of its names.
        for (named, _) in self.names.find(&self.dictionary, q, limit * 2) {
            if !found.contains(&named) {
                found.push(named);
            }
        }
        found.truncate(limit);
        let words = Wanted::read(self, q, &[Kind::Event], true).filter(|_| found.len() < limit);
        if words.is_some() {
            let question = Question { words, ..Question::about(Kind::Event) };
            let paging = Paging { limit: EVENTS.min(limit - found.len()), after: None };
            let events = self.find(&question, now, &paging).found;
            found.extend(events.iter().filter_map(|event| EventId::new(event.thing.id()).map(Named::Event)));
        }
        found
    }

    /// What is named so.
    pub fn name(&self, named: &Named) -> Option<&Text> {
        match named {
            Named::Thing(kind, id) => self.index.get(*kind, *id).map(Thing::name),
            Named::Event(id) => self.index.get(Kind::Event, id.get()).map(Thing::name),
            Named::Division(adcode) => self.divisions.get(*adcode).map(|division| &division.name),
            Named::Term(scheme, code) => self.taxonomy.name(scheme, code),
        }
    }

    /// The divisions of a name or a part of it, in any language, in pinyin or by initials; the best fit first.
    pub fn divisions_named(&self, q: &str) -> Vec<&Division> {
        let mut found: Vec<Adcode> = Vec::new();
        for (named, _) in self.names.find(&self.dictionary, q, usize::MAX) {
            if let Named::Division(adcode) = named
                && !found.contains(&adcode)
            {
                found.push(adcode);
            }
        }
        let folded = self.dictionary.fold(q);
        let within = self.divisions.iter().filter(|division| {
            spellings(&division.name).any(|name| self.dictionary.fold(name).contains(folded.trim()))
        });
        found.extend(
            within
                .map(|division| division.adcode)
                .filter(|adcode| !found.contains(adcode))
                .collect::<Vec<_>>(),
        );
        found.into_iter().filter_map(|adcode| self.divisions.get(adcode)).collect()
    }
}
