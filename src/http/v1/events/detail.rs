//! An event by itself.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::item::EventItem;
use crate::discovery::EventFound;
use crate::discovery::events::{EventEntry, Standing};
use crate::domain::events;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::v1::media::{Image, Source};
use crate::http::v1::organisers::Organiser;
use crate::http::v1::places::Accessibility;
use crate::http::v1::sessions::Session;
use crate::http::v1::view::View;
use crate::http::wire::wire;

/// How many sessions a detail shows.
const SESSIONS: usize = 20;

wire! {
    /// Kinds of online event.
    OnlineKind = events::OnlineKind {
        /// A live stream.
        Livestream "livestream"
        /// A meeting one joins.
        Meeting "meeting"
        /// Something to be used at any time.
        OnDemand "onDemand"
    }
}

/// Everything public about an event.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: EventItem<'a>,
    /// The whole text; the summary where there is none.
    #[schema(example = "展览分四个部分……")]
    pub description: &'a str,
    /// The next sessions that have not ended, in order of start; cancelled ones are among them.
    #[schema(max_items = 20)]
    pub sessions: Vec<Session<'a>>,
    /// Whether more sessions follow: `/v1/events/{id}/sessions` has all.
    #[schema(example = false)]
    pub sessions_more: bool,
    /// Who runs it, the main one first.
    pub organisers: Vec<Organiser<'a>>,
    /// Who speaks or leads.
    pub speakers: Vec<Speaker<'a>>,
    /// How to take part from afar.
    pub online: Option<Online<'a>>,
    /// Recordings of past sessions.
    pub recordings: Vec<Recording<'a>>,
    /// Language spoken, a BCP 47 tag.
    #[schema(example = "zh-CN")]
    pub language: &'a str,
    /// Who can take part; where nothing is said of the event, what is known of its base.
    pub accessibility: Accessibility<'a>,
    /// Pictures, the first is the cover.
    pub images: Vec<Image<'a>>,
    /// Subjects in free words.
    #[schema(example = json!(["昆虫"]))]
    pub tags: &'a [String],
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

/// Somebody who speaks.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Speaker<'a> {
    /// Their name, where they agreed to be named.
    #[schema(example = "李老师")]
    pub name: Option<&'a str>,
    /// Profession or part.
    #[schema(example = "昆虫学家")]
    pub role: &'a str,
    /// Where they come from.
    #[schema(example = "中山大学")]
    pub organisation: Option<&'a str>,
}

/// How to take part from afar.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Online<'a> {
    /// What it is.
    pub kind: OnlineKind,
    /// Where; absent if only people who signed up get it.
    #[schema(example = "https://example.org/live")]
    pub url: Option<&'a str>,
    /// Whether only people who signed up get the address.
    #[schema(example = false)]
    pub for_signed_up_only: bool,
}

/// A recording.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recording<'a> {
    /// What it shows.
    #[schema(example = "第一讲：甲虫的铠甲")]
    pub title: &'a str,
    /// Where it is.
    #[schema(example = "https://example.org/video")]
    pub url: &'a str,
}

impl<'a> EventDetail<'a> {
    /// An event as `view` shows it; `event` is all about it, as [`View::event`] reads it.
    pub fn new(view: &View<'a>, event: &'a events::Event, entry: &'a EventEntry) -> Self {
        let venue = event.base.and_then(|base| view.snapshot.bases.get(&base));
        let goes_on = entry.sessions.iter().filter(|session| {
            matches!(Standing::of(entry.status, session, view.now), Standing::Scheduled | Standing::Changed)
        });
        let next = goes_on.clone().next();
        let found = EventFound { entry, next, sessions: goes_on.count(), distance: None };
        let coming = || entry.sessions.iter().filter(|session| session.end > view.now);
        Self {
            item: EventItem::new(view, event, found),
            description: view.text(event.description.as_ref().unwrap_or(&event.summary)),
            sessions: coming()
                .take(SESSIONS)
                .map(|session| Session::new(view, event, entry, session))
                .collect(),
            sessions_more: coming().nth(SESSIONS).is_some(),
            organisers: view.organisers(&event.organisers),
            speakers: event.speakers.iter().map(|speaker| Speaker::new(view, speaker)).collect(),
            online: event.online.as_ref().map(Online::from),
            recordings: event.recordings.iter().map(|recording| Recording::new(view, recording)).collect(),
            language: &event.language,
            accessibility: Accessibility::new(
                view,
                &event.accessibility,
                venue.map(|venue| &venue.body().accessibility),
            ),
            images: Image::all(view, &event.images),
            tags: &event.tags,
            updated_at: rfc3339(entry.updated_at),
            version: entry.version,
            source: (&event.source).into(),
            crs: view.crs.into(),
        }
    }
}

impl<'a> Speaker<'a> {
    fn new(view: &View<'a>, speaker: &'a events::Speaker) -> Self {
        Self {
            name: speaker.name.as_ref().map(|name| view.text(name)),
            role: view.text(&speaker.role),
            organisation: speaker.organisation.as_ref().map(|organisation| view.text(organisation)),
        }
    }
}

impl<'a> Recording<'a> {
    fn new(view: &View<'a>, recording: &'a events::Recording) -> Self {
        Self { title: view.text(&recording.title), url: &recording.url }
    }
}

impl<'a> From<&'a events::Online> for Online<'a> {
    fn from(online: &'a events::Online) -> Self {
        let url = online.url.as_deref().filter(|_| !online.for_signed_up_only);
        Self { kind: online.kind.into(), url, for_signed_up_only: online.for_signed_up_only }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_those_who_signed_up_is_not_public() {
        let online = |for_signed_up_only| {
            let url = Some("https://example.org/meeting".to_owned());
            let online = events::Online { kind: events::OnlineKind::Meeting, url, for_signed_up_only };
            serde_json::to_string(&Online::from(&online)).unwrap()
        };
        assert_eq!(online(true), r#"{"kind":"meeting","forSignedUpOnly":true}"#);
        assert!(online(false).contains("https://example.org/meeting"));
    }
}
