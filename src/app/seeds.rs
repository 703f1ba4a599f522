//! Seeds: files of catalogued things, loaded through the same use case as any write.
//!
//! A file is `{"meta": …, "items": [{"slug": …, …the noun's fields…}]}`. The slug gives the id by a fixed hash, so
//! loading twice changes nothing. A text `#<kind>/<slug>` stands for the id of that object. What the files of
//! this repository hold, and where it comes from, stands in `seeds/README.md`.

use std::collections::HashSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::catalogue::{self, Existing, Saved};
use super::{Error, programme};
use crate::db::Tx;
use crate::db::records::Stored;
use crate::domain::bases::Base;
use crate::domain::bulletins::Bulletin;
use crate::domain::calendar::CalendarYear;
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::Division;
use crate::domain::events::Event;
use crate::domain::ids::{
    BaseId, BulletinId, CampaignId, EventId, OrganisationId, ResourceId, RouteId, SeriesId,
};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::policies::Policy;
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::taxonomy::Term;

/// The files of a set of seeds, in the order in which they refer to each other.
const FILES: [&str; 12] = [
    "holidays.json",
    "divisions.json",
    "taxonomy.json",
    "organisations.json",
    "bases.json",
    "series.json",
    "campaigns.json",
    "routes.json",
    "events.json",
    "resources.json",
    "policies.json",
    "bulletins.json",
];

/// A set of seed files, by name.
pub struct Seeds {
    files: Vec<(String, String)>,
}

/// How seeds are loaded.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether invented events come along.
    pub samples: bool,
    /// What happens to records that are there already and differ.
    pub existing: Existing,
}

/// What loading did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Records that were not there.
    pub inserted: usize,
    /// Records that were there and differed.
    pub replaced: usize,
    /// Records that stay as they were.
    pub kept: usize,
    /// Sessions of the sample programme that were added.
    pub sessions: usize,
}

impl Seeds {
    /// The seeds of this repository: real places of Guangdong, and a sample programme. Bulletins are of the day, so there
    /// are none.
    pub fn embedded() -> Self {
        macro_rules! embedded {
            ($($name:literal)*) => { vec![$(($name.to_owned(), include_str!(concat!("../../seeds/", $name)).to_owned()),)*] };
        }
        let files = embedded!(
            "holidays.json" "divisions.json" "taxonomy.json" "organisations.json" "bases.json"
            "series.json" "campaigns.json" "routes.json" "events.json" "resources.json" "policies.json"
        );
        Self { files }
    }

    /// The seed files of a folder. Files that are missing are left out, but there must be one.
    pub fn from_dir(dir: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        for entry in
            std::fs::read_dir(dir).map_err(|error| seed_error(&dir.display().to_string(), error))?.flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A misspelt name must not be passed over in silence.
            if name.ends_with(".json") && !FILES.contains(&name.as_str()) {
                return Err(seed_error(&name, format!("is none of {}", FILES.join(", "))));
            }
        }
        for name in FILES {
            match std::fs::read_to_string(dir.join(name)) {
                Ok(text) => files.push((name.to_owned(), text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(seed_error(name, error)),
            }
        }
        if files.is_empty() {
            let reason = format!("holds none of {}", FILES.join(", "));
            return Err(seed_error(&dir.display().to_string(), reason));
        }
        Ok(Self { files })
    }

    /// The things of one file, each with its slug and with the ids that its references stand for; none where the set
    /// lacks the file.
    pub fn read_file<T: DeserializeOwned>(&self, file: &str) -> Result<Vec<(String, T)>, Error> {
        let Some((_, text)) = self.files.iter().find(|(name, _)| name == file) else { return Ok(Vec::new()) };
        let read_item = |(name, mut item): (String, Value)| {
            resolve(&mut item);
            let slug = item.as_object_mut().and_then(|fields| fields.remove("slug"));
            let slug = slug.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
            Ok((slug, read(&name, item)?))
        };
        items(file, text)?.into_iter().map(read_item).collect()
    }

    /// Loads everything in one transaction: all of it or nothing.
    pub fn load(&self, tx: &mut Tx<'_>, options: Options) -> Result<Report, Error> {
        tx.take_turn()?;
        let mut report = Report::default();
        for (file, text) in &self.files {
            let mut slugs = HashSet::new();
            for (name, item) in items(file, text)? {
                if let Some(slug) = item.get("slug").and_then(Value::as_str)
                    && !slugs.insert(slug.to_owned())
                {
                    return Err(seed_error(&name, format!("the slug {slug} stands twice in this file")));
                }
                let saved = save(tx, file, &name, item, options)?;
                match saved {
                    Some(Saved::Inserted) => report.inserted += 1,
                    Some(Saved::Replaced) => report.replaced += 1,
                    Some(Saved::Kept) => report.kept += 1,
                    None => {}
                }
            }
        }
        if options.samples {
            report.sessions = programme::top_up(tx)?;
        }
        Ok(report)
    }
}

/// The items of a file, each with a name for messages.
fn items(file: &str, text: &str) -> Result<Vec<(String, Value)>, Error> {
    let mut document: Value = serde_json::from_str(text).map_err(|error| seed_error(file, error))?;
    let Some(Value::Array(items)) = document.get_mut("items").map(Value::take) else {
        return Err(seed_error(file, "has no list `items`"));
    };
    Ok(items.into_iter().enumerate().map(|(i, item)| (format!("{file}, item {}", i + 1), item)).collect())
}

/// Saves one item; `None` if it is a sample that is not wanted.
fn save(
    tx: &mut Tx<'_>,
    file: &str,
    name: &str,
    mut item: Value,
    options: Options,
) -> Result<Option<Saved>, Error> {
    resolve(&mut item);
    let slug = item.as_object_mut().and_then(|fields| fields.remove("slug"));
    let slug = || slug.as_ref().and_then(Value::as_str).ok_or_else(|| seed_error(name, "has no slug"));
    let existing = options.existing;
    let saved = match file {
        "organisations.json" => put(
            tx,
            name,
            OrganisationId::from_slug(slug()?).get(),
            read::<Organisation>(name, item)?,
            existing,
        ),
        "bases.json" => put(tx, name, BaseId::from_slug(slug()?).get(), read::<Base>(name, item)?, existing),
        "series.json" => {
            put(tx, name, SeriesId::from_slug(slug()?).get(), read::<Series>(name, item)?, existing)
        }
        "campaigns.json" => {
            put(tx, name, CampaignId::from_slug(slug()?).get(), read::<Campaign>(name, item)?, existing)
        }
        "routes.json" => match read::<Route>(name, item)? {
            route if route.sample && !options.samples => return Ok(None),
            route => put(tx, name, RouteId::from_slug(slug()?).get(), route, existing),
        },
        "events.json" => match read::<Event>(name, item)? {
            event if event.sample && !options.samples => return Ok(None),
            event => put(tx, name, EventId::from_slug(slug()?).get(), event, existing),
        },
        "resources.json" => {
            put(tx, name, ResourceId::from_slug(slug()?).get(), read::<Resource>(name, item)?, existing)
        }
        "bulletins.json" => {
            put(tx, name, BulletinId::from_slug(slug()?).get(), read::<Bulletin>(name, item)?, existing)
        }
        "policies.json" => {
            let policy: Policy = read(name, item)?;
            put(tx, name, policy.id().get(), policy, existing)
        }
        "divisions.json" => {
            let division: Division = read(name, item)?;
            put(tx, name, division.adcode.number(), division, existing)
        }
        "taxonomy.json" => {
            let term: Term = read(name, item)?;
            put(tx, name, term.id().get(), term, existing)
        }
        "holidays.json" => {
            let year: CalendarYear = read(name, item)?;
            put(tx, name, i64::from(year.year), year, existing)
        }
        _ => return Err(seed_error(file, "is no file of seeds")),
    };
    saved.map(Some)
}

fn put<T: Stored>(tx: &mut Tx<'_>, name: &str, id: i64, body: T, existing: Existing) -> Result<Saved, Error> {
    catalogue::save(tx, id, &body, existing).map_err(|error| seed_error(name, error))
}

/// Reads a noun strictly: a misspelt field must not be dropped in silence.
fn read<T: DeserializeOwned>(name: &str, item: Value) -> Result<T, Error> {
    let mut unknown = Vec::new();
    let body = serde_ignored::deserialize(item, |path| unknown.push(path.to_string()));
    match body {
        Ok(_) if !unknown.is_empty() => {
            Err(seed_error(name, format!("unknown field {}", unknown.join(", "))))
        }
        Ok(body) => Ok(body),
        Err(error) => Err(seed_error(name, error)),
    }
}

/// Replaces every `#<kind>/<slug>` by the id that it stands for. Any other text stays: where an id belongs, it
/// will be refused as none.
fn resolve(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix('#').and_then(id_of) {
                *text = id;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(resolve),
        Value::Object(fields) => fields.values_mut().for_each(resolve),
        _ => {}
    }
}

fn id_of(reference: &str) -> Option<String> {
    let (kind, slug) = reference.split_once('/')?;
    match Kind::from_name(kind)? {
        Kind::Organisation => Some(OrganisationId::from_slug(slug).to_string()),
        Kind::Base => Some(BaseId::from_slug(slug).to_string()),
        Kind::Series => Some(SeriesId::from_slug(slug).to_string()),
        Kind::Campaign => Some(CampaignId::from_slug(slug).to_string()),
        Kind::Route => Some(RouteId::from_slug(slug).to_string()),
        Kind::Event => Some(EventId::from_slug(slug).to_string()),
        Kind::Resource => Some(ResourceId::from_slug(slug).to_string()),
        Kind::Bulletin => Some(BulletinId::from_slug(slug).to_string()),
        Kind::Division | Kind::Term | Kind::CalendarYear | Kind::Policy | Kind::Featured => None,
    }
}

fn seed_error(file: &str, reason: impl ToString) -> Error {
    Error::Seed { file: file.to_owned(), reason: reason.to_string() }
}
