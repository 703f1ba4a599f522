//! Keys of partners' systems: made, taken back, used.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::Error;
use super::super::audit::note;
use super::super::repeats::{Repeat, once};
use super::{Organisations, entry, hold};
use crate::db::{Tx, api_keys, roles};
use crate::domain::api_keys::{ApiKey, GivenKey, LONGEST_NAME, MOST, Scope, USE_KEPT};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::{ApiKeyId, OrganisationId, PersonId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::MemberRole;

/// A key that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What its organisation calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// For how many days it is good.
    pub days: u16,
}

impl Organisations {
    /// Makes a key; gives it with what is shown once. The same request sent again has the same, for a day.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::TooManyApiKeys`]; [`Error::NotFound`] if there is no such organisation, or what the
    /// request made when it was sent before is taken back.
    pub fn make_key(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        organisation: OrganisationId,
        new: &NewKey,
    ) -> Result<(ApiKey, GivenKey), Error> {
        let mut invalid = Invalid::default();
        invalid.line("name", &new.name, LONGEST_NAME);
        if new.scopes.is_empty() {
            invalid.push("scopes", FieldCode::TooFew { min: 1 });
        }
        invalid.or(())?;
        let secret = self.secret("api key");
        self.db.write(|tx| {
            let id = once(tx, by, repeat, |tx| {
                hold(tx, organisation)?;
                let now = tx.now();
                let good = api_keys::of_organisation(tx, organisation)?;
                if good.iter().filter(|key| key.is_good(now)).count() >= MOST {
                    return Err(Error::TooManyApiKeys);
                }
                let key = ApiKey {
                    id: ApiKeyId::fresh(now, &*self.random),
                    organisation,
                    name: new.name.clone(),
                    scopes: new.scopes.clone(),
                    by: Some(by),
                    created_at: now,
                    expires_at: now + TimeDelta::days(new.days.into()),
                    revoked_at: None,
                    last_used_at: None,
                };
                api_keys::insert(tx, &key, &GivenKey::new(key.id, secret.clone()))?;
                if repeat.is_some() {
                    api_keys::keep_secret(tx, &self.vault, key.id, &secret)?;
                }
                noted(tx, Actor::Person(by), Action::ApiKeyMade, &key, None)?;
                Ok(key.id)
            })?;
            let key = api_keys::get(tx, id)?.ok_or(Error::NotFound)?;
            let shown = match repeat {
                Some(_) => api_keys::shown(tx, &self.vault, id)?.ok_or(Error::NotFound)?,
                None => GivenKey::new(id, secret.clone()),
            };
            Ok((key, shown))
        })
    }

    /// Takes a key back: it does nothing any more, at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the organisation has none such; [`Error::NothingToDo`] if it was taken back before.
    pub fn revoke_key(&self, by: PersonId, organisation: OrganisationId, id: ApiKeyId) -> Result<(), Error> {
        self.db.write(|tx| {
            let key = api_keys::get(tx, id)?.filter(|key| key.organisation == organisation);
            let key = key.ok_or(Error::NotFound)?;
            if !api_keys::revoke(tx, id)? {
                return Err(Error::NothingToDo);
            }
            noted(tx, Actor::Person(by), Action::ApiKeyRevoked, &key, None)
        })
    }

    /// Keeps that a key is used at `now`, unless that was kept some minutes ago.
    ///
    /// # Errors
    /// If the store fails.
    pub fn used(&self, key: &ApiKey, now: DateTime<Utc>) -> Result<(), Error> {
        if key.last_used_at.is_some_and(|at| now < at + USE_KEPT) {
            return Ok(());
        }
        Ok(self.db.write(|tx| api_keys::used(tx, key.id))?)
    }
}

/// The good keys of an organisation that a person made, and so has seen.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn known_to(
    tx: &mut Tx<'_>,
    person: PersonId,
    organisation: OrganisationId,
) -> Result<Vec<ApiKeyId>, Error> {
    let now = tx.now();
    let keys = api_keys::of_organisation(tx, organisation)?;
    let theirs = keys.into_iter().filter(|key| key.by == Some(person) && key.is_good(now));
    Ok(theirs.map(|key| key.id).collect())
}

/// Takes back all keys of an organisation that nobody owns: nobody else could.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn revoke_if_ownerless(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
) -> Result<(), Error> {
    if roles::members(tx, organisation)?.iter().any(|member| member.role == MemberRole::Owner) {
        return Ok(());
    }
    for key in api_keys::of_organisation(tx, organisation)? {
        if api_keys::revoke(tx, key.id)? {
            noted(tx, Actor::Service, Action::ApiKeyRevoked, &key, Some("ownerless"))?;
        }
    }
    Ok(())
}

fn noted(
    tx: &mut Tx<'_>,
    actor: Actor,
    action: Action,
    key: &ApiKey,
    reason: Option<&str>,
) -> Result<(), Error> {
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
    let told = json!({ "apiKey": key.id, "name": key.name, "scopes": scopes });
    let entry = entry(tx, actor, action, key.organisation)?;
    note(tx, &Entry { after: Some(told), reason: reason.map(str::to_owned), ..entry })
}
