//! The terms of all schemes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::record::Record;
use crate::domain::taxonomy::Term;
use crate::domain::text::Text;

/// All terms.
#[derive(Debug, Clone, Default)]
pub struct Taxonomy {
    by_id: BTreeMap<i64, Arc<Record<Term>>>,
    schemes: BTreeMap<String, Scheme>,
}

#[derive(Debug, Clone, Default)]
struct Scheme {
    by_code: BTreeMap<String, Arc<Record<Term>>>,
    /// In the order of lists.
    ordered: Vec<Arc<Record<Term>>>,
}

impl Taxonomy {
    pub(super) fn version(&self, id: i64) -> i64 {
        self.by_id.get(&id).map_or(0, |held| held.version)
    }

    pub(super) fn put(&mut self, record: Record<Term>) -> i64 {
        let (id, record) = (record.id, Arc::new(record));
        let scheme = self.schemes.entry(record.body.scheme.clone()).or_default();
        scheme.by_code.insert(record.body.code.clone(), Arc::clone(&record));
        scheme.ordered = scheme.by_code.values().cloned().collect();
        scheme.ordered.sort_by(|a, b| (a.body.order, &a.body.code).cmp(&(b.body.order, &b.body.code)));
        self.by_id.insert(id, record);
        id
    }

    /// The term of this code.
    pub fn get(&self, scheme: &str, code: &str) -> Option<&Term> {
        self.record(scheme, code).map(|record| &record.body)
    }

    /// The id of the term of this code.
    pub fn id(&self, scheme: &str, code: &str) -> Option<i64> {
        self.record(scheme, code).map(|record| record.id)
    }

    fn record(&self, scheme: &str, code: &str) -> Option<&Record<Term>> {
        self.schemes.get(scheme)?.by_code.get(code).map(|record| &**record)
    }

    /// The term of this id.
    pub fn by_id(&self, id: i64) -> Option<&Term> {
        self.by_id.get(&id).map(|record| &record.body)
    }

    /// What people call the term.
    pub fn name(&self, scheme: &str, code: &str) -> Option<&Text> {
        self.get(scheme, code).map(|term| &term.name)
    }

    /// The schemes, in alphabetical order.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.schemes.keys().map(String::as_str)
    }

    /// The terms of a scheme in the order of lists.
    pub fn terms(&self, scheme: &str) -> impl Iterator<Item = &Record<Term>> {
        self.schemes.get(scheme).into_iter().flat_map(|scheme| &scheme.ordered).map(|record| &**record)
    }
}
