//! Accounts to try every role with. Each start of a demonstration gives them a new password, which it prints, and any
//! other start takes it from them, so that nobody comes in by what was tried once.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::passwords::set_secret;
use super::{Error, roles};
use crate::db::records::Stored;
use crate::db::{self, Db, Tx, events, logins, passwords, persons};
use crate::domain::audit::Actor;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::ids::{OrganisationId, PersonId, Random, random_bytes};
use crate::domain::organisations::Organisation;
use crate::domain::passwords::{Password, Username};
use crate::domain::roles::{AuthorityRole, MemberRole, Role};
use crate::domain::sealing::Vault;
use crate::domain::totp::TotpSecret;

const GUANGDONG: i64 = 440_000;
const TIANHE: i64 = 440_106;

/// The members of the organisation that has most sample events.
const MEMBERS: [(&str, MemberRole); 3] =
    [("demo-desk", MemberRole::Desk), ("demo-editor", MemberRole::Editor), ("demo-owner", MemberRole::Owner)];

/// With the division over which each is one.
const AUTHORITIES: [(&str, AuthorityRole, i64); 3] = [
    ("demo-district", AuthorityRole::Reviewer, TIANHE),
    ("demo-reviewer", AuthorityRole::Reviewer, GUANGDONG),
    ("demo-administrator", AuthorityRole::Administrator, GUANGDONG),
];

/// An account of a demonstration.
#[derive(Debug)]
pub struct DemoAccount {
    /// By what name it logs in.
    pub username: &'static str,
    /// The word of its role.
    pub role: &'static str,
    /// In Chinese, of which organisation or over which division.
    pub of: String,
    /// The secret of its codes, where it needs them.
    pub secret: Option<TotpSecret>,
}

/// Makes the accounts, or gives those that are there a new password; they have it in common. Where there are no samples
/// there are no members, and without a division no authorities over it.
///
/// # Errors
/// If the store fails.
pub fn renew(db: &Db, vault: &Vault, random: &dyn Random) -> Result<(Password, Vec<DemoAccount>), Error> {
    let password = Password::from(BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<12>(random)));
    let hash = password.hash(random)?;
    let accounts = db.write(|tx| {
        let mut accounts = members(tx)?;
        accounts.extend(authorities(tx, random)?);
        forget_all(tx)?;
        for (account, role) in &accounts {
            let person = person(account.username);
            if persons::get(tx, vault, person)?.is_none() {
                persons::insert(tx, person)?;
            }
            passwords::insert(tx, person, &Username::from(account.username), &hash)?;
            roles::grant(tx, Actor::Operator, person, *role)?;
            if let Some(secret) = &account.secret {
                set_secret(tx, vault, person, secret)?;
                // Binding from the start, as if a code had been used long ago: what was printed stays good.
                passwords::take_step(tx, person, 0)?;
            }
        }
        Ok::<_, Error>(accounts)
    })?;
    Ok((password, accounts.into_iter().map(|(account, _)| account).collect()))
}

/// Takes from the accounts of an earlier demonstration their passwords, roles and logins, if there are any.
///
/// # Errors
/// If the store fails.
pub fn retire(db: &Db) -> Result<(), Error> {
    let any = db.read(|conn| {
        for person in people() {
            if passwords::of_person(conn, person)?.is_some() {
                return Ok::<_, Error>(true);
            }
        }
        Ok(false)
    })?;
    if any { db.write(forget_all) } else { Ok(()) }
}

fn person(username: &str) -> PersonId {
    PersonId::from_slug(username)
}

fn people() -> impl Iterator<Item = PersonId> {
    MEMBERS.iter().map(|(name, _)| *name).chain(AUTHORITIES.iter().map(|(name, ..)| *name)).map(person)
}

fn forget_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    for person in people() {
        passwords::forget(tx, person)?;
        for role in db::roles::of_person(tx, person)?.0 {
            roles::revoke(tx, Actor::Operator, person, role)?;
        }
        logins::forget(tx, person)?;
    }
    Ok(())
}

fn members(tx: &mut Tx<'_>) -> Result<Vec<(DemoAccount, Role)>, Error> {
    let Some(id) = busiest(tx)? else { return Ok(Vec::new()) };
    let Some(organisation) = Organisation::get(tx, id.get())? else { return Ok(Vec::new()) };
    let of = organisation.body.name.zh_cn;
    let member = |(username, role): (&'static str, MemberRole)| {
        let account = DemoAccount { username, role: role.name(), of: of.clone(), secret: None };
        (account, Role::Member(role, id))
    };
    Ok(MEMBERS.into_iter().map(member).collect())
}

fn authorities(tx: &mut Tx<'_>, random: &dyn Random) -> Result<Vec<(DemoAccount, Role)>, Error> {
    let mut accounts = Vec::new();
    for (username, role, division) in AUTHORITIES {
        let Some(division) = Division::get(tx, division)? else { continue };
        let Some(adcode) = Adcode::from_number(division.id) else { continue };
        let (of, secret) = (division.body.name.zh_cn, Some(TotpSecret::fresh(random)));
        accounts
            .push((DemoAccount { username, role: role.name(), of, secret }, Role::Authority(role, adcode)));
    }
    Ok(accounts)
}

/// The organisation that organises most sample events; of several, the one with the lowest id.
fn busiest(tx: &mut Tx<'_>) -> Result<Option<OrganisationId>, Error> {
    let mut all: Vec<OrganisationId> = events::samples(tx)?
        .iter()
        .filter_map(|event| Some(event.body.organisers.first()?.organisation))
        .collect();
    all.sort_unstable();
    let runs = all.chunk_by(|one, next| one == next);
    Ok(runs.rev().max_by_key(|run| run.len()).map(|run| run[0]))
}
