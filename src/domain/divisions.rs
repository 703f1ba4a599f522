//! Administrative divisions by their code in GB/T 2260 (adcode, six digits), with outlines, so that a point
//! gives its district. Dongguan (441900) and Zhongshan (442000) have no county level: the city is the
//! innermost division there.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::invalid::Invalid;
use super::kinds::Kind;
use super::record::{Noun, Reference};
use serde::{Deserialize, Serialize};

use super::geo::{LatLng, Wgs84};
use super::outline::Outline;
use super::sources::Source;
use super::text::Text;

/// A six-digit code of GB/T 2260, or of its extension to Hong Kong (81) and Macau (82).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Adcode(u32);

impl Adcode {
    /// Whether coordinates there are shifted in GCJ-02: on the mainland they are, in Hong Kong (81),
    /// Macau (82) and Taiwan (71) they are the same as in WGS-84.
    pub fn is_mainland(self) -> bool {
        !matches!(self.0 / 10_000, 71 | 81 | 82)
    }

    /// Whether a division is this one or lies within it, which the code tells: a province's ends with four zeros, a
    /// city's with two.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.within().contains(&other.number())
    }

    /// The numbers of this division and of those within it.
    #[must_use]
    pub fn within(self) -> RangeInclusive<i64> {
        let reach = match self.0 {
            province if self.is_province() => province + 9_999,
            city if city % 100 == 0 => city + 99,
            district => district,
        };
        self.number()..=i64::from(reach)
    }

    /// Whether it is a province, or of that rank.
    #[must_use]
    pub fn is_province(self) -> bool {
        self.0.is_multiple_of(10_000)
    }

    /// The code as a number, which is how the store keeps it.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// The code kept by the store as `number`; `None` if it has not six digits.
    pub fn from_number(number: i64) -> Option<Self> {
        u32::try_from(number).ok().filter(|n| (100_000..1_000_000).contains(n)).map(Self)
    }
}

impl FromStr for Adcode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.and_then(Self::from_number).ok_or_else(|| format!("{text} is not a six-digit adcode"))
    }
}

impl TryFrom<String> for Adcode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Adcode> for String {
    fn from(adcode: Adcode) -> String {
        adcode.to_string()
    }
}

impl fmt::Display for Adcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// Level of an administrative division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DivisionLevel {
    /// Province (Guangdong).
    Province,
    /// Special administrative region (Hong Kong, Macau).
    Sar,
    /// Prefecture-level city.
    City,
    /// District or county.
    District,
}

/// One administrative division.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Division {
    /// Its code.
    pub adcode: Adcode,
    /// Its name.
    pub name: Text,
    /// Its level.
    pub level: DivisionLevel,
    /// The division it belongs to; absent at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Adcode>,
    /// Seat of government where known, else a point inside.
    pub centre: LatLng<Wgs84>,
    /// Outline, generalised to some 300 m (100 m in Hong Kong and Macau): good for telling districts apart,
    /// not for display. Only innermost divisions have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    /// What a user of the code should know, e.g. functional areas inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Where the division's data comes from.
    pub source: Source,
}

impl Division {
    /// Whether a point lies in its outline.
    pub fn holds(&self, point: LatLng<Wgs84>) -> bool {
        self.outline.as_ref().is_some_and(|outline| outline.contains(point))
    }
}

impl Noun for Division {
    const KIND: Kind = Kind::Division;

    fn check(&self, invalid: &mut Invalid) {
        invalid.text("name", &self.name, 80);
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        self.note.iter_mut().for_each(visit);
    }

    fn references(&self) -> Vec<Reference> {
        self.parent.iter().map(|parent| Reference::new("parent", Kind::Division, parent.number())).collect()
    }
}
