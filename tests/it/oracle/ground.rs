//! What random catalogues stand on: real divisions, terms and holidays, from the seeds.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use kepu::discovery::Item;
use kepu::domain::calendar::{CalendarYear, SpecialKind};
use kepu::domain::divisions::{Adcode, Division};
use kepu::domain::geo::{LatLng, Wgs84};
use kepu::domain::record::Record;
use kepu::domain::taxonomy::Term;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Divisions whose places catalogues use, and those around them.
const REGIONS: [&str; 6] = ["440000", "4401", "4403", "4404", "441900", "8"];

/// The ground, read once.
pub static GROUND: LazyLock<Ground> = LazyLock::new(|| Ground {
    divisions: read::<Division>("divisions")
        .into_iter()
        .filter(|division| REGIONS.iter().any(|region| division.adcode.to_string().starts_with(region)))
        .collect(),
    terms: read("taxonomy"),
    years: read("holidays"),
});

/// Divisions, terms and holidays.
pub struct Ground {
    pub divisions: Vec<Division>,
    pub terms: Vec<Term>,
    pub years: Vec<CalendarYear>,
}

fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = format!("{}/seeds/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(file["items"].take()).unwrap()
}

/// A first version.
pub fn first<T>(id: i64, body: T) -> Record<T> {
    Record { id, version: 1, updated_at: DateTime::<Utc>::UNIX_EPOCH, body }
}

impl Ground {
    /// All of it, as a feed carries it.
    pub fn items(&self) -> Vec<Item> {
        let divisions =
            self.divisions.iter().map(|one| Item::Division(first(one.adcode.number(), one.clone())));
        let terms = self.terms.iter().map(|one| Item::Term(first(one.id().get(), one.clone())));
        let years = self.years.iter().map(|one| Item::CalendarYear(first(one.year.into(), one.clone())));
        divisions.chain(terms).chain(years).collect()
    }

    /// The codes of a scheme.
    pub fn codes(&self, scheme: &str) -> Vec<&str> {
        self.terms.iter().filter(|term| term.scheme == scheme).map(|term| term.code.as_str()).collect()
    }

    /// The division of this code.
    pub fn division(&self, adcode: Adcode) -> &Division {
        self.divisions.iter().find(|division| division.adcode == adcode).unwrap()
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn within(&self, inner: Adcode, outer: Adcode) -> bool {
        inner == outer || self.division(inner).parent.is_some_and(|parent| self.within(parent, outer))
    }

    /// The divisions right below one; below none, those that have no parent.
    pub fn children(&self, parent: Option<Adcode>) -> Vec<Adcode> {
        let children = self.divisions.iter().filter(|division| division.parent == parent);
        children.map(|division| division.adcode).collect()
    }

    /// Whether a position lies on the mainland; `None` at sea and far away.
    pub fn on_mainland(&self, point: LatLng<Wgs84>) -> Option<bool> {
        let holds =
            |division: &&Division| division.outline.as_ref().is_some_and(|outline| outline.contains(point));
        self.divisions.iter().find(holds).map(|division| division.adcode.is_mainland())
    }

    /// What the tables make of a day: off, worked in exchange, or neither; the error where no table settles it.
    pub fn special(&self, date: NaiveDate) -> Result<Option<SpecialKind>, NotSettled> {
        let settles = |year: &&CalendarYear| {
            NaiveDate::from_ymd_opt(year.year, 1, 1).unwrap() <= date && date <= year.valid_through
        };
        let year = self.years.iter().find(settles).ok_or(NotSettled)?;
        Ok(year.days.iter().find(|day| day.date == date).map(|day| day.kind))
    }

    /// First and last day of the public holiday on `date` or next after it.
    pub fn holiday(&self, date: NaiveDate) -> Result<(NaiveDate, NaiveDate), NotSettled> {
        let off = |date| self.special(date) == Ok(Some(SpecialKind::Holiday));
        let mut day = date;
        while !off(day) {
            self.special(day)?;
            day = day.succ_opt().unwrap();
        }
        let (mut first, mut last) = (day, day);
        while off(first.pred_opt().unwrap()) {
            first = first.pred_opt().unwrap();
        }
        while off(last.succ_opt().unwrap()) {
            last = last.succ_opt().unwrap();
        }
        Ok((first, last))
    }
}

/// No table says what a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSettled;
