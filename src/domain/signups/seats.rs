//! Who gets a seat, who waits, and who is next.
//!
//! Whoever comes first is seated first: a newcomer is seated only where nobody waits and the whole party fits. Seats that
//! become free go to the queue in the order of its numbers, to whole parties only: one that does not fit is passed over
//! by the next that does, and keeps its place.

use super::super::ids::{EventId, SessionId};
use super::super::signup_terms::{SignupTerms, WaitlistMode};
use super::Status;
use super::refusal::Queue;

/// The counts of a session that its sign-ups move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// How much room there is; absent: unlimited.
    pub capacity: Option<i32>,
    /// How much of it is taken.
    pub taken: i32,
    /// How much more is wanted by those who queue.
    pub waiting: i32,
}

/// The seats of a session, as the read model takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatCount {
    /// The session.
    pub session: SessionId,
    /// Its event.
    pub event: EventId,
    /// How many are taken.
    pub taken: i32,
    /// How many more are wanted.
    pub waiting: i32,
    /// The number of the transaction that moved them last.
    pub moved: i64,
}

impl Seats {
    /// How many seats are free; absent: any number.
    pub fn free(&self) -> Option<i32> {
        self.capacity.map(|capacity| capacity - self.taken)
    }

    /// Whether so many fit.
    pub fn fit(&self, seats: i32) -> bool {
        self.free().is_none_or(|free| seats <= free)
    }

    /// Seats a newcomer or lets them queue, and counts them; `join` says whether they would queue.
    ///
    /// # Errors
    /// What there is of a queue, where no seat is left and they do not or cannot queue.
    pub fn admit(&mut self, terms: &SignupTerms, seats: i32, join: bool) -> Result<Status, Queue> {
        if self.waiting == 0 && self.fit(seats) {
            self.taken += seats;
            return Ok(terms.when_seated());
        }
        let queue = self.queue(terms, seats);
        if !(join && queue.offered) {
            return Err(queue);
        }
        self.waiting += seats;
        Ok(Status::Waitlisted)
    }

    /// What there is of a queue for a party that takes so many seats.
    pub fn queue(&self, terms: &SignupTerms, seats: i32) -> Queue {
        let possible = terms.waitlist_mode != WaitlistMode::None
            && self.capacity.is_none_or(|capacity| seats <= capacity)
            && terms.waitlist_max.is_none_or(|most| self.waiting + seats <= most);
        Queue { offered: possible, waiting: self.waiting }
    }

    /// Counts a change of one sign-up from one standing to another.
    pub fn moved(&mut self, (from, before): (Status, i32), (to, after): (Status, i32)) {
        self.count(from, -before);
        self.count(to, after);
    }

    fn count(&mut self, status: Status, seats: i32) {
        if status.holds_seats() {
            self.taken += seats;
        } else if status == Status::Waitlisted {
            self.waiting += seats;
        }
    }
}

impl SignupTerms {
    /// How a sign-up stands that gets its seats at once.
    pub fn when_seated(&self) -> Status {
        if self.approval { Status::Pending } else { Status::Confirmed }
    }

    /// How a sign-up stands that is promoted from the queue.
    pub fn when_promoted(&self) -> Status {
        if self.waitlist_mode == WaitlistMode::Offer { Status::Offered } else { self.when_seated() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(capacity: i32, taken: i32, waiting: i32) -> Seats {
        Seats { capacity: Some(capacity), taken, waiting }
    }

    fn terms(waitlist_mode: WaitlistMode) -> SignupTerms {
        SignupTerms { waitlist_mode, ..SignupTerms::default() }
    }

    #[test]
    fn a_newcomer_is_seated_only_where_nobody_waits() {
        let terms = terms(WaitlistMode::Confirm);
        let mut room = seats(3, 1, 0);
        assert_eq!(room.admit(&terms, 2, false), Ok(Status::Confirmed));
        assert_eq!(room.admit(&terms, 1, false), Err(Queue { offered: true, waiting: 0 }));
        assert_eq!(room.admit(&terms, 1, true), Ok(Status::Waitlisted));
        assert_eq!(room, seats(3, 3, 1));
        let mut held = seats(3, 1, 3);
        assert_eq!(held.admit(&terms, 1, true), Ok(Status::Waitlisted), "free seats belong to the queue");
    }

    #[test]
    fn a_queue_has_its_bounds() {
        let none = terms(WaitlistMode::None);
        assert_eq!(seats(1, 1, 0).admit(&none, 1, true), Err(Queue { offered: false, waiting: 0 }));
        let few = SignupTerms { waitlist_max: Some(2), ..terms(WaitlistMode::Offer) };
        assert_eq!(seats(1, 1, 1).admit(&few, 1, true), Ok(Status::Waitlisted));
        assert_eq!(seats(1, 1, 1).admit(&few, 2, true), Err(Queue { offered: false, waiting: 1 }));
        let confirm = terms(WaitlistMode::Confirm);
        let never = seats(2, 2, 0).admit(&confirm, 3, true);
        assert_eq!(never, Err(Queue { offered: false, waiting: 0 }), "a party that can never fit");
    }

    #[test]
    fn what_moves_is_counted_once() {
        let mut room = seats(5, 3, 2);
        room.moved((Status::Waitlisted, 2), (Status::Offered, 2));
        assert_eq!(room, seats(5, 5, 0));
        room.moved((Status::Offered, 2), (Status::Confirmed, 1));
        assert_eq!(room, seats(5, 4, 0));
        room.moved((Status::Confirmed, 1), (Status::Cancelled, 1));
        assert_eq!(room, seats(5, 3, 0));
    }
}
