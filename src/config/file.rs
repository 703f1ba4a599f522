//! The TOML file: the same settings by their names.

use std::fs;

use super::read::{Given, unknown};
use super::wechat::{self, Written};
use super::{Refused, TABLE};

/// Adds what the file says and the environment does not; gives the mini-programs.
pub(super) fn add(given: &mut Given, path: &str, refused: &mut Refused) -> Vec<Written> {
    let mut apps = Vec::new();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            refused.0.push(format!("KEPU_CONFIG names {path}, which cannot be read: {error}."));
            return apps;
        }
    };
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        // The full text of the error quotes the line, which may hold a password.
        Err(error) => {
            refused.0.push(format!("{path} is not TOML: {}.", error.message()));
            return apps;
        }
    };
    for (key, value) in table {
        if key == "wechat" {
            apps = wechat::add(value, path, refused);
            continue;
        }
        let place = format!("{key} in {path}");
        let Some(setting) = TABLE.iter().find(|setting| setting.name == key) else {
            let sentence = unknown(&key, TABLE.iter().map(|setting| setting.name));
            refused.0.push(format!("In {path}: {sentence}"));
            continue;
        };
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Datetime(instant) => instant.to_string(),
            _ => {
                refused.0.push(format!("{place} must be {}.", setting.rule));
                continue;
            }
        };
        given.add(setting, text, place);
    }
    apps
}
