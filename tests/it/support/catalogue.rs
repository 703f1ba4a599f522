//! Things of a catalogue, as tests need them: whatever matters is given, the rest is filled in.

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app::catalogue::{Existing, save};
use kepu::db::{Db, Tx, sessions};
use kepu::domain::bases::Base;
use kepu::domain::bulletins::Bulletin;
use kepu::domain::divisions::Division;
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::ids::{BaseId, BulletinId, EventId, OrganisationId, ResourceId, SessionId};
use kepu::domain::organisations::Organisation;
use kepu::domain::policies::Policy;
use kepu::domain::resources::Resource;
use kepu::domain::sessions::Session;
use kepu::domain::taxonomy::Term;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn source() -> Value {
    json!({ "text": "a test" })
}

/// A base called `slug` in Tianhe.
pub fn base(slug: &str, lat: f64, lng: f64) -> Base {
    read(json!({
        "name": { "zh-CN": slug },
        "description": { "zh-CN": slug },
        "category": "science_museum",
        "organisers": [{ "organisation": OrganisationId::from_slug("org") }],
        "place": {
            "name": { "zh-CN": slug }, "address": { "zh-CN": "天河路1号" }, "adcode": "440106",
            "position": { "lat": lat, "lng": lng },
        },
        "booking": { "need": "none" },
        "source": source(),
    }))
}

/// An event called `slug` at a base.
pub fn event(slug: &str, base: BaseId) -> Event {
    read(json!({
        "title": { "zh-CN": slug },
        "summary": { "zh-CN": slug },
        "form": "lecture",
        "topics": [],
        "audiences": [],
        "free": true,
        "mode": "onsite",
        "admission": "walkIn",
        "organisers": [{ "organisation": OrganisationId::from_slug("org") }],
        "base": base,
        "language": "zh-CN",
        "source": source(),
    }))
}

/// A resource called `slug` of no base and no place.
pub fn resource(slug: &str) -> Resource {
    read(json!({
        "name": { "zh-CN": slug }, "type": "exhibit", "text": { "zh-CN": slug }, "source": source(),
    }))
}

/// A bulletin called `slug` that concerns these divisions from an instant on.
pub fn bulletin(slug: &str, adcodes: &[&str], from: DateTime<Utc>) -> Bulletin {
    read(json!({
        "title": { "zh-CN": slug }, "text": { "zh-CN": "待在室内。", "en": "Stay inside." }, "severity": "severe",
        "adcodes": adcodes, "validFrom": from, "issuer": { "zh-CN": "某气象台" }, "source": source(),
    }))
}

/// A version of a policy that holds from an instant on.
pub fn policy(kind: &str, version: &str, from: DateTime<Utc>) -> Policy {
    read(json!({
        "kind": kind, "version": version, "validFrom": from,
        "title": { "zh-CN": format!("{kind} {version}") }, "text": { "zh-CN": "正文" },
    }))
}

/// A session of an hour that needs no sign-up.
pub fn session(slug: &str, event: EventId, start: DateTime<Utc>) -> Session {
    Session {
        id: SessionId::from_slug(slug),
        event,
        start,
        end: start + TimeDelta::hours(1),
        status: EventStatus::Scheduled,
        place: None,
        signup: None,
        capacity: None,
        taken: 0,
        waiting: 0,
        moved: 0,
        notice: None,
    }
}

/// What bases and events refer to: Guangzhou's Tianhe, an organisation, a few terms.
pub fn ground(db: &Db) {
    db.write(|tx| {
        for (adcode, parent, level) in [
            ("440000", None, "province"),
            ("440100", Some("440000"), "city"),
            ("440106", Some("440100"), "district"),
        ] {
            let mut division = json!({
                "adcode": adcode, "name": { "zh-CN": adcode }, "level": level,
                "centre": { "lat": 23.1, "lng": 113.3 }, "source": source(),
            });
            if let Some(parent) = parent {
                division["parent"] = parent.into();
            }
            let division: Division = read(division);
            save(tx, division.adcode.number(), &division, Existing::Keep)?;
        }
        for (scheme, code) in [("form", "lecture"), ("category", "science_museum"), ("topic", "ocean")] {
            let term: Term = read(
                json!({ "scheme": scheme, "code": code, "name": { "zh-CN": code }, "source": source() }),
            );
            save(tx, term.id().get(), &term, Existing::Keep)?;
        }
        organisation(tx, "org")
    })
    .unwrap();
}

/// Saves an organisation called `slug`, unless it is there.
pub fn organisation(tx: &mut Tx<'_>, slug: &str) -> Result<(), kepu::app::Error> {
    let organisation: Organisation = read(json!({ "name": { "zh-CN": slug }, "source": source() }));
    save(tx, OrganisationId::from_slug(slug).get(), &organisation, Existing::Keep).map(drop)
}

/// Saves a base under its slug, replacing what is there.
pub fn put_base(tx: &mut Tx<'_>, slug: &str, base: &Base) -> Result<(), kepu::app::Error> {
    save(tx, BaseId::from_slug(slug).get(), base, Existing::Replace).map(drop)
}

/// Saves a resource under its slug, replacing what is there.
pub fn put_resource(tx: &mut Tx<'_>, slug: &str, resource: &Resource) -> Result<(), kepu::app::Error> {
    save(tx, ResourceId::from_slug(slug).get(), resource, Existing::Replace).map(drop)
}

/// Saves a bulletin under its slug, replacing what is there.
pub fn put_bulletin(tx: &mut Tx<'_>, slug: &str, bulletin: &Bulletin) -> Result<(), kepu::app::Error> {
    save(tx, BulletinId::from_slug(slug).get(), bulletin, Existing::Replace).map(drop)
}

/// Saves a version of a policy, replacing what is there.
pub fn put_policy(tx: &mut Tx<'_>, policy: &Policy) -> Result<(), kepu::app::Error> {
    save(tx, policy.id().get(), policy, Existing::Replace).map(drop)
}

/// Saves an event with one session a day from `first` on.
pub fn put_event(
    tx: &mut Tx<'_>,
    slug: &str,
    event: &Event,
    first: DateTime<Utc>,
    days: i64,
) -> Result<(), kepu::app::Error> {
    let id = EventId::from_slug(slug);
    save(tx, id.get(), event, Existing::Replace)?;
    for day in 0..days {
        sessions::insert_if_absent(tx, &session(&format!("{slug}:{day}"), id, first + TimeDelta::days(day)))?;
    }
    sessions::touch_event(tx, id)?;
    Ok(())
}
