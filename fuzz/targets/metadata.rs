//! The metadata writer: whatever EXIF, XMP and colour profile a file has, the file that is written with them opens, and
//! has the same size as what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use svnr::files;
use svnr_fuzz::{Folder, png_with};

fuzz_target!(|bytes: &[u8]| {
    // How the bytes are shared out, and they.
    let [first, second, rest @ ..] = bytes else { return };
    let (exif, rest) = rest.split_at(rest.len() * usize::from(*first) / 255);
    let (xmp, profile) = rest.split_at(rest.len() * usize::from(*second) / 255);
    let folder = Folder::get();
    let photo = files::read(&folder.file("photo.png", &png_with(exif, xmp, profile)));
    let photo = photo.expect("metadata are no reason to refuse a photo");
    let size = |photo: &files::Photo| (photo.image.width(), photo.image.height());
    for name in ["result.png", "result.jpg", "result.webp", "result.tiff", "result.exr"] {
        let path = folder.path(name);
        files::write(&path, &photo).expect("metadata are no reason not to write a photo");
        let result = files::read(&path).expect("what is written can be read");
        assert_eq!(size(&result), size(&photo), "{name}");
    }
});
