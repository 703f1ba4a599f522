//! Invented events: what one is about, where it is and how people get in.

use super::ground::{CENTRAL_PERCENT, District};
use super::random::Stream;
use super::sessions::{self, Dates};
use super::venues::place_of_its_own;
use super::words::Theme;
use super::{Catalogue, ENGLISH_PERCENT, Purpose};
use crate::domain::admission::{Admission, ExternalSignup};
use crate::domain::events::{Event, EventStatus, Mode, Online, OnlineKind, Period};
use crate::domain::ids::EventId;
use crate::domain::places::Place;
use crate::domain::sessions::Session;
use crate::domain::taxonomy::{self, Code};
use crate::domain::text::Text;
use crate::domain::time;

/// Of a hundred events, how many have a place of their own instead of a base.
const OWN_PLACE_PERCENT: f64 = 20.0;
/// Of a hundred events, how many take sign-ups here.
const SIGNUP_PERCENT: f64 = 50.0;
/// Of a hundred events, how many have a long description.
const DESCRIPTION_PERCENT: f64 = 40.0;
/// Of a hundred sessions, how many are at another place than their event.
const ELSEWHERE_PERCENT: f64 = 1.0;

/// An event with its sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The event's id.
    pub id: EventId,
    /// The event.
    pub event: Event,
    /// Its sessions, in order of start.
    pub sessions: Vec<Session>,
}

impl Catalogue {
    /// Event `number`, with at most `most` sessions.
    pub(super) fn event(&self, number: u64, most: usize) -> Option<Made> {
        let stream = &mut self.plan.stream(Purpose::Event, number);
        let id = EventId::fresh(self.plan.made_at(number), &self.plan.stream(Purpose::EventId, number));
        let model = stream.pick(&self.world.models)?;
        let dates = Dates::draw(self.plan.today, most, stream);
        let form = if dates.is_long() { Code("exhibition".to_owned()) } else { model.form.clone() };

        let central = stream.chance(CENTRAL_PERCENT);
        let on_site = model.mode != Mode::Online;
        let at_base = on_site && !stream.chance(OWN_PLACE_PERCENT);
        let venue = if at_base { self.venues.pick(central, stream) } else { None };
        let (district, place, organiser) = match venue {
            Some(venue) => (self.world.ground.district(venue.adcode)?, None, venue.organiser),
            None => {
                let spot = self.world.ground.spot(central, stream)?;
                let place = on_site.then(|| place_of_its_own(&spot, stream));
                (spot.district, place, self.venues.organiser(stream)?)
            }
        };

        let topic = model.topics.first().map_or("", |code| code.0.as_str());
        let theme = Theme { topic, form: &form.0, place: district.short_name() };
        let english = stream.chance(ENGLISH_PERCENT).then(|| self.english(theme, district));
        let described = stream.chance(DESCRIPTION_PERCENT);
        let signed_up = !dates.is_long() && stream.chance(SIGNUP_PERCENT);
        let admission = if signed_up { Admission::Signup } else { other_admission(stream) };
        let external = ExternalSignup {
            url: Some(format!("https://example.org/signup/{id}")),
            ..ExternalSignup::default()
        };

        let terms = signed_up.then(|| sessions::terms(model.ages, stream));
        let mut sessions = dates.sessions(id, terms.as_ref(), &self.plan, number, stream);
        if on_site {
            self.move_some(&mut sessions, central, stream);
        }
        let cancelled = sessions.iter().all(|session| session.status == EventStatus::Cancelled);
        let event = Event {
            title: in_english(self.words.title(theme, stream), english.clone()),
            summary: in_english(self.words.summary(theme, stream), english),
            description: described.then(|| Text::zh(self.words.description(theme, stream))),
            form,
            topics: model.topics.clone(),
            audiences: model.audiences.clone(),
            classifications: Vec::new(),
            tags: vec![self.words.subject("", stream).to_owned()],
            ages: model.ages,
            free: model.free,
            price: model.price.clone(),
            mode: model.mode,
            admission,
            external_signup: (admission == Admission::External).then_some(external),
            status: if cancelled { EventStatus::Cancelled } else { EventStatus::Scheduled },
            notice: None,
            organisers: vec![organiser],
            speakers: model.speakers.clone(),
            base: venue.map(|venue| venue.base),
            place,
            series: model.series,
            campaigns: model.campaigns.clone(),
            online: (!on_site).then_some(Online {
                kind: OnlineKind::Livestream,
                url: None,
                for_signed_up_only: signed_up,
            }),
            recordings: Vec::new(),
            language: model.language.clone(),
            accessibility: model.accessibility.clone(),
            images: Vec::new(),
            period: dates.is_long().then(|| period(&sessions)).flatten(),
            programme: None,
            sample: true,
            source: self.plan.source(),
        };
        Some(Made { id, event, sessions })
    }

    /// Gives a few sessions a place of their own, in the same part of the country.
    fn move_some(&self, sessions: &mut [Session], central: bool, stream: &mut Stream) {
        for session in sessions {
            if stream.chance(ELSEWHERE_PERCENT) {
                session.place = self.elsewhere(central, stream).map(Box::new);
            }
        }
    }

    fn elsewhere(&self, central: bool, stream: &mut Stream) -> Option<Place> {
        let spot = self.world.ground.spot(central, stream)?;
        Some(place_of_its_own(&spot, stream))
    }

    /// `Astronomy & space: lecture in Tianhe District`.
    fn english(&self, theme: Theme<'_>, district: &District) -> String {
        let name = |scheme: &str, code: &str| {
            let term = Code(code.to_owned()).term(scheme);
            self.world.english_terms.get(&term).map_or("Science", String::as_str)
        };
        let (topic, form) = (name(taxonomy::TOPIC, theme.topic), name(taxonomy::FORM, theme.form));
        let place = &district.division.name;
        format!("{topic}: {} in {}", form.to_lowercase(), place.en.as_ref().unwrap_or(&place.zh_cn))
    }
}

fn in_english(zh_cn: String, en: Option<String>) -> Text {
    Text { en, ..Text::zh(zh_cn) }
}

fn other_admission(stream: &mut Stream) -> Admission {
    let ways =
        [Admission::WalkIn, Admission::WalkIn, Admission::WalkIn, Admission::Group, Admission::External];
    stream.pick(&ways).copied().unwrap_or(Admission::WalkIn)
}

/// The days from the first session's start to the last one's end.
fn period(sessions: &[Session]) -> Option<Period> {
    Some(Period { from: time::day_of(sessions.first()?.start), to: time::day_of(sessions.last()?.end) })
}
