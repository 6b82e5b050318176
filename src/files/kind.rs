//! What a file is, by its first bytes; for RAW files of cameras by its name, too.

use std::path::Path;

use image::ImageFormat;

use crate::files::refusal::Refusal;
use crate::files::tiff;

/// The format of a file.
///
/// # Errors
/// [`Refusal::Unsupported`] for images of other formats; `None` for what is no image.
pub fn format(path: &Path, bytes: &[u8]) -> Result<Option<ImageFormat>, Refusal> {
    let unsupported = |what: &str| Err(Refusal::Unsupported(what.into()));
    if is_raw(path) || tiff::is_raw(bytes) {
        return unsupported("it is a camera's RAW file, which has to be developed first");
    }
    if tiff::is_tiff(bytes) {
        return Ok(Some(ImageFormat::Tiff));
    }
    if is_heic(bytes) {
        return unsupported("it is a HEIC photo");
    }
    match image::guess_format(bytes) {
        Ok(
            format @ (ImageFormat::Png
            | ImageFormat::Jpeg
            | ImageFormat::WebP
            | ImageFormat::Tiff
            | ImageFormat::OpenExr),
        ) => Ok(Some(format)),
        Ok(other) => {
            let name = other.extensions_str().first().unwrap_or(&"another format").to_uppercase();
            unsupported(&format!("it is {name}"))
        }
        Err(_) => Ok(None),
    }
}

/// Told by its name: not every kind is a TIFF file with a preview.
fn is_raw(path: &Path) -> bool {
    const EXTENSIONS: [&str; 10] = ["dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pef", "srw"];
    path.extension().is_some_and(|e| EXTENSIONS.iter().any(|raw| e.eq_ignore_ascii_case(raw)))
}

fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 5] = [b"heic", b"heix", b"hevc", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}
