//! Mini-program codes. Here they are QR codes that any scanner reads, of `wxapp:{appId}/{page}?scene={scene}`.

use chrono::{DateTime, Utc};
use qrcode::{Color, QrCode};
use serde::Deserialize;

use super::refusals::{ARGUMENTS, PAGE, QUOTA, Refusal, SCENE_LENGTH};
use super::world::World;
use crate::domain::wechat::Scene;

const A_MINUTE: u32 = 5000;
/// Modules of white around a code.
const MARGIN: usize = 4;

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    scene: String,
    page: Option<String>,
    check_path: Option<bool>,
    env_version: Option<String>,
    width: Option<u32>,
}

impl World {
    /// `getwxacodeunlimit`: a PNG. WeChat sends JPEG unless `is_hyaline` asks for a transparent ground; this one's is
    /// always white.
    pub(super) fn code(
        &mut self,
        app: &str,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, Refusal> {
        self.limit(format!("code {app}"), A_MINUTE, now)?;
        let scene = Scene::new(question.scene.as_str()).ok_or(SCENE_LENGTH)?;
        let known = self.app(app)?;
        let page = question.page.as_ref().or(known.pages.first()).ok_or(PAGE)?;
        if question.check_path.unwrap_or(true) && !known.pages.contains(page) {
            return Err(PAGE);
        }
        let side = question.width.unwrap_or(430);
        let release =
            question.env_version.as_deref().is_none_or(|env| ["release", "trial", "develop"].contains(&env));
        if !(280..=1280).contains(&side) || !release {
            return Err(ARGUMENTS);
        }
        draw(&format!("wxapp:{app}/{page}?scene={}", scene.as_str()), side as usize).ok_or(QUOTA)
    }
}

/// A QR code of a text as a PNG with sides of so many pixels.
fn draw(text: &str, side: usize) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let (modules, colours) = (code.width(), code.to_colors());
    let scale = side / (modules + 2 * MARGIN);
    let offset = (side - scale * modules) / 2;
    let dark = |pixel: usize| pixel.checked_sub(offset).map(|at| at / scale).filter(|at| *at < modules);
    let shade = |x, y| match dark(x).zip(dark(y)) {
        Some((x, y)) if colours.get(y * modules + x) == Some(&Color::Dark) => 0,
        _ => 255,
    };
    let pixels: Vec<u8> = (0..side * side).map(|at| shade(at % side, at / side)).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(file)
}
