//! The desk: where sign-ups are handed in. One per replica.
//!
//! A hot event is one row, and commits, not code, limit how fast a row moves. So attempts queue here, and one worker
//! settles whatever has arrived in one transaction ([`batch`]), in order of arrival, and answers each once that is
//! durable. An attempt that was handed in runs to its end, even if nobody waits for the answer any more. Where the queue
//! is full the desk says so at once ([`Error::Busy`]) rather than let everybody wait.
//!
//! A batch that fails is settled again one attempt at a time, so that one bad attempt harms nobody else; where a session
//! stays locked, the others of the batch are settled without it. Replicas have a desk each and meet at the row's lock.

mod batch;
mod ground;
mod limits;
mod lists;

use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use tokio::sync::oneshot;

use super::Error;
use crate::db::{self, Db, Tx};
use crate::domain::access::Caller;
use crate::domain::ids::{Random, SessionId};
use crate::domain::sealing::Vault;
use crate::domain::signups::request::Request;
use crate::domain::signups::{RepeatKey, Signup};

pub(super) use batch::note_guardians;
pub(super) use ground::{account, companions_of, who};
pub(super) use limits::{add_members, exchange, users, uses};
pub use lists::Lists;

/// Attempts that may queue; one more is turned away. At five thousand a second they are settled in a fifth of one.
const QUEUE: usize = 1024;

/// Attempts that one transaction settles at most, unless somebody asks for other.
pub const BATCH: usize = 256;

/// How often an attempt is tried again that lost a race with another replica, or was cut from a circle of waiting.
const AGAIN: usize = 5;

/// Somebody's attempt to sign up.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Who, by which login: that it stands is looked up with the rest.
    pub caller: Caller,
    /// For which session.
    pub session: SessionId,
    /// What they ask for.
    pub request: Request,
    /// The key of the request, if it may be repeated.
    pub key: Option<RepeatKey>,
}

/// An attempt that was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The sign-up.
    pub signup: Signup,
    /// Whether it was made by this attempt or by an earlier one with the same key, and did not stand before.
    pub made: bool,
}

struct Waiting {
    attempt: Attempt,
    answer: oneshot::Sender<Result<Settled, Error>>,
}

/// What the worker works with.
struct Worker {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
    lists: Arc<Lists>,
}

/// Where sign-ups are handed in.
#[derive(Clone)]
pub struct Desk {
    queue: SyncSender<Waiting>,
    /// Who is on the lists of full sessions.
    pub lists: Arc<Lists>,
}

impl Desk {
    /// Opens a desk that settles at most `batch` attempts in a transaction: with one, each commits alone. Its worker
    /// ends when the last handle is dropped and the queue is empty.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn open(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>, batch: usize) -> std::io::Result<Self> {
        let (queue, arrivals) = sync_channel(QUEUE);
        let lists = Arc::<Lists>::default();
        let worker = Worker { db, vault, random, lists: lists.clone() };
        thread::Builder::new().name("desk".to_owned()).spawn(move || worker.run(&arrivals, batch))?;
        Ok(Self { queue, lists })
    }

    /// Hands an attempt in, and waits until it is settled and durable.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait already; [`Error::LoginEnded`]; [`Error::NotFound`] if there is no such session;
    /// [`Error::Refused`]; [`Error::Db`] if the store failed, after which a repeat finds what came of it.
    pub async fn sign_up(&self, attempt: Attempt) -> Result<Settled, Error> {
        let (answer, settled) = oneshot::channel();
        match self.queue.try_send(Waiting { attempt, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                metrics::counter!("desk_turned_away_total").increment(1);
                return Err(Error::Busy);
            }
        }
        // The worker answers everything it takes, unless it broke.
        settled.await.unwrap_or(Err(Error::Busy))
    }
}

impl Worker {
    fn run(self, arrivals: &Receiver<Waiting>, most: usize) {
        while let Ok(first) = arrivals.recv() {
            // What arrives while one batch is settled makes the next one. Waiting for more was tried, and cost more than
            // it saved.
            let others = arrivals.try_iter().take(most.saturating_sub(1));
            let (attempts, answers): (Vec<_>, Vec<_>) =
                iter::once(first).chain(others).map(|Waiting { attempt, answer }| (attempt, answer)).unzip();
            metrics::histogram!("desk_batch_attempts").record(attempts.len() as f64);
            for (answer, settled) in answers.into_iter().zip(self.settle(&attempts)) {
                // Whoever hung up is signed up all the same.
                let _ = answer.send(settled);
            }
        }
    }

    /// Settles attempts together; where a session is locked, those of each by themselves; where anything else fails, each
    /// by itself.
    fn settle(&self, attempts: &[Attempt]) -> Vec<Result<Settled, Error>> {
        let several = |one: &Attempt| one.session != attempts[0].session;
        match self.together(attempts) {
            Ok(done) => {
                done.lists.into_iter().for_each(|(session, list)| self.lists.remember(session, list));
                done.outcomes
            }
            Err(Error::Db(db::Error::Locked(_))) if attempts.iter().any(several) => self.by_session(attempts),
            Err(Error::Db(error @ (db::Error::Unavailable(_) | db::Error::Locked(_))))
                if !error.is_circle() =>
            {
                // Nobody would fare better alone.
                let reason = error.to_string();
                attempts.iter().map(|_| Err(db::Error::Unavailable(reason.clone()).into())).collect()
            }
            Err(error) if attempts.len() == 1 => vec![self.settle_again(attempts, error)],
            Err(error) => {
                tracing::warn!(%error, "a batch of sign-ups failed; each is settled by itself");
                metrics::counter!("desk_batches_failed_total").increment(1);
                attempts.chunks(1).flat_map(|alone| self.settle(alone)).collect()
            }
        }
    }

    fn by_session(&self, attempts: &[Attempt]) -> Vec<Result<Settled, Error>> {
        let mut sessions: Vec<SessionId> = attempts.iter().map(|one| one.session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        let mut settled: Vec<_> = attempts.iter().map(|_| Err(Error::Busy)).collect();
        for session in sessions {
            let places: Vec<usize> =
                (0..attempts.len()).filter(|&place| attempts[place].session == session).collect();
            let its: Vec<Attempt> = places.iter().map(|&place| attempts[place].clone()).collect();
            for (place, outcome) in places.into_iter().zip(self.settle(&its)) {
                settled[place] = outcome;
            }
        }
        settled
    }

    /// Settles one attempt that failed: another replica may have used a limit or a key since it was read, which the next
    /// try finds used.
    fn settle_again(&self, alone: &[Attempt], first: Error) -> Result<Settled, Error> {
        let mut failed = first;
        for _ in 0..AGAIN {
            let lost = |error: &db::Error| matches!(error, db::Error::Constraint(_)) || error.is_circle();
            if !matches!(&failed, Error::Db(error) if lost(error)) {
                break;
            }
            match self.together(alone) {
                Ok(done) => return done.outcomes.into_iter().next().unwrap_or(Err(Error::Busy)),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Settles attempts in one transaction. A panic, which the hook has logged, is a failure like others: it harms only
    /// the attempt that brings it about.
    fn together(&self, attempts: &[Attempt]) -> Result<batch::Done, Error> {
        let settling = AssertUnwindSafe(|| self.db.write(|tx| self.batch(tx, attempts)));
        catch_unwind(settling).unwrap_or(Err(Error::Busy))
    }

    fn batch(&self, tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<batch::Done, Error> {
        batch::settle(tx, super::rooms::Tools { vault: &self.vault, random: &*self.random }, attempts)
    }
}
