//! People who are logged in, put straight into a store: to log in thousands over HTTP would be another test.

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::db::{Db, logins, persons, roles};
use kepu::domain::access::Caller;
use kepu::domain::ids::{LoginId, PersonId, SystemRandom};
use kepu::domain::logins::RefreshToken;
use kepu::domain::roles::Role;

use super::server::keys;

/// So many people, each with a login.
pub fn people(db: &Db, count: usize) -> Vec<Caller> {
    let caller = |n: usize| {
        let slug = format!("person {n}");
        Caller { person: PersonId::from_slug(&slug), login: LoginId::from_slug(&slug) }
    };
    let callers: Vec<Caller> = (0..count).map(caller).collect();
    db.write(|tx| {
        let expires = tx.now() + TimeDelta::days(1000);
        for caller in &callers {
            persons::insert(tx, caller.person)?;
            logins::insert(tx, *caller, &RefreshToken::fresh(&SystemRandom), expires)?;
        }
        Ok::<_, app::Error>(())
    })
    .unwrap();
    callers
}

/// The access token of somebody, as the servers of tests take it.
pub fn token(caller: Caller, now: DateTime<Utc>) -> String {
    keys().issue(caller, now).unwrap().expose().to_owned()
}

/// Somebody new with these roles, logged in: who they are, and their access token.
pub fn somebody(db: &Db, held: &[Role], now: DateTime<Utc>) -> (PersonId, String) {
    let random = SystemRandom;
    let caller = Caller { person: PersonId::fresh(now, &random), login: LoginId::fresh(now, &random) };
    db.write(|tx| {
        persons::insert(tx, caller.person)?;
        held.iter().try_for_each(|role| roles::grant(tx, caller.person, *role))?;
        logins::insert(tx, caller, &RefreshToken::fresh(&random), now + TimeDelta::days(1000))
    })
    .unwrap();
    (caller.person, token(caller, now))
}
