//! Pictures, and notices that stand above everything else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::ImageId;
use super::invalid::{FieldCode, Invalid};
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

/// Most pictures of one thing.
const IMAGES_MAX: usize = 20;

impl Image {
    /// Adds what is wrong with it, as `field`.
    pub(super) fn check(&self, field: &str, invalid: &mut Invalid) {
        invalid.url(format!("{field}.url"), &self.url);
        invalid.text(&format!("{field}.alt"), &self.alt, 300);
        for (side, pixels) in [("width", self.width), ("height", self.height)] {
            invalid.range(format!("{field}.{side}"), pixels, 1, 50_000);
        }
    }
}

/// Adds what is wrong with the pictures of a thing.
pub(super) fn check_all(images: &[Image], invalid: &mut Invalid) {
    if images.len() > IMAGES_MAX {
        invalid.push("images", FieldCode::TooMany { max: IMAGES_MAX });
    }
    images.iter().enumerate().for_each(|(i, image)| image.check(&format!("images[{i}]"), invalid));
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

impl Notice {
    /// Adds what is wrong with it.
    pub(super) fn check(&self, invalid: &mut Invalid) {
        invalid.text("notice.text", &self.text, 500);
    }
}
