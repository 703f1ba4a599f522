//! What lists show of a thing, as it is sent: written once in each language that is asked for, and then copied.

use std::sync::OnceLock;

use crate::domain::text::Lang;

/// What is kept of a thing, by language.
#[derive(Debug, Clone, Default)]
pub struct Parts([OnceLock<Box<str>>; 3]);

impl Parts {
    /// The part in a language; `write` makes it where nobody asked for it before.
    pub fn get(&self, lang: Lang, write: impl FnOnce() -> String) -> &str {
        let at = match lang {
            Lang::ZhCn => 0,
            Lang::ZhHk => 1,
            Lang::En => 2,
        };
        self.0[at].get_or_init(|| write().into_boxed_str())
    }
}
