//! The plain model: what the contract says of seats, queues, offers and limits, in the fewest words that say it. It knows
//! nothing of the code under test; people and sessions are numbers, sign-ups are numbered as they are made.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

/// What happens where no seat is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queueing {
    Not,
    Confirm,
    Offer,
}

/// The terms of a session.
#[derive(Debug, Clone)]
pub struct Terms {
    pub capacity: Option<i32>,
    pub queueing: Queueing,
    pub queue_most: Option<i32>,
    /// How long an offer stands.
    pub offer: TimeDelta,
    pub approval: bool,
    /// Whether parties are counted, not people.
    pub by_party: bool,
    pub party_most: usize,
    pub seats_most: i32,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub closes: DateTime<Utc>,
    pub cancel_until: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Confirmed,
    Waitlisted,
    Offered,
    Pending,
    Cancelled,
    Rejected,
}

/// A sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub person: usize,
    pub session: usize,
    pub standing: Standing,
    pub reason: Option<&'static str>,
    pub people: usize,
    pub seats: i32,
    /// When it joined the queue, among all who did.
    pub queued: Option<usize>,
    pub until: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub session: usize,
    pub people: usize,
    pub join: bool,
}

/// What came of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A sign-up was made, by this or by an earlier request with the same key.
    Made(usize),
    /// There was one already, or it was changed: this.
    Stands(usize),
    /// No seat: whether one could queue, and how many do.
    Full(bool, i32),
    Refused(&'static str),
    Done,
}

pub struct Model {
    pub now: DateTime<Utc>,
    pub rooms: Vec<Terms>,
    pub entries: Vec<Entry>,
    /// How many people of one account may come to all sessions together.
    pub event_most: Option<usize>,
    keys: HashMap<(usize, u8), (Ask, Outcome)>,
    queued: usize,
}

impl Model {
    pub fn new(now: DateTime<Utc>, rooms: Vec<Terms>, event_most: Option<usize>) -> Self {
        Self { now, rooms, entries: Vec::new(), event_most, keys: HashMap::new(), queued: 0 }
    }

    pub fn taken(&self, session: usize) -> i32 {
        self.sum(session, |one| one.holds())
    }

    pub fn waiting(&self, session: usize) -> i32 {
        self.sum(session, |one| one.standing == Standing::Waitlisted)
    }

    /// How many people of sign-ups that stand count against the limit of the event.
    pub fn used(&self) -> usize {
        let all = self.entries.iter().filter(|one| one.stands()).map(|one| one.people).sum();
        if self.event_most.is_some() { all } else { 0 }
    }

    /// Somebody's latest sign-up in a session.
    pub fn latest(&self, person: usize, session: usize) -> Option<usize> {
        self.entries.iter().rposition(|one| (one.person, one.session) == (person, session))
    }

    pub fn sign_up(&mut self, person: usize, ask: &Ask, key: Option<u8>) -> Outcome {
        if let Some((before, outcome)) = key.and_then(|key| self.keys.get(&(person, key))) {
            return if before == ask { *outcome } else { Outcome::Refused("keyReused") };
        }
        if let Some(at) = self.latest(person, ask.session).filter(|at| self.entries[*at].stands()) {
            let outcome = Outcome::Stands(at);
            if let Some(key) = key {
                self.keys.insert((person, key), (ask.clone(), outcome));
            }
            return outcome;
        }
        let terms = &self.rooms[ask.session];
        if terms.end <= self.now || terms.closes <= self.now {
            return Outcome::Refused("closed");
        }
        if let Err(refused) = self.allowed(person, ask, None) {
            return refused;
        }
        let (terms, seats) = (&self.rooms[ask.session], self.rooms[ask.session].seats(ask.people));
        let waiting = self.waiting(ask.session);
        let mut entry = Entry {
            person,
            session: ask.session,
            standing: terms.seated(),
            reason: None,
            people: ask.people,
            seats,
            queued: None,
            until: None,
            version: 1,
        };
        if waiting > 0 || !self.fits(ask.session, seats) {
            let could = terms.queueing != Queueing::Not
                && terms.capacity.is_none_or(|capacity| seats <= capacity)
                && terms.queue_most.is_none_or(|most| waiting + seats <= most);
            if !(could && ask.join) {
                return Outcome::Full(could, waiting);
            }
            self.queued += 1;
            (entry.standing, entry.queued) = (Standing::Waitlisted, Some(self.queued));
        }
        self.entries.push(entry);
        let made = self.entries.len() - 1;
        if let Some(key) = key {
            self.keys.insert((person, key), (ask.clone(), Outcome::Made(made)));
        }
        self.promote(ask.session);
        Outcome::Made(made)
    }

    pub fn accept(&mut self, at: usize) -> Outcome {
        let seated = self.rooms[self.entries[at].session].seated();
        let entry = &mut self.entries[at];
        match entry.standing {
            Standing::Confirmed | Standing::Pending if entry.queued.is_some() => {}
            Standing::Offered if entry.until.is_some_and(|until| self.now < until) => {
                (entry.standing, entry.until) = (seated, None);
                entry.version += 1;
            }
            _ => return Outcome::Refused("offerLapsed"),
        }
        Outcome::Stands(at)
    }

    pub fn cancel(&mut self, at: usize) -> Outcome {
        let late = self.rooms[self.entries[at].session].cancel_until <= self.now;
        match self.entries[at].standing {
            Standing::Cancelled | Standing::Rejected => {}
            Standing::Confirmed if late => return Outcome::Refused("cancelClosed"),
            Standing::Waitlisted => self.end(at, Standing::Cancelled, "leftQueue"),
            _ => self.end(at, Standing::Cancelled, "byPerson"),
        }
        Outcome::Stands(at)
    }

    pub fn change(&mut self, at: usize, people: usize, stale: bool) -> Outcome {
        let entry = &self.entries[at];
        let (session, before) = (entry.session, entry.seats);
        let terms = &self.rooms[session];
        if stale {
            return Outcome::Refused("versionConflict");
        }
        if !entry.stands() || terms.end <= self.now {
            return Outcome::Refused("over");
        }
        let seats = terms.seats(people);
        let ask = Ask { session, people, join: false };
        if people <= terms.party_most && seats <= terms.seats_most {
            if before < seats {
                return Outcome::Refused("invalid");
            }
            if seats < before && terms.cancel_until <= self.now {
                return Outcome::Refused("cancelClosed");
            }
            if people > entry.people && terms.cancel_until <= self.now {
                return Outcome::Refused("invalid");
            }
        }
        if let Err(refused) = self.allowed(self.entries[at].person, &ask, Some(at)) {
            return refused;
        }
        let approval = self.rooms[session].approval;
        let entry = &mut self.entries[at];
        if approval && entry.standing == Standing::Confirmed && people > entry.people {
            entry.standing = Standing::Pending;
        }
        (entry.people, entry.seats) = (people, seats);
        entry.version += 1;
        self.promote(session);
        Outcome::Stands(at)
    }

    pub fn decide(&mut self, at: usize, approve: bool) -> Outcome {
        match (self.entries[at].standing, approve) {
            (Standing::Pending, true) => {
                self.entries[at].standing = Standing::Confirmed;
                self.entries[at].version += 1;
            }
            (Standing::Pending | Standing::Confirmed | Standing::Offered | Standing::Waitlisted, false) => {
                self.end(at, Standing::Rejected, "byHost");
            }
            (Standing::Confirmed, true) | (Standing::Rejected, false) => {}
            _ => return Outcome::Refused("over"),
        }
        Outcome::Stands(at)
    }

    pub fn set_capacity(&mut self, session: usize, capacity: Option<i32>) -> Outcome {
        if capacity.is_none() && self.rooms[session].queueing != Queueing::Not {
            return Outcome::Refused("invalid");
        }
        if capacity.is_some_and(|capacity| capacity < self.taken(session)) {
            return Outcome::Refused("capacityBelowTaken");
        }
        self.rooms[session].capacity = capacity;
        self.promote(session);
        Outcome::Done
    }

    /// The job looks at offers and at what has begun.
    pub fn lapse(&mut self) {
        for at in 0..self.entries.len() {
            let (entry, start) = (&self.entries[at], self.rooms[self.entries[at].session].start);
            let over = entry.until.is_some_and(|until| until <= self.now);
            match entry.standing {
                Standing::Offered if over => self.end_quietly(at, Standing::Cancelled, "offerLapsed"),
                Standing::Waitlisted if start <= self.now => {
                    self.end_quietly(at, Standing::Cancelled, "neverFree");
                }
                _ => {}
            }
        }
        (0..self.rooms.len()).for_each(|session| self.promote(session));
    }

    fn allowed(&self, person: usize, ask: &Ask, instead_of: Option<usize>) -> Result<(), Outcome> {
        let terms = &self.rooms[ask.session];
        if ask.people > terms.party_most {
            return Err(Outcome::Refused("invalid"));
        }
        if terms.seats(ask.people) > terms.seats_most {
            return Err(Outcome::Refused("limitReached"));
        }
        let others = self
            .entries
            .iter()
            .enumerate()
            .filter(|(at, one)| one.person == person && one.stands() && Some(*at) != instead_of);
        let used: usize = others.map(|(_, one)| one.people).sum();
        match self.event_most {
            Some(most) if used + ask.people > most => Err(Outcome::Refused("limitReached")),
            _ => Ok(()),
        }
    }

    fn end(&mut self, at: usize, standing: Standing, reason: &'static str) {
        self.end_quietly(at, standing, reason);
        self.promote(self.entries[at].session);
    }

    fn end_quietly(&mut self, at: usize, standing: Standing, reason: &'static str) {
        let entry = &mut self.entries[at];
        (entry.standing, entry.reason, entry.until) = (standing, Some(reason), None);
        entry.version += 1;
    }

    /// Free seats go to whole parties in the order of the queue; who does not fit is passed over and keeps their place.
    fn promote(&mut self, session: usize) {
        if self.rooms[session].start <= self.now {
            return;
        }
        let mut queue: Vec<usize> = (0..self.entries.len())
            .filter(|at| self.entries[*at].session == session)
            .filter(|at| self.entries[*at].standing == Standing::Waitlisted)
            .collect();
        queue.sort_by_key(|at| self.entries[*at].queued);
        for at in queue {
            if !self.fits(session, self.entries[at].seats) {
                continue;
            }
            let terms = &self.rooms[session];
            let (standing, until) = match terms.queueing {
                Queueing::Offer => (Standing::Offered, Some(terms.start.min(self.now + terms.offer))),
                _ => (terms.seated(), None),
            };
            let entry = &mut self.entries[at];
            (entry.standing, entry.until) = (standing, until);
            entry.version += 1;
        }
    }

    fn fits(&self, session: usize, seats: i32) -> bool {
        self.rooms[session].capacity.is_none_or(|capacity| self.taken(session) + seats <= capacity)
    }

    fn sum(&self, session: usize, counts: impl Fn(&Entry) -> bool) -> i32 {
        self.entries.iter().filter(|one| one.session == session && counts(one)).map(|one| one.seats).sum()
    }
}

impl Entry {
    pub fn stands(&self) -> bool {
        !matches!(self.standing, Standing::Cancelled | Standing::Rejected)
    }

    fn holds(&self) -> bool {
        self.stands() && self.standing != Standing::Waitlisted
    }
}

impl Terms {
    pub fn seats(&self, people: usize) -> i32 {
        if self.by_party { 1 } else { people as i32 }
    }

    fn seated(&self) -> Standing {
        if self.approval { Standing::Pending } else { Standing::Confirmed }
    }
}
