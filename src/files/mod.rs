//! Image files: what they hold as linear light, and back.
//!
//! Each format's reader gives a [`Decoded`]: the pixels in the file's own numbers, upright, with a [`ColorEncoding`]
//! that says what they are in linear light, the [`Metadata`] that follow them, and [`Note`]s for the user. That becomes
//! a [`Photo`] in linear light, which [`write()`] brings back into the numbers of its encoding.
//!
//! Integers without a word about their colours are sRGB, floats linear light. An ICC profile, PNG's gAMA, cHRM and
//! cICP, and OpenEXR's chromaticities are kept: a photo is denoised in linear light of its own primaries, by the curve
//! of its own profile, and written in the same. Where a format cannot say so, it gets a profile that does. Profiles of
//! tables, and inks by a profile, are converted to Display P3.
//!
//! [`decode`] works on bytes, for callers without a file system.

pub(crate) mod color;
mod decoded;
pub(crate) mod encode;
mod error;
#[cfg(feature = "exr")]
mod exr;
mod jpeg;
mod kind;
mod metadata;
mod notes;
mod png;
mod read;
pub mod recode;
mod refusal;
mod replace;
mod tiff;
mod webp;
mod write;

use crate::image::LinearImage;
pub use color::{ColorEncoding, ColorTag, Curve};
pub use decoded::Decoded;
pub use error::FileError;
pub use kind::{has_raw_name, is_raw};
#[cfg(feature = "raw")]
pub(crate) use metadata::exif::Order;
pub use metadata::{Density, Metadata, Text};
pub use notes::Note;
pub use read::{decode, read};
pub use write::{JPEG_QUALITY, check_fits, check_output, check_size, write, write_bytes};

/// How a file holds its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Integers of up to 8 bits.
    Eight,
    /// Integers of more bits, up to 16.
    Sixteen,
    /// Floats.
    Float,
}

/// A file's image and what else belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// The colours, in linear light of the file's own primaries.
    pub image: LinearImage,
    /// The opacity of each pixel as the file has it, row after row; 0 to 1 except in float files.
    pub alpha: Option<Vec<f32>>,
    /// How the file held it; a format that can will be written the same way.
    pub depth: Depth,
    /// Whether the file has one channel of colour, of which the image has three copies; the result gets one again.
    pub is_grey: bool,
    /// How the file's numbers stand for colours.
    pub encoding: ColorEncoding,
    /// EXIF, XMP and what else belongs to it.
    pub metadata: Metadata,
    /// What the user should know about it.
    pub notes: Vec<Note>,
}

impl Photo {
    /// A photo of colours alone.
    pub fn new(image: LinearImage, depth: Depth) -> Self {
        Self {
            image,
            alpha: None,
            depth,
            is_grey: false,
            encoding: ColorEncoding::untagged(depth),
            metadata: Metadata::default(),
            notes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> LinearImage {
        let f = |c: usize, r: usize, x: usize| ((r * 31 + x * 7 + c * 13) % 60) as f32 / 59.0;
        LinearImage::from_fn(13, 9, f).unwrap()
    }

    fn round_trip(name: &str, photo: &Photo) -> Photo {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        write(&path, photo).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing but the file must be left");
        read(&path).unwrap()
    }

    fn largest_difference(a: &LinearImage, b: &LinearImage) -> f32 {
        assert_eq!((a.width(), a.height()), (b.width(), b.height()));
        a.values().iter().zip(b.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn lossless_formats_return_what_they_were_given() {
        for (name, depth, tolerance) in [
            ("a.png", Depth::Eight, 0.005),
            ("a.png", Depth::Sixteen, 2e-5),
            ("a.webp", Depth::Eight, 0.005),
            ("a.tif", Depth::Eight, 0.005),
            ("a.TIFF", Depth::Sixteen, 2e-5),
            ("a.tiff", Depth::Float, 0.0),
            ("a.exr", Depth::Float, 0.0),
        ] {
            let photo = Photo::new(image(), depth);
            let back = round_trip(name, &photo);
            assert_eq!(back.depth, depth, "{name}");
            assert_eq!(back.alpha, None, "{name}");
            assert!(largest_difference(&back.image, &photo.image) <= tolerance, "{name} {depth:?}");
            // What has been rounded once is not rounded again.
            assert_eq!(round_trip(name, &back).image, back.image, "{name} {depth:?}");
        }
    }

    #[test]
    fn jpeg_is_close() {
        let smooth = LinearImage::from_fn(32, 32, |c, r, x| 0.1 + 0.01 * (r + x + 3 * c) as f32).unwrap();
        let back = round_trip("a.jpg", &Photo::new(smooth.clone(), Depth::Eight));
        assert!(largest_difference(&back.image, &smooth) < 0.05);
    }

    #[test]
    fn float_files_keep_what_is_beyond_black_and_white() {
        let wild = LinearImage::from_fn(5, 4, |c, r, x| -0.7 + 0.9 * (c + r + x) as f32).unwrap();
        assert!(wild.values().iter().any(|v| *v < 0.0) && wild.values().iter().any(|v| *v > 1.0));
        for name in ["a.exr", "a.tiff"] {
            assert_eq!(round_trip(name, &Photo::new(wild.clone(), Depth::Float)).image, wild, "{name}");
        }
    }

    #[test]
    fn formats_that_cannot_hold_the_depth_take_the_nearest() {
        for (name, depth, expected) in [
            ("a.png", Depth::Float, Depth::Sixteen),
            ("a.jpg", Depth::Sixteen, Depth::Eight),
            ("a.webp", Depth::Float, Depth::Eight),
            ("a.exr", Depth::Eight, Depth::Float),
        ] {
            assert_eq!(round_trip(name, &Photo::new(image(), depth)).depth, expected, "{name}");
        }
    }

    #[test]
    fn alpha_goes_through() {
        let alpha: Vec<f32> = (0..13 * 9).map(|i| (i % 16) as f32 / 15.0).collect();
        for (name, depth) in [
            ("a.png", Depth::Eight),
            ("a.png", Depth::Sixteen),
            ("a.webp", Depth::Eight),
            ("a.tif", Depth::Sixteen),
            ("a.tif", Depth::Float),
            ("a.exr", Depth::Float),
        ] {
            let photo = Photo { alpha: Some(alpha.clone()), ..Photo::new(image(), depth) };
            let back = round_trip(name, &photo);
            let found = back.alpha.expect(name);
            assert!(found.iter().zip(&alpha).all(|(a, b)| (a - b).abs() < 1e-4), "{name}");
            assert!(largest_difference(&back.image, &photo.image) <= 0.005, "{name}");
        }
    }

    #[test]
    fn jpeg_refuses_transparency_but_takes_an_opaque_alpha() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jpg");
        let of_alpha = |alpha: f32| Photo { alpha: Some(vec![alpha; 13 * 9]), ..Photo::new(image(), Depth::Eight) };
        assert!(matches!(write(&path, &of_alpha(0.5)), Err(FileError::NoTransparency { .. })));
        assert!(!path.exists());
        write(&path, &of_alpha(1.0)).unwrap();
        assert_eq!(read(&path).unwrap().alpha, None);
    }

    #[test]
    fn profile_exif_and_xmp_go_through() {
        // A little-endian EXIF block with orientation 1, and with what JPEG requires.
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        metadata::exif::complete_for_jpeg(&mut exif, (13, 9), Density::new(300.0, 300.0), false);
        let mut profile = vec![7; 70_000];
        profile[16..20].copy_from_slice(b"RGB ");
        let encoding = ColorEncoding::unreadable(profile, Depth::Eight);
        let xmp = Some(b"<?xpacket begin=''?><x:xmpmeta>a caption</x:xmpmeta><?xpacket end='w'?>".to_vec());
        let metadata =
            Metadata { exif: Some(exif), xmp, iptc: None, density: Density::new(300.0, 300.0), texts: Vec::new() };
        for (name, alpha) in [("a.png", None), ("a.jpg", None), ("a.webp", None), ("a.webp", Some(vec![0.0; 13 * 9]))] {
            let mut metadata = metadata.clone();
            if name == "a.webp" {
                // WebP has no place for it but in EXIF.
                metadata.density = None;
            }
            let photo = Photo {
                metadata: metadata.clone(),
                encoding: encoding.clone(),
                alpha,
                ..Photo::new(image(), Depth::Eight)
            };
            let back = round_trip(name, &photo);
            let close = |density: Option<Density>| density.map(|density| density.x().round());
            assert_eq!(close(back.metadata.density), close(metadata.density), "{name}");
            assert!(Metadata { density: None, ..back.metadata } == Metadata { density: None, ..metadata }, "{name}");
            assert!(back.encoding == photo.encoding, "{name}");
            assert_eq!(back.alpha, photo.alpha, "{name}");
        }
        // TIFF has places of its own for what is in an EXIF block (see `tiff`).
        let photo =
            Photo { metadata: metadata.clone(), encoding: encoding.clone(), ..Photo::new(image(), Depth::Sixteen) };
        let back = round_trip("a.tif", &photo);
        assert!(back.encoding.profile() == encoding.profile() && back.metadata.xmp == metadata.xmp, "TIFF");
        assert_eq!(back.metadata.density, metadata.density);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jpg");
        std::fs::write(&path, b"old").unwrap();
        let transparent = Photo { alpha: Some(vec![0.0; 13 * 9]), ..Photo::new(image(), Depth::Eight) };
        assert!(write(&path, &transparent).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert!(matches!(
            write(&dir.path().join("no/a.png"), &Photo::new(image(), Depth::Eight)),
            Err(FileError::Io { .. })
        ));
    }
}
