//! Why a sign-up was refused, so that whoever lost learns why, and what can still be done.

use super::super::invalid::Invalid;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No seat is left for the party.
    Full(Queue),
    /// Sign-up has not opened.
    NotOpen,
    /// Sign-up has closed, or the session is over.
    Closed,
    /// The session is called off.
    CalledOff,
    /// One just comes, or signs up elsewhere.
    NotNeeded,
    /// The event is invented, for demonstration.
    Sample,
    /// Somebody else signed up one of the party.
    Duplicate(Invalid),
    /// The party takes more than one person may.
    LimitReached(Invalid),
    /// Somebody of the party, or the party as a whole, is not whom the session is for.
    NotEligible(Invalid),
    /// What was given breaks a rule of the session.
    Invalid(Invalid),
    /// The key was used before for another request.
    KeyReused,
    /// It is too late to cancel or to shrink.
    CancelClosed,
    /// The offer has lapsed, or there was none.
    OfferLapsed,
    /// It queues: nothing has been offered yet.
    NotOffered,
    /// Somebody of it came: it is neither given up nor taken back.
    Attended,
    /// It has come to its end: nothing can be changed about it.
    Over,
}

/// What there is of a waiting list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Whether the party could queue.
    pub offered: bool,
    /// How many queue, counted as capacity counts.
    pub waiting: i32,
}
