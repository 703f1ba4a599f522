//! Statistics (统计): what took place, how many came and what they said of it, in figures.
//!
//! [`Happening`] is an event with those of its sessions that are counted, as the store tells it; [`cube`] counts them by
//! whatever they are broken down by; [`suppression`] says which counts of few people an authority is not shown; [`answers`]
//! are what is told of a cube.
//!
//! | figure | what it counts |
//! |---|---|
//! | `sessions` | those that are not called off, to come or over; `events` are those with at least one |
//! | `held` | of these, what is over |
//! | `cancelled` | sessions that were called off: of them nothing else counts |
//! | `seats` | what there was room for, as each session counts it (people or parties); without a limit none |
//! | `unlimited` | sessions without a limit |
//! | `signups` | people, not parties, who have or had a seat: queueing, offered, given up and refused do not count |
//! | `attended` | people who came: checked in by their sign-up, or let in without one |
//! | `headcount` | heads that hosts counted; where they count and check in, a person is in both |
//! | `noShow` | people with a seat who did not come, a day after the end, where anybody was checked in at all |
//! | `satisfaction` | stars that parties gave |
//!
//! `signups` is `attended` by sign-up, `noShow`, and those of whom nobody said whether they came.

pub mod answers;
pub mod cube;
pub mod suppression;

use chrono::{DateTime, Utc};

use super::checkins::SETTLED;
use super::divisions::Adcode;
use super::ids::{CampaignId, EventId, OrganisationId};
use super::words::words;

words! {
    /// Counts of people. What they say of a session counts as well: it was said by somebody.
    Measure {
        /// People who have or had a seat.
        Signups = "signups",
        /// People who came.
        Attended = "attended",
        /// Heads that were counted.
        Headcount = "headcount",
        /// People who did not come.
        NoShow = "noShow",
        /// Parties that gave stars.
        Ratings = "satisfaction",
    }

    /// What figures are broken down by.
    Dimension {
        /// The division below the one that is asked about.
        Division = "division",
        /// What an event is about: it counts under each of its topics.
        Topic = "topic",
        /// For whom it is: under each.
        Audience = "audience",
        /// Of which campaign: under each.
        Campaign = "campaign",
        /// Its main organiser.
        Organisation = "organisation",
        /// The month in which a session begins.
        Month = "month",
    }
}

impl Dimension {
    /// All words, as a query takes them.
    pub const WORDS: &[&str] = &["division", "topic", "audience", "campaign", "organisation", "month"];
}

/// Figures of some sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Events with a session that is not called off.
    pub events: u64,
    /// Sessions that are not called off.
    pub sessions: u64,
    /// Of these, those that are over.
    pub held: u64,
    /// Sessions that were called off.
    pub cancelled: u64,
    /// What there was room for, in sessions with a limit.
    pub seats: u64,
    /// Sessions without a limit.
    pub unlimited: u64,
    /// Stars in all.
    pub stars: u64,
    people: [u64; Measure::ALL.len()],
}

impl Figures {
    /// A count of people.
    #[must_use]
    pub fn people(&self, measure: Measure) -> u64 {
        self.people[measure as usize]
    }

    /// The mean of all stars, to two decimals; `None` where nobody gave any.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "there are not that many stars")]
    pub fn satisfaction(&self) -> Option<f64> {
        let ratings = self.people(Measure::Ratings);
        (ratings > 0).then(|| (self.stars as f64 / ratings as f64 * 100.0).round() / 100.0)
    }

    /// Adds what other sessions make up, but for their events: one event may be in both.
    pub fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.held += other.held;
        self.cancelled += other.cancelled;
        self.seats += other.seats;
        self.unlimited += other.unlimited;
        self.stars += other.stars;
        for (sum, more) in self.people.iter_mut().zip(&other.people) {
            *sum += more;
        }
    }
}

/// An event that has sessions which count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The event.
    pub event: EventId,
    /// Its main organiser.
    pub organisation: OrganisationId,
    /// Codes of its topics.
    pub topics: Vec<String>,
    /// Codes of its audiences.
    pub audiences: Vec<String>,
    /// Its campaigns.
    pub campaigns: Vec<CampaignId>,
    /// Its sessions, in any order.
    pub sessions: Vec<Counted>,
}

/// A session, and what was counted of it. Numbers of people are of those with sign-ups in each way of standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// Whether it is called off.
    pub called_off: bool,
    /// Whose it is: the division of its place, else of its event's, its base's, its organiser's seat.
    pub division: Adcode,
    /// What there is room for; absent: unlimited.
    pub capacity: Option<i32>,
    /// Nothing was said of them at the door.
    pub confirmed: u64,
    /// Of their party somebody came.
    pub expected: u64,
    /// Of these, those who came themselves.
    pub came: u64,
    /// Nobody of their party came.
    pub stayed_away: u64,
    /// They came without a sign-up.
    pub walked_in: u64,
    /// Heads that were counted, if they were.
    pub headcount: Option<u64>,
    /// Parties that gave stars.
    pub ratings: u64,
    /// Stars in all.
    pub stars: u64,
}

impl Counted {
    /// A session of which nothing is counted yet.
    #[must_use]
    pub fn nothing(start: DateTime<Utc>, end: DateTime<Utc>, division: Adcode) -> Self {
        Self {
            start,
            end,
            called_off: false,
            division,
            capacity: None,
            confirmed: 0,
            expected: 0,
            came: 0,
            stayed_away: 0,
            walked_in: 0,
            headcount: None,
            ratings: 0,
            stars: 0,
        }
    }

    /// What it adds to the figures at `now`, but for its event.
    #[must_use]
    pub fn figures(&self, now: DateTime<Utc>) -> Figures {
        if self.called_off {
            return Figures { cancelled: 1, ..Figures::default() };
        }
        let settled = self.end + SETTLED <= now;
        let missing = if settled { self.expected.saturating_sub(self.came) } else { 0 };
        let mut people = [0; Measure::ALL.len()];
        people[Measure::Signups as usize] = self.confirmed + self.expected + self.stayed_away;
        people[Measure::Attended as usize] = self.came + self.walked_in;
        people[Measure::Headcount as usize] = self.headcount.unwrap_or_default();
        people[Measure::NoShow as usize] = self.stayed_away + missing;
        people[Measure::Ratings as usize] = self.ratings;
        Figures {
            events: 0,
            sessions: 1,
            held: u64::from(self.end <= now),
            cancelled: 0,
            seats: self.capacity.map_or(0, |capacity| u64::from(capacity.unsigned_abs())),
            unlimited: u64::from(self.capacity.is_none()),
            stars: self.stars,
            people,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn words_of_dimensions_are_those_of_queries() {
        assert_eq!(Dimension::ALL.iter().map(|one| one.name()).collect::<Vec<_>>(), Dimension::WORDS);
    }

    #[test]
    fn a_family_of_which_some_come_is_counted_by_heads() {
        let end = DateTime::UNIX_EPOCH + TimeDelta::hours(2);
        let division = "440106".parse().unwrap();
        let session = Counted {
            capacity: Some(20),
            confirmed: 1,
            expected: 4,
            came: 3,
            stayed_away: 2,
            walked_in: 5,
            ratings: 2,
            stars: 9,
            ..Counted::nothing(DateTime::UNIX_EPOCH, end, division)
        };
        let evening = session.figures(end);
        let people = |figures: &Figures| Measure::ALL.iter().map(|m| figures.people(*m)).collect::<Vec<_>>();
        assert_eq!(people(&evening), [7, 8, 0, 2, 2], "whoever is late may still be on the list");
        let later = session.figures(end + SETTLED);
        assert_eq!(people(&later), [7, 8, 0, 3, 2]);
        assert_eq!((later.sessions, later.held, later.seats, later.unlimited), (1, 1, 20, 0));
        assert_eq!(later.satisfaction(), Some(4.5));
        let counted = Counted { headcount: Some(30), ..session }.figures(end);
        assert_eq!((counted.people(Measure::Headcount), counted.people(Measure::Attended)), (30, 8));
        let off = Counted { called_off: true, ..session }.figures(end);
        assert_eq!(off, Figures { cancelled: 1, ..Figures::default() });
    }
}
