//! Sending notices as subscribe messages, in steps that a crash may part anywhere.
//!
//! [`prepare`] takes what is due and marks it `sending`; that is committed before WeChat is asked. [`settle`] notes what
//! came of it. What is never settled, [`lose_track`] makes `unknown`: it may have been sent, and is not sent again.

use chrono::{DateTime, TimeDelta, Utc};

use super::scenes::Scenes;
use crate::clients::wechat::{self, MiniProgram, Reason, Wechat};
use crate::db::{self, Tx, message_credits as credits, notices, wechat_identities as identities};
use crate::domain::ids::{NoticeId, PersonId};
use crate::domain::notices::texts::Scene;
use crate::domain::notices::{Purpose, State, Told, Why};
use crate::domain::sealing::Vault;
use crate::domain::time::day_of;
use crate::domain::wechat::{AppId, OpenId};

/// After how long a message that is being sent counts as lost: far longer than a call of WeChat may take.
pub const LOST: TimeDelta = TimeDelta::minutes(2);

/// For how long after it was due a message is tried.
const TRIED: TimeDelta = TimeDelta::days(1);

/// How long the first pause is before it is tried again; each is twice as long as the one before.
const PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// How early a reminder may be; one that is due earlier was meant for another start, and waits.
const EARLY: TimeDelta = TimeDelta::minutes(5);

/// What messages are made with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// The mini-programs.
    pub wechat: &'a Wechat,
    /// What the names of persons there are opened with.
    pub vault: &'a Vault,
}

/// A message that is marked as being sent.
#[derive(Debug)]
pub struct Message {
    notice: NoticeId,
    attempt: i32,
    due_at: DateTime<Utc>,
    person: PersonId,
    /// In which mini-program.
    pub app: AppId,
    /// To whom.
    pub to: OpenId,
    /// By which template.
    pub template: String,
    /// The page that it opens.
    pub page: String,
    /// What the template's fields hold.
    pub fields: Vec<(String, String)>,
}

/// What is to be done with a notice that is due.
enum Next {
    Send(Box<Message>),
    Leave(Why),
    PutOff(DateTime<Utc>),
    Drop,
}

/// Takes notices that are due, at most `limit`; gives the messages to be sent, and how many notices were taken.
///
/// # Errors
/// If the store fails; then nothing is to be sent.
pub fn prepare(tx: &mut Tx<'_>, tools: Tools<'_>, limit: i64) -> Result<(Vec<Message>, usize), db::Error> {
    let now = tx.now();
    let mut due = notices::take_waiting(tx, limit)?;
    // Replicas take agreements in one order, so that none waits for one that waits for it.
    due.sort_unstable_by_key(|told| (told.notice.person, told.id));
    let about: Vec<_> = due.iter().map(|told| told.notice.about).collect();
    let scenes = Scenes::read(tx, &about, now)?;
    let mut messages = Vec::new();
    for told in &due {
        match next(tx, tools, told, scenes.of(&told.notice.about))? {
            Next::Send(message) => {
                notices::begin(tx, told.id, &message.app, &message.template, now + LOST)?;
                messages.push(*message);
            }
            Next::Leave(why) => notices::leave_unsent(tx, told.id, why)?,
            Next::PutOff(due_at) => notices::put_off(tx, told.id, due_at)?,
            Next::Drop => notices::delete(tx, told.id)?,
        }
    }
    Ok((messages, due.len()))
}

fn next(tx: &mut Tx<'_>, tools: Tools<'_>, told: &Told, scene: Option<Scene>) -> Result<Next, db::Error> {
    let (purpose, now) = (told.notice.purpose, tx.now());
    let Some(scene) = scene else { return Ok(Next::Leave(Why::Gone)) };
    if let Some(ahead) = purpose.ahead() {
        match scene.start() {
            Some(start) if !scene.cancelled && start - ahead > now + EARLY => {
                return Ok(Next::PutOff(start - ahead));
            }
            Some(_) if !scene.cancelled => {}
            // Nobody is to be reminded of what does not take place.
            _ => return Ok(Next::Drop),
        }
    }
    if too_late(told, &scene, now) {
        return Ok(Next::Leave(Why::TooLate));
    }
    address(tx, tools, told, &scene)
}

/// Whether it would only confuse by now.
fn too_late(told: &Told, scene: &Scene, now: DateTime<Utc>) -> bool {
    let lapsed = told.notice.details.until.is_some_and(|until| until <= now);
    match (told.notice.purpose, scene.span) {
        (Purpose::DayBefore, Some((start, _))) => day_of(start) <= day_of(now),
        (Purpose::HourBefore, Some((start, _))) => start <= now,
        (Purpose::Offered, _) if lapsed => true,
        (_, Some((_, end))) => end <= now,
        (_, None) => false,
    }
}

/// Finds the mini-program in which the person has agreed to the message, and takes one agreement.
fn address(tx: &mut Tx<'_>, tools: Tools<'_>, told: &Told, scene: &Scene) -> Result<Next, db::Error> {
    let notice = &told.notice;
    let openids = identities::openids_of(tx, tools.vault, notice.person)?;
    let mut why = Why::NoMiniProgram;
    for app in tools.wechat.apps() {
        let Some((_, to, _)) = openids.iter().rfind(|(id, ..)| id == app.id().as_str()) else { continue };
        let occasion = notice.purpose.occasion();
        let Some(template) = occasion.and_then(|occasion| app.templates().get(&occasion)) else {
            if why == Why::NoMiniProgram {
                why = Why::NoTemplate;
            }
            continue;
        };
        let Some(fields) = notice.purpose.fields(template, &notice.details, scene) else {
            return Ok(Next::Leave(Why::Gone));
        };
        if credits::take(tx, notice.person, app.id(), &template.id)? {
            return Ok(Next::Send(Box::new(Message {
                notice: told.id,
                attempt: told.attempts + 1,
                due_at: told.at,
                person: notice.person,
                app: app.id().clone(),
                to: to.clone(),
                template: template.id.clone(),
                page: page(app, told),
                fields,
            })));
        }
        why = Why::NoCredit;
    }
    Ok(Next::Leave(why))
}

/// The page of the event, which gets its id as when it is opened by a code.
fn page(app: &MiniProgram, told: &Told) -> String {
    let event = told.notice.about.event.map(|event| event.to_string()).unwrap_or_default();
    format!("{}?scene={event}", app.event_page())
}

/// What came of asking WeChat.
pub type Outcome = Result<Option<String>, wechat::Error>;

/// Notes what came of messages.
///
/// # Errors
/// If the store fails; then the messages become `unknown` after [`LOST`].
pub fn settle(tx: &mut Tx<'_>, outcomes: &[(Message, Outcome)]) -> Result<(), db::Error> {
    for (message, outcome) in outcomes {
        settle_one(tx, message, outcome)?;
    }
    Ok(())
}

fn settle_one(tx: &mut Tx<'_>, message: &Message, outcome: &Outcome) -> Result<(), db::Error> {
    let (id, attempt) = (message.notice, message.attempt);
    let error = match outcome {
        Ok(number) => return settled(tx, message, State::Sent, None, number.as_deref()),
        Err(error) if error.may_be_done() => return settled(tx, message, State::Unknown, None, None),
        Err(error) => error,
    };
    let next_at = tx.now() + pause(attempt);
    if error.passes() && next_at < message.due_at + TRIED {
        if notices::wait(tx, id, attempt, next_at)? {
            give_back(tx, message)?;
        }
        return Ok(());
    }
    let reason = match error {
        wechat::Error::Refused(refusal) => refusal.reason(),
        _ => Reason::Busy,
    };
    if reason == Reason::NoCredit {
        credits::clear(tx, message.person, &message.app, &message.template)?;
        return settled(tx, message, State::Unsent, Some(Why::Refused), None);
    }
    let why = match reason {
        Reason::Busy | Reason::Limit | Reason::Token => Why::GaveUp,
        Reason::Person => Why::UnknownPerson,
        Reason::Template | Reason::Field | Reason::Page => Why::WrongTemplate,
        _ => Why::Rejected,
    };
    if notices::settle(tx, id, attempt, State::Failed, Some(why), None)? {
        give_back(tx, message)?;
    }
    Ok(())
}

fn settled(
    tx: &mut Tx<'_>,
    message: &Message,
    state: State,
    why: Option<Why>,
    number: Option<&str>,
) -> Result<(), db::Error> {
    notices::settle(tx, message.notice, message.attempt, state, why, number).map(drop)
}

/// WeChat counts what it took: an agreement to a message that it refused is still there.
fn give_back(tx: &mut Tx<'_>, message: &Message) -> Result<(), db::Error> {
    credits::give_back(tx, message.person, &message.app, &message.template)
}

fn pause(attempt: i32) -> TimeDelta {
    let doubled = PAUSE * 2_i32.pow(attempt.clamp(1, 16).unsigned_abs() - 1);
    doubled.min(LONGEST_PAUSE)
}

/// Makes messages `unknown` whose sender went away while it sent them; says how many.
///
/// # Errors
/// If the store fails.
pub fn lose_track(tx: &mut Tx<'_>) -> Result<usize, db::Error> {
    notices::lose_track(tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<_> = [1, 2, 3, 8, 9, 400].map(|attempt| pause(attempt).num_seconds()).to_vec();
        assert_eq!(seconds, [5, 10, 20, 640, 900, 900]);
    }
}
