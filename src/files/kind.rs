//! What a file is, by its first bytes; for RAW files of cameras by its name, too.

use std::path::Path;

use image::ImageFormat;

use crate::files::refusal::Refusal;
use crate::files::tiff;

/// The format of a file.
///
/// # Errors
/// [`Refusal::Raw`], and [`Refusal::Unsupported`] for images of other formats; `None` for what is no image.
pub fn format(path: &Path, bytes: &[u8]) -> Result<Option<ImageFormat>, Refusal> {
    let unsupported = |what: &str| Err(Refusal::Unsupported(what.into()));
    if is_raw(path, bytes) {
        return Err(Refusal::Raw);
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

/// Whether a file is a camera's RAW file, by its first bytes or by its name.
pub fn is_raw(path: &Path, bytes: &[u8]) -> bool {
    has_raw_name(path) || begins_as_raw(bytes) || tiff::is_raw(bytes)
}

/// Whether a file is named as cameras and converters name RAW files: many are no more than TIFF files to look at.
pub fn has_raw_name(path: &Path) -> bool {
    const EXTENSIONS: [&str; 29] = [
        "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dcs", "dng", "erf", "fff", "iiq", "k25", "kdc", "mef", "mos", "mrw",
        "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f", "gpr",
    ];
    path.extension().is_some_and(|e| EXTENSIONS.iter().any(|raw| e.eq_ignore_ascii_case(raw)))
}

/// Canon's CR3 and CRW, Fujifilm's, Olympus's, Panasonic's, Minolta's and Sigma's own beginnings.
fn begins_as_raw(bytes: &[u8]) -> bool {
    const OWN: [&[u8]; 7] = [b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM", b"FOVb"];
    OWN.iter().any(|own| bytes.starts_with(own))
        || bytes.get(4..12) == Some(b"ftypcrx ")
        || bytes.get(6..14) == Some(b"HEAPCCDR")
}

fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 5] = [b"heic", b"heix", b"hevc", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}
