//! `docs/configuration.md`, written from the table.

use std::fmt::Write;

use super::TABLE;
use crate::domain::limits::Limit;
use crate::http::limits::classes::{CLASSES, Counting, Verb};

const HEAD: &str = "\
# Configuration

Settings come from the environment, or from a TOML file whose path is in `KEPU_CONFIG`; the environment wins. Nothing
is guessed: an unknown `KEPU_…` variable, an unknown key or a value that breaks its rule stops the start with a sentence
that names it.

**Production** is any start without `--demo` where the bind is not loopback or the store is PostgreSQL. There

- `KEPU_NOW` and `KEPU_WEBHOOK_PRIVATE_TARGETS` are refused, and web-hooks are sent by `https` only;
- `kepu serve` must be given `KEPU_SIGNING_KEYS` and `KEPU_TICKET_KEYS`, lest replicas refuse each other's access tokens
  and tickets, and `KEPU_DATA_KEYS` and `KEPU_PSEUDONYM_KEY`, lest they cannot read each other's data;
- a `DATABASE_URL` or `REDIS_URL` that names another machine must hold a password, and no password may begin with
  `change-me`, as those of the published examples do;
- a secret of a mini-program that begins so is refused, and so is a `KEPU_WECHAT_BASE` without `https`: the simulated
  WeChat of `--demo` is out of reach.

";

const TAIL: &str = "
A file has the same settings by their keys:

```toml
bind = \"0.0.0.0:8080\"
max_in_flight = 2048
log_format = \"json\"
```

Mini-programs stand there as tables. A secret is better given by `KEPU_WECHAT_SECRETS`, and then left out here:

```toml
[[wechat.app]]
id = \"wx0123456789abcdef\"
secret = \"the AppSecret of the console\"
event_page = \"pages/event/event\"     # if it is not KEPU_WECHAT_EVENT_PAGE
push_token = \"word\"                   # or KEPU_WECHAT_PUSH_SECRETS; with push_key in secure mode

[wechat.app.templates.signup]         # 报名结果; then waitlist, change, reminder, subscription
id = \"the template's id in the console\"
thing1 = \"event\"                      # each field of the template, and what it holds
time2 = \"start\"
thing3 = \"place\"
phrase4 = \"result\"
```

A template without a table is never sent; the notice then stands in `GET /v1/me/notices` alone. Fields hold `event` (title),
`start`, `place`, `result` (报名成功), `note` (what to do) or `until` (end of an offer, else the start).
";

const LIMITS: &str = "
## Limits

How often somebody may ask: `600/60` is 600 times at once, regained evenly within 60 seconds. The first class that covers
a request has it. `operating.md` says how requests are counted. To change a limit, name it: `KEPU_LIMITS` =
`login.network=1200/60, signups.account=off`.

| class | covers | network | account | replicas count | why |
|---|---|---|---|---|---|
";

const END: &str = "
This page is written by `kepu settings`; a test holds it to the program.
";

/// The page, as it is committed.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str("| variable | key in the file | default | must be | meaning |\n|---|---|---|---|---|\n");
    for setting in TABLE {
        let default =
            if setting.default.is_empty() { "(none)".to_owned() } else { format!("`{}`", setting.default) };
        // Writing to a String does not fail.
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {default} | {} | {} |",
            setting.env, setting.name, setting.rule, setting.about
        );
    }
    page.push_str(TAIL);
    page.push_str(LIMITS);
    for class in CLASSES {
        let covers: Vec<_> =
            class.covers.iter().map(|(verb, path)| format!("{} `{path}`", word(*verb))).collect();
        let often = |limit: Option<Limit>| limit.map_or_else(|| "–".to_owned(), |limit| format!("`{limit}`"));
        let counted = if class.counting == Counting::Shared { "together" } else { "each" };
        let (name, network, account) = (class.name, often(class.network), often(class.account));
        let _ = writeln!(
            page,
            "| `{name}` | {} | {network} | {account} | {counted} | {} |",
            covers.join(", "),
            class.why
        );
    }
    page.push_str(END);
    page
}

fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Read => "reading",
        Verb::Write => "writing",
        Verb::Put => "putting",
        Verb::Any => "all of",
    }
}
