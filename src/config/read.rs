//! From what was given to typed values.

use std::collections::HashMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};

use super::{CONFIG_FILE, Refused, Samples, Secret, Setting, TABLE};
use crate::db::Target;
use crate::domain::access::SigningKey;
use crate::domain::nearest::nearest;
use crate::domain::sealing::{DataKey, Keyring, Pseudonyms};
use crate::domain::tickets::TicketKey;
use crate::domain::time::parse_instant;
use crate::http::limits::rules::Rules;

/// Values as they were written, by the name of the setting.
#[derive(Default)]
pub(super) struct Given(HashMap<&'static str, Written>);

struct Written {
    text: String,
    /// Where it stands, to be named in a sentence.
    place: String,
}

impl Given {
    /// Takes what the environment says; gives the path of the file if one is named.
    pub(super) fn add_environment(
        &mut self,
        env: impl IntoIterator<Item = (OsString, OsString)>,
        refused: &mut Refused,
    ) -> Option<String> {
        let mut file = None;
        for (name, text) in env {
            let Ok(name) = name.into_string() else { continue };
            let setting = TABLE.iter().find(|setting| setting.env == name);
            if setting.is_none() && !name.starts_with("KEPU_") {
                continue;
            }
            let Ok(text) = text.into_string() else {
                refused.0.push(format!("{name} is not UTF-8."));
                continue;
            };
            match setting {
                Some(setting) => self.add(setting, text, name),
                None if name == CONFIG_FILE => file = Some(text),
                None => refused
                    .0
                    .push(unknown(&name, TABLE.iter().map(|setting| setting.env).chain([CONFIG_FILE]))),
            }
        }
        file
    }

    /// Takes one value; what is there already stands.
    pub(super) fn add(&mut self, setting: &'static Setting, text: String, place: String) {
        self.0.entry(setting.name).or_insert(Written { text, place });
    }

    /// The value of a setting, given or default; `None` if it was refused.
    pub(super) fn read<T>(
        &self,
        setting: &Setting,
        read: impl Fn(&str) -> Option<T>,
        refused: &mut Refused,
    ) -> Option<T> {
        let Some(written) = self.0.get(setting.name) else { return read(setting.default) };
        let value = read(written.text.trim());
        if value.is_none() {
            let shown = if setting.secret() {
                "not understood (it is not shown here)".into()
            } else {
                format!("`{}`", written.text)
            };
            refused.0.push(format!("{} is {shown}; it must be {}.", written.place, setting.rule));
        }
        value
    }
}

impl Setting {
    /// Whether its value may hold a password or a secret.
    #[must_use]
    pub fn secret(&self) -> bool {
        ["_URL", "_SECRETS", "_KEYS", "_KEY"].iter().any(|end| self.env.ends_with(end))
    }
}

/// The sentence about a name that means nothing.
pub(super) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("{name} is not a setting; did you mean {near}?"),
        None => format!("{name} is not a setting; docs/configuration.md lists all of them."),
    }
}

pub(super) fn value<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// The outer `Option` is whether it was understood; an empty text is none at all.
pub(super) fn optional<T: FromStr>(text: &str) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { value(text).map(Some) }
}

pub(super) fn origin(text: &str) -> Option<Option<String>> {
    if text.is_empty() {
        return Some(None);
    }
    let named = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    (!named.is_empty() && named.bytes().all(plain)).then(|| Some(text.to_owned()))
}

pub(super) fn loopback(text: &str) -> Option<SocketAddr> {
    value(text).filter(|address: &SocketAddr| address.ip().is_loopback())
}

pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| text.into())
}

pub(super) fn range<const MIN: u32, const MAX: u32, T: TryFrom<u32>>(text: &str) -> Option<T> {
    let allowed: RangeInclusive<u32> = MIN..=MAX;
    text.parse().ok().filter(|number| allowed.contains(number))?.try_into().ok()
}

pub(super) fn optional_range<const MIN: u32, const MAX: u32, T: TryFrom<u32>>(
    text: &str,
) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { range::<MIN, MAX, T>(text).map(Some) }
}

pub(super) fn now(text: &str) -> Option<Option<DateTime<Utc>>> {
    if text.is_empty() {
        return Some(None);
    }
    // As in requests: no catalogue reaches further, and arithmetic on these years cannot overflow.
    parse_instant(text).ok().filter(|now| (1900..=2199).contains(&now.year())).map(Some)
}

pub(super) fn database(text: &str) -> Option<Option<Secret>> {
    if text.is_empty() { Some(None) } else { Target::parse(text).ok().map(|_| Some(Secret::new(text))) }
}

pub(super) fn signing_keys(text: &str) -> Option<Vec<SigningKey>> {
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    keys.map(SigningKey::parse).collect()
}

/// The inner `Option` is whether there are limits at all.
pub(super) fn limits(text: &str) -> Option<Option<Rules>> {
    if text == "off" { Some(None) } else { value(text).map(Some) }
}

pub(super) fn ticket_keys(text: &str) -> Option<Vec<TicketKey>> {
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    keys.map(TicketKey::parse).collect()
}

pub(super) fn data_keys(text: &str) -> Option<Vec<DataKey>> {
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    let keys: Vec<_> = keys.map(DataKey::parse).collect::<Option<_>>()?;
    (keys.is_empty() || Keyring::new(keys.clone()).is_some()).then_some(keys)
}

pub(super) fn pseudonym_key(text: &str) -> Option<Option<Pseudonyms>> {
    if text.is_empty() { Some(None) } else { Pseudonyms::parse(text).map(Some) }
}

pub(super) fn redis(text: &str) -> Option<Option<Secret>> {
    let known =
        ["redis://", "rediss://", "redis+unix://", "unix://"].iter().any(|scheme| text.starts_with(scheme));
    if text.is_empty() { Some(None) } else { known.then(|| Some(Secret::new(text))) }
}

impl FromStr for Samples {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "show" => Ok(Self::Show),
            "hide" => Ok(Self::Hide),
            _ => Err(()),
        }
    }
}
