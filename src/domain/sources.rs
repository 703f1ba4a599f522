//! Where a fact comes from: carried with every catalogued thing, so that a reader can judge it and a
//! licence can be honoured.

use serde::{Deserialize, Serialize};

/// The origin of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Named works, pages and packages, as a reader would cite them.
    pub text: String,
    /// Licence or terms that bind whoever shows the data, e.g. `ODbL-1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// How far the record was checked.
    #[serde(default)]
    pub confidence: Confidence,
}

/// How far a record was checked against its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Confidence {
    /// Read in a primary or official source.
    High,
    /// Read in a secondary source, or computed from one.
    Medium,
    /// An estimate.
    #[default]
    Low,
}
