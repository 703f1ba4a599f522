//! What a push says, as far as Kepu acts on it.

use serde::Deserialize;
use serde_json::Value;

use super::document;
use crate::clients::wechat::lenient;
use crate::clients::wechat::moderation::Verdict;
use crate::domain::wechat::OpenId;

/// A push that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// A person answered when asked for messages; each acceptance is good for one message.
    Answered {
        /// Who.
        person: OpenId,
        /// What, for each template.
        answers: Vec<Answer>,
    },
    /// A person changed the settings: what is refused there takes back all credits.
    Changed {
        /// Who.
        person: OpenId,
        /// What, for each template.
        answers: Vec<Answer>,
    },
    /// Messages were sent, or could not be.
    Sent {
        /// To whom.
        person: OpenId,
        /// The messages.
        messages: Vec<Sent>,
    },
    /// An image was checked.
    Checked {
        /// Which, as `check_image` told.
        trace_id: String,
        /// The outcome; absent where WeChat could not fetch it.
        verdict: Option<Verdict>,
    },
    /// Something else.
    Other,
}

/// What a person said about a template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The template's id.
    #[serde(rename = "TemplateId")]
    pub template: String,
    /// `accept` or `reject`.
    #[serde(rename = "SubscribeStatusString")]
    pub status: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sent {
    /// The template's id.
    #[serde(rename = "TemplateId")]
    pub template: String,
    /// The message's number.
    #[serde(rename = "MsgID", default, deserialize_with = "lenient::text")]
    pub message: String,
    /// 0 if it has arrived, else the number of a refusal.
    #[serde(rename = "ErrorCode", deserialize_with = "lenient::integer")]
    pub errcode: i64,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "Event", default)]
    event: String,
    #[serde(rename = "FromUserName")]
    from: OpenId,
}

#[derive(Deserialize)]
struct List<T> {
    /// One entry stands by itself, several stand in an array.
    #[serde(rename = "List", deserialize_with = "lenient::one_or_many", bound = "T: Deserialize<'de>")]
    entries: Vec<T>,
}

#[derive(Deserialize)]
struct Media {
    #[serde(deserialize_with = "lenient::text")]
    trace_id: String,
    result: Option<Verdict>,
}

/// Reads a push.
///
/// # Errors
/// If it is not as documented.
pub fn read(body: &[u8]) -> serde_json::Result<Push> {
    let body = document::read(body)?;
    let Head { event, from: person } = Head::deserialize(&body)?;
    Ok(match event.as_str() {
        "subscribe_msg_popup_event" => Push::Answered { person, answers: entries(&body)? },
        "subscribe_msg_change_event" => Push::Changed { person, answers: entries(&body)? },
        "subscribe_msg_sent_event" => Push::Sent { person, messages: entries(&body)? },
        "wxa_media_check" => {
            let Media { trace_id, result } = Media::deserialize(&body)?;
            Push::Checked { trace_id, verdict: result }
        }
        _ => Push::Other,
    })
}

/// In XML the list lies in an element that is named after the event.
fn entries<T: for<'de> Deserialize<'de>>(body: &Value) -> serde_json::Result<Vec<T>> {
    let nested = ["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"];
    let holder = nested.iter().find_map(|name| body.get(name)).unwrap_or(body);
    List::deserialize(holder).map(|list| list.entries)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clients::wechat::moderation::Suggestion;

    fn event(name: &str, more: (&str, Value)) -> Push {
        let mut push = json!({ "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1, "MsgType": "event", "Event": name });
        push[more.0] = more.1;
        read(push.to_string().as_bytes()).unwrap_or_else(|error| panic!("{push}: {error}"))
    }

    #[test]
    fn one_answer_and_several_are_read_alike() {
        let one = json!({ "TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": "0" });
        let person = OpenId::from("o1");
        let accepted = |template: &str| Answer { template: template.into(), status: "accept".into() };
        assert_eq!(
            event("subscribe_msg_popup_event", ("List", one.clone())),
            Push::Answered { person: person.clone(), answers: vec![accepted("t1")] }
        );
        let two = json!([one, { "TemplateId": "t2", "SubscribeStatusString": "accept" }]);
        assert_eq!(
            event("subscribe_msg_popup_event", ("List", two)),
            Push::Answered { person, answers: vec![accepted("t1"), accepted("t2")] }
        );
    }

    #[test]
    fn xml_says_the_same() {
        let xml = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>\
            <CreateTime>1</CreateTime><MsgType><![CDATA[event]]></MsgType>\
            <Event><![CDATA[subscribe_msg_popup_event]]></Event><SubscribeMsgPopupEvent>\
            <List><TemplateId><![CDATA[t1]]></TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString></List>\
            <List><TemplateId><![CDATA[t2]]></TemplateId><SubscribeStatusString><![CDATA[reject]]></SubscribeStatusString></List>\
            </SubscribeMsgPopupEvent></xml>";
        let answer =
            |template: &str, status: &str| Answer { template: template.into(), status: status.into() };
        let answers = vec![answer("t1", "accept"), answer("t2", "reject")];
        assert_eq!(read(xml.as_bytes()).unwrap(), Push::Answered { person: OpenId::from("o1"), answers });
    }

    #[test]
    fn numbers_may_be_texts() {
        let sent = json!({ "TemplateId": "t1", "MsgID": "7", "ErrorCode": "0", "ErrorStatus": "success" });
        let expected = Sent { template: "t1".into(), message: "7".into(), errcode: 0 };
        assert_eq!(
            event("subscribe_msg_sent_event", ("List", sent)),
            Push::Sent { person: OpenId::from("o1"), messages: vec![expected] }
        );
        let media = json!({
            "FromUserName": "o1", "Event": "wxa_media_check", "trace_id": "x",
            "result": { "suggest": "pass", "label": "100" }, "detail": [{ "strategy": "keyword", "errcode": 0 }],
        });
        let verdict = Verdict { suggest: Suggestion::Pass, label: 100 };
        assert_eq!(
            read(media.to_string().as_bytes()).unwrap(),
            Push::Checked { trace_id: "x".into(), verdict: Some(verdict) }
        );
        assert_eq!(event("user_enter_tempsession", ("SessionFrom", "a".into())), Push::Other);
    }
}
