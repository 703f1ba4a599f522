//! Check-in (签到): what devices at a door say of parties, and what follows from it.
//!
//! A device says a [`Word`]: these people are here, or it takes that back. It may say so without network and be heard
//! hours later, and several devices may speak of one family. So attendance is not kept step by step but worked out from
//! all words, and comes out the same in whatever order they arrive and however often: **of each person, the word with
//! the latest time counts; of two at one instant, that they are here**, since somebody saw their ticket.
//!
//! The times are those of devices. One that is ahead is taken for the moment of arrival, one from before the doors
//! opened for that moment, and words that arrive together keep their order ([`Doors::believe`]): a clock that is wrong
//! makes nobody absent.

use chrono::{DateTime, TimeDelta, Utc};

use super::signups::{Signup, Status};
use super::tickets::Ticket;
use super::words::words;

/// How long before the start of a session people are checked in.
pub const EARLY: TimeDelta = TimeDelta::hours(12);

/// How long after its end: a list on paper is typed in the evening.
pub const LATE: TimeDelta = TimeDelta::hours(12);

/// How long after its end whoever has not come is marked so. Late words still win.
pub const SETTLED: TimeDelta = TimeDelta::days(1);

/// What a device says of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// When it was said, by the clock of the device as far as it can be believed.
    pub at: DateTime<Utc>,
    /// By which device.
    pub device: String,
    /// Of whom: places in the party, from 0, each once; absent: of all.
    pub members: Option<Vec<u16>>,
    /// Whether it takes back that they are here.
    pub undo: bool,
}

impl Word {
    fn names(&self, place: u16) -> bool {
        self.members.as_ref().is_none_or(|members| members.contains(&place))
    }

    /// Of two words about one person, the greater counts.
    fn weight(&self) -> (DateTime<Utc>, bool) {
        (self.at, !self.undo)
    }
}

/// Who of a party of so many is here, by all that was said: places from 0, in order.
#[must_use]
pub fn attended(words: &[Word], people: u16) -> Vec<u16> {
    let here = |place: &u16| {
        let about = words.iter().filter(|word| word.names(*place));
        about.max_by_key(|word| word.weight()).is_some_and(|word| !word.undo)
    };
    (0..people).filter(here).collect()
}

words! {
    /// What became of a word.
    Outcome {
        /// It changed who is here.
        Ok = "ok",
        /// It changed nothing: so it was already, or a later word says otherwise.
        Already = "already",
        /// The sign-up was given up, or the ticket replaced by another.
        Cancelled = "cancelled",
        /// It is of no party that can be let in.
        Unknown = "unknown",
        /// It is of another session.
        OtherSession = "otherSession",
    }

    /// Why a word did not simply do what it says.
    Reason {
        /// Another device said the same before.
        OtherDevice = "otherDevice",
        /// A word with a later time says otherwise.
        LaterEntry = "laterEntry",
        /// A ticket issued later has replaced this one.
        Replaced = "replaced",
        /// Nobody of ours made the ticket.
        NotGenuine = "notGenuine",
        /// The party has no seats yet: it queues, or waits for the host or for its own answer.
        NotConfirmed = "notConfirmed",
        /// The party has fewer people.
        NoSuchParticipant = "noSuchParticipant",
        /// The device has said something else by this name before.
        EntryReused = "entryReused",
        /// The doors are yet to open.
        TooEarly = "tooEarly",
        /// The doors had closed.
        TooLate = "tooLate",
    }
}

/// An outcome with its reason, where it has one.
pub type Verdict = (Outcome, Option<Reason>);

/// When people are checked in: from its first instant until before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doors {
    /// The first instant.
    pub open: DateTime<Utc>,
    /// The first instant that is too late.
    pub close: DateTime<Utc>,
}

impl Doors {
    /// The doors of a session.
    #[must_use]
    pub fn of(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Self { open: start - EARLY, close: end + LATE }
    }

    /// When words count as said that arrive together at `now`, by the times that they claim. Those that cannot be are
    /// moved to where they can, a microsecond apart, so that of two the later stays the later.
    #[must_use]
    pub fn believe(self, claimed: &[DateTime<Utc>], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut order: Vec<usize> = (0..claimed.len()).collect();
        order.sort_by_key(|&word| claimed[word]);
        let mut believed = claimed.to_vec();
        for (rank, &word) in order.iter().enumerate() {
            let before = TimeDelta::microseconds(rank as i64);
            let after = TimeDelta::microseconds((order.len() - 1 - rank) as i64);
            if claimed[word] > now {
                believed[word] = now - after;
            } else if claimed[word] < self.open {
                believed[word] = self.open + before;
            }
        }
        believed
    }

    /// Whether a word counts that arrives at `now` and is believed to be said `at`.
    ///
    /// # Errors
    /// [`Reason::TooEarly`] if nobody can be here yet, [`Reason::TooLate`] if it was said after the doors had closed.
    pub fn admit(self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Reason> {
        if now < self.open {
            return Err(Reason::TooEarly);
        }
        if at < self.close { Ok(()) } else { Err(Reason::TooLate) }
    }
}

/// A party and all that was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// How its sign-up stands.
    pub status: Status,
    /// How many they are.
    pub people: u16,
    /// What was said so far, in any order.
    pub words: Vec<Word>,
}

impl Party {
    /// Who is here.
    #[must_use]
    pub fn attended(&self) -> Vec<u16> {
        attended(&self.words, self.people)
    }

    /// Whether a word can be said of it at all.
    ///
    /// # Errors
    /// What stands against it.
    pub fn admits(&self, members: Option<&[u16]>) -> Result<(), Verdict> {
        match self.status {
            Status::Cancelled | Status::Rejected => Err((Outcome::Cancelled, None)),
            Status::Waitlisted | Status::Offered | Status::Pending => {
                Err((Outcome::Unknown, Some(Reason::NotConfirmed)))
            }
            Status::Confirmed | Status::Attended | Status::NoShow => {
                let all_there = members.unwrap_or_default().iter().all(|place| *place < self.people);
                if all_there { Ok(()) } else { Err((Outcome::Unknown, Some(Reason::NoSuchParticipant))) }
            }
        }
    }

    /// Hears a word that [can be said](Party::admits). It is kept whatever it changes: a word that comes later may have
    /// been said before.
    pub fn hear(&mut self, word: Word) -> Verdict {
        let before = self.attended();
        self.words.push(word);
        let after = self.attended();
        self.status = match self.status {
            _ if !after.is_empty() => Status::Attended,
            Status::Attended => Status::Confirmed,
            status => status,
        };
        if before == after {
            (Outcome::Already, self.why_nothing_changed(&after))
        } else {
            (Outcome::Ok, None)
        }
    }

    /// Why the last word changed nothing.
    fn why_nothing_changed(&self, attended: &[u16]) -> Option<Reason> {
        let (word, before) = self.words.split_last()?;
        let named = |place: &u16| word.names(*place);
        if (0..self.people).filter(named).any(|place| attended.contains(&place) == word.undo) {
            return Some(Reason::LaterEntry);
        }
        let same = |other: &&Word| {
            other.undo == word.undo && (0..self.people).any(|at| word.names(at) && other.names(at))
        };
        let first = before.iter().filter(same).min_by_key(|other| other.at);
        first.filter(|other| other.device != word.device).map(|_| Reason::OtherDevice)
    }
}

/// Why somebody at the door, or who was there, does not get what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The door does not show that code, or no more.
    WrongDoorCode,
    /// Nobody is checked in at this time.
    DoorsClosed,
    /// The sign-up has no seats.
    NotConfirmed,
    /// No seat is left.
    NoSeat,
    /// Nobody of the sign-up came.
    NotAttended,
}

impl Status {
    /// Whether a door lets it in.
    #[must_use]
    pub fn is_let_in(self) -> bool {
        matches!(self, Self::Confirmed | Self::Attended | Self::NoShow)
    }
}

impl Signup {
    /// How many people it is for: those listed, or the heads of a class whose list is shorter; where names are no longer
    /// kept, as many as it took seats.
    #[must_use]
    pub fn people(&self) -> u16 {
        let listed = self.personal.as_ref().map(|personal| personal.party.len());
        let people = listed.unwrap_or(self.seats.unsigned_abs() as usize);
        u16::try_from(people).unwrap_or(u16::MAX).max(self.headcount.unwrap_or_default())
    }

    /// What its ticket for a session with these doors says, if it is let in by one.
    #[must_use]
    pub fn ticket(&self, doors: Doors) -> Option<Ticket> {
        (self.status.is_let_in() && self.ticket_code.is_some()).then(|| Ticket {
            session: self.session,
            signup: self.id,
            revision: self.ticket_revision,
            people: self.people(),
            from: doors.open,
            until: doors.close,
        })
    }
}

/// A name as a desk shows it: enough to tell whether whoever stands there says the same, and no more. A device that is
/// lost with a day's lists tells no names.
#[must_use]
pub fn masked(name: &str) -> String {
    let letters: Vec<char> = name.trim().chars().collect();
    match letters[..] {
        [] => String::new(),
        [first] | [first, _] => format!("{first}*"),
        [first, ref middle @ .., last] => {
            let stars = "*".repeat(middle.len().min(3));
            format!("{first}{stars}{last}")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn word(device: &str, minute: i64, members: Option<&[u16]>, undo: bool) -> Word {
        Word { at: at(minute), device: device.into(), members: members.map(<[u16]>::to_vec), undo }
    }

    fn family() -> Party {
        Party { status: Status::Confirmed, people: 3, words: Vec::new() }
    }

    #[test]
    fn one_scan_lets_a_family_in_and_a_second_changes_nothing() {
        let mut family = family();
        assert_eq!(family.hear(word("a", 0, None, false)), (Outcome::Ok, None));
        assert_eq!((family.attended(), family.status), (vec![0, 1, 2], Status::Attended));
        assert_eq!(family.hear(word("a", 1, None, false)), (Outcome::Already, None));
        assert_eq!(family.hear(word("b", 2, None, false)), (Outcome::Already, Some(Reason::OtherDevice)));
        assert_eq!(
            family.hear(word("b", 3, Some(&[1]), false)),
            (Outcome::Already, Some(Reason::OtherDevice))
        );
    }

    #[test]
    fn who_comes_later_is_added() {
        let mut family = family();
        family.hear(word("a", 0, Some(&[0, 2]), false));
        assert_eq!(family.attended(), [0, 2]);
        assert_eq!(family.hear(word("b", 9, None, false)), (Outcome::Ok, None));
        assert_eq!(family.attended(), [0, 1, 2]);
    }

    #[test]
    fn what_is_taken_back_of_all_leaves_the_party_as_it_was() {
        let mut family = family();
        family.hear(word("a", 0, None, false));
        assert_eq!(family.hear(word("a", 1, Some(&[1]), true)), (Outcome::Ok, None));
        assert_eq!((family.attended(), family.status), (vec![0, 2], Status::Attended));
        family.hear(word("a", 2, None, true));
        assert_eq!((family.attended(), family.status), (vec![], Status::Confirmed));
        assert_eq!(family.hear(word("a", 3, None, true)), (Outcome::Already, None));
    }

    #[test]
    fn a_word_heard_late_does_not_overrule_one_said_later() {
        let mut family = family();
        family.hear(word("a", 5, None, true));
        assert_eq!(family.hear(word("b", 4, None, false)), (Outcome::Already, Some(Reason::LaterEntry)));
        assert_eq!(family.attended(), [0; 0]);
        assert_eq!(
            family.hear(word("b", 5, None, false)),
            (Outcome::Ok, None),
            "at one instant, they are here"
        );
    }

    #[test]
    fn late_words_win_over_the_mark_of_absence() {
        let mut family = Party { status: Status::NoShow, ..family() };
        assert_eq!(family.hear(word("a", 0, None, true)), (Outcome::Already, None));
        assert_eq!(family.status, Status::NoShow);
        family.hear(word("a", 1, Some(&[2]), false));
        assert_eq!(family.status, Status::Attended);
    }

    #[test]
    fn only_who_has_seats_is_let_in() {
        use Status::*;
        let verdict = |status| Party { status, ..family() }.admits(None).err();
        assert_eq!([Confirmed, Attended, NoShow].map(verdict), [const { None }; 3]);
        assert_eq!([Cancelled, Rejected].map(verdict), [Some((Outcome::Cancelled, None)); 2]);
        let waiting = Some((Outcome::Unknown, Some(Reason::NotConfirmed)));
        assert_eq!([Waitlisted, Offered, Pending].map(verdict), [waiting; 3]);
        let nobody = Err((Outcome::Unknown, Some(Reason::NoSuchParticipant)));
        assert_eq!((family().admits(Some(&[0, 2])), family().admits(Some(&[0, 3]))), (Ok(()), nobody));
    }

    #[test]
    fn a_clock_that_is_wrong_makes_nobody_absent() {
        let doors = Doors::of(at(0), at(60));
        assert_eq!((doors.open, doors.close), (at(-12 * 60), at(13 * 60)));
        assert_eq!(doors.believe(&[at(5), at(3)], at(6)), [at(5), at(3)]);
        assert_eq!(doors.believe(&[at(5)], at(9_999)), [at(5)], "heard days later");
        let tick = TimeDelta::microseconds;
        let ahead = doors.believe(&[at(8), at(2), at(7)], at(6));
        assert_eq!(ahead, [at(6), at(2), at(6) - tick(1)], "in their order");
        let behind = doors.believe(&[at(-99_999), at(2), at(-99_998)], at(6));
        assert_eq!(behind, [doors.open, at(2), doors.open + tick(1)]);
    }

    #[test]
    fn people_are_checked_in_while_the_doors_are_open() {
        let doors = Doors::of(at(0), at(60));
        let second = TimeDelta::seconds(1);
        assert_eq!(doors.admit(doors.open, doors.open - second), Err(Reason::TooEarly));
        assert_eq!(doors.admit(doors.open, doors.open), Ok(()));
        assert_eq!(doors.admit(doors.close - second, at(9_999)), Ok(()), "heard days later");
        assert_eq!(doors.admit(doors.close, doors.close), Err(Reason::TooLate));
    }

    #[test]
    fn a_mask_tells_enough_to_compare() {
        let masks = ["", "明", "陈明", "陈小明", "欧阳小明", " Anna Lee ", "Anna-Sophie Meyer"].map(masked);
        assert_eq!(masks, ["", "明*", "陈*", "陈*明", "欧**明", "A***e", "A***r"]);
    }

    const PEOPLE: u16 = 4;

    fn any_word() -> impl Strategy<Value = Word> {
        let members = prop::option::of(prop::collection::vec(0..PEOPLE, 1..4));
        ("[abc]", 0..6i64, members, any::<bool>())
            .prop_map(|(device, minute, members, undo)| word(&device, minute, members.as_deref(), undo))
    }

    proptest! {
        /// Devices that send their words in any order, some of them twice, end in one state.
        #[test]
        fn attendance_does_not_depend_on_the_order_of_arrival(
            words in prop::collection::vec(any_word(), 0..12),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..24),
        ) {
            let mut one = Party { people: PEOPLE, ..family() };
            let mut other = one.clone();
            for word in &words {
                one.hear(word.clone());
            }
            let repeated = order.iter().filter(|_| !words.is_empty()).map(|at| at.get(&words));
            for word in repeated.chain(words.iter().rev()) {
                other.hear(word.clone());
            }
            prop_assert_eq!(one.attended(), other.attended());
            prop_assert_eq!(one.status, other.status);
        }

        /// The rule, written down once more: go through the words in order of time.
        #[test]
        fn the_latest_word_about_each_person_counts(words in prop::collection::vec(any_word(), 0..12)) {
            let mut here = [false; PEOPLE as usize];
            let mut sorted = words.clone();
            sorted.sort_by_key(|word| (word.at, !word.undo));
            for word in &sorted {
                for (place, here) in here.iter_mut().enumerate() {
                    if word.names(place as u16) {
                        *here = !word.undo;
                    }
                }
            }
            let expected: Vec<u16> = (0..PEOPLE).filter(|place| here[usize::from(*place)]).collect();
            prop_assert_eq!(attended(&words, PEOPLE), expected);
        }

        /// A verdict says whether anything changed, and a party stands as attended while somebody of it is here.
        #[test]
        fn verdicts_tell_what_changed(words in prop::collection::vec(any_word(), 1..12)) {
            let mut party = Party { people: PEOPLE, ..family() };
            for word in words {
                let before = party.attended();
                let (outcome, _) = party.hear(word);
                prop_assert_eq!(outcome == Outcome::Ok, before != party.attended());
                prop_assert_eq!(party.status == Status::Attended, !party.attended().is_empty());
            }
        }
    }
}
