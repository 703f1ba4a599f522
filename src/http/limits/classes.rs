//! The table of classes: what each covers, and how often it may be asked for unless configuration says otherwise.

use actix_web::http::Method;

use crate::domain::limits::Limit;
use crate::http::health;

/// Requests that are counted together.
#[derive(Debug)]
pub struct Class {
    /// Its name in configuration, headers and metrics.
    pub name: &'static str,
    /// Which requests: the first class of the table that covers one has it.
    pub covers: &'static [(Verb, &'static str)],
    /// Where they are counted.
    pub counting: Counting,
    /// How often from one network.
    pub network: Option<Limit>,
    /// How often from one account, wherever it is.
    pub account: Option<Limit>,
    /// Why so often.
    pub why: &'static str,
}

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To read: GET, HEAD, OPTIONS.
    Read,
    /// To change something: every other method.
    Write,
    /// To correct something: PUT.
    Put,
    /// Any of them.
    Any,
}

/// Where a class is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// On each replica, and stated in refusals only: answers that caches may keep must not tell one caller's standing
    /// to the next, and a public read costs too little to spend anything on it.
    Quiet,
    /// On each replica, and stated in every answer.
    Here,
    /// Over all replicas, and stated in every answer.
    Shared,
}

/// Every class. Many are one network: a school, a campus, a mobile provider's gateway. What a person does at most a few
/// times a minute is bound by the account, and the network's limit is that of a crowd.
pub const CLASSES: &[Class] = &[
    Class {
        name: "codes",
        covers: &[(Verb::Read, "/v1/events/{id}/wxacode")],
        counting: Counting::Shared,
        network: Some(limit(60, 60)),
        account: None,
        why: "WeChat makes 5,000 a minute for all of a mini-program: it takes 84 networks to use that up",
    },
    Class {
        name: "login",
        covers: &[(Verb::Write, "/v1/auth/wechat")],
        counting: Counting::Shared,
        network: Some(limit(600, 60)),
        account: None,
        why: "an assembly hall opens the mini-program; each login asks WeChat",
    },
    Class {
        name: "password",
        covers: &[(Verb::Write, "/v1/auth/password")],
        counting: Counting::Shared,
        network: Some(limit(30, 60)),
        account: None,
        why: "an office comes to work; who guesses passwords gets nowhere, and hashing them costs processor time",
    },
    Class {
        name: "tokens",
        covers: &[(Verb::Write, "/v1/auth/*")],
        counting: Counting::Shared,
        network: Some(limit(1200, 60)),
        account: None,
        why: "one refresh per quarter of an hour: 18,000 people at once",
    },
    Class {
        name: "pushes",
        covers: &[(Verb::Any, "/v1/wechat/{appId}/push")],
        counting: Counting::Here,
        network: Some(limit(60_000, 60)),
        account: None,
        why: "WeChat's own servers, whose signature is checked: a thousand a second from each",
    },
    Class {
        name: "doorcodes",
        covers: &[(Verb::Write, "/v1/signups/{id}/checkin")],
        counting: Counting::Shared,
        network: Some(limit(1200, 60)),
        account: Some(limit(10, 600)),
        why: "a person has one party in a session and reads its door once; of a million codes two are good, so whoever \
              guesses for a whole day has one chance in three hundred; a thousand families at one door tap within a minute",
    },
    Class {
        name: "signups",
        covers: &[(Verb::Write, "/v1/sessions/{id}/signups"), (Verb::Write, "/v1/signups/*")],
        counting: Counting::Shared,
        network: Some(limit(3000, 60)),
        account: Some(limit(30, 60)),
        why: "3,000 students of one campus tap in the second in which sign-up opens",
    },
    Class {
        name: "corrections",
        covers: &[(Verb::Put, "/v1/me/companions/{id}")],
        counting: Counting::Shared,
        network: Some(limit(600, 60)),
        account: Some(limit(10, 86_400)),
        why: "a birth date is corrected once; whether a child is signed up would be told to whoever guesses through the days \
              of a year",
    },
    Class {
        name: "phone",
        covers: &[(Verb::Write, "/v1/me/phone")],
        counting: Counting::Shared,
        network: Some(limit(300, 60)),
        account: Some(limit(5, 600)),
        why: "WeChat charges for each number",
    },
    Class {
        name: "reports",
        covers: &[(Verb::Write, "/v1/reports")],
        counting: Counting::Shared,
        network: Some(limit(60, 600)),
        account: Some(limit(10, 600)),
        why: "people read every one of them",
    },
    Class {
        name: "personal",
        covers: &[
            (Verb::Read, "/v1/me/*"),
            (Verb::Read, "/v1/signups/*"),
            (Verb::Read, "/v1/manage/*"),
            (Verb::Read, "/v1/review/*"),
            (Verb::Read, "/v1/admin/*"),
        ],
        counting: Counting::Here,
        network: Some(limit(12_000, 60)),
        account: Some(limit(600, 60)),
        why: "a phone that polls once a second has ten times that; each asks the store",
    },
    Class {
        name: "writes",
        covers: &[(Verb::Write, "/*")],
        counting: Counting::Shared,
        network: Some(limit(3000, 60)),
        account: Some(limit(600, 60)),
        why: "five check-in desks on one account that scan two tickets a second",
    },
    Class {
        name: "reads",
        covers: &[(Verb::Read, "/*")],
        counting: Counting::Quiet,
        network: Some(limit(6000, 10)),
        account: None,
        why: "600 a second, at once ten times as many: 2,000 pupils of one school open the first screen, while one \
              network that does nothing else takes a fiftieth of a processor",
    },
];

const fn limit(burst: u32, seconds: u32) -> Limit {
    match Limit::new(burst, seconds) {
        Some(limit) => limit,
        None => panic!("a limit of the table is none"),
    }
}

/// The index in [`CLASSES`] of the class of a request; `None` for health, which must be told when nothing else is.
#[must_use]
pub fn of(method: &Method, path: &str) -> Option<usize> {
    let verb = match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Verb::Read,
        _ => Verb::Write,
    };
    let covered = |(wants, pattern): &(Verb, &str)| {
        let wanted = match wants {
            Verb::Any => true,
            Verb::Put => *method == Method::PUT,
            Verb::Read | Verb::Write => *wants == verb,
        };
        wanted && fits(pattern, path)
    };
    let class = || CLASSES.iter().position(|class| class.covers.iter().any(covered));
    if health::is_health(path) { None } else { class() }
}

/// Whether a path fits a pattern: `{…}` is any one segment, and `*` at the end whatever comes, or nothing.
fn fits(pattern: &str, path: &str) -> bool {
    if let Some(start) = pattern.strip_suffix("/*") {
        return path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found))
                if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(method: &Method, path: &str) -> &'static str {
        of(method, path).map_or("none", |index| CLASSES[index].name)
    }

    #[test]
    fn each_request_has_its_class() {
        for (method, path, name) in [
            (Method::GET, "/v1/events", "reads"),
            (Method::GET, "/v1/events/01h2x7m9k4qpz", "reads"),
            (Method::GET, "/v1/events/01h2x7m9k4qpz/wxacode", "codes"),
            (Method::HEAD, "/v1/events/01h2x7m9k4qpz/wxacode", "codes"),
            (Method::GET, "/v1/media", "reads"),
            (Method::GET, "/v1/me", "personal"),
            (Method::GET, "/v1/me/signups", "personal"),
            (Method::PUT, "/v1/me", "writes"),
            (Method::PUT, "/v1/me/companions/01h2x7m9k4qpz", "corrections"),
            (Method::DELETE, "/v1/me/companions/01h2x7m9k4qpz", "writes"),
            (Method::POST, "/v1/me/companions", "writes"),
            (Method::POST, "/v1/me/phone", "phone"),
            (Method::POST, "/v1/auth/wechat", "login"),
            (Method::POST, "/v1/auth/password", "password"),
            (Method::POST, "/v1/auth/refresh", "tokens"),
            (Method::POST, "/v1/sessions/01h2x7m9k4qpz/signups", "signups"),
            (Method::POST, "/v1/signups/01h2x7m9k4qpz/cancel", "signups"),
            (Method::POST, "/v1/signups/01h2x7m9k4qpz/checkin", "doorcodes"),
            (Method::POST, "/v1/reports", "reports"),
            (Method::POST, "/v1/wechat/wxdemo000000000001/push", "pushes"),
            (Method::GET, "/v1/wechat/wxdemo000000000001/push", "pushes"),
            (Method::GET, "/v1/wechat/templates", "reads"),
            (Method::DELETE, "/nowhere", "writes"),
            (Method::GET, "/", "reads"),
            (Method::GET, "/readyz", "none"),
        ] {
            assert_eq!(class(&method, path), name, "{method} {path}");
        }
    }

    #[test]
    fn the_table_leaves_nothing_out_and_names_each_once() {
        let mut names: Vec<_> = CLASSES.iter().map(|class| class.name).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CLASSES.len());
        assert!(CLASSES.iter().all(|class| class.network.is_some()), "nobody is unbound without an account");
        for method in [Method::GET, Method::POST, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            assert!(of(&method, "/v2/x//y").is_some(), "{method}");
        }
    }
}
