//! Deciding on what waits.

use super::super::Error;
use super::super::accreditations::granting;
use super::super::campaigns::participations;
use super::super::drafts::authored;
use super::super::notices::decided::tell_organisation;
use super::super::organisations::applications;
use super::super::{assessments, audit};
use super::{Judged, Reviewer, Reviews, judged};
use crate::db::{Tx, reports, review_items};
use crate::domain::assessments::Outcome;
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::drafts::FieldNote;
use crate::domain::ids::{PersonId, ReportId, ReviewItemId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::notices::decisions::Outcome as Told;
use crate::domain::review::{Item, ItemKind, ItemState, Lane};

/// Notes a decision that changes nothing but the item.
fn noted(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: Action,
    item: &Item,
    reason: Option<&str>,
) -> Result<(), Error> {
    let object = Object::of_item(item.what.kind, item.what.object);
    let entry = Entry {
        object: Some(object),
        organisation: item.what.organisation,
        division: Some(item.what.division),
        reason: reason.map(str::to_owned),
        ..Entry::new(Actor::Person(by), action)
    };
    audit::note(tx, &entry)
}

impl Reviews {
    /// Finds an item in order: what waits to be published is. Gives it as it is then.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::OwnSubmission`]; [`Error::Claimed`]; [`Error::ChangedSince`] if it waits no more, or
    /// what it is about moved; [`Error::Invalid`] if it refers to what nobody sees any more.
    pub fn approve(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        reason: Option<&str>,
    ) -> Result<Judged, Error> {
        self.approve_as(by, id, version, None, reason)
    }

    /// Finds an item in order as [`Reviews::approve`] does; an assessment with how the base did, and nothing else.
    ///
    /// # Errors
    /// Those of [`Reviews::approve`]; [`Error::Invalid`] if the outcome is missing, or the item has none.
    pub fn approve_as(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        outcome: Option<Outcome>,
        reason: Option<&str>,
    ) -> Result<Judged, Error> {
        self.decide(by, id, version, ItemState::Approved, reason, &[], |tx, item| {
            if outcome.is_some() && item.what.kind != ItemKind::Assessment {
                let code = FieldCode::Conflicting { with: "kind".to_owned() };
                return Err(Invalid::one("outcome", code).into());
            }
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.approve::<T>(tx, by.person, item))
                }
                (Some(_), Lane::Sampled | Lane::Emergency) => {
                    noted(tx, by.person, Action::FoundInOrder, item, None)
                }
                (None, _) => match item.what.kind {
                    ItemKind::Organisation => applications::verify(tx, &self.vault, by.person, item),
                    ItemKind::Campaign => participations::confirm(tx, by.person, item),
                    ItemKind::Accreditation => granting::grant(tx, by.person, item, reason),
                    ItemKind::Assessment => assessments::judge(tx, by.person, item, outcome, reason),
                    _ => {
                        self.tell_of_report(tx, item, reason)?;
                        noted(tx, by.person, Action::ReportFollowed, item, None)
                    }
                },
            }
        })
    }

    /// Tells the organisation of what was reported that it is so.
    fn tell_of_report(&self, tx: &mut Tx<'_>, item: &Item, reason: Option<&str>) -> Result<(), Error> {
        let report = match ReportId::new(item.what.object) {
            Some(id) => reports::get(tx, &self.vault, id)?,
            None => None,
        };
        let (Some(organisation), Some(report)) = (item.what.organisation, report) else { return Ok(()) };
        let object = Object::of(report.kind, report.object);
        let title = &item.what.title;
        Ok(tell_organisation(tx, organisation, Told::ReportFollowed, object, title, reason)?)
    }

    /// Finds many in order, each by itself; says of each, in order, how it went.
    pub fn approve_many(
        &self,
        by: Reviewer<'_>,
        items: &[(ReviewItemId, i64)],
    ) -> Vec<Result<Judged, Error>> {
        items.iter().map(|(id, version)| self.approve(by, *id, *version, None)).collect()
    }

    /// Sends back what waits to be published, and takes down what was looked at afterwards. Its organisation is told why.
    ///
    /// # Errors
    /// Those of [`Reviews::approve`].
    pub fn reject(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        reason: &str,
        fields: &[FieldNote],
    ) -> Result<Judged, Error> {
        self.decide(by, id, version, ItemState::Rejected, Some(reason), fields, |tx, item| {
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.reject::<T>(tx, by.person, item, reason, fields))
                }
                (Some(kind), Lane::Sampled) => {
                    authored!(kind, T => self.drafts.take_down::<T>(tx, by.person, item.what.object, reason))
                }
                (Some(_), Lane::Emergency) => Err(Error::ChangedSince),
                (None, _) => match item.what.kind {
                    ItemKind::Organisation => applications::refuse(tx, &self.vault, by.person, item, reason),
                    ItemKind::Campaign => participations::refuse(tx, by.person, item, reason),
                    ItemKind::Accreditation => granting::send_back(tx, by.person, item, reason, fields),
                    ItemKind::Assessment => assessments::send_back(tx, by.person, item, reason, fields),
                    _ => noted(tx, by.person, Action::ReportDismissed, item, Some(reason)),
                },
            }
        })
    }

    /// Sends many back for one reason, each by itself; says of each, in order, how it went.
    pub fn reject_many(
        &self,
        by: Reviewer<'_>,
        items: &[(ReviewItemId, i64)],
        reason: &str,
    ) -> Vec<Result<Judged, Error>> {
        items.iter().map(|(id, version)| self.reject(by, *id, *version, reason, &[])).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one decision, said once")]
    fn decide(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        state: ItemState,
        reason: Option<&str>,
        fields: &[FieldNote],
        work: impl FnOnce(&mut Tx<'_>, &Item) -> Result<(), Error>,
    ) -> Result<Judged, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.may_decide(tx, &item, version)?;
            work(tx, &item)?;
            let decision = review_items::Decision { state, by: Some(by.person), reason, fields };
            if !review_items::decide(tx, id, version, &decision)? {
                return Err(Error::ChangedSince);
            }
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            let now = tx.now();
            judged(tx, item, now)
        })
    }
}
