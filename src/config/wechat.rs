//! Mini-programs: `[[wechat.app]]` of the file, with secrets from there or from the environment.

use toml::{Table, Value};

use super::read::unknown;
use super::{Refused, templates};
use crate::clients::wechat::push::{PushKey, PushSettings, PushToken};
use crate::clients::wechat::{App, AppSecret};
use crate::domain::notices::templates::Templates;
use crate::domain::wechat::AppId;

/// The keys of a `[[wechat.app]]`.
const KEYS: &[&str] = &["id", "secret", "event_page", "push_token", "push_key", "templates"];

/// A mini-program as the file has it.
pub(super) struct Written {
    id: AppId,
    secret: Option<AppSecret>,
    event_page: Option<String>,
    push: Option<PushSettings>,
    templates: Templates,
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

/// How pushes are read, as the environment has it: `APPID:TOKEN` or `APPID:TOKEN:KEY`, separated by commas.
pub(super) type Pushes = Vec<(AppId, PushSettings)>;

pub(super) fn pushes(text: &str) -> Option<Pushes> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let pushes = entries.map(|entry| {
        let (id, words) = entry.split_once(':')?;
        let (token, key) = words.split_once(':').map_or((words, None), |(token, key)| (token, Some(key)));
        Some((id.trim().parse().ok()?, push(token, key)?))
    });
    let pushes: Pushes = pushes.collect::<Option<_>>()?;
    let twice = |at: usize| pushes[..at].iter().any(|(id, _)| *id == pushes[at].0);
    (!(0..pushes.len()).any(twice)).then_some(pushes)
}

fn push(token: &str, key: Option<&str>) -> Option<PushSettings> {
    let key = key.map(|letters| PushKey::parse(letters).ok_or(())).transpose().ok()?;
    Some(PushSettings { token: PushToken::parse(token)?, key })
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
    let pushed = match (text("push_token"), text("push_key")) {
        (None, None) => None,
        (token, key) => Some(push(token.unwrap_or_default(), key)),
    };
    if pushed == Some(None) {
        wrong("push_token, and push_key with it,", "what the console shows of message push");
    }
    let templates = app.get("templates").map(|value| templates::read(value, place, refused));
    Some(Written {
        id: id?,
        secret: given.flatten(),
        event_page: shown.flatten(),
        push: pushed.flatten(),
        templates: templates.unwrap_or_default(),
    })
}

/// What a page must be.
pub(super) const PAGE_RULE: &str = "a page such as pages/event/event";

/// What the environment says of mini-programs.
pub(super) struct Environment {
    /// Their secrets.
    pub(super) secrets: Secrets,
    /// How their pushes are read.
    pub(super) pushes: Pushes,
    /// The page of those that name none.
    pub(super) event_page: String,
}

/// The mini-programs: those of the file, then those that only the environment names.
pub(super) fn assemble(written: Vec<Written>, environment: Environment, refused: &mut Refused) -> Vec<App> {
    let Environment { mut secrets, mut pushes, event_page } = environment;
    let mut apps: Vec<App> = Vec::new();
    for Written { id, secret, event_page: own, push, templates } in written {
        let given = taken(&mut secrets, &id);
        if apps.iter().any(|app| app.id == id) {
            refused.0.push(format!("The mini-program {id} is configured twice."));
        }
        let push = taken(&mut pushes, &id).or(push);
        match given.or(secret) {
            Some(secret) => {
                let event_page = own.unwrap_or_else(|| event_page.clone());
                apps.push(App { id, secret, event_page, templates, push });
            }
            None => refused.0.push(format!(
                "The mini-program {id} has no secret; give it in its [[wechat.app]], or in KEPU_WECHAT_SECRETS."
            )),
        }
    }
    for (id, secret) in secrets {
        let push = taken(&mut pushes, &id);
        apps.push(App { id, secret, event_page: event_page.clone(), templates: Templates::new(), push });
    }
    for (id, _) in pushes {
        refused
            .0
            .push(format!("KEPU_WECHAT_PUSH_SECRETS names {id}, which is no mini-program of this server."));
    }
    apps
}

/// Takes out what is given for a mini-program.
fn taken<T>(all: &mut Vec<(AppId, T)>, id: &AppId) -> Option<T> {
    let at = all.iter().position(|(of, _)| of == id)?;
    Some(all.remove(at).1)
}
