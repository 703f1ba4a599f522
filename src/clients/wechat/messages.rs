//! Subscribe messages: one for each time that a person has agreed to one.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::transport::Again;
use super::{MiniProgram, lenient, read};
use crate::domain::text::Lang;
use crate::domain::wechat::OpenId;

const PATH: &str = "/cgi-bin/message/subscribe/send";

/// A message to a person.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// To whom.
    pub to: &'a OpenId,
    /// The template's id, as the console gives it.
    pub template: &'a str,
    /// The page that it opens, with its query; none: it opens nothing.
    pub page: Option<&'a str>,
    /// The template's fields (`thing1`, `time2` …), each within the limits of its kind.
    pub fields: &'a [(String, String)],
    /// In whose language WeChat writes around them.
    pub lang: Lang,
}

/// The answer to a message that was taken: `errcode` is there, and 0. Whatever lacks it is not WeChat's word.
#[derive(Deserialize)]
struct Accepted {
    #[serde(rename = "errcode", deserialize_with = "lenient::integer")]
    _errcode: i64,
    /// Told by newer editions of the interface.
    #[serde(default, deserialize_with = "lenient::maybe_text")]
    msgid: Option<String>,
}

impl MiniProgram {
    /// Sends a message (`message/subscribe/send`), and never twice: WeChat knows no key of repetition. Where
    /// [`Error::may_be_done`] holds, it may have been sent. Gives the message's number, where WeChat tells it.
    ///
    /// # Errors
    /// [`Reason::NoCredit`](super::Reason::NoCredit), which is final; [`Reason::Field`](super::Reason::Field),
    /// [`Reason::Template`](super::Reason::Template), [`Reason::Page`](super::Reason::Page),
    /// [`Reason::Person`](super::Reason::Person) if it is not as the console or the person's mini-program has it.
    pub async fn send_message(&self, message: &Message<'_>) -> Result<Option<String>, Error> {
        let fields = message.fields.iter().map(|(name, value)| (name.clone(), json!({ "value": value })));
        let mut body = json!({
            "touser": message.to.expose(),
            "template_id": message.template,
            "data": fields.collect::<Map<String, Value>>(),
            "miniprogram_state": "formal",
            "lang": language(message.lang),
        });
        if let Some(page) = message.page {
            body["page"] = page.into();
        }
        let answer = self.ask(PATH, &body, Again::Never).await?;
        read::<Accepted>(PATH, &answer).map(|accepted| accepted.msgid)
    }
}

fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "zh_CN",
        Lang::ZhHk => "zh_HK",
        Lang::En => "en_US",
    }
}
