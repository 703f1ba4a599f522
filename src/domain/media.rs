//! Pictures, and notices that stand above everything else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::ImageId;
use super::text::Text;

/// A picture with the words that stand for it where it cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// The picture that was uploaded here, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ImageId>,
    /// Where it lies, absolute.
    pub url: String,
    /// What it shows.
    pub alt: Text,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Something everybody should know before they set out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What happened.
    pub text: Text,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}
