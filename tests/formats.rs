//! Each variety of each format against values that are known: those of reference decoders (`tests/formats/make.py`), or
//! those that the files were made of (`fuzz/seeds.py`).

use std::path::{Path, PathBuf};

use image::{DynamicImage, RgbImage};
use svnr::LinearImage;
use svnr::files::{self, ColorTag, Decoded, FileError, Note};

const MOST_PIXELS: usize = 1 << 16;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn decode(path: &Path) -> Result<Decoded, FileError> {
    files::decode(path, &std::fs::read(path).unwrap(), MOST_PIXELS)
}

/// The files of a folder in the order of their names.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The JPEGs among the files of that name.
fn jpegs() -> impl Iterator<Item = PathBuf> {
    files_in(&folder("tests/formats/jpeg")).into_iter().filter(|path| name(path).ends_with(".jpg"))
}

/// Files, and what a reference decoder makes of each.
fn with_references(name: &str) -> Vec<(PathBuf, RgbImage)> {
    let files = files_in(&folder("tests/formats").join(name));
    // One below the other.
    let strip = image::open(folder("tests/formats").join(format!("{name}.png"))).unwrap().into_rgb8();
    let height = strip.height() / files.len() as u32;
    let part = |at: u32| image::imageops::crop_imm(&strip, 0, at * height, strip.width(), height).to_image();
    files.into_iter().zip(0..).map(|(file, at)| (file, part(at))).collect()
}

/// The largest and the mean difference of two images, in codes.
fn differences(a: &RgbImage, b: &RgbImage) -> (u8, f64) {
    assert_eq!(a.dimensions(), b.dimensions());
    let differences = || a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b));
    (differences().max().unwrap(), differences().map(f64::from).sum::<f64>() / a.len() as f64)
}

#[test]
fn jpegs_of_every_sampling_scan_and_restart_are_read_as_libjpeg_does() {
    let table = with_references("jpeg");
    assert_eq!(table.len(), 46);
    for (path, reference) in table {
        let decoded = decode(&path).unwrap();
        let (most, mean) = differences(&decoded.pixels.into_rgb8(), &reference);
        // Decoders may round otherwise; chroma that is placed half a pixel off is 1.4 codes off in the mean.
        assert!(most <= 3 && mean <= 0.3, "{}: {most} codes off, {mean:.2} in the mean", name(&path));
    }
}

#[test]
fn what_surrounds_the_compressed_data_of_a_jpeg_changes_nothing() {
    let pixels = |name: &str, bytes: &[u8]| {
        let decoded = files::decode(Path::new(name), bytes, MOST_PIXELS);
        decoded.unwrap_or_else(|error| panic!("{error}")).pixels
    };
    for path in jpegs() {
        let bytes = std::fs::read(&path).unwrap();
        let plain = pixels(name(&path), &bytes);
        // Markers: restarts, and those after them that end scans.
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && (0xC0..=0xFE).contains(&pair[1]);
        let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        let mut filled = bytes[..scan].to_vec();
        for at in scan..bytes.len() {
            if bytes.get(at..at + 2).is_some_and(is_marker) {
                filled.extend([0xFF; 3]);
            }
            filled.push(bytes[at]);
        }
        assert_eq!(pixels("filled.jpg", &filled), plain, "{}", name(&path));
        let without_end = bytes.strip_suffix(&[0xFF, 0xD9]).unwrap();
        assert_eq!(pixels("without-end.jpg", without_end), plain, "{}", name(&path));
        // Behind the first segment.
        let at = 4 + usize::from(bytes[4]) * 256 + usize::from(bytes[5]) - 2 + 2;
        let stray = [&bytes[..at], &[0x11], &bytes[at..]].concat();
        assert_eq!(pixels("stray.jpg", &stray), plain, "{}", name(&path));
        // Parameters that only progressive scans need are left at zero by some encoders.
        if !name(&path).contains("progressive") {
            let mut zeroed = bytes.clone();
            for at in (0..bytes.len() - 1).filter(|at| bytes[*at..].starts_with(&[0xFF, 0xDA])) {
                let end = at + 2 + usize::from(bytes[at + 3]);
                zeroed[end - 3..end].fill(0);
            }
            assert_eq!(pixels("zeroed.jpg", &zeroed), plain, "{}", name(&path));
        }
    }
}

#[test]
fn a_jpeg_without_tables_of_codes_has_the_usual_ones() {
    for seed in ["420", "422", "444", "grey"] {
        let path = folder("fuzz/seeds/read").join(format!("{seed}.jpg"));
        let bytes = std::fs::read(&path).unwrap();
        let mut without = bytes[..2].to_vec();
        let mut at = 2;
        while bytes[at + 1] != 0xDA {
            let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            if bytes[at + 1] != 0xC4 {
                without.extend(&bytes[at..end]);
            }
            at = end;
        }
        without.extend(&bytes[at..]);
        assert!(without.len() + 180 < bytes.len(), "{seed} has tables");
        let read = files::decode(Path::new("frame.jpg"), &without, MOST_PIXELS).unwrap();
        assert_eq!(read.pixels, decode(&path).unwrap().pixels, "{seed}");
    }
}

#[test]
fn a_jpeg_that_is_cut_within_its_data_is_damaged() {
    for path in jpegs() {
        let bytes = std::fs::read(&path).unwrap();
        let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        let cut = &bytes[..scan + (bytes.len() - scan) / 2];
        let result = files::decode(Path::new("cut.jpg"), cut, MOST_PIXELS);
        // A progressive file's later scans only refine.
        let is_allowed = name(&path).contains("progressive") && result.is_ok();
        assert!(is_allowed || matches!(result, Err(FileError::Damaged { .. })), "{}: {result:?}", name(&path));
    }
}

#[test]
fn a_webp_opens_that_claims_what_was_taken_out() {
    for (seed, chunk) in [("lossless", b"EXIF"), ("lossless", b"XMP "), ("lossy-alpha", b"ALPH")] {
        let path = folder("fuzz/seeds/read").join(format!("{seed}.webp"));
        let (whole, mut without) = (decode(&path).unwrap(), std::fs::read(&path).unwrap());
        // By another name it is passed over.
        let at = without.windows(4).position(|window| window == chunk).unwrap();
        without[at..at + 4].make_ascii_lowercase();
        let read = files::decode(Path::new("without.webp"), &without, MOST_PIXELS).unwrap();
        let has = |chunk_of: &[u8; 4]| seed == "lossless" && chunk != chunk_of;
        assert_eq!((read.metadata.exif.is_some(), read.metadata.xmp.is_some()), (has(b"EXIF"), has(b"XMP ")));
        assert_eq!(read.pixels.color().has_alpha(), whole.pixels.color().has_alpha() && chunk != b"ALPH");
        // EXIF says how the picture is turned.
        let upright = if chunk == b"EXIF" { read.pixels.rotate90() } else { read.pixels };
        assert_eq!(upright.to_rgb8(), whole.pixels.to_rgb8(), "{chunk:?}");
    }
}

#[test]
fn profiles_of_tables_are_applied_as_little_cms_does() {
    // From Display P3 to sRGB, in linear light.
    let matrix = [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]];
    let table = with_references("profiles");
    assert_eq!(table.len(), 6);
    for (path, reference) in table {
        let decoded = decode(&path).unwrap();
        assert!(decoded.notes.contains(&Note::ConvertedToP3), "{}: {:?}", name(&path), decoded.notes);
        let p3 = decoded.into_photo().unwrap().image;
        let srgb = LinearImage::from_fn(p3.width(), p3.height(), |c, row, column| {
            (0..3).map(|from| matrix[c][from] * p3.plane(from)[row * p3.width() + column]).sum()
        });
        let seen = RgbImage::from_raw(p3.width() as u32, p3.height() as u32, srgb.unwrap().to_srgb8()).unwrap();
        let (most, mean) = differences(&seen, &reference);
        let allowed = if name(&path).ends_with(".jpg") { 6 } else { 4 };
        assert!(most <= allowed && mean <= 1.0, "{}: {most} codes off, {mean:.2} in the mean", name(&path));
    }
}

/// Of row and column, what the seeds are made of; see `fuzz/seeds.py`.
fn seed(row: u32, column: u32) -> [f32; 3] {
    [row * 17, column * 12, (row * column * 5) % 200 + 20].map(|v| v as f32)
}

fn seed_alpha(column: u32) -> f32 {
    255.0 - column as f32 * 9.0
}

/// How far a seed is from the values and the opacity that are expected of row and column.
fn off(decoded: &Decoded, expected: impl Fn(u32, u32) -> [f32; 4]) -> f32 {
    let pixels = decoded.pixels.to_rgba32f();
    assert_eq!(pixels.dimensions(), (19, 13));
    let off = pixels.enumerate_pixels().flat_map(|(column, row, pixel)| {
        let expected = expected(row, column);
        (0..4).map(move |c| (pixel.0[c] - expected[c]).abs())
    });
    off.fold(0.0, f32::max)
}

/// Opaque values.
fn opaque([r, g, b]: [f32; 3]) -> [f32; 4] {
    [r, g, b, 1.0]
}

#[test]
fn tiff_of_each_layout_and_kind_has_the_values_that_were_put_in() {
    let codes = |row, column| opaque(seed(row, column).map(|v| v / 255.0));
    let floats = |row, column| opaque(seed(row, column).map(|v| v / 200.0));
    let grey = |row, column| opaque([seed(row, column)[0] / 255.0; 3]);
    let inverted = |row, column| opaque([1.0 - seed(row, column)[0] / 255.0; 3]);
    let grey_floats = |row, column| opaque([seed(row, column)[1] / 200.0; 3]);
    let with_alpha = |of: [f32; 4], column| [of[0], of[1], of[2], seed_alpha(column) / 255.0];
    let straight = |row, column| with_alpha(codes(row, column), column);
    let grey_straight = |row, column| with_alpha(grey(row, column), column);
    let divided = |row, column| {
        let [r, g, b, _] = codes(row, column);
        let alpha = seed_alpha(column) / 255.0;
        [(r / alpha).min(1.0), (g / alpha).min(1.0), (b / alpha).min(1.0), alpha]
    };
    let palette = |row: u32, _| opaque([0.0, 256.0, 512.0].map(|from| (from + row as f32 * 17.0) * 85.0 / 65535.0));
    let exactly = 1e-6;
    type Expected<'a> = &'a dyn Fn(u32, u32) -> [f32; 4];
    let table: [(&str, Expected, f32); 24] = [
        ("rgb8", &codes, exactly),
        ("rgb16-big-endian", &codes, exactly),
        ("int32", &codes, exactly),
        ("planar", &codes, exactly),
        ("tiled", &codes, exactly),
        ("tiled-planar", &codes, exactly),
        ("strips", &codes, exactly),
        ("big", &codes, exactly),
        ("lzw", &codes, exactly),
        ("deflate", &codes, exactly),
        ("packbits", &codes, exactly),
        ("predictor", &codes, exactly),
        ("rgba8", &straight, exactly),
        ("associated", &divided, 0.5 / 255.0 + exactly),
        ("grey8", &grey, exactly),
        ("grey-inverted", &inverted, exactly),
        ("grey-alpha", &grey_straight, exactly),
        ("palette", &palette, exactly),
        ("float", &floats, exactly),
        ("float-predictor", &floats, exactly),
        ("double", &floats, exactly),
        ("half", &floats, 5e-4),
        ("grey-float", &grey_floats, exactly),
        ("pages", &codes, exactly),
    ];
    for (name, expected, allowed) in table {
        let decoded = decode(&folder("fuzz/seeds/read").join(format!("{name}.tif"))).unwrap();
        let off = off(&decoded, expected);
        assert!(off <= allowed, "{name}: {off}");
        assert_eq!(decoded.is_grey, name.starts_with("grey"), "{name}");
        for (note, files) in [
            (Note::StraightAlpha, ["associated"].as_slice()),
            (Note::SixteenBits, &["int32"]),
            (Note::FirstPage, &["pages"]),
        ] {
            assert_eq!(decoded.notes.contains(&note), files.contains(&name), "{name}: {note}");
        }
    }
    // Black and white dots that are as light as the grey is in the mean.
    let dots = decode(&folder("fuzz/seeds/read/bilevel.tif")).unwrap().pixels.into_luma8();
    assert!(dots.iter().all(|v| [0, 255].contains(v)));
    let mean = dots.iter().map(|v| f64::from(*v)).sum::<f64>() / dots.len() as f64;
    assert!((mean - 102.0).abs() < 10.0, "{mean}");
}

#[test]
fn exr_of_each_kind_has_the_values_that_were_put_in() {
    let floats = |row, column| opaque(seed(row, column).map(|v| v / 200.0));
    let transparent = |row, column| {
        let [r, g, b, _] = floats(row, column);
        [r, g, b, seed_alpha(column) / 255.0]
    };
    let luminance = |row, column| opaque([seed(row, column)[1] / 200.0; 3]);
    let exactly = 1e-6;
    type Expected<'a> = &'a dyn Fn(u32, u32) -> [f32; 4];
    let table: [(&str, Expected, f32); 8] = [
        ("float", &floats, exactly),
        ("separate", &floats, exactly),
        ("tiled", &floats, exactly),
        ("chromaticities", &floats, exactly),
        ("half", &transparent, 5e-4),
        ("pxr24", &floats, 5e-4),
        // It keeps about 7 bits of the range in each block of 4 x 4 pixels.
        ("b44", &floats, 0.05),
        ("luminance", &luminance, exactly),
    ];
    for (name, expected, allowed) in table {
        let decoded = decode(&folder("fuzz/seeds/read").join(format!("{name}.exr"))).unwrap();
        let off = off(&decoded, expected);
        assert!(off <= allowed, "{name}: {off}");
        assert_eq!(decoded.is_grey, name == "luminance", "{name}");
        let has_chromaticities = matches!(
            decoded.encoding.tag(),
            ColorTag::Chromaticities([0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.322, 0.338])
        );
        assert_eq!(has_chromaticities, name == "chromaticities", "{name}: {:?}", decoded.encoding.tag());
    }
}

#[test]
fn what_is_right_but_not_read_is_refused_in_words() {
    let refused = [
        ("fuzz/seeds/read/signed.tif", "integers with a sign"),
        ("fuzz/seeds/read/cmyk.tif", "inks, CMYK, without a profile"),
        ("fuzz/seeds/read/lab.tif", "CIE L*a*b*"),
        ("fuzz/seeds/read/zstd.tif", ""),
        ("fuzz/seeds/read/lzma.tif", ""),
        ("fuzz/seeds/read/webp.tif", ""),
        ("fuzz/seeds/read/lerc.tif", ""),
        ("fuzz/seeds/read/jpeg2000.tif", ""),
        ("fuzz/seeds/read/jpegxl.tif", ""),
        ("fuzz/seeds/read/twelve.jpg", "12 bits"),
        ("fuzz/seeds/read/cmyk.jpg", "inks, CMYK, without a profile"),
        ("fuzz/seeds/read/dwaa.exr", "DWA"),
        ("tests/formats/exr/deep.exr", "deep data"),
        ("tests/formats/exr/luminance-chroma.exr", "luminance and chroma"),
        ("fuzz/seeds/read/other.gif", "GIF"),
        ("fuzz/seeds/read/other.bmp", "BMP"),
        ("fuzz/seeds/read/other.avif", "AVIF"),
        ("fuzz/seeds/read/other.heic", "HEIC"),
    ];
    for (file, words) in refused {
        let error = decode(&folder(file)).unwrap_err();
        assert!(matches!(error, FileError::Unsupported { .. }), "{file}: {error:?}");
        assert!(error.to_string().contains(words), "{file}: {error}");
    }
}

/// Each made a decoder panic once.
#[test]
fn what_fuzzing_found_is_read_or_refused() {
    let files = files_in(&folder("tests/formats/found"));
    assert!(!files.is_empty());
    for path in files {
        if let Err(error) = decode(&path) {
            assert!(error.to_string().contains(name(&path)), "{error}");
        }
    }
}

#[test]
fn the_reference_strip_shows_pictures() {
    // A strip of one colour would let anything pass.
    for (path, reference) in with_references("jpeg").into_iter().chain(with_references("profiles")) {
        let image = DynamicImage::from(reference);
        let light = image.to_luma8();
        let (least, most) = (light.iter().min().unwrap(), light.iter().max().unwrap());
        assert!(most - least > 60, "{}", name(&path));
    }
}
