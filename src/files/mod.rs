//! Image files: what they hold as linear light, and back.
//!
//! 8- and 16-bit files (PNG, JPEG, WebP, TIFF) hold sRGB; 32-bit float TIFF and OpenEXR hold linear light, in which
//! values below 0 and above 1 survive reading and writing. Grey and palette images become RGB. An orientation in the
//! metadata is applied; the rest of the metadata and the colour profile go with the photo where the format takes them.
//! The colours are not converted: a picture is denoised in those of its profile, and keeps both.
//!
//! [`decode`] and [`encode`] work on bytes, for callers without a file system.

mod jpeg;
mod metadata;
mod read;
mod replace;
mod several;
mod tiff;
mod write;

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::image::LinearImage;
pub use metadata::Metadata;
pub use read::{Decoded, decode, read};
pub use write::{JPEG_QUALITY, check_fits, check_output, check_size, encode, write};

/// The formats that can be read and written, for messages. OpenEXR's decoder is too large for the browser.
const FORMATS: &str =
    if cfg!(feature = "tools") { "PNG, JPEG, WebP, TIFF or OpenEXR" } else { "PNG, JPEG, WebP or TIFF" };

/// How a file holds its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// 8-bit sRGB.
    Eight,
    /// 16-bit sRGB.
    Sixteen,
    /// 32-bit float, linear light.
    Float,
}

/// A file's image and what else belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// The colours.
    pub image: LinearImage,
    /// The opacity of each pixel as the file has it, row after row; 0 to 1 except in float files.
    pub alpha: Option<Vec<f32>>,
    /// How the file held it; a format that can will be written the same way.
    pub depth: Depth,
    /// Colour profile, EXIF and XMP.
    pub metadata: Metadata,
}

impl Photo {
    /// A photo of colours alone.
    pub fn new(image: LinearImage, depth: Depth) -> Self {
        Self { image, alpha: None, depth, metadata: Metadata::default() }
    }
}

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A folder in place of a file.
    #[error("{} is a folder; name the image files in it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// No bytes at all.
    #[error("{} is empty (0 bytes); was it copied completely?", path.display())]
    NoBytes {
        /// The file.
        path: PathBuf,
    },
    /// Something else, whatever its name.
    #[error("{} is not an image that can be read; it must be {FORMATS}", path.display())]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// An image, but of another format, or of a rare variety.
    #[error("{} cannot be read ({what}); convert it to {FORMATS}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: String,
    },
    /// Begins like an image and goes wrong.
    #[error("{} is damaged or incomplete ({why}); get it from its source again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        why: String,
    },
    /// More pixels than can be denoised.
    #[error(
        "{} has {width} x {height} pixels; at most {} megapixels can be denoised at once, so make it smaller or cut it",
        path.display(), limit / 1_000_000
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pixels allowed.
        limit: usize,
    },
    /// A size that no memory can hold, or a header that claims one.
    #[error("{} claims more pixels than memory can hold; make it smaller, or cut it", path.display())]
    TooMuchMemory {
        /// The file.
        path: PathBuf,
    },
    /// Samples that are no image, not-a-number for example.
    #[error("{}: {error}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Error,
    },
    /// An output name that does not say which format.
    #[error("{}: the name must end in .png, .jpg, .jpeg, .webp, .tif, .tiff or .exr", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
    },
    /// More pixels across or down than the output's format can say.
    #[error(
        "{}: {format} holds at most {limit} pixels across and down, and the photo has {width} x {height}; write a .png or \
         .tiff",
        path.display()
    )]
    SideTooLong {
        /// The file.
        path: PathBuf,
        /// The format.
        format: &'static str,
        /// Pixels allowed in a side.
        limit: usize,
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// Transparency into a format without.
    #[error("{}: JPEG cannot hold transparent pixels; write a .png, .webp, .tiff or .exr", path.display())]
    NoTransparency {
        /// The file.
        path: PathBuf,
    },
    /// The encoder refused.
    #[error("{} could not be written ({why})", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What the encoder says.
        why: String,
    },
}

impl FileError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
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
        // A little-endian EXIF block whose only entry is orientation 1.
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        let mut profile = vec![7; 70_000];
        profile[16..20].copy_from_slice(b"RGB ");
        let xmp = Some(b"<x:xmpmeta>a caption</x:xmpmeta>".to_vec());
        let metadata = Metadata { profile: Some(profile), exif: Some(exif), xmp };
        for (name, alpha) in [("a.png", None), ("a.jpg", None), ("a.webp", None), ("a.webp", Some(vec![0.0; 13 * 9]))] {
            let photo = Photo { metadata: metadata.clone(), alpha, ..Photo::new(image(), Depth::Eight) };
            let back = round_trip(name, &photo);
            assert!(back.metadata == metadata, "{name}");
            assert_eq!(back.alpha, photo.alpha, "{name}");
        }
        // TIFF has places of its own for what is in an EXIF block (see `tiff`).
        let photo = Photo { metadata: metadata.clone(), ..Photo::new(image(), Depth::Sixteen) };
        let back = round_trip("a.tif", &photo).metadata;
        assert!(back.profile == metadata.profile && back.xmp == metadata.xmp, "TIFF");
        // A profile for grey or for ink would turn the colours into nonsense.
        for kind in [b"GRAY", b"CMYK"] {
            let mut profile = metadata.profile.clone().unwrap();
            profile[16..20].copy_from_slice(kind);
            let other = Metadata { profile: Some(profile), ..Metadata::default() };
            let photo = Photo { metadata: other, ..Photo::new(image(), Depth::Eight) };
            assert_eq!(round_trip("a.png", &photo).metadata.profile, None);
        }
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
