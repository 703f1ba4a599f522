//! The tree of administrative divisions, and which of them a point lies in.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::datum;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::geo::{Crs, LatLng, OffTheEarth, Wgs84};
use crate::domain::record::Record;

/// More levels than any division has above it.
const LEVELS: usize = 8;

/// All divisions.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    by_code: BTreeMap<Adcode, Arc<Record<Division>>>,
    /// Those with an outline off the mainland. They are few, and nearly every point that is asked for is far from them.
    offshore: Vec<Arc<Record<Division>>>,
}

impl Divisions {
    pub(super) fn version(&self, id: i64) -> i64 {
        let held = Adcode::from_number(id).and_then(|adcode| self.by_code.get(&adcode));
        held.map_or(0, |held| held.version)
    }

    pub(super) fn put(&mut self, record: Record<Division>) -> i64 {
        let (id, record) = (record.id, Arc::new(record));
        self.offshore.retain(|held| held.id != id);
        if !record.body.adcode.is_mainland() && record.body.outline.is_some() {
            self.offshore.push(Arc::clone(&record));
        }
        self.by_code.insert(record.body.adcode, record);
        id
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// The division of this code.
    pub fn get(&self, adcode: Adcode) -> Option<&Division> {
        self.by_code.get(&adcode).map(|record| &record.body)
    }

    /// All divisions in order of code.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.by_code.values().map(|record| &record.body)
    }

    /// The division and those around it, innermost first; empty where the code is unknown.
    pub fn chain(&self, adcode: Adcode) -> impl Iterator<Item = &Division> {
        // A directory that somebody wrote wrongly may go round in a circle.
        std::iter::successors(self.get(adcode), |division| self.get(division.parent?)).take(LEVELS)
    }

    /// The divisions that belong to this one directly, in order of code.
    pub fn children(&self, adcode: Adcode) -> impl Iterator<Item = &Division> {
        self.iter().filter(move |division| division.parent == Some(adcode))
    }

    /// The divisions a list is told apart by: the children of the selected one; without one, those below the
    /// outermost, where an outermost one without children stands for itself.
    pub fn below(&self, selected: Option<Adcode>) -> impl Iterator<Item = &Division> {
        let outermost = self.iter().filter(move |division| selected.is_none() && division.parent.is_none());
        let childless = outermost.filter(|division| self.children(division.adcode).next().is_none());
        let second = self.iter().filter(move |division| match selected {
            Some(selected) => division.parent == Some(selected),
            None => division
                .parent
                .and_then(|parent| self.get(parent))
                .is_some_and(|parent| parent.parent.is_none()),
        });
        childless.chain(second)
    }

    /// The innermost division in whose outline the point lies; `None` at sea and outside the data.
    pub fn at(&self, point: LatLng<Wgs84>) -> Option<&Division> {
        self.iter().find(|division| division.holds(point))
    }

    /// Reads a point given in `crs`.
    ///
    /// GCJ-02 and BD-09 are shifted on the mainland and not in Hong Kong and Macau, so a reading needs the side
    /// on which the point lies, and within some 600 m of the border both can fit: then the mainland's is taken,
    /// where more people are. At sea the mainland's is taken too.
    ///
    /// # Errors
    /// If the numbers are no position.
    pub fn read_point(&self, lat: f64, lng: f64, crs: Crs) -> Result<LatLng<Wgs84>, OffTheEarth> {
        let shifted = datum::from_crs(lat, lng, crs, true)?;
        if crs == Crs::Wgs84 {
            return Ok(shifted);
        }
        let unshifted = datum::from_crs(lat, lng, crs, false)?;
        let on_mainland = |point| self.at(point).map(|division| division.adcode.is_mainland());
        let outside = self.offshore.iter().any(|division| division.body.holds(unshifted))
            && on_mainland(shifted) != Some(true)
            && on_mainland(unshifted) == Some(false);
        Ok(if outside { unshifted } else { shifted })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    #[test]
    fn divisions_in_a_circle_have_an_end() {
        let mut divisions = Divisions::default();
        for (adcode, parent) in [("440100", "440106"), ("440106", "440100"), ("440300", "440300")] {
            let body = json!({
                "adcode": adcode, "parent": parent, "name": { "zh-CN": adcode }, "level": "city",
                "centre": { "lat": 23.1, "lng": 113.3 },
                "source": { "text": "a test", "confidence": "high" },
            });
            let body: Division = serde_json::from_value(body).unwrap();
            let id = body.adcode.number();
            divisions.put(Record { id, version: 1, updated_at: DateTime::UNIX_EPOCH, body });
        }
        for adcode in ["440106", "440300"] {
            assert!(divisions.chain(adcode.parse().unwrap()).count() <= LEVELS);
        }
    }
}
