//! Campaigns (主题活动), as authorities make and keep them; [`participations`] are the events that are part of them.

pub mod participations;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value, json};

use super::Error;
use super::audit::note;
use super::catalogue;
use super::repeats::{Repeat, once};
use crate::db::records::Stored;
use crate::db::{AnyConn, Db, Tx, campaigns, divisions, participations as rows};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::campaigns::duties::{Held, Taking};
use crate::domain::campaigns::{Campaign, Edition, PublishedEdition, Unit};
use crate::domain::clock::Clock;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Body, body};
use crate::domain::ids::{CampaignId, EditionId, OrganisationId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::record::Record;
use crate::domain::time::day_of;

/// The use cases of campaigns. All of them block.
#[derive(Clone)]
pub struct Campaigns {
    db: Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The division whose authority keeps a campaign; `None` in a store without divisions.
///
/// # Errors
/// If the store fails.
pub fn keeper(conn: &mut AnyConn, campaign: &Campaign) -> Result<Option<Adcode>, Error> {
    match campaign.adcode {
        Some(adcode) => Ok(Some(adcode)),
        None => Ok(divisions::first(conn)?),
    }
}

/// The events that were confirmed for an edition, and what was held of them until `now`.
///
/// # Errors
/// If the store fails.
pub fn what_came(
    conn: &mut AnyConn,
    edition: EditionId,
    now: DateTime<Utc>,
) -> Result<(Vec<Taking>, Vec<Held>), Error> {
    let events: Vec<i64> = rows::confirmed(conn, &[edition])?.into_iter().map(|(_, event)| event).collect();
    Ok((rows::taking(conn, &events)?, rows::held(conn, &events, now)?))
}

/// The campaigns that an organisation is a unit of.
///
/// # Errors
/// If the store fails.
pub fn of_unit(conn: &mut AnyConn, organisation: OrganisationId) -> Result<Vec<Record<Campaign>>, Error> {
    let mut all = Campaign::all(conn)?;
    all.retain(|one| one.body.units.iter().any(|unit| unit.organisation == Some(organisation)));
    Ok(all)
}

/// The campaign that has an edition, looked for in the years around `now` where its days follow from a rule.
fn with_edition(
    conn: &mut AnyConn,
    edition: EditionId,
    now: DateTime<Utc>,
) -> Result<Option<CampaignId>, Error> {
    let year = day_of(now).year();
    let all = Campaign::all(conn)?;
    let has =
        |record: &&Record<Campaign>| record.body.edition(record.id, edition, year - 1..=year + 1).is_some();
    // Published editions of all of them are looked through before any rule is worked out.
    let published = |record: &&Record<Campaign>| record.body.published_edition(record.id, edition).is_some();
    let found = all.iter().find(published).or_else(|| all.iter().find(has));
    Ok(found.and_then(|record| CampaignId::new(record.id)))
}

/// What the audit is told of a change: the fields that differ.
fn told(before: &Body, after: &Body) -> (Value, Value) {
    let changes = body::changes(before, after);
    let side = |after: bool| {
        let entry = |change: &body::Change| {
            let value = if after { change.after.clone() } else { change.before.clone() };
            Some((change.field.clone(), value?))
        };
        changes.iter().filter_map(entry).collect::<Map<_, _>>()
    };
    (json!(side(false)), json!(side(true)))
}

fn fields(campaign: &Campaign) -> Body {
    match serde_json::to_value(campaign) {
        Ok(Value::Object(fields)) => fields,
        // A noun is always an object.
        _ => Body::new(),
    }
}

impl Campaigns {
    /// The use cases over a store.
    pub fn new(db: Db, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { db, clock, random }
    }

    /// Makes a campaign; it is shown at once.
    ///
    /// # Errors
    /// [`Error::Invalid`]; those of [`once`].
    pub fn create(
        &self,
        by: PersonId,
        given: Campaign,
        repeat: Option<&Repeat>,
    ) -> Result<CampaignId, Error> {
        self.db.write(|tx| {
            once(tx, by, repeat, |tx| {
                let id = CampaignId::fresh(tx.now(), &*self.random);
                let campaign = settled(tx, id, None, given)?;
                catalogue::save(tx, id.get(), &campaign, catalogue::Existing::Keep)?;
                let said = told(&Body::new(), &fields(&campaign));
                noted(tx, by, Action::CampaignMade, id, &campaign, said)?;
                Ok(id)
            })
        })
    }

    /// Replaces what is said of a campaign; it is shown at once. An edition keeps its id while its days move.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`; [`Error::Invalid`];
    /// [`Error::CampaignInUse`] if events are in an edition, or of a unit, that it has no more.
    pub fn update(&self, by: PersonId, id: CampaignId, version: i64, given: Campaign) -> Result<(), Error> {
        self.db.write(|tx| {
            if !campaigns::hold(tx, id)? {
                return Err(Error::NotFound);
            }
            let before = Campaign::get(tx, id.get())?.ok_or(Error::NotFound)?;
            if before.version != version {
                return Err(Error::VersionConflict);
            }
            // What nobody says of it here stays.
            let given = Campaign { source: before.body.source.clone(), ..given };
            let campaign = settled(tx, id, Some(&before.body), given)?;
            catalogue::replace(tx, &before, &campaign)?;
            spared(tx, id, &before.body, &campaign)?;
            if campaign == before.body {
                return Ok(());
            }
            let changed = told(&fields(&before.body), &fields(&campaign));
            noted(tx, by, Action::CampaignChanged, id, &campaign, changed)
        })
    }
}

fn noted(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: Action,
    id: CampaignId,
    campaign: &Campaign,
    (before, after): (Value, Value),
) -> Result<(), Error> {
    let entry = Entry {
        object: Some(Object::of(Kind::Campaign, id.get())),
        division: keeper(tx, campaign)?,
        before: Some(before),
        after: Some(after),
        ..Entry::new(Actor::Person(by), action)
    };
    note(tx, &entry)
}

/// What is given, with the ids of its editions and the names of its units where nobody said them.
fn settled(
    tx: &mut Tx<'_>,
    id: CampaignId,
    before: Option<&Campaign>,
    mut given: Campaign,
) -> Result<Campaign, Error> {
    let mut invalid = Invalid::default();
    let mut taken: HashSet<EditionId> = given.editions.iter().filter_map(|edition| edition.id).collect();
    let by_rule = |campaign: &Campaign, year: i32| -> Vec<EditionId> {
        let bare = Campaign { editions: Vec::new(), ..campaign.clone() };
        bare.editions_in(id.get(), year, || bare.by_rule(year)).iter().map(|edition| edition.id).collect()
    };
    let rules = Campaign { editions: Vec::new(), ..given.clone() };
    for (i, edition) in given.editions.iter_mut().enumerate() {
        if let Some(own) = edition.id {
            let known = before.is_some_and(|before| {
                let known = before.edition(id.get(), own, edition.year..=edition.year).is_some();
                known || by_rule(before, edition.year).contains(&own)
            });
            if !known {
                invalid.push(format!("editions[{i}].id"), FieldCode::NoSuch { kind: "edition" });
            }
            continue;
        }
        let same = |one: &&PublishedEdition| (one.year, one.from) == (edition.year, edition.from);
        let kept = before.and_then(|before| before.editions.iter().find(same));
        let kept = kept.map(|kept| Edition::published(id.get(), kept).id);
        // Whoever says when the one edition of a year is, says so of that edition and makes no other.
        let expected = || match by_rule(&rules, edition.year)[..] {
            [only] => Some(only),
            _ => None,
        };
        let free = |id: &EditionId| !taken.contains(id);
        let derived = Edition::published(id.get(), edition).id;
        let own = kept.filter(free).or_else(|| expected().filter(free)).unwrap_or(derived);
        taken.insert(own);
        edition.id = Some(own);
    }
    for unit in given.units.iter_mut().filter(|unit| unit.name.zh_cn.trim().is_empty()) {
        let named = unit.organisation.map(|one| Organisation::get(tx, one.get())).transpose()?.flatten();
        named.into_iter().for_each(|found| unit.name = found.body.name);
    }
    Ok(invalid.or(given)?)
}

/// Lets through what takes nothing away in which events are.
fn spared(tx: &mut Tx<'_>, id: CampaignId, before: &Campaign, after: &Campaign) -> Result<(), Error> {
    let used = rows::editions_in_use(tx, id)?;
    let gone =
        |(edition, year): &(EditionId, i32)| after.edition(id.get(), *edition, *year..=*year).is_none();
    if used.iter().any(gone) {
        return Err(Error::CampaignInUse);
    }
    let stays = |unit: &Unit| after.units.iter().any(|one| one.organisation == unit.organisation);
    let gone = before.units.iter().filter(|unit| !stays(unit)).filter_map(|unit| unit.organisation);
    let gone: Vec<OrganisationId> = gone.collect();
    if gone.is_empty() {
        return Ok(());
    }
    let editions: Vec<EditionId> = used.into_iter().map(|(edition, _)| edition).collect();
    let events: Vec<i64> = rows::confirmed(tx, &editions)?.into_iter().map(|(_, event)| event).collect();
    let theirs = |event: &Taking| event.organisers.iter().any(|one| gone.contains(one));
    if rows::taking(tx, &events)?.iter().any(theirs) { Err(Error::CampaignInUse) } else { Ok(()) }
}
