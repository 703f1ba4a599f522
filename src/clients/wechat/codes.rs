//! Mini-program codes: images that open a page. One that was made stays valid for ever, so it is kept.

use std::fmt;
use std::sync::Arc;

use moka::future::Cache;
use serde_json::json;
use tokio::sync::Semaphore;

use super::MiniProgram;
use super::error::Error;
use super::transport::Again;
use crate::domain::wechat::Scene;

const PATH: &str = "/wxa/getwxacodeunlimit";
/// Pixels on a side, within WeChat's 280 to 1280.
const WIDTH: u32 = 430;
/// How many bytes of images a mini-program keeps.
const KEPT: u64 = 32 << 20;
/// How many images are asked for at once; one more is told to come again. WeChat makes 5000 a minute.
const AT_ONCE: usize = 16;

/// An image, as WeChat made it.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// What it is: `image/png`, or `image/jpeg`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

impl Image {
    /// Reads what a file begins with.
    fn of(bytes: Vec<u8>) -> Option<Self> {
        let media_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            _ => return None,
        };
        Some(Self { media_type, bytes: bytes.into() })
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// The codes of one mini-program, by page and scene.
pub(super) struct Codes {
    made: Cache<(String, Scene), Image>,
    slots: Semaphore,
}

impl Default for Codes {
    fn default() -> Self {
        let weigher = |_: &(String, Scene), image: &Image| image.bytes.len().try_into().unwrap_or(u32::MAX);
        Self {
            made: Cache::builder().weigher(weigher).max_capacity(KEPT).build(),
            slots: Semaphore::new(AT_ONCE),
        }
    }
}

impl MiniProgram {
    /// The code that opens a page of the released mini-program with a scene (`getwxacodeunlimit`). Whoever asks for
    /// the same one meanwhile waits for the same call, and shares its outcome.
    ///
    /// # Errors
    /// [`Reason::Page`](super::Reason::Page) if there is no such page; [`Error::Resting`] if too many other codes are
    /// being made.
    pub async fn code(&self, page: &str, scene: Scene) -> Result<Image, Error> {
        let made = self.codes.made.try_get_with((page.to_owned(), scene.clone()), self.make(page, &scene));
        made.await.map_err(|error| Error::clone(&error))
    }

    async fn make(&self, page: &str, scene: &Scene) -> Result<Image, Error> {
        let Ok(_slot) = self.codes.slots.try_acquire() else { return Err(Error::Resting) };
        // Only transparent ones (`is_hyaline`) come as PNG.
        let body = json!({
            "scene": scene.as_str(), "page": page, "check_path": true, "env_version": "release",
            "width": WIDTH, "is_hyaline": true,
        });
        let bytes = self.ask(PATH, &body, Again::Harmless).await?;
        Image::of(bytes).ok_or_else(|| Error::unreadable(PATH, "it is no image"))
    }
}
