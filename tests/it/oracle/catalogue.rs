//! Random small catalogues, in which what is rare out there is common: things at one place, at equal distances, on
//! both sides of a border, at one time, ended this minute, without place, session or end.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use kepu::discovery::Item;
use kepu::domain::bases::Base;
use kepu::domain::campaigns::Campaign;
use kepu::domain::events::Event;
use kepu::domain::ids::{BaseId, CampaignId, EventId, OrganisationId, SeriesId, SessionId};
use kepu::domain::organisations::Organisation;
use kepu::domain::record::Record;
use kepu::domain::resources::Resource;
use kepu::domain::routes::Route;
use kepu::domain::series::Series;
use kepu::domain::sessions::Session;
use kepu::domain::time::{day_of, start_of};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::chance::Chance;
use super::ground::GROUND;
use super::plans::PLANS;

/// A catalogue, and when it is asked.
#[derive(Clone)]
pub struct World {
    /// What the clock shows, with seconds.
    pub clock: DateTime<Utc>,
    pub organisations: Vec<Record<Organisation>>,
    pub bases: Vec<Record<Base>>,
    pub series: Vec<Record<Series>>,
    pub campaigns: Vec<Record<Campaign>>,
    pub routes: Vec<Record<Route>>,
    pub events: Vec<(Record<Event>, Vec<Session>)>,
    pub resources: Vec<Record<Resource>>,
}

/// Where things are: a position and the divisions it can be said to lie in, the innermost first.
type Cluster = ((f64, f64), &'static [&'static str]);

const CLUSTERS: [Cluster; 8] = [
    ((23.1066, 113.3245), &["440105", "440106", "440100", "440000"]),
    ((23.1273, 113.3560), &["440106", "440100"]),
    // Within a few hundred metres of the border, where GCJ-02 can be read both ways.
    ((22.5330, 114.1160), &["440303", "440304"]),
    ((22.5066, 114.2066), &["810112", "810000"]),
    ((22.2802, 114.1662), &["810101", "810107"]),
    ((22.1898, 113.5379), &["820000"]),
    ((22.2260, 113.5500), &["440402", "820000"]),
    ((23.0234, 113.7466), &["441900"]),
];

/// Offsets in degrees from the middle of a cluster; opposite ones give equal distances.
const OFFSETS: [f64; 6] = [0.0, 0.0, 0.001, -0.001, 0.0125, -0.0125];

const NAMES: [&str; 8] =
    ["科学", "天文馆", "海洋", "Planetarium", "珠江科学大讲堂", "湿地", "Ocean park", "科学馆（东馆）"];

/// Instants at which catalogues are asked, in Guangdong: an ordinary day, the eve of a holiday, one in the middle
/// of it, a worked Sunday, a Sunday evening, the last day that the tables settle, one within reach of their end.
const CLOCKS: [&str; 8] = [
    "2026-11-25T10:00:37+08:00",
    "2026-09-30T23:30:00+08:00",
    "2026-10-03T08:59:59+08:00",
    "2026-09-20T12:00:01+08:00",
    "2026-11-29T20:15:00+08:00",
    "2026-12-31T16:30:00+08:00",
    "2026-11-28T00:00:00+08:00",
    "2026-02-13T11:30:30+08:00",
];

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

impl World {
    /// The catalogue of a seed.
    pub fn random(seed: u64) -> Self {
        Maker { chance: Chance::new(seed), taken: Vec::new() }.world()
    }

    /// By which minute answers judge time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock - TimeDelta::seconds(self.clock.timestamp().rem_euclid(60))
    }

    /// The base of this id.
    pub fn base(&self, id: BaseId) -> Option<&Base> {
        self.bases.iter().find(|base| base.id == id.get()).map(|base| &base.body)
    }

    /// All of it, as a feed carries it.
    pub fn items(&self) -> Vec<Item> {
        let mut items: Vec<_> = self.organisations.iter().cloned().map(Item::Organisation).collect();
        items.extend(self.bases.iter().cloned().map(Item::Base));
        items.extend(self.series.iter().cloned().map(Item::Series));
        items.extend(self.campaigns.iter().cloned().map(Item::Campaign));
        items.extend(self.routes.iter().cloned().map(Item::Route));
        items.extend(self.resources.iter().cloned().map(Item::Resource));
        items.extend(self.events.iter().cloned().map(|(event, sessions)| Item::Event(event, sessions)));
        items
    }
}

struct Maker {
    chance: Chance,
    taken: Vec<i64>,
}

impl Maker {
    fn world(&mut self) -> World {
        let clock: DateTime<Utc> = self.chance.one(&CLOCKS).parse().unwrap();
        let mut world = World {
            clock,
            organisations: Vec::new(),
            bases: Vec::new(),
            series: Vec::new(),
            campaigns: Vec::new(),
            routes: Vec::new(),
            events: Vec::new(),
            resources: Vec::new(),
        };
        world.organisations = self.records(1, 5, clock, |maker| maker.organisation());
        let organisations = ids(&world.organisations);
        world.bases = self.records(2, 12, clock, |maker| maker.base(&organisations, clock));
        let bases = ids(&world.bases);
        world.series = self.records(0, 4, clock, |maker| maker.series(&organisations, &bases));
        world.campaigns = self.records(0, 5, clock, |maker| maker.campaign(clock));
        world.routes = self.records(0, 6, clock, |maker| maker.route(&bases));
        let (series, campaigns) = (ids(&world.series), ids(&world.campaigns));
        let events =
            self.records(4, 30, clock, |maker| maker.event([&organisations, &bases, &series, &campaigns]));
        world.events = events
            .into_iter()
            .map(|event| {
                let sessions = self.sessions(event.id, clock);
                (event, sessions)
            })
            .collect();
        world.resources = self.records(0, 8, clock, |maker| maker.resource(&organisations, &bases));
        world
    }

    fn records<T>(
        &mut self,
        least: i64,
        most: i64,
        clock: DateTime<Utc>,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<Record<T>> {
        self.taken.clear();
        let count = self.chance.between(least, most);
        let mut record = |_| {
            let updated_at = clock - TimeDelta::seconds(self.chance.between(0, 5) * 1800);
            Record { id: self.id(), version: self.chance.between(2, 3), updated_at, body: make(self) }
        };
        (0..count).map(&mut record).collect()
    }

    /// An id; often a small one, so that things of different kinds have the same.
    fn id(&mut self) -> i64 {
        loop {
            let bits = (self.chance.bits() >> 1) as i64;
            let id = if self.chance.odds(50) { 1 + bits % 60 } else { bits.max(1) };
            if !self.taken.contains(&id) {
                self.taken.push(id);
                return id;
            }
        }
    }

    fn text(&mut self) -> Value {
        let name = *self.chance.one(&NAMES);
        let mut text = json!({ "zh-CN": name });
        if self.chance.odds(30) {
            text["en"] = format!("{} in English", self.chance.one(&["A", "B", "Ä"])).into();
        }
        if self.chance.odds(10) {
            text["zh-HK"] = "科學".into();
        }
        text
    }

    fn codes(&mut self, scheme: &str, least: usize, most: usize) -> Value {
        // A few codes only, so that questions find something.
        let codes = GROUND.codes(scheme);
        json!(self.chance.some(least, most, &codes[..codes.len().min(5)]))
    }

    fn code(&mut self, scheme: &str) -> Value {
        self.codes(scheme, 1, 1)[0].take()
    }

    fn ids(&mut self, least: usize, most: usize, of: &[i64]) -> Vec<i64> {
        self.chance.some(least, most, of).into_iter().copied().collect()
    }

    fn organisers(&mut self, organisations: &[i64]) -> Value {
        let organisers = self.ids(1, 3, organisations).into_iter().enumerate().map(|(place, id)| {
            let role = if place == 0 { "organiser" } else { "coOrganiser" };
            json!({ "organisation": OrganisationId::new(id), "role": role })
        });
        organisers.collect()
    }

    fn place(&mut self) -> Value {
        let ((lat, lng), adcodes) = *self.chance.one(&CLUSTERS);
        let mut place = json!({
            "name": self.text(), "address": self.text(), "adcode": adcodes[0],
        });
        if self.chance.odds(30) {
            place["adcode"] = (*self.chance.one(adcodes)).into();
        }
        if self.chance.odds(88) {
            let (north, east) = (*self.chance.one(&OFFSETS), *self.chance.one(&OFFSETS));
            place["position"] = json!({ "lat": lat + north, "lng": lng + east });
        }
        place
    }

    fn accessibility(&mut self) -> Value {
        let mut needs = json!({});
        for need in ["wheelchair", "hearing", "visual"] {
            if let Some(provision) = self.chance.maybe(60, &["yes", "limited", "no"]) {
                needs[need] = (*provision).into();
            }
        }
        needs
    }

    fn organisation(&mut self) -> Organisation {
        let mut body = json!({ "name": self.text(), "source": { "text": "a test" } });
        if self.chance.odds(80) {
            let (_, adcodes) = *self.chance.one(&CLUSTERS);
            body["adcode"] = (*self.chance.one(adcodes)).into();
        }
        read(body)
    }

    fn base(&mut self, organisations: &[i64], clock: DateTime<Utc>) -> Base {
        let mut body = json!({
            "name": self.text(), "description": self.text(), "category": self.code("category"),
            "organisers": self.organisers(organisations), "place": self.place(),
            "booking": { "need": "none" }, "accessibility": self.accessibility(), "source": { "text": "a test" },
        });
        let levels = self.codes("level", 0, 2);
        let levels = levels.as_array().unwrap().iter();
        body["recognitions"] =
            levels.map(|level| json!({ "level": level, "body": { "zh-CN": "科协" } })).collect();
        if let Some(free) = self.chance.maybe(75, &[true, false]) {
            body["free"] = (*free).into();
        }
        if let Some(plan) = self.chance.maybe(85, PLANS) {
            body["hours"] = json!({ "rule": plan.rule });
            // Whether a closure also ends a night that began before it is for the venue to say.
            if self.chance.odds(25) && !plan.rule.contains("26:00") {
                let from = day_of(clock) + TimeDelta::days(self.chance.between(-3, 4));
                let to = from + TimeDelta::days(self.chance.between(0, 4));
                body["closures"] = json!([{ "from": from, "to": to, "reason": { "zh-CN": "维修" } }]);
            }
        }
        read(body)
    }

    fn series(&mut self, organisations: &[i64], bases: &[i64]) -> Series {
        let mut body = json!({
            "name": self.text(), "summary": self.text(), "organisers": self.organisers(organisations),
            "topics": self.codes("topic", 0, 2), "source": { "text": "a test" },
        });
        if let Some(base) = self.chance.maybe(30, bases) {
            body["base"] = json!(BaseId::new(*base));
        }
        read(body)
    }

    fn campaign(&mut self, clock: DateTime<Utc>) -> Campaign {
        const RULES: [(&str, u32); 6] = [
            ("FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", 8),
            ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=9", 1),
            ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", 30),
            ("FREQ=MONTHLY;BYDAY=3SA", 30),
            ("FREQ=WEEKLY;BYDAY=WE", 1),
            ("FREQ=YEARLY;BYMONTH=2;UNTIL=20260601T000000Z", 7),
        ];
        let kind = *self.chance.one(&["campaign", "themeDay", "themeWeek", "themeMonth"]);
        let mut recurrence = json!({ "durationDays": 7, "fixed": self.chance.odds(50), "text": self.text() });
        if let Some((rule, days)) = self.chance.maybe(80, &RULES) {
            recurrence["rule"] = (*rule).into();
            recurrence["durationDays"] = (*days).into();
        }
        let mut editions = Vec::new();
        let year = i64::from(day_of(clock).year());
        for year in year - 1..=year + 1 {
            if self.chance.odds(25) {
                let new_year = NaiveDate::from_ymd_opt(year as i32, 1, 1).unwrap();
                let from = new_year + Days::new(self.chance.between(0, 340) as u64);
                let to = from + Days::new(self.chance.between(0, 20) as u64);
                editions.push(json!({ "year": year, "from": from, "to": to }));
            }
        }
        read(json!({
            "name": self.text(), "type": kind, "text": self.text(), "recurrence": recurrence, "editions": editions,
            "source": { "text": "a test" },
        }))
    }

    fn route(&mut self, bases: &[i64]) -> Route {
        let stops = self.ids(2, 4, bases);
        let stop = |base| json!({ "base": BaseId::new(base), "day": 1, "stayMinutes": 60 });
        read(json!({
            "name": self.text(), "theme": self.text(), "audiences": self.codes("audience", 0, 2),
            "days": self.chance.between(1, 4), "durationMinutes": 240, "sample": self.chance.odds(30),
            "stops": stops.into_iter().map(stop).collect::<Vec<_>>(), "source": { "text": "a test" },
        }))
    }

    fn resource(&mut self, organisations: &[i64], bases: &[i64]) -> Resource {
        let kind = *self.chance.one(&["facility", "exhibit", "work", "product"]);
        let mut body = json!({
            "name": self.text(), "type": kind, "text": self.text(), "topics": self.codes("topic", 0, 2),
            "audiences": self.codes("audience", 0, 2), "source": { "text": "a test" },
        });
        if self.chance.odds(70) {
            body["organisers"] = self.organisers(organisations);
        }
        if let Some(base) = self.chance.maybe(60, bases) {
            body["base"] = json!(BaseId::new(*base));
        }
        if self.chance.odds(25) {
            body["place"] = self.place();
        }
        read(body)
    }

    fn event(&mut self, [organisations, bases, series, campaigns]: [&[i64]; 4]) -> Event {
        let mode = *self.chance.one(&["onsite", "onsite", "onsite", "online", "hybrid"]);
        let mut ages = json!({});
        if self.chance.odds(40) {
            ages["min"] = self.chance.between(3, 8).into();
        }
        if self.chance.odds(40) {
            ages["max"] = self.chance.between(8, 14).into();
        }
        let admission = *self.chance.one(&["walkIn", "signup", "group", "invited"]);
        let status = *self.chance.one(&["scheduled", "scheduled", "scheduled", "changed", "cancelled"]);
        let campaigns = self.ids(0, 2, campaigns).into_iter().map(CampaignId::new).collect::<Vec<_>>();
        let mut body = json!({
            "title": self.text(), "summary": self.text(), "form": self.code("form"),
            "topics": self.codes("topic", 0, 3), "audiences": self.codes("audience", 0, 3), "ages": ages,
            "free": self.chance.odds(60), "mode": mode, "admission": admission, "status": status,
            "organisers": self.organisers(organisations), "campaigns": campaigns, "language": "zh-CN",
            "accessibility": self.accessibility(), "sample": self.chance.odds(40), "source": { "text": "a test" },
        });
        if self.chance.odds(if mode == "online" { 40 } else { 75 }) {
            body["base"] = json!(BaseId::new(*self.chance.one(bases)));
        }
        if (mode != "online" && body.get("base").is_none()) || self.chance.odds(15) {
            body["place"] = self.place();
        }
        if let Some(series) = self.chance.maybe(30, series) {
            body["series"] = json!(SeriesId::new(*series));
        }
        read(body)
    }

    /// The sessions of an event, in order of start.
    fn sessions(&mut self, event: i64, clock: DateTime<Utc>) -> Vec<Session> {
        let count = self.chance.between(0, 6);
        let mut sessions: Vec<_> = (0..count).map(|_| self.session(event, clock)).collect();
        sessions.sort_by_key(|session| (session.start, session.id));
        sessions
    }

    fn session(&mut self, event: i64, clock: DateTime<Utc>) -> Session {
        const STARTS: [i64; 14] =
            [-5000, -1440, -120, -60, -30, -1, 0, 1, 30, 60, 1440, 2880, 5 * 1440, 20 * 1440];
        const LENGTHS: [i64; 6] = [1, 30, 60, 120, 1440, 5000];
        let minute = clock - TimeDelta::seconds(clock.timestamp().rem_euclid(60));
        let minutes = |minutes: &i64| TimeDelta::minutes(*minutes);
        let (start, end) = match self.chance.below(10) {
            // From midnight to midnight.
            0 => {
                let first = day_of(clock) + TimeDelta::days(self.chance.between(-2, 9));
                (start_of(first), start_of(first + Days::new(self.chance.between(1, 3) as u64)))
            }
            // Over this minute, or in the middle of one.
            1 => (minute - TimeDelta::hours(2), minute + TimeDelta::seconds(self.chance.between(-1, 1) * 30)),
            _ => {
                let start = minute + minutes(self.chance.one(&STARTS));
                (start, start + minutes(self.chance.one(&LENGTHS)))
            }
        };
        let signup = self.chance.odds(65).then(|| {
            let mut terms = json!({ "waitlistMode": self.chance.one(&["none", "confirm", "offer"]) });
            if let Some(opens) = self.chance.maybe(40, &[-600, -1, 0, 1, 600]) {
                terms["opensAt"] = json!(minute + minutes(opens));
            }
            if let Some(closes) = self.chance.maybe(40, &[-60, -1, 0, 1, 60]) {
                terms["closesAt"] = json!(minute + minutes(closes));
            }
            read(terms)
        });
        let capacity = self.chance.maybe(70, &[1, 10]).copied();
        let status = *self.chance.one(&["scheduled", "scheduled", "scheduled", "changed", "cancelled"]);
        Session {
            id: SessionId::new(((self.chance.bits() >> 1) as i64).max(1)).unwrap(),
            event: EventId::new(event).unwrap(),
            start,
            end,
            status: read(json!(status)),
            place: self.chance.odds(20).then(|| read(self.place())),
            signup,
            capacity,
            taken: self.chance.between(0, i64::from(capacity.unwrap_or(3))) as i32,
            waiting: (*self.chance.one(&[0, 0, 2])),
            moved: 0,
            notice: None,
        }
    }
}

fn ids<T>(records: &[Record<T>]) -> Vec<i64> {
    records.iter().map(|record| record.id).collect()
}
