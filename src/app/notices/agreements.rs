//! Agreements to messages: what phones report, and what WeChat itself pushes.

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::app::Error;
use crate::app::repeats::{Repeat, once};
use crate::clients::wechat::MiniProgram;
use crate::clients::wechat::push::events::{Answer, Push, Sent};
use crate::db::{self, Db, Tx, message_credits as credits, notices, wechat_identities, wechat_pushes};
use crate::domain::ids::{NoticeId, PersonId};
use crate::domain::notices::Why;
use crate::domain::sealing::Vault;

/// For how long a notice that lacked an agreement waits for one: phones report it after the sign-up as often as before.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What a person answered when asked to agree to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Yes: one message.
    Accept,
    /// No, this time.
    Reject,
    /// WeChat has withdrawn the template.
    Ban,
    /// WeChat did not ask, since another template has the same title.
    Filter,
}

/// The use cases of persons and of WeChat. All of them block.
#[derive(Clone)]
pub struct Agreements {
    db: Db,
    vault: Arc<Vault>,
}

impl Agreements {
    /// The agreements of a store.
    #[must_use]
    pub fn new(db: Db, vault: Arc<Vault>) -> Self {
        Self { db, vault }
    }

    /// Notes what a person answered, by their phone's word; gives for each answer how many messages of that template
    /// may be sent. Where WeChat pushes what people answer, its word counts and a phone's `accept` does not.
    ///
    /// # Errors
    /// [`Error::Refused`] with `KeyReused` if the request's key was used for another one; [`Error::LoginEnded`] if the person
    /// is gone; if the store fails.
    pub fn report(
        &self,
        app: &MiniProgram,
        person: PersonId,
        answers: &[(String, Answered)],
        repeat: Option<&Repeat>,
    ) -> Result<Vec<i32>, Error> {
        let told = app.push().is_some();
        let mut in_order: Vec<_> = answers.iter().collect();
        in_order.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        self.db.write(|tx| {
            once(tx, person, repeat, |tx| {
                for (template, answer) in in_order {
                    match answer {
                        Answered::Accept if !told => {
                            accept(tx, app, person, template)?;
                        }
                        Answered::Ban => credits::clear(tx, person, app.id(), template)?,
                        Answered::Accept | Answered::Reject | Answered::Filter => {}
                    }
                }
                Ok(person)
            })?;
            let count = |(template, _): &(String, Answered)| credits::count(tx, person, app.id(), template);
            Ok(answers.iter().map(count).collect::<Result<_, _>>()?)
        })
    }

    /// Takes in what WeChat pushed: `body` is what [`Push`] was read from, by which a repetition is known.
    ///
    /// # Errors
    /// If the store fails; WeChat then pushes it again.
    pub fn pushed(&self, app: &MiniProgram, push: &Push, body: &[u8]) -> Result<(), db::Error> {
        let digest = Sha256::new_with_prefix(app.id().as_str()).chain_update(body).finalize();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let openid = match push {
            Push::Answered { person, .. } | Push::Changed { person, .. } | Push::Sent { person, .. } => {
                person
            }
            Push::Checked { .. } | Push::Other => return Ok(()),
        };
        self.db.write(|tx| {
            if !wechat_pushes::note(tx, &digest)? {
                return Ok(());
            }
            let known = wechat_identities::person_of_openid(tx, &self.vault, app.id(), openid)?;
            let Some(person) = known else { return Ok(()) };
            match push {
                Push::Answered { answers, .. } => templates(app, answers, "accept")
                    .into_iter()
                    .try_for_each(|template| accept(tx, app, person, template).map(drop)),
                Push::Changed { answers, .. } => templates(app, answers, "reject")
                    .into_iter()
                    .try_for_each(|template| credits::clear(tx, person, app.id(), template)),
                Push::Sent { messages, .. } => delivered(tx, app, person, messages),
                Push::Checked { .. } | Push::Other => Ok(()),
            }
        })
    }

    /// Marks notices of a person as read; gives how many are unread still.
    ///
    /// # Errors
    /// If the store fails.
    pub fn mark_read(&self, person: PersonId, ids: &[NoticeId]) -> Result<u64, db::Error> {
        self.db.write(|tx| {
            notices::mark_read(tx, person, ids)?;
            let now = tx.now();
            notices::count(tx, person, now).map(|(_, unread)| unread)
        })
    }
}

/// Notes that a person agreed to one more message of a template. What was not sent for lack of it is sent now.
fn accept(tx: &mut Tx<'_>, app: &MiniProgram, person: PersonId, template: &str) -> Result<i32, db::Error> {
    let count = credits::add(tx, person, app.id(), template, 1)?;
    let sent_by_it = app.templates().iter().filter(|(_, known)| known.id == template);
    let purposes: Vec<_> =
        sent_by_it.flat_map(|(occasion, _)| occasion.purposes()).map(|purpose| purpose.name()).collect();
    notices::revive(tx, person, &purposes, tx.now() - PATIENCE, count.into())?;
    Ok(count)
}

/// The templates of a mini-program that a person answered about with this word, in one order on all replicas.
fn templates<'a>(app: &MiniProgram, answers: &'a [Answer], word: &str) -> Vec<&'a str> {
    let known = |template: &str| app.templates().values().any(|known| known.id == template);
    let said = answers.iter().filter(|answer| answer.status == word && known(&answer.template));
    let mut templates: Vec<&str> = said.map(|answer| answer.template.as_str()).collect();
    templates.sort_unstable();
    templates
}

/// Notes what became of messages that WeChat took.
fn delivered(
    tx: &mut Tx<'_>,
    app: &MiniProgram,
    person: PersonId,
    messages: &[Sent],
) -> Result<(), db::Error> {
    for sent in messages {
        let failed = (sent.errcode != 0).then_some(Why::Undelivered);
        notices::delivered(tx, person, (app.id(), &sent.template), &sent.message, failed)?;
    }
    Ok(())
}
