//! A history, lived in a real store and in the model side by side.

mod compare;

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::app;
use kepu::app::desk::{Attempt, BATCH, Desk, Settled};
use kepu::app::sessions::set_capacity;
use kepu::app::signups::{Decision, Signups};
use kepu::db::{Db, sessions};
use kepu::domain::access::Caller;
use kepu::domain::clock::{Clock, ManualClock};
use kepu::domain::events::EventStatus;
use kepu::domain::ids::{BaseId, EventId, PersonId, SessionId, SignupId, SystemRandom};
use kepu::domain::sealing::Vault;
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::{CapacityUnit, SignupTerms, WaitlistMode};
use kepu::domain::signups::RepeatKey;
use kepu::domain::signups::party::Role;
use kepu::domain::signups::refusal::Refusal;
use kepu::domain::signups::request::{Participant, Request, Who};

use super::rules::{Ask, Model, Outcome, Queueing, Standing, Terms};
use super::{Asked, History, PEOPLE, Spec, Step};
use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::people::people;
use crate::support::server::{NOW, vault};
use crate::support::stores::{Fresh, Holds, Store};

/// A store in which many histories are lived, one after the other.
pub struct Bench {
    fresh: Fresh,
    clock: ManualClock,
    vault: Arc<Vault>,
    callers: Vec<Caller>,
    house: House,
    histories: usize,
    runtime: tokio::runtime::Runtime,
}

/// All that a crash takes away.
struct House {
    db: Db,
    desk: Desk,
    signups: Signups,
}

impl House {
    fn open(fresh: &Fresh, clock: &ManualClock, vault: &Arc<Vault>) -> Self {
        let db = fresh.open(Arc::new(clock.clone()));
        let random = Arc::new(SystemRandom);
        let desk = Desk::open(db.clone(), vault.clone(), random.clone(), BATCH).unwrap();
        let signups = Signups::new(db.clone(), vault.clone(), random);
        Self { db, desk, signups }
    }
}

impl Bench {
    pub fn new(store: Store) -> Self {
        let (fresh, clock, vault) = (Fresh::new(store, Holds::Tables), ManualClock::new(NOW), vault());
        let house = House::open(&fresh, &clock, &vault);
        ground(&house.db);
        house.db.write(|tx| put_base(tx, "dome", &base("dome", 23.1, 113.3))).unwrap();
        let callers = people(&house.db, PEOPLE);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { fresh, clock, vault, callers, house, histories: 0, runtime }
    }

    /// Lives a history; says where it and the model disagree.
    pub fn live(&mut self, history: &History) -> Result<(), String> {
        // What earlier histories left behind comes to its end first.
        self.clock.advance(TimeDelta::days(2));
        self.house.signups.lapse(self.clock.now()).unwrap();
        self.histories += 1;
        let mut life = Life::begin(self, history);
        for (at, step) in history.steps.iter().enumerate() {
            let wrong = |what: String| format!("step {at}, {step:?}: {what}");
            life.step(step).map_err(wrong)?;
            life.compare().map_err(wrong)?;
        }
        Ok(())
    }
}

struct Life<'a> {
    bench: &'a mut Bench,
    model: Model,
    event: EventId,
    sessions: Vec<SessionId>,
    /// The ids of the model's entries.
    ids: Vec<SignupId>,
}

fn terms(spec: &Spec, event_most: Option<usize>, bench: &Bench) -> (SignupTerms, Terms) {
    let start = bench.clock.now() + TimeDelta::hours(4);
    let (closes, cancel) =
        (start + TimeDelta::minutes(spec.closes_minutes), start + TimeDelta::minutes(spec.cancel_minutes));
    let real = SignupTerms {
        closes_at: Some(closes).filter(|closes| *closes != start),
        cancel_until: Some(cancel).filter(|cancel| *cancel != start),
        waitlist_mode: match spec.queueing {
            Queueing::Not => WaitlistMode::None,
            Queueing::Confirm => WaitlistMode::Confirm,
            Queueing::Offer => WaitlistMode::Offer,
        },
        waitlist_max: spec.queue_most,
        offer_minutes: 45,
        approval: spec.approval,
        capacity_unit: if spec.by_party { CapacityUnit::Party } else { CapacityUnit::Person },
        party_max: 4,
        per_person_max: 3,
        per_event_max: event_most.map(|most| most as u16),
        ..SignupTerms::default()
    };
    let plain = Terms {
        capacity: Some(spec.capacity).filter(|_| !spec.unlimited),
        queueing: spec.queueing,
        queue_most: spec.queue_most,
        offer: TimeDelta::minutes(45),
        approval: spec.approval,
        by_party: spec.by_party,
        party_most: 4,
        seats_most: 3,
        start,
        end: start + TimeDelta::hours(1),
        closes,
        cancel_until: cancel,
    };
    (real, plain)
}

impl<'a> Life<'a> {
    fn begin(bench: &'a mut Bench, history: &History) -> Self {
        let slug = format!("history {}", bench.histories);
        let event_id = EventId::from_slug(&slug);
        let (mut all, mut rooms) = (Vec::new(), Vec::new());
        for (at, spec) in history.sessions.iter().enumerate() {
            let (real, plain) = terms(spec, history.event_most, bench);
            all.push(Session {
                id: SessionId::from_slug(&format!("{slug}, session {at}")),
                event: event_id,
                start: plain.start,
                end: plain.end,
                status: EventStatus::Scheduled,
                place: None,
                signup: Some(Box::new(real)),
                capacity: plain.capacity,
                taken: 0,
                waiting: 0,
                moved: 0,
                notice: None,
            });
            rooms.push(plain);
        }
        let put = |tx: &mut kepu::db::Tx<'_>| {
            put_event(tx, &slug, &event(&slug, BaseId::from_slug("dome")), NOW, 0)?;
            Ok::<_, app::Error>(sessions::insert_with_events(tx, &all)?)
        };
        bench.house.db.write(put).unwrap();
        let model = Model::new(bench.clock.now(), rooms, history.event_most);
        let sessions = all.iter().map(|session| session.id).collect();
        Self { bench, model, event: event_id, sessions, ids: Vec::new() }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::SignUp { session, asked, key } => self.sign_up(*session, asked, *key),
            Step::Rush { session, all } => self.rush(*session, all),
            Step::Accept { person, session } => self.on(*person, *session, Model::accept, |life, id| {
                life.bench.house.signups.accept(life.bench.callers[*person].person, id)
            }),
            Step::Cancel { person, session } => self.on(*person, *session, Model::cancel, |life, id| {
                life.bench.house.signups.cancel(life.bench.callers[*person].person, id)
            }),
            Step::Change { person, session, people, stale } => {
                let Some(at) = self.model.latest(*person, *session) else { return Ok(()) };
                let version = self.model.entries[at].version - i64::from(*stale);
                let request = request(&Asked { person: *person, people: *people, join: false });
                let model = |model: &mut Model, at| model.change(at, *people, *stale);
                self.on(*person, *session, model, |life, id| {
                    let person = life.bench.callers[*person].person;
                    life.bench.house.signups.change(person, id, version, &request)
                })
            }
            Step::Decide { person, session, approve } => {
                let decision = if *approve { Decision::Approve } else { Decision::Reject };
                self.on(
                    *person,
                    *session,
                    |model, at| model.decide(at, *approve),
                    |life, id| {
                        let by = (life.sessions[*session], PersonId::from_slug("host"));
                        life.bench.house.signups.decide(by, id, decision, None)
                    },
                )
            }
            Step::Capacity { session, capacity } => {
                let expected = self.model.set_capacity(*session, *capacity);
                let id = self.sessions[*session];
                let house = &self.bench.house;
                let made =
                    house.db.write(|tx| set_capacity(tx, &self.bench.vault, &SystemRandom, id, *capacity));
                same(expected, made.map(|_| Outcome::Done).unwrap_or_else(refused))
            }
            Step::Wait { minutes } => {
                self.bench.clock.advance(TimeDelta::minutes(*minutes));
                self.model.now = self.bench.clock.now();
                Ok(())
            }
            Step::Lapse => {
                self.model.lapse();
                self.bench.house.signups.lapse(self.model.now).map(drop).map_err(|error| error.to_string())
            }
            Step::Crash => {
                self.bench.house = House::open(&self.bench.fresh, &self.bench.clock, &self.bench.vault);
                Ok(())
            }
        }
    }

    fn attempt(&self, session: usize, asked: &Asked, key: Option<u8>) -> Attempt {
        let body_hash = format!("{session} {} {}", asked.people, asked.join);
        Attempt {
            caller: self.bench.callers[asked.person],
            session: self.sessions[session],
            request: request(asked),
            // Keys are the caller's for a day; those of earlier histories are others.
            key: key.map(|key| RepeatKey { given: format!("{} {key}", self.bench.histories), body_hash }),
        }
    }

    fn sign_up(&mut self, session: usize, asked: &Asked, key: Option<u8>) -> Result<(), String> {
        let attempt = self.attempt(session, asked, key);
        let settled = self.bench.runtime.block_on(self.bench.house.desk.sign_up(attempt));
        let expected = self.model.sign_up(asked.person, &ask(session, asked), key);
        self.settled(expected, settled)
    }

    fn rush(&mut self, session: usize, all: &[Asked]) -> Result<(), String> {
        // Within a batch the queue is not yet promoted when the next one asks whether it still has room.
        if self.model.rooms[session].queue_most.is_some() {
            return Ok(());
        }
        let attempts: Vec<Attempt> = all.iter().map(|asked| self.attempt(session, asked, None)).collect();
        let desk = &self.bench.house.desk;
        let settled = join_all(attempts.into_iter().map(|attempt| desk.sign_up(attempt)));
        let settled = self.bench.runtime.block_on(settled);
        let expected: Vec<Outcome> =
            all.iter().map(|asked| self.model.sign_up(asked.person, &ask(session, asked), None)).collect();
        for (expected, settled) in expected.into_iter().zip(settled) {
            match (expected, &settled) {
                // How many waited at that moment depends on who was settled together.
                (Outcome::Full(..), Err(app::Error::Refused(Refusal::Full(_)))) => {}
                _ => self.settled(expected, settled)?,
            }
        }
        Ok(())
    }

    fn settled(&mut self, expected: Outcome, settled: Result<Settled, app::Error>) -> Result<(), String> {
        let outcome = match settled {
            Ok(Settled { signup, made }) => {
                // The next one that the model made has this id.
                if let Outcome::Made(at) = expected
                    && at == self.ids.len()
                {
                    self.ids.push(signup.id);
                }
                let at = self.ids.iter().position(|id| *id == signup.id);
                let at =
                    at.ok_or_else(|| format!("{expected:?} was expected, and another sign-up was made"))?;
                if made { Outcome::Made(at) } else { Outcome::Stands(at) }
            }
            Err(error) => refused(error),
        };
        same(expected, outcome)
    }

    /// Does something about somebody's latest sign-up, if there is one.
    fn on(
        &mut self,
        person: usize,
        session: usize,
        model: impl FnOnce(&mut Model, usize) -> Outcome,
        work: impl FnOnce(&Self, SignupId) -> Result<kepu::domain::signups::Signup, app::Error>,
    ) -> Result<(), String> {
        let Some(at) = self.model.latest(person, session) else { return Ok(()) };
        let done = work(self, self.ids[at]);
        let expected = model(&mut self.model, at);
        match done {
            Ok(signup) => {
                same(expected, Outcome::Stands(at))?;
                let entry = &self.model.entries[at];
                same((name(entry.standing), entry.version), (signup.status.name(), signup.version))
            }
            Err(error) => same(expected, refused(error)),
        }
    }
}

fn ask(session: usize, asked: &Asked) -> Ask {
    Ask { session, people: asked.people, join: asked.join }
}

/// Whoever signs up, and others by name.
fn request(asked: &Asked) -> Request {
    let one = |n: usize| Participant {
        who: if n == 0 { Who::Myself(None) } else { Who::Named(format!("客人{n}").as_str().into()) },
        birth_year: None,
        role: Role::Attendee,
    };
    Request {
        participants: (0..asked.people).map(one).collect(),
        headcount: None,
        contact: None,
        join_waitlist: asked.join,
        answers: Vec::new(),
        policy_version: "1.0".to_owned(),
        guardian_for: Vec::new(),
    }
}

fn refused(error: app::Error) -> Outcome {
    match error {
        app::Error::Refused(Refusal::Full(queue)) => Outcome::Full(queue.offered, queue.waiting),
        app::Error::Refused(Refusal::Closed) => Outcome::Refused("closed"),
        app::Error::Refused(Refusal::KeyReused) => Outcome::Refused("keyReused"),
        app::Error::Refused(Refusal::LimitReached(_)) => Outcome::Refused("limitReached"),
        app::Error::Refused(Refusal::OfferLapsed | Refusal::NotOffered) => Outcome::Refused("offerLapsed"),
        app::Error::Refused(Refusal::CancelClosed) => Outcome::Refused("cancelClosed"),
        app::Error::Refused(Refusal::Over) => Outcome::Refused("over"),
        app::Error::Refused(Refusal::Invalid(_)) | app::Error::Invalid(_) => Outcome::Refused("invalid"),
        app::Error::VersionConflict => Outcome::Refused("versionConflict"),
        app::Error::CapacityBelowTaken => Outcome::Refused("capacityBelowTaken"),
        other => panic!("{other:?}"),
    }
}

fn name(standing: Standing) -> &'static str {
    match standing {
        Standing::Confirmed => "confirmed",
        Standing::Waitlisted => "waitlisted",
        Standing::Offered => "offered",
        Standing::Pending => "pending",
        Standing::Cancelled => "cancelled",
        Standing::Rejected => "rejected",
    }
}

fn same<T: PartialEq + std::fmt::Debug>(model: T, found: T) -> Result<(), String> {
    if model == found { Ok(()) } else { Err(format!("the model says {model:?}, found {found:?}")) }
}
