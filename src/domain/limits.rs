//! How often somebody may do something: so many times at once, regained evenly over a time. The rule is GCRA, the
//! leaky bucket as one number: the instant at which everything will have been regained. Times are microseconds from
//! any fixed instant, whose clock never has to be a calendar's.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The longest time of a limit, in seconds: a day.
const LONGEST: u32 = 86_400;

/// The largest number of a limit.
const MOST: u32 = 1_000_000;

/// A number of times, regained evenly within a number of seconds. Written `600/60`: 600 at once, then ten a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    burst: u32,
    seconds: u32,
}

/// A text that is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit is COUNT/SECONDS, such as 600/60")]
pub struct NotALimit;

/// Where somebody stands after having asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it may be done. If not, nothing was counted.
    pub passed: bool,
    /// How many times are left at once.
    pub left: u32,
    /// Until one more is regained, in microseconds.
    pub more_in: u64,
}

impl Limit {
    /// A limit of `burst` times within `seconds`; `None` unless it is 1 to 1,000,000 times within 1 to 86,400 seconds.
    #[must_use]
    pub const fn new(burst: u32, seconds: u32) -> Option<Self> {
        let sound = burst >= 1 && burst <= MOST && seconds >= 1 && seconds <= LONGEST;
        if sound { Some(Self { burst, seconds }) } else { None }
    }

    /// How many times at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// Within how many seconds all of them are regained.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// How long it takes to regain one, in microseconds; at least one, as there are no more times than microseconds.
    #[must_use]
    pub fn interval(self) -> u64 {
        u64::from(self.seconds) * 1_000_000 / u64::from(self.burst)
    }

    /// How long it takes to regain all, in microseconds.
    #[must_use]
    pub fn whole(self) -> u64 {
        self.interval() * u64::from(self.burst)
    }

    /// What has to be regained, in microseconds, once somebody has done it at `now` who will have regained everything
    /// at `full_at`. It is more than [`Limit::whole`] if it may not be done. An instant further off than this limit
    /// allows comes of another limit, or of a clock that was set back, and counts as the furthest.
    #[must_use]
    pub fn owed(self, full_at: u64, now: u64) -> u64 {
        full_at.saturating_sub(now).min(self.whole()) + self.interval()
    }

    /// Where somebody stands who owes so much, as [`Limit::owed`] counts.
    #[must_use]
    pub fn standing(self, owed: u64) -> Standing {
        let (whole, interval) = (self.whole(), self.interval());
        match whole.checked_sub(owed) {
            Some(spare) => Standing {
                passed: true,
                left: u32::try_from(spare / interval).unwrap_or(u32::MAX),
                more_in: interval - spare % interval,
            },
            None => Standing { passed: false, left: 0, more_in: owed - whole },
        }
    }
}

impl Standing {
    /// Until one more is regained, in whole seconds, rounded up: whoever waits so long is not too early.
    #[must_use]
    pub fn more_in_seconds(self) -> u64 {
        Duration::from_micros(self.more_in).as_secs_f64().ceil() as u64
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.burst, self.seconds)
    }
}

impl FromStr for Limit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let (burst, seconds) = text.split_once('/').ok_or(NotALimit)?;
        number(burst)
            .zip(number(seconds))
            .and_then(|(burst, seconds)| Self::new(burst, seconds))
            .ok_or(NotALimit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(text: &str) -> Limit {
        text.parse().unwrap()
    }

    /// Asks once; what is remembered afterwards is the instant, unless it was refused.
    fn ask(limit: Limit, full_at: &mut u64, now: u64) -> Standing {
        let owed = limit.owed(*full_at, now);
        let standing = limit.standing(owed);
        if standing.passed {
            *full_at = now + owed;
        }
        standing
    }

    #[test]
    fn a_burst_passes_and_then_one_by_one() {
        let limit = limit("3/60");
        let mut full_at = 0;
        let start = 1_000_000_000;
        let seen: Vec<_> = (0..4).map(|_| ask(limit, &mut full_at, start)).collect();
        assert_eq!(
            seen.iter().map(|one| (one.passed, one.left)).collect::<Vec<_>>(),
            [(true, 2), (true, 1), (true, 0), (false, 0)]
        );
        assert_eq!(seen[3].more_in_seconds(), 20);
        assert!(!ask(limit, &mut full_at, start + 19_999_999).passed, "a moment too early");
        assert!(ask(limit, &mut full_at, start + 20_000_000).passed, "when it was told to");
        assert!(!ask(limit, &mut full_at, start + 20_000_000).passed, "and only once");
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out_for_longer_than_the_limit() {
        let limit = limit("2/10");
        let mut full_at = 0;
        for _ in 0..2 {
            assert!(ask(limit, &mut full_at, 1_000_000_000_000).passed);
        }
        let refused = ask(limit, &mut full_at, 5);
        assert!(!refused.passed && refused.more_in <= limit.whole(), "{refused:?}");
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        assert_eq!(limit("600/60").to_string(), "600/60");
        assert_eq!(limit(" 5 / 1 "), Limit::new(5, 1).unwrap());
        for wrong in ["", "5", "0/1", "1/0", "-1/1", "1/86401", "1000001/1", "1/1/1", "a/b"] {
            assert_eq!(wrong.parse::<Limit>(), Err(NotALimit), "{wrong}");
        }
    }

    proptest! {
        /// In any stretch of time no more passes than a burst and what is regained meanwhile, and who was refused and
        /// waits as long as told passes.
        #[test]
        fn no_more_passes_than_is_allowed(
            burst in 1_u32..50, seconds in 1_u32..100, steps in prop::collection::vec(0_u64..3_000_000, 1..200),
        ) {
            let limit = Limit::new(burst, seconds).unwrap();
            let (mut full_at, mut now, mut passed) = (0, 1_000_000_000_u64, Vec::new());
            for step in steps {
                now += step;
                let standing = ask(limit, &mut full_at, now);
                if standing.passed {
                    passed.push(now);
                    prop_assert!(standing.left < burst);
                } else {
                    let mut later = full_at;
                    prop_assert!(ask(limit, &mut later, now + standing.more_in).passed);
                    let mut early = full_at;
                    prop_assert!(!ask(limit, &mut early, now + standing.more_in - 1).passed);
                }
                prop_assert!(standing.more_in <= limit.interval());
            }
            for (i, from) in passed.iter().enumerate() {
                for (j, to) in passed.iter().enumerate().skip(i) {
                    let allowed = u64::from(burst) + (to - from) / limit.interval();
                    prop_assert!((j - i + 1) as u64 <= allowed, "{} within {}", j - i + 1, to - from);
                }
            }
        }

        /// What is left is what then passes at once.
        #[test]
        fn what_is_left_passes(burst in 1_u32..50, seconds in 1_u32..100, used in 0_u32..50) {
            let limit = Limit::new(burst, seconds).unwrap();
            let (mut full_at, now) = (0, 1_000_000_000);
            let mut standing = ask(limit, &mut full_at, now);
            for _ in 0..used {
                standing = ask(limit, &mut full_at, now);
            }
            for _ in 0..standing.left {
                prop_assert!(ask(limit, &mut full_at, now).passed);
            }
            prop_assert!(!ask(limit, &mut full_at, now).passed);
        }
    }
}
