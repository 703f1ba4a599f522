//! Console accounts: persons who log in with a password, and with a code of their authenticator app where they are an
//! authority. Nothing here tells whether a name exists: an unknown one gets the answer of a wrong password, after the
//! same work.

use std::sync::Arc;

use super::accounts::{Accounts, Tokens};
use super::{Error, audit};
use crate::db::passwords::{self, Account};
use crate::db::records::Stored;
use crate::db::{Db, Tx, logins, persons, roles};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::divisions::Division;
use crate::domain::ids::{LoginId, PersonId, Random};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::organisations::Organisation;
use crate::domain::passwords::{Password, PasswordHash, Username, lock_after};
use crate::domain::roles::{AuthorityRole, Role};
use crate::domain::sealing::Vault;
use crate::domain::totp::{TotpCode, TotpSecret};

/// The use cases of console accounts. All of them block, and those that hash take a processor for some 20 milliseconds:
/// their callers see to it that few run at once.
#[derive(Clone)]
pub struct Passwords {
    db: Db,
    accounts: Accounts,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
}

/// Why somebody was not let in, or not listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The name or the password is wrong, or the account does not listen for a while after too many failures.
    #[error("name or password are wrong, or not listened to now")]
    Credentials,
    /// The password that is to be changed is wrong, or not listened to for a while.
    #[error("the present password is wrong, or not listened to now")]
    PresentPassword,
    /// The password is right, and a code is needed beside it.
    #[error("a code is needed")]
    CodeNeeded,
    /// The password is right; the account needs codes and has no secret for them yet.
    #[error("codes are to be set up first")]
    CodesUnset,
    /// The code is wrong, of another time, or was taken before.
    #[error("the code is wrong")]
    Code,
    /// The account has codes already.
    #[error("codes are set up already")]
    CodesSet,
    /// The person has no login by password.
    #[error("there is no password to change")]
    NoPassword,
}

impl Refused {
    /// Whether it was a guess that failed.
    fn is_failure(self) -> bool {
        matches!(self, Self::Credentials | Self::Code)
    }
}

/// A secret that an authenticator app is to take.
#[derive(Debug)]
pub struct Enrolment {
    /// The secret.
    pub secret: TotpSecret,
    /// The same for a QR code.
    pub uri: String,
}

/// An account that is to be made.
#[derive(Debug)]
pub struct NewAccount {
    /// By what name it logs in.
    pub username: Username,
    /// Its first password.
    pub password: Password,
    /// What it may do.
    pub role: Role,
}

impl Passwords {
    /// The console accounts of a store.
    pub fn new(db: Db, accounts: Accounts, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        Self { db, accounts, vault, random }
    }

    /// Logs somebody in.
    ///
    /// # Errors
    /// [`Refused`]: `Credentials`, `CodeNeeded`, `CodesUnset`, `Code`.
    pub fn log_in(
        &self,
        username: &Username,
        password: &Password,
        code: Option<&TotpCode>,
    ) -> Result<Tokens, Error> {
        let account = self.db.read(|conn| passwords::of_username(conn, username))?;
        self.attempt(account, password, |tx, account| {
            let binding = account.totp_step.is_some();
            match (&account.totp_secret, code) {
                (Some(sealed), Some(code)) => {
                    let secret = self.open(account.person, sealed)?;
                    match secret.judge(code, tx.now(), account.totp_step) {
                        Some(step) => passwords::take_step(tx, account.person, step)?,
                        None => return Ok(Err(Refused::Code)),
                    }
                }
                _ if binding => return Ok(Err(Refused::CodeNeeded)),
                _ if roles::of_person(tx, account.person)?.any_authority() => {
                    return Ok(Err(Refused::CodesUnset));
                }
                _ => {}
            }
            Ok(Ok(self.accounts.open(tx, account.person)?))
        })
    }

    /// Gives an account a new secret for codes, which is binding once a code of it was used. In place of one that is
    /// binding it is given for a code of that one only, and is binding at once: the password alone never suffices again.
    ///
    /// # Errors
    /// [`Refused`]: `Credentials`; `CodesSet` if there is one that is binding, and no code; `Code` if the code is wrong.
    pub fn start_codes(
        &self,
        username: &Username,
        password: &Password,
        code: Option<&TotpCode>,
    ) -> Result<Enrolment, Error> {
        let account = self.db.read(|conn| passwords::of_username(conn, username))?;
        self.attempt(account, password, |tx, account| {
            let step = match (&account.totp_secret, code) {
                _ if account.totp_step.is_none() => None,
                (Some(sealed), Some(code)) => {
                    let secret = self.open(account.person, sealed)?;
                    match secret.judge(code, tx.now(), account.totp_step) {
                        Some(step) => Some(step),
                        None => return Ok(Err(Refused::Code)),
                    }
                }
                _ => return Ok(Err(Refused::CodesSet)),
            };
            let secret = TotpSecret::fresh(&*self.random);
            set_secret(tx, &self.vault, account.person, &secret)?;
            if let Some(step) = step {
                passwords::take_step(tx, account.person, step)?;
            }
            let uri = secret.uri(&account.username);
            Ok(Ok(Enrolment { secret, uri }))
        })
    }

    /// Changes somebody's password, and ends all their logins but the one by which they do it.
    ///
    /// # Errors
    /// [`Refused`]: `PresentPassword`, `NoPassword`; [`Error::Invalid`] if the new one is none.
    pub fn change(
        &self,
        person: PersonId,
        login: LoginId,
        current: &Password,
        new: &Password,
    ) -> Result<(), Error> {
        let account = self.db.read(|conn| passwords::of_person(conn, person))?.ok_or(Refused::NoPassword)?;
        let mut invalid = Invalid::default();
        new.check("new", &account.username, &mut invalid);
        invalid.or(())?;
        let hash = new.hash(&*self.random)?;
        let changed = self.attempt(Some(account), current, |tx, account| {
            passwords::replace(tx, account.person, &hash)?;
            logins::end_others(tx, account.person, login)?;
            Ok(Ok(()))
        });
        self.accounts.ended.ask_soon();
        changed.map_err(|error| match error {
            Error::NotLetIn(Refused::Credentials) => Refused::PresentPassword.into(),
            error => error,
        })
    }

    /// Goes on with whoever knows the password. The attempt is counted before it is judged, in the transaction that
    /// judges it: however many come at once, each has its own count. What `work` refuses is committed too.
    fn attempt<T>(
        &self,
        account: Option<Account>,
        password: &Password,
        work: impl FnOnce(&mut Tx<'_>, &Account) -> Result<Result<T, Refused>, Error>,
    ) -> Result<T, Error> {
        let hash = account.as_ref().map_or_else(PasswordHash::decoy, |account| account.hash.clone());
        let right = hash.is_of(password);
        let account = account.ok_or(Refused::Credentials)?;
        let outcome = self.db.write(|tx| {
            let Some(account) = passwords::count_attempt(tx, &account)? else {
                return Ok(Err(Refused::Credentials));
            };
            let person = account.person;
            let outcome = if right { work(tx, &account)? } else { Err(Refused::Credentials) };
            match &outcome {
                Ok(_) => passwords::forgive_all(tx, person)?,
                Err(refused) if !refused.is_failure() => passwords::forgive_attempt(tx, person)?,
                Err(_) => {
                    if let Some(lock) = lock_after(account.failures) {
                        tracing::warn!(account.failures, "a console account does not listen for a while");
                        passwords::lock(tx, person, tx.now() + lock)?;
                    }
                }
            }
            Ok::<_, Error>(outcome)
        })?;
        Ok(outcome?)
    }

    fn open(&self, person: PersonId, sealed: &str) -> Result<TotpSecret, Error> {
        let opened = self.vault.open(passwords::TOTP_SECRET.place(person.get()), sealed)?;
        TotpSecret::parse(opened.expose()).ok_or(Error::NotFound)
    }
}

/// Gives an account a secret for codes that is not binding yet.
pub(super) fn set_secret(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: PersonId,
    secret: &TotpSecret,
) -> Result<(), Error> {
    let sealed = vault.seal(passwords::TOTP_SECRET.place(person.get()), &secret.expose())?;
    Ok(passwords::set_totp(tx, person, &sealed)?)
}

/// Makes an account of a person who is new.
///
/// # Errors
/// [`Error::Invalid`], naming `username`, `password`, `organisation` or `division`.
pub fn create(db: &Db, random: &dyn Random, account: &NewAccount) -> Result<PersonId, Error> {
    let NewAccount { username, password, role } = account;
    let mut invalid = Invalid::default();
    username.check("username", &mut invalid);
    password.check("password", username, &mut invalid);
    invalid.or(())?;
    let hash = password.hash(random)?;
    db.write(|tx| {
        if passwords::of_username(tx, username)?.is_some() {
            return Err(Invalid::one("username", FieldCode::Taken).into());
        }
        let missing = match role {
            Role::Member(_, id) => (!Organisation::exists(tx, id.get())?).then_some("organisation"),
            Role::Authority(_, adcode) => (!Division::exists(tx, adcode.number())?).then_some("division"),
        };
        if let Some(kind) = missing {
            return Err(Invalid::one(kind, FieldCode::NoSuch { kind }).into());
        }
        let person = PersonId::fresh(tx.now(), random);
        persons::insert(tx, person)?;
        passwords::insert(tx, person, username, &hash)?;
        super::roles::grant(tx, Actor::Operator, person, *role)?;
        Ok(person)
    })
}

/// Gives an account another password, and lets its owner set up an authenticator app anew: for who forgot the one or
/// lost the other. All their logins end.
///
/// # Errors
/// [`Error::Invalid`], naming `username` if nobody has it, or `password`.
pub fn reset(db: &Db, random: &dyn Random, username: &Username, password: &Password) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    password.check("password", username, &mut invalid);
    invalid.or(())?;
    let hash = password.hash(random)?;
    db.write(|tx| {
        let Some(account) = passwords::of_username(tx, username)? else {
            return Err(Invalid::one("username", FieldCode::NoSuch { kind: "account" }).into());
        };
        passwords::forget(tx, account.person)?;
        passwords::insert(tx, account.person, username, &hash)?;
        logins::forget(tx, account.person)?;
        let division =
            roles::of_person(tx, account.person)?.divisions(AuthorityRole::Reviewer).first().copied();
        let entry = Entry {
            subject: Some(account.person),
            division,
            ..Entry::new(Actor::Operator, Action::AccountReset)
        };
        audit::note(tx, &entry)
    })
}
