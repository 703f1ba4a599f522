//! The kinds of object that a change can name.

/// A kind of object in the change feed; a kind comes after those that it refers to. Sessions have none: they
/// travel with their event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A year of the calendar of holidays; its id is the year.
    CalendarYear,
    /// An administrative division; its id is the adcode.
    Division,
    /// A term of the taxonomy.
    Term,
    /// An organisation.
    Organisation,
    /// A base.
    Base,
    /// A lecture series.
    Series,
    /// A campaign.
    Campaign,
    /// A route.
    Route,
    /// An event with its sessions.
    Event,
    /// An entry of the resource directory.
    Resource,
    /// A version of a policy.
    Policy,
    /// A bulletin.
    Bulletin,
    /// What an authority puts first in its division; its id is the adcode.
    Featured,
}

impl Kind {
    /// All kinds, in order.
    pub const ALL: [Self; 13] = [
        Self::CalendarYear,
        Self::Division,
        Self::Term,
        Self::Organisation,
        Self::Base,
        Self::Series,
        Self::Campaign,
        Self::Route,
        Self::Event,
        Self::Resource,
        Self::Policy,
        Self::Bulletin,
        Self::Featured,
    ];

    /// Its name in the store and in references of seed files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Base => "base",
            Self::Series => "series",
            Self::Campaign => "campaign",
            Self::Route => "route",
            Self::Event => "event",
            Self::Resource => "resource",
            Self::Policy => "policy",
            Self::Bulletin => "bulletin",
            Self::Featured => "featured",
            Self::Division => "division",
            Self::Term => "term",
            Self::CalendarYear => "calendarYear",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is missing in `ALL` would never be loaded at a start.
    #[test]
    fn all_kinds_are_listed_in_order() {
        let last = Kind::Featured as usize;
        assert_eq!(Kind::ALL.map(|kind| kind as usize).to_vec(), (0..=last).collect::<Vec<_>>());
        assert!(Kind::ALL.iter().all(|kind| Kind::from_name(kind.name()) == Some(*kind)));
    }
}
