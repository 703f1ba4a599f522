//! Mini-programs: `[[wechat.app]]` of the file, with secrets from there or from the environment.

use toml::{Table, Value};

use super::Refused;
use super::read::unknown;
use crate::clients::wechat::{App, AppSecret};
use crate::domain::wechat::AppId;

/// The keys of a `[[wechat.app]]`.
const KEYS: &[&str] = &["id", "secret", "event_page"];

/// A mini-program as the file has it.
pub(super) struct Written {
    id: AppId,
    secret: Option<AppSecret>,
    event_page: Option<String>,
}

/// Secrets as the environment has them: `APPID:SECRET`, separated by commas.
pub(super) type Secrets = Vec<(AppId, AppSecret)>;

pub(super) fn secrets(text: &str) -> Option<Secrets> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let secrets = pairs.map(|pair| {
        let (id, secret) = pair.split_once(':')?;
        Some((id.trim().parse().ok()?, self::secret(secret.trim())?))
    });
    let secrets: Secrets = secrets.collect::<Option<_>>()?;
    let twice = |at: usize| secrets[..at].iter().any(|(id, _)| *id == secrets[at].0);
    (!(0..secrets.len()).any(twice)).then_some(secrets)
}

fn secret(text: &str) -> Option<AppSecret> {
    let sound = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    sound.then(|| AppSecret::from(text))
}

/// A page as WeChat writes it: no leading `/`, no query.
pub(super) fn page(text: &str) -> Option<String> {
    let sound = !text.is_empty()
        && !text.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#%".contains(&byte));
    sound.then(|| text.to_owned())
}

/// Reads `[wechat]` of the file at `path`, which holds nothing but its `app` tables.
pub(super) fn add(value: Value, path: &str, refused: &mut Refused) -> Vec<Written> {
    let Value::Table(mut table) = value else {
        refused.0.push(format!("wechat in {path} must be tables, each [[wechat.app]]."));
        return Vec::new();
    };
    let apps = table.remove("app");
    for key in table.keys() {
        refused.0.push(format!("In [wechat] of {path}: {}", unknown(key, ["app"].into_iter())));
    }
    let apps = match apps {
        Some(Value::Array(apps)) => apps,
        _ => return Vec::new(),
    };
    let read = |(at, app)| match app {
        Value::Table(app) => written(&app, &format!("[[wechat.app]] {} of {path}", at + 1), refused),
        _ => None,
    };
    apps.into_iter().enumerate().filter_map(read).collect()
}

fn written(app: &Table, place: &str, refused: &mut Refused) -> Option<Written> {
    for key in app.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        refused.0.push(format!("In {place}: {}", unknown(key, KEYS.iter().copied())));
    }
    let mut wrong = |key: &str, rule: &str| refused.0.push(format!("{key} in {place} must be {rule}."));
    let text = |key: &str| app.get(key).map(|value| value.as_str().unwrap_or_default());
    let id = text("id").unwrap_or_default().parse().ok();
    if id.is_none() {
        wrong("id", "wx and 16 of 0-9 and a-z");
    }
    let given = text("secret").map(secret);
    if given == Some(None) {
        wrong("secret", "what the console shows");
    }
    let shown = text("event_page").map(page);
    if shown == Some(None) {
        wrong("event_page", PAGE_RULE);
    }
    Some(Written { id: id?, secret: given.flatten(), event_page: shown.flatten() })
}

/// What a page must be.
pub(super) const PAGE_RULE: &str = "a page such as pages/event/event";

/// The mini-programs: those of the file, then those that only the environment names.
pub(super) fn assemble(
    written: Vec<Written>,
    mut secrets: Secrets,
    event_page: &str,
    refused: &mut Refused,
) -> Vec<App> {
    let mut apps: Vec<App> = Vec::new();
    for Written { id, secret, event_page: own } in written {
        let given = secrets.iter().position(|(of, _)| *of == id).map(|at| secrets.remove(at).1);
        if apps.iter().any(|app| app.id == id) {
            refused.0.push(format!("The mini-program {id} is configured twice."));
        }
        match given.or(secret) {
            Some(secret) => {
                apps.push(App { id, secret, event_page: own.unwrap_or_else(|| event_page.to_owned()) });
            }
            None => refused.0.push(format!(
                "The mini-program {id} has no secret; give it in its [[wechat.app]], or in KEPU_WECHAT_SECRETS."
            )),
        }
    }
    let rest = secrets.into_iter();
    apps.extend(rest.map(|(id, secret)| App { id, secret, event_page: event_page.to_owned() }));
    apps
}
