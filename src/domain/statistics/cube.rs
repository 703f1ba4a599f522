//! Figures by whatever they are broken down by: sessions are gathered once into small pieces, from which any table is made.

use chrono::{DateTime, Datelike, Utc};
use hashbrown::HashMap;

use super::{Dimension, Figures, Happening};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{CampaignId, OrganisationId};
use crate::domain::time::day_of;
use crate::domain::words::words;

words! {
    /// Along what a table extends: the dimensions, where divisions have two steps, so that a district can be told apart
    /// from the city that it is in.
    Axis {
        /// The division below the one that somebody answers for.
        Area = "area",
        /// The one below that.
        District = "district",
        /// Topics.
        Topic = "topic",
        /// Audiences.
        Audience = "audience",
        /// Campaigns.
        Campaign = "campaign",
        /// Organisations.
        Organisation = "organisation",
        /// Months.
        Month = "month",
    }
}

/// A value along an axis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// None: an event without topics, audiences or campaigns.
    None,
    /// A division.
    Division(Adcode),
    /// A code of a topic or an audience.
    Term(String),
    /// A campaign.
    Campaign(CampaignId),
    /// An organisation.
    Organisation(OrganisationId),
    /// Year and month.
    Month(i32, u32),
}

/// A cell's place in a table: for each axis the number of a value, or [`ANY`] where the table does not extend along it.
pub type Key = [u32; Axis::ALL.len()];

/// The table does not extend along this axis.
pub const ANY: u32 = u32::MAX;

/// A table: the cells in which something counts.
pub type Table = HashMap<Key, Figures>;

/// Sessions as any table counts them.
#[derive(Debug, Default)]
pub struct Cube {
    subjects: Vec<Subject>,
    /// In the order of their events, so that each event is counted once in a cell.
    atoms: Vec<Atom>,
    values: Vec<Value>,
    numbers: HashMap<Value, u32>,
}

/// What all sessions of an event have in common.
#[derive(Debug)]
struct Subject {
    topics: Vec<u32>,
    audiences: Vec<u32>,
    campaigns: Vec<u32>,
    organisation: u32,
}

/// The sessions of an event in one division and month.
#[derive(Debug)]
struct Atom {
    subject: usize,
    area: u32,
    district: u32,
    month: u32,
    figures: Figures,
}

/// The division that a table tells a place apart by, below one that is asked about: of a province its cities, of a city its
/// districts. What has no division below it, or lies in the larger one without any, stands for itself.
#[must_use]
pub fn below(asked: Adcode, place: Adcode) -> Adcode {
    // Hong Kong and Macau have no cities between them and their districts.
    let cities = asked.is_province() && asked.is_mainland();
    if !cities {
        return place;
    }
    Adcode::from_number(place.number() / 100 * 100).unwrap_or(place)
}

impl Cube {
    /// The sessions in the divisions of a `scope`, as they count at `now`; in none where it is `None`: then all count, told
    /// apart by their districts.
    #[must_use]
    pub fn new(happenings: &[Happening], scope: Option<&[Adcode]>, now: DateTime<Utc>) -> Self {
        let mut cube = Self::default();
        for happening in happenings {
            cube.take(happening, scope, now);
        }
        cube
    }

    fn take(&mut self, happening: &Happening, scope: Option<&[Adcode]>, now: DateTime<Utc>) {
        let mut pieces: HashMap<[u32; 3], Figures> = HashMap::new();
        for session in &happening.sessions {
            let own = scope.map(|scope| scope.iter().find(|own| own.covers(session.division)));
            let area = match own {
                Some(None) => continue,
                Some(Some(own)) => below(*own, session.division),
                None => session.division,
            };
            let district = below(area, session.division);
            let day = day_of(session.start);
            let piece = [
                self.number(Value::Division(area)),
                self.number(Value::Division(district)),
                self.number(Value::Month(day.year(), day.month())),
            ];
            pieces.entry(piece).or_default().add(&session.figures(now));
        }
        if pieces.is_empty() {
            return;
        }
        let subject = self.subject(happening);
        self.subjects.push(subject);
        let subject = self.subjects.len() - 1;
        let atom = |([area, district, month], figures): ([u32; 3], Figures)| Atom {
            subject,
            area,
            district,
            month,
            figures,
        };
        self.atoms.extend(pieces.into_iter().map(atom));
    }

    fn subject(&mut self, happening: &Happening) -> Subject {
        let terms = |codes: &[String]| codes.iter().cloned().map(Value::Term).collect::<Vec<_>>();
        let campaigns = happening.campaigns.iter().copied().map(Value::Campaign).collect();
        Subject {
            topics: self.many(terms(&happening.topics)),
            audiences: self.many(terms(&happening.audiences)),
            campaigns: self.many(campaigns),
            organisation: self.number(Value::Organisation(happening.organisation)),
        }
    }

    fn many(&mut self, mut values: Vec<Value>) -> Vec<u32> {
        if values.is_empty() {
            values.push(Value::None);
        }
        values.sort_unstable();
        values.dedup();
        values.into_iter().map(|value| self.number(value)).collect()
    }

    fn number(&mut self, value: Value) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(ANY);
        *self.numbers.entry(value).or_insert_with_key(|value| {
            self.values.push(value.clone());
            next
        })
    }

    /// The number of a value; `None` where no session has it.
    #[must_use]
    pub fn find(&self, value: &Value) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    /// The value of a number.
    #[must_use]
    pub fn value(&self, number: u32) -> &Value {
        self.values.get(number as usize).unwrap_or(&Value::None)
    }

    /// The figures along these axes. An event counts once in each cell in which it has a session.
    #[must_use]
    pub fn table(&self, axes: &[Axis]) -> Table {
        let mut cells: HashMap<Key, (Figures, Option<usize>)> = HashMap::new();
        for atom in &self.atoms {
            let mut keys = vec![[ANY; Axis::ALL.len()]];
            for axis in axes {
                let values = self.along(atom, *axis);
                let spread = |key: Key| {
                    values.iter().map(move |value| {
                        let mut key = key;
                        key[*axis as usize] = *value;
                        key
                    })
                };
                keys = keys.into_iter().flat_map(spread).collect();
            }
            for key in keys {
                let (figures, last) = cells.entry(key).or_default();
                figures.add(&atom.figures);
                if atom.figures.sessions > 0 && *last != Some(atom.subject) {
                    figures.events += 1;
                    *last = Some(atom.subject);
                }
            }
        }
        cells.into_iter().map(|(key, (figures, _))| (key, figures)).collect()
    }

    /// The figures of all that was counted.
    #[must_use]
    pub fn total(&self) -> Figures {
        self.table(&[]).into_values().next().unwrap_or_default()
    }

    fn along<'a>(&'a self, atom: &'a Atom, axis: Axis) -> &'a [u32] {
        let subject = &self.subjects[atom.subject];
        match axis {
            Axis::Area => std::slice::from_ref(&atom.area),
            Axis::District => std::slice::from_ref(&atom.district),
            Axis::Month => std::slice::from_ref(&atom.month),
            Axis::Topic => &subject.topics,
            Axis::Audience => &subject.audiences,
            Axis::Campaign => &subject.campaigns,
            Axis::Organisation => std::slice::from_ref(&subject.organisation),
        }
    }
}

impl Dimension {
    /// Its axis, where divisions are told apart by districts if `deep`.
    #[must_use]
    pub fn axis(self, deep: bool) -> Axis {
        match self {
            Self::Division if deep => Axis::District,
            Self::Division => Axis::Area,
            Self::Topic => Axis::Topic,
            Self::Audience => Axis::Audience,
            Self::Campaign => Axis::Campaign,
            Self::Organisation => Axis::Organisation,
            Self::Month => Axis::Month,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counted;
    use super::*;
    use crate::domain::ids::EventId;

    fn adcode(text: &str) -> Adcode {
        text.parse().unwrap()
    }

    fn happening(slug: &str, topics: &[&str], divisions: &[&str]) -> Happening {
        let session =
            |division: &&str| Counted::nothing(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, adcode(division));
        Happening {
            event: EventId::from_slug(slug),
            organisation: OrganisationId::from_slug("museum"),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            audiences: Vec::new(),
            campaigns: Vec::new(),
            sessions: divisions.iter().map(session).collect(),
        }
    }

    #[test]
    fn a_province_is_told_apart_by_cities_and_a_city_by_districts() {
        for (asked, place, told) in [
            ("440000", "440106", "440100"),
            ("440000", "441900", "441900"),
            ("440000", "440000", "440000"),
            ("440100", "440106", "440106"),
            ("440106", "440106", "440106"),
            ("810000", "810001", "810001"),
        ] {
            assert_eq!(below(adcode(asked), adcode(place)), adcode(told), "{asked} {place}");
        }
    }

    #[test]
    fn an_event_counts_once_under_each_of_its_topics_and_once_in_all() {
        let happenings = [
            happening("a", &["ocean", "space"], &["440106", "440106", "440305"]),
            happening("b", &["ocean"], &["440105"]),
            happening("elsewhere", &["ocean"], &["810001"]),
            happening("plain", &[], &["440106"]),
        ];
        let scope = [adcode("440000")];
        let cube = Cube::new(&happenings, Some(&scope), DateTime::UNIX_EPOCH);
        let counts = |axes: &[Axis]| {
            let table = cube.table(axes);
            let mut rows: Vec<_> = table
                .iter()
                .map(|(key, figures)| {
                    let values: Vec<_> =
                        axes.iter().map(|axis| cube.value(key[*axis as usize]).clone()).collect();
                    (values, figures.events, figures.sessions)
                })
                .collect();
            rows.sort();
            rows
        };
        let term = |code: &str| Value::Term(code.to_owned());
        let division = |code| Value::Division(adcode(code));
        assert_eq!((cube.total().events, cube.total().sessions), (3, 5));
        assert_eq!(
            counts(&[Axis::Topic]),
            [(vec![Value::None], 1, 1), (vec![term("ocean")], 2, 4), (vec![term("space")], 1, 3)]
        );
        assert_eq!(
            counts(&[Axis::Area]),
            [(vec![division("440100")], 3, 4), (vec![division("440300")], 1, 1)]
        );
        assert_eq!(
            counts(&[Axis::Area, Axis::District]),
            [
                (vec![division("440100"), division("440105")], 1, 1),
                (vec![division("440100"), division("440106")], 2, 3),
                (vec![division("440300"), division("440305")], 1, 1),
            ]
        );
        assert_eq!(Cube::new(&happenings, None, DateTime::UNIX_EPOCH).total().sessions, 6);
    }
}
