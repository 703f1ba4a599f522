//! Accounts: who comes by WeChat is known again, stays logged in, logs out, and is forgotten when they wish so.

use std::sync::Arc;

use super::Error;
use crate::clients::wechat::login::Session;
use crate::db::{
    self, Db, Tx, favourites, logins, persons, roles, subscriptions, wechat_identities as identities,
};
use crate::domain::access::{AccessToken, Caller, Keys};
use crate::domain::ids::{LoginId, PersonId, Random};
use crate::domain::invalid::Invalid;
use crate::domain::logins::{self as rules, RefreshToken, Verdict};
use crate::domain::persons::{DisplayName, Person};
use crate::domain::wechat::AppId;

/// The use cases of accounts. All of them block.
#[derive(Clone)]
pub struct Accounts {
    db: Db,
    keys: Arc<Keys>,
    random: Arc<dyn Random>,
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
    pub fn new(db: Db, keys: Arc<Keys>, random: Arc<dyn Random>) -> Self {
        Self { db, keys, random }
    }

    /// Logs in whom WeChat named; whoever comes for the first time becomes a person.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_in(&self, app: &AppId, session: &Session) -> Result<Tokens, Error> {
        let attempt = || {
            self.db.write(|tx| {
                let person = self.known(tx, app, session)?;
                let caller = Caller { person, login: LoginId::fresh(tx.now(), &*self.random) };
                let refresh = RefreshToken::fresh(&*self.random);
                logins::insert(tx, caller, &refresh, tx.now() + rules::LIFE)?;
                Ok(Tokens { access: self.keys.issue(caller, tx.now())?, refresh })
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

    /// The person whom WeChat names. The name within the mini-program decides: whoever has logged in by it stays who
    /// they are, even if they are somebody else over all mini-programs.
    fn known(&self, tx: &mut Tx<'_>, app: &AppId, session: &Session) -> Result<PersonId, Error> {
        let within = identities::person_of_openid(tx, app, &session.openid)?;
        let union = session.unionid.as_ref();
        let over_all = union.map(|unionid| identities::person_of_unionid(tx, unionid)).transpose()?.flatten();
        let person = match within.or(over_all) {
            Some(person) => person,
            None => {
                let person = PersonId::fresh(tx.now(), &*self.random);
                persons::insert(tx, person)?;
                person
            }
        };
        if within.is_none() {
            identities::add_openid(tx, app, &session.openid, person)?;
        }
        if let (Some(unionid), None) = (union, over_all) {
            identities::add_unionid(tx, unionid, person)?;
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
        self.db.write(|tx| match logins::of_family(tx, token)? {
            Some(login) => Ok(logins::end(tx, login.caller.login)?),
            None => Ok(()),
        })
    }

    /// Ends a login.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_out(&self, login: LoginId) -> Result<(), Error> {
        Ok(self.db.write(|tx| logins::end(tx, login))?)
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
            if !persons::rename(tx, id, version, name)? {
                return Err(Error::VersionConflict);
            }
            persons::get(tx, id)?.ok_or(Error::NotFound)
        })
    }

    /// Forgets a person: logins, WeChat's names, roles, and what they said of themselves.
    ///
    /// # Errors
    /// If the store fails; then nothing is forgotten.
    pub fn erase(&self, person: PersonId) -> Result<(), Error> {
        Ok(self.db.write(|tx| {
            logins::forget(tx, person)?;
            identities::forget(tx, person)?;
            roles::forget(tx, person)?;
            favourites::forget(tx, person)?;
            subscriptions::forget(tx, person)?;
            persons::delete(tx, person)
        })?)
    }
}
