//! Content checks: what people write or upload, before others see it.

use serde::Deserialize;
use serde_json::json;

use super::error::Error;
use super::transport::Again;
use super::{MiniProgram, lenient, read};
use crate::domain::wechat::OpenId;

const TEXT: &str = "/wxa/msg_sec_check";
const MEDIA: &str = "/wxa/media_check_async";

/// The most characters of a text that is checked at once.
pub const MAX_CHARS: usize = 2500;

/// What WeChat makes of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suggestion {
    /// Nothing is wrong with it.
    Pass,
    /// A person should look at it.
    Review,
    /// It must not be shown.
    Risky,
}

/// Where a content would be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// A profile.
    Profile = 1,
    /// A comment: feedback, answers to questions.
    Comment = 2,
    /// A forum: whole contributions.
    Forum = 3,
    /// A diary.
    Diary = 4,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    /// What to do.
    pub suggest: Suggestion,
    /// Why: 100 is nothing, 10001 advertising, 20001 politics, 20002 pornography, 20003 abuse, 20006 crime, 20008
    /// fraud, 20012 vulgarity, 20013 copyright, 21000 other.
    #[serde(deserialize_with = "lenient::integer")]
    pub label: i64,
}

#[derive(Deserialize)]
struct Checked {
    result: Verdict,
}

#[derive(Deserialize)]
struct Begun {
    #[serde(deserialize_with = "lenient::text")]
    trace_id: String,
}

impl MiniProgram {
    /// Checks a text of at most [`MAX_CHARS`] (`msg_sec_check`). Only for people who have been in the mini-program
    /// within the last two hours.
    ///
    /// # Errors
    /// [`Reason::Person`](super::Reason::Person), or another refusal, for everybody else.
    pub async fn check_text(&self, author: &OpenId, scene: Scene, text: &str) -> Result<Verdict, Error> {
        let body = json!({ "version": 2, "openid": author.expose(), "scene": scene as u8, "content": text });
        let answer = self.ask(TEXT, &body, Again::Harmless).await?;
        Ok(read::<Checked>(TEXT, &answer)?.result)
    }

    /// Has an image at a public address checked (`media_check_async`). The verdict is pushed within half an hour,
    /// under the trace id that this returns.
    ///
    /// # Errors
    /// As [`MiniProgram::check_text`].
    pub async fn check_image(&self, author: &OpenId, scene: Scene, url: &str) -> Result<String, Error> {
        let body = json!({
            "version": 2, "openid": author.expose(), "scene": scene as u8, "media_url": url, "media_type": 2,
        });
        let answer = self.ask(MEDIA, &body, Again::Harmless).await?;
        Ok(read::<Begun>(MEDIA, &answer)?.trace_id)
    }
}
