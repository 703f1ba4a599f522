//! What WeChat calls its things: mini-programs, the people in them, and what their codes carry.

use std::fmt;
use std::str::FromStr;

use super::hidden::hidden;
use super::ids::EventId;

/// A mini-program's id, `wx` and 16 more characters; public, it stands in every request that the mini-program sends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(String);

/// A text that is no [`AppId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mini-program's id is wx and 16 of 0-9 and a-z")]
pub struct NotAnAppId;

impl AppId {
    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppId {
    type Err = NotAnAppId;

    fn from_str(text: &str) -> Result<Self, NotAnAppId> {
        let letters =
            |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        let sound = text.len() == 18 && text.strip_prefix("wx").is_some_and(letters);
        sound.then(|| Self(text.to_owned())).ok_or(NotAnAppId)
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

hidden! {
    /// A person within one mini-program; the same person has another in the next.
    OpenId;
    /// A person over all mini-programs of one Open Platform account.
    UnionId;
}

/// What a mini-program code carries: 1 to 32 characters of a small alphabet, which knows no `%` and so no encoding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scene(String);

impl Scene {
    /// The scene with this text; `None` if no code can carry it.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'()*+,/:;=?@-._~".contains(&byte);
        ((1..=32).contains(&text.len()) && text.bytes().all(allowed)).then_some(Self(text))
    }

    /// The text, as the mini-program gets it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<EventId> for Scene {
    /// The id alone: the page that the code opens knows that it shows an event.
    fn from(id: EventId) -> Self {
        Self(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_id_has_one_form() {
        assert_eq!("wxb11529c136998cb6".parse::<AppId>().unwrap().to_string(), "wxb11529c136998cb6");
        for text in
            ["", "wx", "wxb11529c136998cb", "wxb11529c136998cb66", "WXb11529c136998cb6", "wxb11529c13699 cb6"]
        {
            assert_eq!(text.parse::<AppId>(), Err(NotAnAppId), "{text}");
        }
    }

    #[test]
    fn a_scene_is_what_codes_can_carry() {
        for text in ["a", "c=0123456789", "!#$&'()*+,/:;=?@-._~", &"x".repeat(32)] {
            assert_eq!(Scene::new(text).map(|scene| scene.as_str().to_owned()).as_deref(), Some(text));
        }
        for text in ["", "%41", "a b", "科普", "{}", &"x".repeat(33)] {
            assert_eq!(Scene::new(text), None, "{text}");
        }
        let scene = Scene::from(EventId::from_slug("event"));
        assert_eq!(Scene::new(scene.as_str()), Some(scene.clone()));
        assert_eq!(scene.as_str().len(), 13, "two ids fit");
    }

    #[test]
    fn people_are_not_printed() {
        assert_eq!(format!("{:?} {:?}", OpenId::from("o1"), UnionId::from("u1")), "OpenId(***) UnionId(***)");
    }
}
