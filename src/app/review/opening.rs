//! An item with what there is to judge.

use chrono::{DateTime, Utc};

use super::super::Error;
use super::super::campaigns::participations::{self, Proposal};
use super::super::drafts::{self, authored};
use super::{Judged, Reviewer, Reviews, judged};
use crate::db::records::Stored;
use crate::db::{self, AnyConn, publication, reports, resource_contacts, review_items, sessions};
use crate::domain::accreditations::Accreditation;
use crate::domain::applications::{Application, Contact};
use crate::domain::assessments::Assessment;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Body, body};
use crate::domain::ids::{AccreditationId, AssessmentId, OrganisationId, ReportId, ResourceId, ReviewItemId};
use crate::domain::reports::Report;
use crate::domain::resources::Resource;
use crate::domain::review::{Item, ItemKind, Lane};
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;

/// What an item asks to be published, and what is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sides {
    /// What is published; of what never was, and of what is looked at afterwards, nothing.
    pub before: Body,
    /// What is to be.
    pub after: Body,
    /// The division of what is to be: of what lacks a place it is a stand-in.
    pub division: Option<Adcode>,
}

/// An item with what there is to judge.
#[derive(Debug)]
pub struct Opened {
    /// The item.
    pub judged: Judged,
    /// What it changes of what is published; of something new, all that it has. Nothing of what is not drafted.
    pub sides: Sides,
    /// The sessions that have not ended, those that start first first, each with its version, of an event.
    pub sessions: Vec<(Session, i64)>,
    /// What was decided of the same thing before.
    pub earlier: Option<Item>,
    /// What was reported.
    pub report: Option<Report>,
    /// What an organisation says of itself.
    pub application: Option<Application>,
    /// Which event is proposed for which edition of a campaign.
    pub proposal: Option<Proposal>,
    /// What a base applies for.
    pub accreditation: Option<Accreditation>,
    /// What a base says of its year.
    pub assessment: Option<Assessment>,
    /// Whom to ask about an entry of the directory, and whether everybody is to read that.
    pub contact: Option<(Contact, bool)>,
}

/// What a draft asks to be published, and what is.
fn sides<T: Authored + Stored>(conn: &mut AnyConn, id: i64, lane: Lane) -> Result<Sides, Error> {
    let division = drafts::judged::whose::<T>(conn, id)?.map(|whose| whose.division);
    if lane != Lane::Submitted {
        let thing = T::get(conn, id)?.map(|record| body::of(&record.body));
        return Ok(Sides { before: Body::new(), after: thing.unwrap_or_default(), division });
    }
    let Some(draft) = drafts::current::<T>(conn, id)? else { return Ok(Sides::default()) };
    let before = if publication::ever(conn, T::KIND, id)? {
        T::get(conn, id)?.map(|record| body::of(&record.body)).unwrap_or_default()
    } else {
        Body::new()
    };
    Ok(Sides { before, after: draft.body, division: Some(draft.division) })
}

fn sessions_of(conn: &mut AnyConn, event: i64, now: DateTime<Utc>) -> Result<Vec<(Session, i64)>, Error> {
    let mut all = sessions::of_events(conn, &[event])?.into_values().next().unwrap_or_default();
    all.retain(|session| session.end > now);
    let ids: Vec<_> = all.iter().map(|session| session.id).collect();
    let versions = sessions::versions(conn, &ids)?;
    let versioned = |session: Session| {
        let version = versions.get(&session.id).copied()?;
        Some((session, version))
    };
    Ok(all.into_iter().filter_map(versioned).collect())
}

fn sides_of(conn: &mut AnyConn, (kind, object, lane): (ItemKind, i64, Lane)) -> Result<Sides, Error> {
    match kind.drafted() {
        Some(kind) => authored!(kind, T => sides::<T>(conn, object, lane)),
        None => Ok(Sides::default()),
    }
}

impl Reviews {
    /// What some items change, in their order.
    ///
    /// # Errors
    /// If the store fails.
    pub fn sides(&self, items: &[(ItemKind, i64, Lane)]) -> Result<Vec<Sides>, Error> {
        self.db.snapshot(|conn| items.iter().map(|item| sides_of(conn, *item)).collect())
    }

    /// An item with what there is to judge.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn read(
        &self,
        by: Reviewer<'_>,
        vault: &Vault,
        id: ReviewItemId,
        now: DateTime<Utc>,
    ) -> Result<Opened, Error> {
        self.db.snapshot(|conn| {
            let item = review_items::get(conn, id)?.ok_or(Error::NotFound)?;
            by.reach(&item)?;
            let (kind, object) = (item.what.kind, item.what.object);
            let sides = sides_of(conn, (kind, object, item.what.lane))?;
            let sessions = match kind {
                ItemKind::Event => sessions_of(conn, object, now)?,
                _ => Vec::new(),
            };
            let earlier = review_items::decided_before(conn, (kind, object), item.since)?;
            let earlier = earlier.filter(|earlier| earlier.id != item.id);
            let report = match (kind, ReportId::new(object)) {
                (ItemKind::Report, Some(report)) => reports::get(conn, vault, report)?,
                _ => None,
            };
            let application = match (kind, OrganisationId::new(object)) {
                (ItemKind::Organisation, Some(id)) => db::applications::get(conn, vault, id)?,
                _ => None,
            };
            let proposal = match kind {
                ItemKind::Campaign => participations::proposal(conn, &item)?,
                _ => None,
            };
            let contact = match (item.what.kind, ResourceId::new(object)) {
                (ItemKind::Resource, Some(id)) => {
                    let draft = drafts::current::<Resource>(conn, object)?;
                    let public = draft.is_some_and(|draft| draft.body.contains_key("contact"));
                    resource_contacts::get(conn, vault, id)?.map(|contact| (contact, public))
                }
                _ => None,
            };
            let accreditation = match (item.what.kind, AccreditationId::new(object)) {
                (ItemKind::Accreditation, Some(id)) => db::accreditations::get(conn, id)?,
                _ => None,
            };
            let assessment = match (item.what.kind, AssessmentId::new(object)) {
                (ItemKind::Assessment, Some(id)) => db::assessments::get(conn, id)?,
                _ => None,
            };
            let judged = judged(conn, item, now)?;
            Ok(Opened {
                judged,
                sides,
                sessions,
                earlier,
                report,
                application,
                proposal,
                accreditation,
                assessment,
                contact,
            })
        })
    }
}
