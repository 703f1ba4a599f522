//! Pictures that organisations upload: read, turned upright, and drawn again in a few sizes. Drawing again is what makes them
//! safe to hand out: what a file carried beside its pixels (where a phone was, what a parser might trip over) stays behind.

use std::io::Cursor;

use chrono::{DateTime, Utc};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::ids::{ImageId, OrganisationId};
use super::words::words;

/// Most bytes of an upload: 8 MiB.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Most characters of what a picture shows.
pub const LONGEST_ALT: usize = 200;

/// Most pixels of an upload: more than telephones send.
const MOST_PIXELS: u64 = 40_000_000;

/// Most bytes of an upload once it is read: four a pixel, or those of half as many pixels with 16 bits a channel.
const MOST_READ: u64 = MOST_PIXELS * 4;

/// The longest side of an upload, in pixels.
const LONGEST_SIDE: u32 = 16_000;

/// The shortest side of an upload, in pixels: less is a dot on every screen.
const SHORTEST_SIDE: u32 = 16;

/// The widths that pictures are drawn in, as far as they are as wide: a list on a phone, a phone, a dense phone or a page, a
/// kiosk. In pixels.
pub const WIDTHS: [u32; 4] = [320, 640, 1080, 1920];

/// Of JPEG, from 1 to 100: artefacts are hard to see, and bytes a third of those at 95.
const QUALITY: u8 = 82;

words! {
    /// How a picture is written.
    Encoding {
        /// JPEG: photographs.
        Jpeg = "image/jpeg",
        /// PNG: what one can see through.
        Png = "image/png",
    }
}

/// An uploaded picture, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// How its sizes are written.
    pub encoding: Encoding,
    /// From narrow to wide; at least one.
    pub sizes: Vec<Size>,
}

/// A picture in one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A picture of an organisation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its id.
    pub id: ImageId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// How its sizes are written.
    pub encoding: Encoding,
    /// Of its widest size, in pixels.
    pub width: u32,
    /// Of its widest size, in pixels.
    pub height: u32,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

/// Why an upload is no picture that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotShowable {
    /// Neither JPEG nor PNG nor WebP.
    #[error("it is neither JPEG nor PNG nor WebP")]
    UnknownFormat,
    /// It breaks off, or is not what it says.
    #[error("it is damaged")]
    Damaged,
    /// More pixels than can be read, or a side too long.
    #[error(
        "it has more than 40 million pixels, 20 million with 16 bits a channel, or a side of more than 16,000"
    )]
    TooLarge,
    /// A side too short to see anything.
    #[error("a side has fewer than 16 pixels")]
    TooSmall,
}

/// Reads an upload and draws it in all sizes. Takes a processor for up to some seconds, and memory for its pixels.
///
/// # Errors
/// Why it cannot be shown.
pub fn draw(upload: &[u8]) -> Result<Drawn, NotShowable> {
    let image = read(upload)?;
    let encoding = if image.color().has_alpha() { Encoding::Png } else { Encoding::Jpeg };
    let widest = image.width().min(WIDTHS[WIDTHS.len() - 1]);
    let narrower = WIDTHS.into_iter().filter(|width| *width < widest);
    // From wide to narrow, each of the one before: pixels are read from the large one once.
    let widths: Vec<u32> = narrower.chain([widest]).rev().collect();
    let mut sizes = Vec::with_capacity(widths.len());
    let mut source = image;
    for width in widths {
        if width < source.width() {
            let height = (u64::from(source.height()) * u64::from(width)).div_ceil(u64::from(source.width()));
            let height = u32::try_from(height).map_err(|_side| NotShowable::TooLarge)?.max(1);
            source = source.resize_exact(width, height, FilterType::CatmullRom);
        }
        let bytes = written(&source, encoding).map_err(|_error| NotShowable::Damaged)?;
        sizes.push(Size { width: source.width(), height: source.height(), bytes });
    }
    sizes.reverse();
    Ok(Drawn { encoding, sizes })
}

/// The pixels of an upload, upright, with eight bits a channel.
fn read(upload: &[u8]) -> Result<DynamicImage, NotShowable> {
    let format = image::guess_format(upload).map_err(|_error| NotShowable::UnknownFormat)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(NotShowable::UnknownFormat);
    }
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_READ);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // What it says of itself, before its pixels are read.
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > LONGEST_SIDE || pixels > MOST_PIXELS || decoder.total_bytes() > MOST_READ {
        return Err(NotShowable::TooLarge);
    }
    if width.min(height) < SHORTEST_SIDE {
        return Err(NotShowable::TooSmall);
    }
    // A wrong note on how to turn it is no reason to refuse it.
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    if !image.color().has_alpha() {
        return Ok(DynamicImage::ImageRgb8(image.into_rgb8()));
    }
    // Many files say that one can see through them, and are opaque all over.
    let image = image.into_rgba8();
    let seen_through = image.pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let image = DynamicImage::ImageRgba8(image);
    Ok(if seen_through { image } else { DynamicImage::ImageRgb8(image.into_rgb8()) })
}

fn unreadable(error: ImageError) -> NotShowable {
    if matches!(error, ImageError::Limits(_)) { NotShowable::TooLarge } else { NotShowable::Damaged }
}

fn written(image: &DynamicImage, encoding: Encoding) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    match encoding {
        Encoding::Jpeg => image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?,
        Encoding::Png => image.write_with_encoder(PngEncoder::new(&mut bytes))?,
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn photo(width: u32, height: u32) -> DynamicImage {
        let pixel = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, ((x + y) % 256) as u8]);
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    fn measured(size: &Size) -> (u32, u32) {
        let read = image::load_from_memory(&size.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (size.width, size.height));
        (size.width, size.height)
    }

    #[test]
    fn a_photo_is_drawn_in_every_width_up_to_its_own() {
        for (width, height, sizes) in [
            (3000, 2000, vec![(320, 214), (640, 427), (1080, 720), (1920, 1280)]),
            (1000, 500, vec![(320, 160), (640, 320), (1000, 500)]),
            (200, 900, vec![(200, 900)]),
        ] {
            let drawn = draw(&file(&photo(width, height), ImageFormat::Jpeg)).unwrap();
            assert_eq!(drawn.encoding, Encoding::Jpeg);
            assert_eq!(drawn.sizes.iter().map(measured).collect::<Vec<_>>(), sizes);
        }
    }

    #[test]
    fn what_one_can_see_through_stays_so_and_what_only_says_so_becomes_a_photo() {
        let logo = |alpha| DynamicImage::ImageRgba8(RgbaImage::from_pixel(40, 40, Rgba([9, 9, 9, alpha])));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            assert_eq!(draw(&file(&logo(100), format)).unwrap().encoding, Encoding::Png);
            assert_eq!(draw(&file(&logo(255), format)).unwrap().encoding, Encoding::Jpeg);
        }
    }

    /// A JPEG with a note (Exif) after its first marker: to be turned by a quarter, and where it was taken.
    fn turned(jpeg: &[u8], secret: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        tiff.extend_from_slice(secret);
        let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
    }

    #[test]
    fn it_is_turned_upright_and_its_notes_stay_behind() {
        let secret = b"23.1066 N 113.3245 E";
        let upload = turned(&file(&photo(60, 40), ImageFormat::Jpeg), secret);
        let drawn = draw(&upload).unwrap();
        assert_eq!(measured(&drawn.sizes[0]), (40, 60));
        assert!(!drawn.sizes[0].bytes.windows(secret.len()).any(|part| part == secret));
    }

    #[test]
    fn sixteen_bits_a_channel_are_shown_but_of_half_as_many_pixels() {
        let deep = |width, height| {
            let image = image::ImageBuffer::from_pixel(width, height, Rgba([9_u16; 4]));
            file(&DynamicImage::ImageRgba16(image), ImageFormat::Png)
        };
        assert_eq!(draw(&deep(400, 100)).map(|drawn| drawn.encoding), Ok(Encoding::Png));
        // A header of 8,000 by 5,000 such pixels; those of 8,000 by 2,500 are not there, which is told after.
        for (height, why) in [(5_000_u32, NotShowable::TooLarge), (2_500, NotShowable::Damaged)] {
            let mut png = deep(64, 64);
            png[16..20].copy_from_slice(&8_000_u32.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let sum = crc32(&png[12..29]).to_be_bytes();
            png[29..33].copy_from_slice(&sum);
            assert_eq!(draw(&png), Err(why), "{height}");
        }
    }

    /// The sum that stands after each part of a PNG.
    fn crc32(bytes: &[u8]) -> u32 {
        let turned = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), turned))
    }

    #[test]
    fn what_cannot_be_shown_is_told_apart() {
        let jpeg = file(&photo(64, 64), ImageFormat::Jpeg);
        let png = file(&photo(64, 64), ImageFormat::Png);
        // A header of 60,000 by 60,000 pixels, 68 bytes in all.
        let mut bomb = png[..60].to_vec();
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        for (upload, why) in [
            (&b""[..], NotShowable::UnknownFormat),
            (b"GIF89a\x01\0\x01\0\0\0\0;", NotShowable::UnknownFormat),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotShowable::UnknownFormat),
            (&jpeg[..20], NotShowable::Damaged),
            (&png[..png.len() / 2], NotShowable::Damaged),
            (&file(&photo(15, 400), ImageFormat::Png), NotShowable::TooSmall),
        ] {
            assert_eq!(draw(upload), Err(why));
        }
        assert!(matches!(draw(&bomb), Err(NotShowable::TooLarge | NotShowable::Damaged)));
    }
}
