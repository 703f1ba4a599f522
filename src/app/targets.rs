//! Targets: set, changed, reported on and given up by administrators of their division. Each is noted in the audit.

use std::sync::Arc;

use serde_json::json;

use super::Error;
use super::audit::note;
use super::repeats::{Repeat, once};
use crate::db::records::Stored;
use crate::db::{Db, Tx, targets};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::Division;
use crate::domain::ids::{PersonId, Random, TargetId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::roles::{AuthorityRole, Roles};
use crate::domain::signups::refusal::Refusal;
use crate::domain::targets::{Goal, MOST, Target};
use crate::domain::taxonomy::{AUDIENCE, Code, LEVEL, TOPIC, Term};

/// The use cases of targets. All of them block.
#[derive(Clone)]
pub struct Targets {
    db: Db,
    random: Arc<dyn Random>,
}

/// Somebody who sets targets.
#[derive(Debug, Clone, Copy)]
pub struct Setter<'a> {
    /// Who.
    pub person: PersonId,
    /// What they may.
    pub roles: &'a Roles,
}

impl Setter<'_> {
    fn may(self, goal: &Goal) -> Result<(), Error> {
        if self.roles.over(goal.division, AuthorityRole::Administrator) {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }
}

impl Targets {
    /// The targets of a store.
    pub fn new(db: Db, random: Arc<dyn Random>) -> Self {
        Self { db, random }
    }

    /// Sets a target; the same request with the same key sets it once. Whether somebody may in its division, the caller
    /// has asked.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Refusal::LimitReached`] if the division has as many as any may; those of [`once`].
    pub fn set(&self, by: PersonId, goal: &Goal, repeat: Option<&Repeat>) -> Result<Target, Error> {
        self.db.write(|tx| {
            let id = once(tx, by, repeat, |tx| {
                check(tx, goal)?;
                let most = i64::try_from(MOST).unwrap_or(i64::MAX);
                if targets::count_of(tx, goal.division)? >= most {
                    let full = Invalid::one("division", FieldCode::TooMany { max: MOST });
                    return Err(Error::Refused(Refusal::LimitReached(full)));
                }
                let id = TargetId::fresh(tx.now(), &*self.random);
                targets::insert(tx, id, goal)?;
                noted(tx, by, Action::TargetSet, id, None, Some(goal))?;
                Ok(id)
            })?;
            targets::get(tx, id)?.ok_or(Error::NotFound)
        })
    }

    /// Changes a target, or reports what was reached.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not theirs, before or after; [`Error::Invalid`]; [`Error::VersionConflict`].
    pub fn change(&self, by: Setter<'_>, id: TargetId, version: i64, goal: &Goal) -> Result<Target, Error> {
        self.db.write(|tx| {
            let before = targets::get(tx, id)?.ok_or(Error::NotFound)?.goal;
            by.may(&before)?;
            by.may(goal)?;
            check(tx, goal)?;
            if !targets::replace(tx, id, version, goal)? {
                return Err(Error::VersionConflict);
            }
            noted(tx, by.person, Action::TargetChanged, id, Some(&before), Some(goal))?;
            targets::get(tx, id)?.ok_or(Error::NotFound)
        })
    }

    /// Gives a target up.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not theirs.
    pub fn give_up(&self, by: Setter<'_>, id: TargetId) -> Result<(), Error> {
        self.db.write(|tx| {
            let before = targets::get(tx, id)?.ok_or(Error::NotFound)?.goal;
            by.may(&before)?;
            targets::delete(tx, id)?;
            noted(tx, by.person, Action::TargetDeleted, id, Some(&before), None)
        })
    }
}

fn check(tx: &mut Tx<'_>, goal: &Goal) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    goal.check(&mut invalid);
    let nothing = |kind: Kind| FieldCode::NoSuch { kind: kind.name() };
    if !Division::exists(tx, goal.division.number())? {
        invalid.push("division", nothing(Kind::Division));
    }
    let terms = [
        ("topic", TOPIC, &goal.topic),
        ("audience", AUDIENCE, &goal.audience),
        ("level", LEVEL, &goal.level),
    ];
    for (field, scheme, code) in terms {
        let Some(Code(code)) = code else { continue };
        if !Term::exists(tx, Code(code.clone()).term(scheme).get())? {
            let (value, scheme) = (code.clone(), scheme.to_owned());
            invalid.push(field, FieldCode::UnknownCode { value, scheme });
        }
    }
    if let Some(campaign) = goal.campaign
        && !Campaign::exists(tx, campaign.get())?
    {
        invalid.push("campaign", nothing(Kind::Campaign));
    }
    Ok(invalid.or(())?)
}

fn noted(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: Action,
    id: TargetId,
    before: Option<&Goal>,
    after: Option<&Goal>,
) -> Result<(), Error> {
    let division = after.or(before).map(|goal| goal.division);
    let told = |goal: &Goal| json!(goal);
    let entry = Entry {
        object: Some(Object { kind: "target", id: id.get() }),
        division,
        before: before.map(told),
        after: after.map(told),
        ..Entry::new(Actor::Person(by), action)
    };
    note(tx, &entry)
}
