//! RAW files: any bytes give light or an error in words, and what was read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use svnr::NoiseModel;
use svnr::raw::dng::{self, Outcome};
use svnr::raw::layout::Layout;
use svnr::raw::noise_profile::NoiseProfile;
use svnr::raw::{self, RawError};

/// Few, so that a header cannot slow the search down.
const MOST_PHOTOSITES: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    raw::preview(bytes);
    let photo = match raw::decode(bytes, MOST_PHOTOSITES) {
        Ok(photo) => photo,
        Err(error) => return assert_ne!(error, RawError::Decoder),
    };
    let light = photo.light();
    let noise = NoiseProfile::uniform(NoiseModel { sigma_read: 1e-3, shot: 1e-4 });
    let preview = |width: u32, height: u32| photo.quick_look(&light, (width.min(64), height.min(64)));
    let outcome = Outcome { light: &light, noise, reduction: 0.5, preview: &preview };
    // As the file that it is, and as a file of its own.
    for format in [photo.format, "CR2"] {
        let mut file = photo.clone();
        file.format = format;
        let result = dng::write(bytes, &file, &outcome).expect("what is read can be written");
        let back = raw::decode(&result, MOST_PHOTOSITES).expect("what is written can be read");
        // Interpolated light has codes of its own.
        let is_interpolated = matches!(file.layout, Layout::XTrans(_));
        assert!(file.is_like(&back) && back.noise_profile.is_some());
        assert!(is_interpolated || back.codes == file.codes, "the codes differ");
    }
});
