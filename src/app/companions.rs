//! Companions: a person enters, corrects and removes whom they bring along; for children as their guardian.

use std::sync::Arc;

use super::Error;
use super::repeats::{Repeat, once};
use super::rooms;
use super::signups::{Of, Signups};
use crate::db::companions::{self, Lock};
use crate::db::{Db, Tx, consents, policies};
use crate::domain::companions::{Companion, Held, MOST};
use crate::domain::consents::{Consent, Given};
use crate::domain::ids::{CompanionId, ConsentId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::policies::PolicyKind;
use crate::domain::sealing::Vault;
use crate::domain::signups::bars::Bar;
use crate::domain::signups::corrections;
use crate::domain::time;

/// The use cases of companions. All of them block.
#[derive(Clone)]
pub struct Companions {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
    signups: Signups,
}

impl Companions {
    /// The companions of a store.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        let signups = Signups::new(db.clone(), vault.clone(), random.clone());
        Self { db, vault, random, signups }
    }

    /// Enters a companion of a person; the same request with the same key does it once.
    ///
    /// # Errors
    /// [`Error::Invalid`], also if a child comes without its guardian's consent; [`Error::TooManyCompanions`];
    /// those of [`once`].
    pub fn add(
        &self,
        person: PersonId,
        companion: &Companion,
        given: Option<&Given>,
        repeat: Option<&Repeat>,
    ) -> Result<Held, Error> {
        self.db.write(|tx| {
            let id = once(tx, person, repeat, |tx| {
                let version = check(tx, companion, given, None)?;
                if companions::count(tx, person)? >= MOST {
                    return Err(Error::TooManyCompanions);
                }
                let id = CompanionId::fresh(tx.now(), &*self.random);
                companions::insert(tx, &self.vault, id, person, companion)?;
                self.consent(tx, person, id, version)?;
                Ok(id)
            })?;
            companions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)
        })
    }

    /// Replaces what a person said of a companion; sign-ups that stand count them as whom they are then.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotFound`] if it is not theirs, [`Error::VersionConflict`] if it no longer has
    /// `version`; [`Error::SignedUp`] if it is to be somebody else while it is signed up for what is not over;
    /// [`Error::Refused`] if whom they are then is signed up already, or may not be as often.
    pub fn change(
        &self,
        person: PersonId,
        id: CompanionId,
        version: i64,
        companion: &Companion,
        given: Option<&Given>,
    ) -> Result<Held, Error> {
        rooms::patiently(&self.db, |tx| {
            companions::lock(tx, &[id], Lock::Alone)?;
            let held = companions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)?;
            // A consent is for one child, not for whoever is entered in its place.
            let same = corrections::same_person(&held.companion.name, &companion.name);
            let consented = check(tx, companion, given, held.consent.as_ref().filter(|_| same))?;
            if !same {
                consents::end_for(tx, &self.vault, person, id)?;
            }
            if !companions::replace(tx, &self.vault, id, version, companion)? {
                return Err(Error::VersionConflict);
            }
            self.signups.known_as(tx, Of { person, companion: id }, &held.companion, companion)?;
            self.consent(tx, person, id, consented)
        })
    }

    /// Removes a companion; a consent for them ends, and is kept on record. A child under 14 takes no part in what is to come.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not theirs.
    pub fn remove(&self, person: PersonId, id: CompanionId) -> Result<(), Error> {
        rooms::patiently(&self.db, |tx| {
            companions::lock(tx, &[id], Lock::Alone)?;
            let held = companions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)?;
            self.signups.without(tx, Of { person, companion: id }, &held)?;
            companions::delete(tx, person, id)?;
            Ok(consents::end_for(tx, &self.vault, person, id)?)
        })
    }

    /// Puts a consent on record, if one was given; gives the companion as it is then.
    fn consent(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        companion: CompanionId,
        version: Option<String>,
    ) -> Result<Held, Error> {
        if let Some(version) = version {
            let id = ConsentId::fresh(tx.now(), &*self.random);
            let policy = (PolicyKind::Guardian, version.as_str());
            consents::insert(tx, &self.vault, id, person, policy, Some(companion))?;
        }
        companions::get(tx, &self.vault, person, companion)?.ok_or(Error::NotFound)
    }
}

/// Checks a companion, and the consent that is given for them or stands already; gives the version of the policy that is
/// to be put on record.
fn check(
    tx: &mut Tx<'_>,
    companion: &Companion,
    given: Option<&Given>,
    standing: Option<&Consent>,
) -> Result<Option<String>, Error> {
    let mut invalid = Invalid::default();
    let today = time::day_of(tx.now());
    companion.check(today, &mut invalid);
    match given {
        None if standing.is_none()
            && companion.birth.is_some_and(|birth| birth.needs_consent_at(tx.now())) =>
        {
            invalid.push("consent", FieldCode::Missing);
        }
        None => {}
        Some(Given { policy_version, guardian }) => {
            if !guardian {
                let (value, allowed) = ("false".to_owned(), vec!["true".to_owned()]);
                invalid.push("consent.guardian", FieldCode::NotAllowed { value, allowed });
            }
            let born = !invalid.0.iter().any(|error| error.field.starts_with("birth"));
            if born && companion.birth.is_some_and(|birth| birth.is_adult_at(tx.now())) {
                invalid.push("consent", FieldCode::Barred(Bar::OfAge));
            }
            let in_force = policies::in_force(tx, PolicyKind::Guardian)?;
            if in_force.as_ref() != Some(policy_version) {
                let value = policy_version.chars().take(32).collect();
                let allowed = in_force.into_iter().collect();
                invalid.push("consent.policyVersion", FieldCode::NotAllowed { value, allowed });
            }
        }
    }
    let repeated = |version: &String| standing.is_some_and(|consent| consent.policy_version == *version);
    let version = given.map(|given| given.policy_version.clone()).filter(|version| !repeated(version));
    Ok(invalid.or(version)?)
}
