//! Applications of organisations.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::organisation_applications as applications;
use super::sealed::Column;
use crate::domain::applications::{Application, ApplicationState, Contact};
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::sealing::Vault;

/// Whom authorities may ask.
pub const CONTACT: Column =
    Column { table: "organisation_applications", key: "organisation_id", column: "contact" };

/// A contact as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct PlainContact {
    name: String,
    phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
}

impl From<&Contact> for PlainContact {
    fn from(contact: &Contact) -> Self {
        Self {
            name: contact.name.expose().to_owned(),
            phone: contact.phone.expose().to_owned(),
            mail: contact.mail.as_ref().map(|mail| mail.expose().to_owned()),
        }
    }
}

impl From<PlainContact> for Contact {
    fn from(plain: PlainContact) -> Self {
        Self { name: plain.name.into(), phone: plain.phone.into(), mail: plain.mail.map(Into::into) }
    }
}

fn corrupt(id: OrganisationId) -> impl FnOnce(serde_json::Error) -> Error {
    move |source| Error::Corrupt { kind: "application", id: id.get(), source }
}

/// The contact as one text, which is sealed.
///
/// # Errors
/// Never but for a fault of ours.
pub fn plain(organisation: OrganisationId, contact: &Contact) -> Result<String, Error> {
    serde_json::to_string(&PlainContact::from(contact)).map_err(corrupt(organisation))
}

/// Puts an application in the place of the one before, if there is one.
pub fn put(tx: &mut Tx<'_>, vault: &Vault, application: &Application) -> Result<(), Error> {
    let id = application.organisation;
    let contact = application.contact.as_ref().map(|contact| {
        let plain = plain(id, contact)?;
        CONTACT.seal(vault, id.get(), &plain)
    });
    let details = serde_json::to_string(&application.details).map_err(corrupt(id))?;
    diesel::delete(applications::table.find(id.get())).execute(&mut *tx.conn)?;
    diesel::insert_into(applications::table)
        .values((
            applications::organisation_id.eq(id.get()),
            applications::version.eq(application.version),
            applications::state.eq(application.state.name()),
            applications::details.eq(details),
            applications::contact.eq(contact.transpose()?),
            applications::applicant_id.eq(application.applicant.map(PersonId::get)),
            applications::submitted_at.eq(application.submitted_at.naive_utc()),
            applications::decided_at.eq(application.decided_at.map(|at| at.naive_utc())),
            applications::reason.eq(&application.reason),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

type Row =
    (i64, String, String, Option<String>, Option<i64>, NaiveDateTime, Option<NaiveDateTime>, Option<String>);

/// The newest application of an organisation, if it made one.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: OrganisationId) -> Result<Option<Application>, Error> {
    let row: Option<Row> = applications::table
        .find(id.get())
        .select((
            applications::version,
            applications::state,
            applications::details,
            applications::contact,
            applications::applicant_id,
            applications::submitted_at,
            applications::decided_at,
            applications::reason,
        ))
        .first(conn)
        .optional()?;
    let Some((version, state, details, contact, applicant, submitted_at, decided_at, reason)) = row else {
        return Ok(None);
    };
    let contact = contact.map(|sealed| {
        let opened = CONTACT.open(vault, id.get(), &sealed)?;
        let plain: PlainContact = serde_json::from_str(opened.expose()).map_err(corrupt(id))?;
        Ok::<_, Error>(Contact::from(plain))
    });
    Ok(Some(Application {
        organisation: id,
        version,
        // The column's CHECK admits no other word.
        state: ApplicationState::from_name(&state).unwrap_or(ApplicationState::Refused),
        details: serde_json::from_str(&details).map_err(corrupt(id))?,
        contact: contact.transpose()?,
        applicant: applicant.and_then(PersonId::new),
        submitted_at: submitted_at.and_utc(),
        decided_at: decided_at.map(|at| at.and_utc()),
        reason,
    }))
}

/// Decides an application that waits at this version; `false` if none does.
pub fn decide(
    tx: &mut Tx<'_>,
    id: OrganisationId,
    version: i64,
    state: ApplicationState,
    reason: Option<&str>,
) -> Result<bool, Error> {
    let waiting = applications::table
        .find(id.get())
        .filter(applications::version.eq(version))
        .filter(applications::state.eq(ApplicationState::Submitted.name()));
    let rows = diesel::update(waiting)
        .set((
            applications::state.eq(state.name()),
            applications::decided_at.eq(tx.now.naive_utc()),
            applications::reason.eq(reason),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Deletes an application that waits; `false` if none does.
pub fn withdraw(tx: &mut Tx<'_>, id: OrganisationId) -> Result<bool, Error> {
    let waiting =
        applications::table.find(id.get()).filter(applications::state.eq(ApplicationState::Submitted.name()));
    Ok(diesel::delete(waiting).execute(&mut *tx.conn)? == 1)
}

/// How many applications of a person wait.
pub fn count_waiting(conn: &mut AnyConn, person: PersonId) -> Result<i64, Error> {
    let waiting = applications::table
        .filter(applications::applicant_id.eq(person.get()))
        .filter(applications::state.eq(ApplicationState::Submitted.name()));
    Ok(waiting.count().get_result(conn)?)
}

/// The newest applications of organisations for which a person applied last.
pub fn of_person(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Application>, Error> {
    let ids: Vec<i64> = applications::table
        .filter(applications::applicant_id.eq(person.get()))
        .order((applications::submitted_at, applications::organisation_id))
        .select(applications::organisation_id)
        .load(conn)?;
    let mut own = Vec::with_capacity(ids.len());
    for id in ids.into_iter().filter_map(OrganisationId::new) {
        own.extend(get(conn, vault, id)?);
    }
    Ok(own)
}

/// Forgets who applied, and the contacts that they named.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(applications::table.filter(applications::applicant_id.eq(person.get())))
        .set((applications::applicant_id.eq(None::<i64>), applications::contact.eq(None::<String>)))
        .execute(&mut *tx.conn)?;
    Ok(())
}
