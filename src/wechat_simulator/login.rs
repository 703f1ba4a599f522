//! Codes for logins and phone numbers: good once, for five minutes, in one mini-program.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::refusals::{CODE, FREQUENCY, GRANT_TYPE, Refusal, SECRET};
use super::world::{World, phone, unionid};

const LIFE: TimeDelta = TimeDelta::minutes(5);
/// Logins of one person in a minute.
const LOGINS: u32 = 100;
/// A code that begins so is the rest's person, as often as it is used.
const DEMO: &str = "demo-";

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    Phone,
}

/// A code that was given out.
pub(super) struct Ticket {
    purpose: Purpose,
    app: String,
    name: String,
    until: DateTime<Utc>,
}

impl World {
    /// What the mini-program in a person's hand gets.
    pub(super) fn give_code(
        &mut self,
        purpose: Purpose,
        app: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> String {
        let code = format!("0{}", self.draw());
        let ticket = Ticket { purpose, app: app.to_owned(), name: name.to_owned(), until: now + LIFE };
        self.tickets.insert(code.clone(), ticket);
        code
    }

    /// Whose code it is; it is used up by that.
    fn redeem(
        &mut self,
        purpose: Purpose,
        app: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        if let Some(name) = code.strip_prefix(DEMO).filter(|name| !name.is_empty()) {
            return Ok(name.to_owned());
        }
        let fits = |ticket: &Ticket| ticket.purpose == purpose && ticket.app == app && now < ticket.until;
        if !self.tickets.get(code).is_some_and(fits) {
            return Err(CODE);
        }
        self.tickets.remove(code).map(|ticket| ticket.name).ok_or(CODE)
    }

    /// `jscode2session`.
    pub(super) fn code_to_session(
        &mut self,
        [app, secret, code, grant_type]: [&str; 4],
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        if grant_type != "authorization_code" {
            return Err(GRANT_TYPE);
        }
        let known = self.app(app)?;
        if known.secret != secret {
            return Err(SECRET);
        }
        let bound = known.unionid;
        let name = self.redeem(Purpose::Login, app, code, now)?;
        let openid = self.openid(app, &name);
        self.limit(format!("login {openid}"), LOGINS, now).map_err(|_quota| FREQUENCY)?;
        if let Some(person) = self.person(app, &openid) {
            person.visited = Some(now);
        }
        let mut answer = json!({ "session_key": self.draw(), "openid": openid });
        if bound {
            answer["unionid"] = unionid(&name).into();
        }
        Ok(answer)
    }

    /// `getuserphonenumber`. The country is a number here, as in the official sample, though a text by its table.
    pub(super) fn phone_number(
        &mut self,
        app: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let name = self.redeem(Purpose::Phone, app, code, now)?;
        let phone = phone(&name);
        Ok(json!({ "errcode": 0, "errmsg": "ok", "phone_info": {
            "phoneNumber": phone, "purePhoneNumber": phone, "countryCode": 86,
            "watermark": { "timestamp": now.timestamp(), "appid": app },
        }}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: &str = "wxdemo000000000001";
    const MUSEUM: &str = "wxdemo000000000002";

    fn world() -> World {
        World::new(super::super::demonstration(), [0; 4])
    }

    fn login(world: &mut World, app: &str, code: &str, now: DateTime<Utc>) -> Result<Value, Refusal> {
        let secret = world.app(app)?.secret.clone();
        world.code_to_session([app, &secret, code, "authorization_code"], now)
    }

    #[test]
    fn a_code_is_good_once_in_time_and_where_it_was_given() {
        let (mut world, now) = (world(), DateTime::UNIX_EPOCH);
        let code = world.give_code(Purpose::Login, CITY, "lan", now);
        assert_eq!(login(&mut world, MUSEUM, &code, now), Err(CODE));
        assert!(login(&mut world, CITY, &code, now + LIFE - TimeDelta::seconds(1)).is_ok());
        assert_eq!(login(&mut world, CITY, &code, now), Err(CODE), "it is used up");
        let late = world.give_code(Purpose::Login, CITY, "lan", now);
        assert_eq!(login(&mut world, CITY, &late, now + LIFE), Err(CODE));
        let phone = world.give_code(Purpose::Phone, CITY, "lan", now);
        assert_eq!(login(&mut world, CITY, &phone, now), Err(CODE));
        assert!(world.phone_number(CITY, &phone, now).is_ok());
    }

    #[test]
    fn a_person_has_an_id_in_each_mini_program_and_one_over_all() {
        let (mut world, now) = (world(), DateTime::UNIX_EPOCH);
        let city = login(&mut world, CITY, "demo-lan", now).unwrap();
        let museum = login(&mut world, MUSEUM, "demo-lan", now).unwrap();
        assert_ne!(city["openid"], museum["openid"]);
        assert_eq!(city["unionid"], museum["unionid"]);
        world.apps[1].unionid = false;
        assert!(login(&mut world, MUSEUM, "demo-lan", now).unwrap().get("unionid").is_none());
    }

    #[test]
    fn nobody_logs_in_more_than_a_hundred_times_a_minute() {
        let (mut world, now) = (world(), DateTime::UNIX_EPOCH);
        for _ in 0..LOGINS {
            login(&mut world, CITY, "demo-lan", now).unwrap();
        }
        assert_eq!(login(&mut world, CITY, "demo-lan", now), Err(FREQUENCY));
        assert!(login(&mut world, CITY, "demo-ming", now).is_ok());
    }
}
