//! What may be a mistake of an event with its sessions: each by itself is as it may be, and together they surprise.

use crate::db::{AnyConn, publication, sessions};
use crate::domain::drafts::Body;
use crate::domain::events::{Ages, Event, EventStatus};
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::sessions::Session;
use crate::domain::text::Lang;
use crate::http::problem::{Code, Problem};
use crate::http::v1::manage::places::Warning;
use crate::http::v1::manage::standing::By;

/// For whom one comes with others.
const FAMILIES: &str = "child_family";

/// What may be a mistake of an event, beside what is known of it.
///
/// # Errors
/// If the store fails.
pub(super) fn of_event(
    conn: &mut AnyConn,
    id: i64,
    event: &Event,
    given: &Body,
    by: &By,
    mut found: Vec<Warning>,
) -> Result<Vec<Warning>, Problem> {
    let event_id = EventId::new(id).ok_or(Code::NotFound)?;
    let all = sessions::of_events(conn, &[id])?.remove(&event_id).unwrap_or_default();
    let is_new = !publication::ever(conn, Kind::Event, id)?;
    let asks = given.contains_key("admission") && event.admission.asks_for_signup();
    if is_new && all.is_empty() && event.period.is_none() && !asks {
        found.push(Warning {
            field: "sessions".to_owned(),
            code: "noSessions",
            message: one_of(
                by.lang,
                [
                    "还没有场次，也没有展期：发布后没有人知道何时举行。",
                    "還沒有場次，也沒有展期：發布後沒有人知道何時舉行。",
                    "It has neither sessions nor a period: nobody will know when it takes place.",
                ],
            ),
        });
    }
    let coming = |session: &&Session| session.end > by.now && session.status != EventStatus::Cancelled;
    let to_come: Vec<(usize, &Session)> =
        all.iter().enumerate().filter(|(_, session)| coming(session)).collect();
    found.extend(of_sessions(event, &to_come, by.lang));
    Ok(found)
}

/// What may be a mistake of sessions, each with its place in the list; of many that are alike the first is named.
pub(in crate::http::v1::manage) fn of_sessions(
    event: &Event,
    sessions: &[(usize, &Session)],
    lang: Lang,
) -> Vec<Warning> {
    let mut found = Vec::new();
    let terms = || sessions.iter().filter_map(|(at, session)| Some((at, session.signup.as_deref()?)));
    let families = event.audiences.iter().any(|audience| audience.0 == FAMILIES);
    if let Some((at, _)) = terms().find(|(_, terms)| families && terms.party_max == 1) {
        found.push(Warning {
            field: format!("sessions[{at}].rules.partyMax"),
            code: "partyOfOne",
            message: one_of(
                lang,
                [
                    "面向亲子，但每次报名只能有一人；请设置 rules.partyMax。",
                    "面向親子，但每次報名只能有一人；請設置 rules.partyMax。",
                    "It is for families, and one person signs up at a time: set rules.partyMax.",
                ],
            ),
        });
    }
    let aged = event.ages != Ages::default();
    if let Some((at, _)) = terms().find(|(_, terms)| aged && terms.ages == Ages::default()) {
        found.push(Warning {
            field: format!("sessions[{at}].rules.ageMin"),
            code: "agesOpen",
            message: one_of(
                lang,
                [
                    "活动写了年龄，但报名不限年龄；请设置 rules.ageMin 和 rules.ageMax。",
                    "活動寫了年齡，但報名不限年齡；請設置 rules.ageMin 和 rules.ageMax。",
                    "The event names ages, and anybody can sign up: set rules.ageMin and rules.ageMax.",
                ],
            ),
        });
    }
    found
}

fn one_of(lang: Lang, [zh_cn, zh_hk, en]: [&str; 3]) -> String {
    match lang {
        Lang::ZhCn => zh_cn,
        Lang::ZhHk => zh_hk,
        Lang::En => en,
    }
    .to_owned()
}
