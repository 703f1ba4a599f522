//! Invitations that wait to be accepted.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::invitations;
use super::sealed::Column;
use crate::domain::ids::{InvitationId, OrganisationId, PersonId};
use crate::domain::invitations::{Invitation, InvitationCode};
use crate::domain::roles::MemberRole;
use crate::domain::sealing::Vault;

/// Codes of invitations that were made by a request that may be sent again.
pub const CODE: Column = Column::of("invitations", "code");
/// By what name colleagues are to know whoever accepts one.
pub const LABEL: Column = Column::of("invitations", "label");

/// Inserts an invitation that is found by this code.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    invitation: &Invitation,
    code: &InvitationCode,
) -> Result<(), Error> {
    let id = invitation.id.get();
    let label = invitation.label.as_ref().map(|label| LABEL.seal(vault, id, label.expose())).transpose()?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(invitation.id.get()),
            invitations::organisation_id.eq(invitation.organisation.get()),
            invitations::role.eq(invitation.role.name()),
            invitations::code_hash.eq(code.hash()),
            invitations::made_by.eq(invitation.by.map(PersonId::get)),
            invitations::created_at.eq(invitation.created_at.naive_utc()),
            invitations::expires_at.eq(invitation.expires_at.naive_utc()),
            invitations::label.eq(label),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Keeps the code of an invitation, sealed.
pub fn keep_code(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: InvitationId,
    code: &InvitationCode,
) -> Result<(), Error> {
    let sealed = CODE.seal(vault, id.get(), code.expose())?;
    diesel::update(invitations::table.find(id.get()))
        .set(invitations::code.eq(sealed))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The code of an invitation, as long as it is kept.
pub fn code(conn: &mut AnyConn, vault: &Vault, id: InvitationId) -> Result<Option<InvitationCode>, Error> {
    let found: Option<Option<String>> =
        invitations::table.find(id.get()).select(invitations::code).first(conn).optional()?;
    let Some(sealed) = found.flatten() else { return Ok(None) };
    Ok(Some(InvitationCode::from(CODE.open(vault, id.get(), &sealed)?.expose())))
}

/// Whether a code is kept of an invitation that was made before `before`.
pub fn keeps_code(conn: &mut AnyConn, before: DateTime<Utc>) -> Result<bool, Error> {
    let old = invitations::table
        .filter(invitations::code.is_not_null().and(invitations::created_at.lt(before.naive_utc())));
    Ok(old.select(invitations::id).first::<i64>(conn).optional()?.is_some())
}

/// Forgets the codes of invitations that were made before `before`.
pub fn forget_codes(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), Error> {
    let old = invitations::table
        .filter(invitations::code.is_not_null().and(invitations::created_at.lt(before.naive_utc())));
    diesel::update(old).set(invitations::code.eq(None::<String>)).execute(&mut *tx.conn)?;
    Ok(())
}

type Row = (i64, i64, String, Option<i64>, NaiveDateTime, NaiveDateTime, Option<String>);

const ROW: (
    invitations::id,
    invitations::organisation_id,
    invitations::role,
    invitations::made_by,
    invitations::created_at,
    invitations::expires_at,
    invitations::label,
) = (
    invitations::id,
    invitations::organisation_id,
    invitations::role,
    invitations::made_by,
    invitations::created_at,
    invitations::expires_at,
    invitations::label,
);

fn read(
    vault: &Vault,
    (id, organisation, role, by, created_at, expires_at, label): Row,
) -> Result<Option<Invitation>, Error> {
    let label = label.map(|sealed| LABEL.open(vault, id, &sealed)).transpose()?;
    let read = || {
        Some(Invitation {
            id: InvitationId::new(id)?,
            organisation: OrganisationId::new(organisation)?,
            role: MemberRole::from_name(&role)?,
            by: by.and_then(PersonId::new),
            label: label.map(|label| label.expose().into()),
            created_at: created_at.and_utc(),
            expires_at: expires_at.and_utc(),
        })
    };
    Ok(read())
}

/// The invitation of this id.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: InvitationId) -> Result<Option<Invitation>, Error> {
    let row: Option<Row> = invitations::table.find(id.get()).select(ROW).first(conn).optional()?;
    Ok(row.map(|row| read(vault, row)).transpose()?.flatten())
}

/// The invitation of this code, if it is good at `now`.
pub fn of_code(
    conn: &mut AnyConn,
    vault: &Vault,
    code: &InvitationCode,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, Error> {
    let row: Option<Row> = invitations::table
        .filter(invitations::code_hash.eq(code.hash()))
        .filter(invitations::expires_at.gt(now.naive_utc()))
        .select(ROW)
        .first(conn)
        .optional()?;
    Ok(row.map(|row| read(vault, row)).transpose()?.flatten())
}

/// The invitations into an organisation that are good at `now`, the oldest first.
pub fn of_organisation(
    conn: &mut AnyConn,
    vault: &Vault,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> Result<Vec<Invitation>, Error> {
    let rows: Vec<Row> = invitations::table
        .filter(invitations::organisation_id.eq(organisation.get()))
        .filter(invitations::expires_at.gt(now.naive_utc()))
        .order(invitations::id)
        .select(ROW)
        .load(conn)?;
    let read: Vec<_> = rows.into_iter().map(|row| read(vault, row)).collect::<Result<_, _>>()?;
    Ok(read.into_iter().flatten().collect())
}

/// The invitations that a person made and that are good at `now`, without their labels.
pub fn of_maker(conn: &mut AnyConn, maker: PersonId, now: DateTime<Utc>) -> Result<Vec<Invitation>, Error> {
    let rows: Vec<(i64, i64, String, NaiveDateTime, NaiveDateTime)> = invitations::table
        .filter(invitations::made_by.eq(maker.get()))
        .filter(invitations::expires_at.gt(now.naive_utc()))
        .order(invitations::id)
        .select((
            invitations::id,
            invitations::organisation_id,
            invitations::role,
            invitations::created_at,
            invitations::expires_at,
        ))
        .load(conn)?;
    let one = |(id, organisation, role, created_at, expires_at): (
        i64,
        i64,
        String,
        NaiveDateTime,
        NaiveDateTime,
    )| {
        Some(Invitation {
            id: InvitationId::new(id)?,
            organisation: OrganisationId::new(organisation)?,
            role: MemberRole::from_name(&role)?,
            by: Some(maker),
            label: None,
            created_at: created_at.and_utc(),
            expires_at: expires_at.and_utc(),
        })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// Deletes all invitations that a person made.
pub fn forget(tx: &mut Tx<'_>, maker: PersonId) -> Result<(), Error> {
    diesel::delete(invitations::table.filter(invitations::made_by.eq(maker.get()))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Takes an invitation away, since it was accepted or taken back; `false` if it is gone already.
pub fn delete(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool, Error> {
    Ok(diesel::delete(invitations::table.find(id.get())).execute(&mut *tx.conn)? == 1)
}

/// Takes those away by which others would become owners too: the organisation has one now.
pub fn delete_for_owners(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<(), Error> {
    let open = invitations::table
        .filter(invitations::organisation_id.eq(organisation.get()))
        .filter(invitations::role.eq(MemberRole::Owner.name()));
    diesel::delete(open).execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes invitations that had expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), Error> {
    diesel::delete(invitations::table.filter(invitations::expires_at.lt(before.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(())
}
