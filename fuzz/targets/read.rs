//! The readers: any bytes give a photo or an error in words, and a photo that was read can be written and read again.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use svnr::files;
use svnr_fuzz::Folder;

/// Few, so that a header cannot slow the search down.
const MOST_PIXELS: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = files::decode(Path::new("photo"), bytes, MOST_PIXELS) {
        assert!(error.to_string().contains("photo"), "the file is not named: {error}");
        return;
    }
    let folder = Folder::get();
    let photo = match files::read(&folder.file("photo", bytes)) {
        Ok(photo) => photo,
        // Values that are no image, not-a-number for example.
        Err(files::FileError::Content { .. }) => return,
        Err(error) => panic!("what is decoded cannot be read: {error}"),
    };
    // Every format that can hold any photo; WebP and JPEG refuse sizes and transparency.
    for name in ["result.png", "result.tiff"] {
        let path = folder.path(name);
        files::write(&path, &photo).expect("what is read can be written");
        let result = files::read(&path).expect("what is written can be read");
        assert_eq!((result.image.width(), result.image.height()), (photo.image.width(), photo.image.height()));
    }
});
