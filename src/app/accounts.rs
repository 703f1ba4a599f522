//! Accounts: who comes by WeChat is known again, stays logged in, logs out, and is forgotten when they wish so.

use std::sync::Arc;

use super::ended_logins::EndedLogins;
use super::signups::Signups;
use super::{Error, audit, resources, roles};
use crate::clients::wechat::login::Session;
use crate::db::{
    self, Db, Tx, accreditations, applications, assessments, companions, consents, data_looks, drafts,
    favourites, feedback, idempotency_keys, logins, message_credits, notices, passwords, persons, reports,
    review_items, signups, subscriptions, text_checks, wechat_identities as identities,
};
use crate::domain::access::{AccessToken, Caller, Keys};
use crate::domain::ids::{IdentityId, LoginId, PersonId, Random};
use crate::domain::invalid::Invalid;
use crate::domain::logins::{self as rules, RefreshToken, Verdict};
use crate::domain::persons::{ABSENT, DisplayName, Person, Phone};
use crate::domain::sealing::Vault;
use crate::domain::wechat::AppId;

/// How many absent persons are looked up at once.
const LOOKED_UP_AT_ONCE: i64 = 100;

/// The use cases of accounts. All of them block.
#[derive(Clone)]
pub struct Accounts {
    db: Db,
    keys: Arc<Keys>,
    vault: Arc<Vault>,
    signups: Signups,
    random: Arc<dyn Random>,
    /// Logins that ended a moment ago.
    pub ended: Arc<EndedLogins>,
}

/// What a login gives, and goes on by.
#[derive(Debug)]
pub struct Tokens {
    /// Who calls, for [`access::LIFE`](crate::domain::access::LIFE).
    pub access: AccessToken,
    /// For the next pair of tokens; good once.
    pub refresh: RefreshToken,
}

/// What came of a refresh. None of it is an error to the transaction: the end of a login is to be committed.
enum Step {
    Continued(Tokens),
    /// The token was used before; its login has now been ended.
    Ended,
    /// There is no such login, or none any more.
    Over,
    /// Another replica replaced the token between a look and a change: to be looked at again.
    Overtaken,
}

impl Accounts {
    /// The accounts of a store.
    pub fn new(db: Db, keys: Arc<Keys>, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        let signups = Signups::new(db.clone(), vault.clone(), random.clone());
        Self { db, keys, vault, signups, random, ended: Arc::default() }
    }

    /// Logs in whom WeChat named; whoever comes for the first time becomes a person.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_in(&self, app: &AppId, session: &Session) -> Result<Tokens, Error> {
        let attempt = || {
            self.db.write(|tx| {
                let person = self.known(tx, app, session)?;
                self.open(tx, person)
            })
        };
        // Somebody may come by the same names for the first time a moment before. There are two names, each of which
        // can be taken once, so that the third attempt finds whatever is taken.
        for _ in 0..2 {
            match attempt() {
                Err(Error::Db(db::Error::Constraint(_))) => {}
                outcome => return outcome,
            }
        }
        attempt()
    }

    /// Begins a login of a person.
    pub(super) fn open(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<Tokens, Error> {
        let caller = Caller { person, login: LoginId::fresh(tx.now(), &*self.random) };
        let refresh = RefreshToken::fresh(&*self.random);
        logins::insert(tx, caller, &refresh, tx.now() + rules::LIFE)?;
        Ok(Tokens { access: self.keys.issue(caller, tx.now())?, refresh })
    }

    /// The person whom WeChat names. The name within the mini-program decides: whoever has logged in by it stays who
    /// they are, even if they are somebody else over all mini-programs.
    fn known(&self, tx: &mut Tx<'_>, app: &AppId, session: &Session) -> Result<PersonId, Error> {
        let vault = &*self.vault;
        let within = identities::person_of_openid(tx, vault, app, &session.openid)?;
        let union = session.unionid.as_ref();
        let over_all = union.map(|unionid| identities::person_of_unionid(tx, vault, unionid));
        let over_all = over_all.transpose()?.flatten();
        let person = match within.or(over_all) {
            Some(person) => person,
            None => {
                let person = PersonId::fresh(tx.now(), &*self.random);
                persons::insert(tx, person)?;
                person
            }
        };
        if within.is_none() {
            let id = IdentityId::fresh(tx.now(), &*self.random);
            identities::add_openid(tx, vault, id, person, (app, &session.openid))?;
        }
        if let (Some(unionid), None) = (union, over_all) {
            let id = IdentityId::fresh(tx.now(), &*self.random);
            identities::add_unionid(tx, vault, id, person, unionid)?;
        }
        Ok(person)
    }

    /// Replaces a refresh token and gives a new access token.
    ///
    /// # Errors
    /// [`Error::LoginOver`] if the token is of no login that stands; [`Error::RefreshReused`] if it was used before,
    /// which ends its login.
    pub fn refresh(&self, token: &RefreshToken) -> Result<Tokens, Error> {
        let step = self.db.write(|tx| {
            loop {
                match self.step(tx, token)? {
                    Step::Overtaken => {}
                    step => return Ok::<_, Error>(step),
                }
            }
        });
        match step? {
            Step::Continued(tokens) => Ok(tokens),
            Step::Over | Step::Overtaken => Err(Error::LoginOver),
            Step::Ended => {
                self.ended.ask_soon();
                tracing::warn!("a refresh token was used twice; its login was ended");
                Err(Error::RefreshReused)
            }
        }
    }

    fn step(&self, tx: &mut Tx<'_>, token: &RefreshToken) -> Result<Step, Error> {
        let Some(login) = logins::of_family(tx, token)? else { return Ok(Step::Over) };
        let caller = login.caller;
        let refresh = match login.judge(token, tx.now()) {
            Verdict::Over => return Ok(Step::Over),
            Verdict::Reused => {
                logins::end(tx, caller.login)?;
                return Ok(Step::Ended);
            }
            Verdict::Repeated(next) => next,
            Verdict::Good => {
                let salt = rules::fresh_salt(&*self.random);
                if !logins::rotate(tx, caller.login, token, &salt, tx.now() + rules::LIFE)? {
                    return Ok(Step::Overtaken);
                }
                persons::seen(tx, caller.person)?;
                token.next(&salt)
            }
        };
        Ok(Step::Continued(Tokens { access: self.keys.issue(caller, tx.now())?, refresh }))
    }

    /// Ends the login of a refresh token, whichever of its tokens that is. Of no login, it ends none.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_out_by(&self, token: &RefreshToken) -> Result<(), Error> {
        let ended = self.db.write(|tx| {
            let login = logins::of_family(tx, token)?.map(|login| login.caller.login);
            login.map(|login| logins::end(tx, login).map(|()| login)).transpose()
        })?;
        ended.into_iter().for_each(|login| self.ended.note(login));
        Ok(())
    }

    /// Ends a login.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_out(&self, login: LoginId) -> Result<(), Error> {
        self.db.write(|tx| logins::end(tx, login))?;
        self.ended.note(login);
        Ok(())
    }

    /// Changes what a person says of themselves; gives the person as they are then.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::VersionConflict`] if they no longer have `version`.
    pub fn rename(&self, id: PersonId, version: i64, name: Option<&DisplayName>) -> Result<Person, Error> {
        let mut invalid = Invalid::default();
        if let Some(name) = name {
            name.check("displayName", &mut invalid);
        }
        invalid.or(())?;
        self.db.write(|tx| {
            if !persons::rename(tx, &self.vault, id, version, name)? {
                return Err(Error::VersionConflict);
            }
            persons::get(tx, &self.vault, id)?.ok_or(Error::NotFound)
        })
    }

    /// Gives a person a phone number, or takes it away; gives the person as they are then.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such person any more.
    pub fn set_phone(&self, id: PersonId, phone: Option<&Phone>) -> Result<Person, Error> {
        self.db.write(|tx| {
            persons::set_phone(tx, &self.vault, id, phone)?;
            persons::get(tx, &self.vault, id)?.ok_or(Error::NotFound)
        })
    }

    /// Forgets a person: logins, WeChat's names, their password, roles, companions, notices, and what they said of themselves; sign-ups for
    /// what is to come are given up, and others name nobody any more. That they consented, and that somebody looked at
    /// their data, stays on record without naming them.
    ///
    /// # Errors
    /// If the store fails; then the person is not forgotten, but may have been logged out.
    pub fn erase(&self, person: PersonId) -> Result<(), Error> {
        // Without a login nobody signs up; what was being signed up meanwhile is found at the next try.
        self.db.write(|tx| logins::forget(tx, person))?;
        self.ended.note_erased(person);
        for _ in 0..3 {
            self.signups.leave(person)?;
            match self.db.write(|tx| self.forget(tx, person)) {
                Err(Error::Busy | Error::Db(db::Error::Constraint(_))) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Busy)
    }

    /// Forgets whoever has not been here for [`ABSENT`], as the privacy policy says; says how many they were.
    ///
    /// # Errors
    /// If the store fails; those who were forgotten before are.
    pub fn erase_absent(&self) -> Result<usize, Error> {
        let mut erased = 0;
        loop {
            let absent = self.db.write(|tx| {
                let before = tx.now() - ABSENT;
                persons::unseen_since(tx, before, LOOKED_UP_AT_ONCE)
            })?;
            absent.iter().try_for_each(|person| self.erase(*person))?;
            erased += absent.len();
            if absent.is_empty() {
                return Ok(erased);
            }
        }
    }

    fn forget(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
        let now = tx.now();
        // Who is held cannot be referred to anew: by a login or a sign-up that comes meanwhile.
        persons::hold(tx, person)?;
        logins::forget(tx, person)?;
        if !signups::to_come(tx, person, now)?.is_empty() {
            return Err(Error::Busy);
        }
        feedback::forget(tx, person)?;
        self.signups.forget(tx, person)?;
        idempotency_keys::forget(tx, person)?;
        notices::forget(tx, person)?;
        message_credits::forget(tx, person)?;
        identities::forget(tx, person)?;
        roles::forget(tx, person)?;
        audit::forget(tx, person)?;
        applications::forget(tx, person)?;
        passwords::forget(tx, person)?;
        companions::forget(tx, person)?;
        favourites::forget(tx, person)?;
        subscriptions::forget(tx, person)?;
        consents::end_all(tx, &self.vault, person)?;
        data_looks::forget(tx, person)?;
        resources::forget(tx, person)?;
        accreditations::forget(tx, person)?;
        assessments::forget(tx, person)?;
        drafts::forget(tx, person)?;
        text_checks::forget(tx, person)?;
        review_items::forget(tx, person)?;
        reports::forget(tx, person)?;
        Ok(persons::delete(tx, person)?)
    }
}
