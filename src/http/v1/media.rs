//! Pictures, notices, sources.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::view::View;
use crate::domain::{media, sources, time};

/// A picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Image<'a> {
    /// Where it lies, absolute.
    #[schema(example = "https://example.org/images/hall.webp")]
    pub url: &'a str,
    /// What it shows, for those who cannot see it.
    #[schema(example = "展厅里的恐龙骨架")]
    pub alt: &'a str,
    /// Width in pixels.
    #[schema(example = 1200)]
    pub width: u32,
    /// Height in pixels.
    #[schema(example = 800)]
    pub height: u32,
}

/// Something everybody should know before setting out.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notice<'a> {
    /// What happened.
    #[schema(example = "因台风闭馆")]
    pub text: &'a str,
    /// Since when it holds.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub since: Option<time::Rfc3339>,
}

/// Where a record comes from. Whoever shows a record with a licence keeps to it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Source<'a> {
    /// Named works, pages and packages, as a reader would cite them.
    #[schema(example = "OpenStreetMap way 123456789: © OpenStreetMap contributors")]
    pub text: &'a str,
    /// Licence or terms that bind whoever shows the data.
    #[schema(example = "ODbL-1.0")]
    pub licence: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// A picture as `view` shows it.
    pub fn new(view: &View<'a>, image: &'a media::Image) -> Self {
        Self { url: &image.url, alt: view.text(&image.alt), width: image.width, height: image.height }
    }

    /// The picture that stands for all.
    pub fn cover(view: &View<'a>, images: &'a [media::Image]) -> Option<Self> {
        images.first().map(|image| Self::new(view, image))
    }

    /// All pictures.
    pub fn all(view: &View<'a>, images: &'a [media::Image]) -> Vec<Self> {
        images.iter().map(|image| Self::new(view, image)).collect()
    }
}

impl<'a> Notice<'a> {
    /// A notice as `view` shows it.
    pub fn new(view: &View<'a>, notice: &'a media::Notice) -> Self {
        Self { text: view.text(&notice.text), since: notice.since.map(time::rfc3339) }
    }
}

impl<'a> From<&'a sources::Source> for Source<'a> {
    fn from(source: &'a sources::Source) -> Self {
        Self { text: &source.text, licence: source.licence.as_deref() }
    }
}
