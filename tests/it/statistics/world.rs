//! A world of events, small enough that its figures are counted by hand: [`World::figures`] is a plain reading of what the
//! document says, over a list of facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use kepu::app;
use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::db::walk_ins::{self, WalkIn};
use kepu::db::{Db, feedback, headcounts, persons, publication, sessions, signups};
use kepu::domain::campaigns::Campaign;
use kepu::domain::divisions::Division;
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::feedback::Feedback;
use kepu::domain::ids::{BaseId, CampaignId, EventId, OrganisationId, PersonId, SessionId, SignupId};
use kepu::domain::kinds::Kind;
use kepu::domain::organisations::Organisation;
use kepu::domain::publication::Publication;
use kepu::domain::sealing::Vault;
use kepu::domain::sessions::Session;
use kepu::domain::signups::party::{Member, Personal, Role as As};
use kepu::domain::signups::{Signup, Status};
use kepu::domain::taxonomy::{Code, Term};
use kepu::domain::time::day_of;
use serde_json::{Value, json};

use super::adcode;
use crate::support::catalogue;
use crate::support::server::{NOW, vault};

/// Where things take place.
pub const DISTRICTS: [&str; 3] = ["440106", "440105", "440305"];
/// What they are about.
pub const TOPICS: [&str; 3] = ["ocean", "space", "plants"];
/// For whom they are.
pub const AUDIENCES: [&str; 2] = ["families", "seniors"];
/// Of which campaign.
pub const CAMPAIGNS: [&str; 2] = ["week", "day"];
/// Whose.
pub const ORGANISATIONS: [&str; 2] = ["org", "garden"];

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn some(&mut self, of: &[&'static str]) -> Vec<&'static str> {
        of.iter().copied().filter(|_| self.roll(2) == 0).collect()
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.roll(of.len() as u64) as usize]
    }
}

/// An event as a plain reader knows it.
#[derive(Clone)]
pub struct Fact {
    pub slug: String,
    pub organisation: &'static str,
    pub district: &'static str,
    pub topics: Vec<&'static str>,
    pub audiences: Vec<&'static str>,
    pub campaigns: Vec<&'static str>,
    pub publication: Publication,
    pub sample: bool,
    pub sessions: Vec<Held>,
}

/// A session.
#[derive(Clone)]
pub struct Held {
    pub start: DateTime<Utc>,
    pub elsewhere: Option<&'static str>,
    pub off: bool,
    pub capacity: Option<i32>,
    pub parties: Vec<Party>,
    pub walk_ins: u64,
    pub headcount: Option<u64>,
}

/// A sign-up.
#[derive(Clone)]
pub struct Party {
    pub status: Status,
    pub people: u64,
    pub came: u64,
    /// A class, booked by heads, whose list names one.
    pub class: bool,
    pub stars: Option<u8>,
}

/// A party of which so many of so many came.
pub fn party(people: u64, came: u64) -> Party {
    let status = if came > 0 { Status::Attended } else { Status::NoShow };
    Party { status, people, came, class: false, stars: None }
}

/// A session on a day, of which only these parties are known.
pub fn held(start: DateTime<Utc>, parties: Vec<Party>) -> Held {
    Held { start, elsewhere: None, off: false, capacity: Some(30), parties, walk_ins: 0, headcount: None }
}

/// A public event of the museum.
pub fn fact(slug: &str, district: &'static str, topics: &[&'static str], sessions: Vec<Held>) -> Fact {
    Fact {
        slug: slug.to_owned(),
        organisation: "org",
        district,
        topics: topics.to_vec(),
        audiences: Vec::new(),
        campaigns: Vec::new(),
        publication: Publication::Public,
        sample: false,
        sessions,
    }
}

pub struct World {
    pub facts: Vec<Fact>,
    /// Whose every second sign-up is.
    pub person: PersonId,
    staff: PersonId,
    vault: Arc<Vault>,
}

impl World {
    /// What events stand on.
    pub fn new(db: &Db) -> Self {
        catalogue::ground(db);
        let [person, staff] = ["visitor", "guide"].map(PersonId::from_slug);
        db.write(|tx| {
            let city = Division::get(tx, 440_100)?.map(|found| found.body).unwrap();
            let district = Division::get(tx, 440_106)?.map(|found| found.body).unwrap();
            for (code, parent, like) in [
                ("440300", "440000", &city),
                ("440305", "440300", &district),
                ("440105", "440100", &district),
            ] {
                let parent = Some(adcode(parent));
                let mut one = Division { adcode: adcode(code), parent, ..like.clone() };
                one.name.zh_cn = code.to_owned();
                save(tx, one.adcode.number(), &one, Existing::Keep)?;
            }
            let terms = TOPICS.map(|code| ("topic", code)).into_iter().chain(AUDIENCES.map(|code| ("audience", code)));
            for (scheme, code) in terms.chain([("level", "district"), ("level", "provincial")]) {
                let term: Term = serde_json::from_value(json!({
                    "scheme": scheme, "code": code, "name": { "zh-CN": code }, "source": { "text": "a test" },
                }))
                .unwrap();
                save(tx, term.id().get(), &term, Existing::Keep)?;
            }
            for slug in ORGANISATIONS {
                catalogue::organisation(tx, slug)?;
            }
            let garden = OrganisationId::from_slug("garden");
            let found = Organisation::get(tx, garden.get())?.unwrap();
            let seated = Organisation { adcode: Some(adcode("440305")), ..found.body };
            save(tx, garden.get(), &seated, Existing::Replace)?;
            for (slug, unit) in CAMPAIGNS.iter().zip(ORGANISATIONS) {
                let campaign: Campaign = serde_json::from_value(json!({
                    "name": { "zh-CN": slug }, "type": "campaign", "text": { "zh-CN": slug },
                    "recurrence": { "durationDays": 7, "fixed": false, "text": { "zh-CN": "每年" } },
                    "units": [{ "name": { "zh-CN": unit }, "organisation": OrganisationId::from_slug(unit), "role": "lead" }],
                    "source": { "text": "a test" },
                }))
                .unwrap();
                save(tx, CampaignId::from_slug(slug).get(), &campaign, Existing::Keep)?;
            }
            for district in DISTRICTS {
                let mut base = catalogue::base(district, 23.1, 113.3);
                base.place.adcode = adcode(district);
                catalogue::put_base(tx, district, &base)?;
            }
            persons::insert(tx, person)?;
            persons::insert(tx, staff)?;
            Ok::<_, app::Error>(())
        })
        .unwrap();
        Self { facts: Vec::new(), person, staff, vault: vault() }
    }

    /// Adds so many random events.
    pub fn grow(&mut self, events: usize, dice: &mut Dice) {
        for n in 0..events {
            let publications = [
                Publication::Public,
                Publication::Public,
                Publication::TakenDown,
                Publication::Archived,
                Publication::Draft,
            ];
            let sessions = (0..1 + dice.roll(4)).map(|_| random_session(dice)).collect();
            let fact = Fact {
                slug: format!("event {n}"),
                organisation: dice.one(&ORGANISATIONS),
                district: dice.one(&DISTRICTS),
                topics: dice.some(&TOPICS),
                audiences: dice.some(&AUDIENCES),
                campaigns: dice.some(&CAMPAIGNS),
                publication: publications[dice.roll(5) as usize],
                sample: dice.roll(10) == 0,
                sessions,
            };
            self.facts.push(fact);
        }
    }

    /// Puts all of it into a store.
    pub fn save(&self, db: &Db) {
        db.write(|tx| {
            let mut number = 0;
            for fact in &self.facts {
                let event = Event {
                    topics: fact.topics.iter().map(|code| Code((*code).to_owned())).collect(),
                    audiences: fact.audiences.iter().map(|code| Code((*code).to_owned())).collect(),
                    campaigns: fact.campaigns.iter().map(|slug| CampaignId::from_slug(slug)).collect(),
                    organisers: serde_json::from_value(
                        json!([{ "organisation": OrganisationId::from_slug(fact.organisation) }]),
                    )
                    .unwrap(),
                    sample: fact.sample,
                    ..catalogue::event(&fact.slug, BaseId::from_slug(fact.district))
                };
                catalogue::put_event(tx, &fact.slug, &event, NOW, 0)?;
                let id = EventId::from_slug(&fact.slug);
                for (at, held) in fact.sessions.iter().enumerate() {
                    let session = session(&format!("{} {at}", fact.slug), id, held);
                    sessions::insert_if_absent(tx, &session)?;
                    for party in &held.parties {
                        number += 1;
                        self.sign_up(tx, number, &session, party)?;
                    }
                    if held.walk_ins > 0 {
                        let came = |entry: &str, people, undone| WalkIn {
                            session: session.id,
                            device: "door".to_owned(),
                            entry: entry.to_owned(),
                            people,
                            seats: 0,
                            undone,
                        };
                        walk_ins::insert(tx, self.staff, &came("one", held.walk_ins as i32, false))?;
                        walk_ins::insert(tx, self.staff, &came("mistake", 40, true))?;
                    }
                    if let Some(heads) = held.headcount {
                        headcounts::set(tx, session.id, self.staff, heads as i32)?;
                    }
                }
                publication::set(tx, Kind::Event, id.get(), fact.publication)?;
            }
            Ok::<_, app::Error>(())
        })
        .unwrap();
    }

    fn sign_up(
        &self,
        tx: &mut kepu::db::Tx<'_>,
        number: i64,
        session: &Session,
        party: &Party,
    ) -> Result<(), app::Error> {
        let names = if party.class { 1 } else { party.people };
        let member = |n: u64| Member {
            name: format!("客人{n}").as_str().into(),
            birth: None,
            role: As::Attendee,
            known: None,
            first_name: None,
            first_birth: None,
        };
        let id = SignupId::new(1_000 + number).unwrap();
        // Of each session at most one stands of a person.
        let theirs = party.status.stands() && number % 2 == 0;
        let before = signups::standing(tx, &self.vault, &[session.id], &[self.person])?;
        let signup = Signup {
            id,
            session: session.id,
            event: session.event,
            person: (theirs && before.is_empty()).then_some(self.person),
            status: party.status,
            reason: None,
            // By party: how many people it is for, only their list tells.
            seats: 1,
            headcount: party.class.then_some(party.people as u16),
            queue_number: (party.status == Status::Waitlisted).then_some(number),
            offered_until: (party.status == Status::Offered).then_some(NOW + TimeDelta::days(400)),
            ticket_code: None,
            ticket_revision: 1,
            personal: Some(Personal { party: (0..names).map(member).collect(), ..Personal::default() }),
            attended: (0..party.came as u16).collect(),
            policy_version: "1".into(),
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        };
        signups::insert(tx, &self.vault, &[signup])?;
        if let Some(stars) = party.stars {
            feedback::set(tx, &self.vault, (session.id, id), &Feedback { stars, words: None })?;
        }
        Ok(())
    }

    /// The figures of sessions that begin on these days, by what they are broken down by: each row's key, and what a plain
    /// reader counts. `chosen` narrows events, with the district of the session.
    pub fn figures(
        &self,
        now: DateTime<Utc>,
        days: (&str, &str),
        by: &[&str],
        chosen: impl Fn(&Fact, &str) -> bool,
    ) -> BTreeMap<Vec<String>, Counts> {
        let (from, to): (NaiveDate, NaiveDate) = (days.0.parse().unwrap(), days.1.parse().unwrap());
        let mut rows: BTreeMap<Vec<String>, Counts> = BTreeMap::new();
        for fact in &self.facts {
            if fact.publication == Publication::Draft || fact.sample {
                continue;
            }
            for held in &fact.sessions {
                let (day, district) = (day_of(held.start), held.elsewhere.unwrap_or(fact.district));
                if day < from || day > to || !chosen(fact, district) {
                    continue;
                }
                let mut keys: Vec<Vec<String>> = vec![Vec::new()];
                for dimension in by {
                    let many = |codes: &[&str], id: fn(&str) -> String| match codes {
                        [] => vec![String::new()],
                        codes => codes.iter().map(|code| id(code)).collect(),
                    };
                    let values = match *dimension {
                        "district" => vec![district.to_owned()],
                        "city" => vec![format!("{}00", &district[..4])],
                        "topic" => many(&fact.topics, str::to_owned),
                        "audience" => many(&fact.audiences, str::to_owned),
                        "campaign" => many(&fact.campaigns, |slug| CampaignId::from_slug(slug).to_string()),
                        "organisation" => vec![OrganisationId::from_slug(fact.organisation).to_string()],
                        _ => vec![format!("{}-{:02}", day.year(), day.month())],
                    };
                    keys = keys
                        .iter()
                        .flat_map(|key| {
                            values.iter().map(|value| [key.as_slice(), std::slice::from_ref(value)].concat())
                        })
                        .collect();
                }
                keys.into_iter().for_each(|key| rows.entry(key).or_default().count(fact, held, now));
            }
        }
        rows
    }
}

/// What a plain reader counts.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Counts {
    events: BTreeSet<String>,
    sessions: u64,
    held: u64,
    cancelled: u64,
    seats: u64,
    unlimited: u64,
    signups: u64,
    attended: u64,
    headcount: u64,
    no_show: u64,
    stars: Vec<u8>,
}

impl Counts {
    fn count(&mut self, fact: &Fact, held: &Held, now: DateTime<Utc>) {
        if held.off {
            self.cancelled += 1;
            return;
        }
        let end = held.start + TimeDelta::hours(1);
        self.events.insert(fact.slug.clone());
        self.sessions += 1;
        self.held += u64::from(end <= now);
        self.seats += held.capacity.map_or(0, |seats| seats as u64);
        self.unlimited += u64::from(held.capacity.is_none());
        self.attended += held.walk_ins;
        self.headcount += held.headcount.unwrap_or(0);
        for party in &held.parties {
            match party.status {
                Status::Confirmed => self.signups += party.people,
                Status::NoShow => {
                    self.signups += party.people;
                    self.no_show += party.people;
                }
                Status::Attended => {
                    self.signups += party.people;
                    self.attended += party.came;
                    if end + TimeDelta::days(1) <= now {
                        self.no_show += party.people - party.came;
                    }
                }
                _ => {}
            }
            self.stars.extend(party.stars);
        }
    }

    /// As it is sent where nothing is left out.
    pub fn shown(&self) -> Value {
        let count = self.stars.len();
        let mut satisfaction = json!({ "count": count });
        if count > 0 {
            let sum: f64 = self.stars.iter().map(|stars| f64::from(*stars)).sum();
            satisfaction["average"] = json!((sum / count as f64 * 100.0).round() / 100.0);
        }
        json!({
            "events": self.events.len(), "sessions": self.sessions, "held": self.held, "cancelled": self.cancelled,
            "seats": self.seats, "unlimited": self.unlimited, "signups": self.signups, "attended": self.attended,
            "headcount": self.headcount, "noShow": self.no_show, "satisfaction": satisfaction, "suppressed": false,
        })
    }
}

fn random_session(dice: &mut Dice) -> Held {
    // From a year and a half ago to some weeks hence, at any hour.
    let start = NOW - TimeDelta::hours(13_000) + TimeDelta::hours(dice.roll(13_700) as i64);
    let over = start + TimeDelta::hours(1) <= NOW;
    let mut parties: Vec<Party> = (0..dice.roll(4))
        .map(|_| {
            let status = match dice.roll(if over { 8 } else { 5 }) {
                0 | 1 => Status::Confirmed,
                2 => Status::Waitlisted,
                3 => Status::Cancelled,
                4 => Status::Pending,
                5 | 6 => Status::Attended,
                _ => Status::NoShow,
            };
            let people = 1 + dice.roll(5);
            let came = if status == Status::Attended { 1 + dice.roll(people) } else { 0 };
            let stars = (came > 0 && dice.roll(2) == 0).then(|| 1 + dice.roll(5) as u8);
            Party { status, people, came, class: dice.roll(5) == 0, stars }
        })
        .collect();
    // Where somebody came, a job marks within a day who did not.
    if parties.iter().any(|party| party.status == Status::Attended) {
        let silent = parties.iter_mut().filter(|party| party.status == Status::Confirmed);
        silent.for_each(|party| party.status = Status::NoShow);
    }
    Held {
        start,
        elsewhere: (dice.roll(4) == 0).then(|| dice.one(&DISTRICTS)),
        off: dice.roll(6) == 0,
        capacity: (dice.roll(3) > 0).then(|| 10 + dice.roll(40) as i32),
        parties,
        walk_ins: if over && dice.roll(3) == 0 { 1 + dice.roll(6) } else { 0 },
        headcount: (over && dice.roll(4) == 0).then(|| dice.roll(60)),
    }
}

fn session(slug: &str, event: EventId, held: &Held) -> Session {
    let place = held.elsewhere.map(|district| {
        let place =
            json!({ "name": { "zh-CN": "分会场" }, "address": { "zh-CN": "某路" }, "adcode": district });
        Box::new(serde_json::from_value(place).unwrap())
    });
    Session {
        id: SessionId::from_slug(slug),
        capacity: held.capacity,
        status: if held.off { EventStatus::Cancelled } else { EventStatus::Scheduled },
        place,
        taken: held.parties.iter().filter(|party| party.status.holds_seats()).count() as i32,
        waiting: held.parties.iter().filter(|party| party.status == Status::Waitlisted).count() as i32,
        ..catalogue::session(slug, event, held.start)
    }
}
