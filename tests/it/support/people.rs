//! People who are logged in, put straight into a store: to log in thousands over HTTP would be another test.

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::db::{Db, logins, persons};
use kepu::domain::access::Caller;
use kepu::domain::ids::{LoginId, PersonId, SystemRandom};
use kepu::domain::logins::RefreshToken;

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
