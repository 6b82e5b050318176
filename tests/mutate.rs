//! Odd and damaged files through the command line: none of them makes it panic or hang, each is either denoised or
//! named with the reason, in words for photographers, and what is merely unusual is not called damaged.
//!
//! The files are made of those in `fuzz/seeds`, photos and RAW files. `SVNR_MUTATED_FILES` says how many are tried,
//! `SVNR_MUTATED_SEED` which: `SVNR_MUTATED_FILES=10000 cargo test --test mutate`.

mod mutate {
    pub mod broken;
    pub mod harmless;
    pub mod unusual;
}

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use svnr::files::{self, FileError};
use svnr::image::MAX_PIXELS;
use svnr::network::weights;
use svnr::network::{Unet, UnetConfig};
use svnr::raw;
use svnr::raw::develop::Development;
use svnr::raw::view::{Part, Sites};
use svnr::{Device, LinearImage};

use mutate::{broken, harmless, unusual};

/// How many files are tried unless a number is given.
const FILES: usize = 300;
/// How many go through the program at once.
const BATCH: usize = 100;
/// How long that may take; it takes seconds.
const LIMIT: Duration = Duration::from_secs(300);

/// A file that files are made of.
struct Seed {
    name: String,
    bytes: Vec<u8>,
    /// What it shows; none when it cannot be read.
    image: Option<LinearImage>,
}

/// What must become of a file.
enum Expected {
    /// It shows the same as the seed of this index.
    Same(usize),
    /// It is read, or refused with another word than "damaged".
    NotDamaged,
    /// It is read, or refused.
    Anything,
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    expected: Expected,
}

#[test]
fn no_file_makes_the_program_panic_and_only_damage_is_called_so() {
    let number = |name: &str, default: u64| match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is {value}, which is no number")),
        Err(_) => default,
    };
    let files = number("SVNR_MUTATED_FILES", FILES as u64) as usize;
    let seed = number("SVNR_MUTATED_SEED", 1);
    let seeds = seeds();
    let dir = tempfile::tempdir().unwrap();
    let weights = small_weights(dir.path());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut wrong = Vec::new();
    for batch in 0..files.div_ceil(BATCH) {
        let count = BATCH.min(files - batch * BATCH);
        let cases: Vec<Case> = (0..count).map(|index| case(&seeds, batch * BATCH + index, &mut random)).collect();
        wrong.extend(try_out(&cases, &seeds, &weights));
    }
    assert!(wrong.is_empty(), "seed {seed}: {} of {files} went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_wrong_is_told_in_words_for_photographers() {
    // In which names have capitals within.
    const NAMES: [&str; 4] = ["OpenEXR", "WebP", "BigTIFF", "YCbCr"];
    let has_capitals = |word: &&str| {
        let letters: Vec<char> = word.chars().collect();
        letters.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase())
    };
    let is_plain = |why: &str| {
        let mut names = why.split(|c: char| !c.is_alphanumeric()).filter(has_capitals);
        !has_structures(why) && names.all(|name| NAMES.contains(&name))
    };
    let mut told = BTreeSet::new();
    for seed in seeds() {
        let whole = seed.bytes;
        // Headers byte by byte, what they describe here and there.
        for at in (0..whole.len().min(250)).chain((250..whole.len()).step_by(19)) {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            for bytes in [&changed, &whole[..at]] {
                let refusal = files::decode(Path::new("photo"), bytes, 10_000).err();
                if let Some(FileError::Damaged { why, .. } | FileError::Unsupported { what: why, .. }) = refusal {
                    told.insert(why);
                }
            }
        }
    }
    let wrong: Vec<&String> = told.iter().filter(|why| !is_plain(why)).collect();
    assert!(told.len() > 30 && wrong.is_empty(), "{wrong:#?} of {}", told.len());
}

fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (folder, most_unread) in [("read", 20), ("raw", 1)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(folder);
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let of_folder = paths.iter().map(|path| Seed {
            name: path.file_name().unwrap().to_str().unwrap().into(),
            bytes: std::fs::read(path).unwrap(),
            image: shown(path).ok(),
        });
        let of_folder: Vec<Seed> = of_folder.collect();
        let unread = of_folder.iter().filter(|seed| seed.image.is_none()).count();
        assert!(of_folder.len() > 10 && unread <= most_unread, "{unread} seeds in {} are not read", folder.display());
        seeds.extend(of_folder);
    }
    seeds
}

/// What a file shows: of a RAW file the developed picture.
fn shown(path: &Path) -> Result<LinearImage, String> {
    if !files::has_raw_name(path) {
        return files::read(path).map(|photo| photo.image).map_err(|error| error.to_string());
    }
    let photo = raw::decode(&std::fs::read(path).unwrap(), MAX_PIXELS).map_err(|error| error.to_string())?;
    let (width, height) = photo.picture_size();
    let whole = Part { x: 0, y: 0, width, height };
    photo.picture(Sites::Photo, whole, &Development::default()).map_err(|error| error.to_string())
}

/// A network that takes no time; what it gives is of no interest.
fn small_weights(folder: &Path) -> PathBuf {
    let config = UnetConfig { widths: vec![4], blocks: vec![0], embedding: 1, ..UnetConfig::default() };
    let network = Unet::new(&config, &Device::flex()).unwrap();
    let path = folder.join("small.safetensors");
    std::fs::write(&path, weights::to_bytes(&network, &config.into()).unwrap()).unwrap();
    path
}

/// The `index`-th file: half of them broken anyhow, the others odd but right.
fn case(seeds: &[Seed], index: usize, random: &mut ChaCha8Rng) -> Case {
    let at = random.random_range(0..seeds.len());
    let seed = &seeds[at];
    let (bytes, what, expected) = match random.random_range(0..4) {
        0 if seed.image.is_some() => {
            let (bytes, what) = harmless::mutated(&seed.bytes, random);
            (bytes, what, Expected::Same(at))
        }
        1 => {
            let (bytes, what) = unusual::mutated(&seed.bytes, random);
            (bytes, what, Expected::NotDamaged)
        }
        _ => (broken::mutated(&seed.bytes, random), "broken", Expected::Anything),
    };
    // Named for a format that can be written: what is in it is told from its content.
    let extension = Path::new(&seed.name).extension().unwrap().to_str().unwrap();
    let extension = if ["png", "jpg", "webp", "tif", "exr", "dng"].contains(&extension) { extension } else { "png" };
    let stem = seed.name.replace('.', "-");
    Case { name: format!("{index:06}-{stem}-{}.{extension}", what.replace(' ', "-")), bytes, expected }
}

/// Has the program denoise the files, and returns what was wrong with that.
fn try_out(cases: &[Case], seeds: &[Seed], weights: &Path) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let (photos, out) = (dir.path().join("in"), dir.path().join("out"));
    std::fs::create_dir(&photos).unwrap();
    for case in cases {
        std::fs::write(photos.join(&case.name), &case.bytes).unwrap();
    }
    let said = std::fs::File::create_new(dir.path().join("said")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_denoise"));
    // With strength 0 the photo itself is written.
    program.arg(&photos).arg("-o").arg(&out).arg("--weights").arg(weights).args(["--strength", "0"]);
    let mut running = program.stdout(Stdio::null()).stderr(said).spawn().unwrap();
    let begin = Instant::now();
    let status = loop {
        match running.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if begin.elapsed() > LIMIT => {
                running.kill().unwrap();
                running.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let said = String::from_utf8_lossy(&std::fs::read(dir.path().join("said")).unwrap()).into_owned();
    let mut wrong = Vec::new();
    match status {
        None => wrong.push(format!("it did not end in {LIMIT:?}; it said: {said}")),
        Some(status) if !matches!(status.code(), Some(0 | 1)) => wrong.push(format!("it ended with {status}: {said}")),
        Some(_) => {
            wrong.extend(cases.iter().filter_map(|case| {
                let refusal = said.lines().find(|line| line.starts_with("error: ") && line.contains(&case.name));
                problem(case, seeds, refusal, &out).map(|problem| format!("{}: {problem}", case.name))
            }));
        }
    }
    if !wrong.is_empty() {
        keep(cases, &wrong);
    }
    wrong
}

/// What is wrong with how a file was denoised or refused, if anything.
fn problem(case: &Case, seeds: &[Seed], refusal: Option<&str>, out: &Path) -> Option<String> {
    let result = out.join(&case.name);
    if let Some(refusal) = refusal {
        // Hidden panics are panics.
        let panicked = ["svnr failed", "panicked", "makes the decoder fail"].iter().any(|said| refusal.contains(said));
        let why = refusal.rsplit(&case.name).next().unwrap_or_default();
        let allowed = match case.expected {
            Expected::Anything => true,
            Expected::NotDamaged => !refusal.contains("damaged"),
            Expected::Same(_) => false,
        };
        return (panicked || has_structures(why) || !allowed || result.exists()).then(|| refusal.into());
    }
    let image = match shown(&result) {
        Ok(image) => image,
        Err(error) => return Some(format!("neither refused nor written so that it can be read: {error}")),
    };
    match case.expected {
        Expected::Same(seed) => {
            let expected = seeds[seed].image.as_ref().expect("only of seeds that can be read");
            same(&image, expected, &result).err()
        }
        _ => None,
    }
}

/// Whether words have structures of a program in them.
fn has_structures(words: &str) -> bool {
    words.contains(['{', '}', '[', ']', '_', '`', '\n']) || words.contains("::")
}

/// Whether a result shows what its seed does, as well as its format can.
fn same(result: &LinearImage, seed: &LinearImage, path: &Path) -> Result<(), String> {
    let (size, expected) = ((result.width(), result.height()), (seed.width(), seed.height()));
    if size != expected {
        return Err(format!("it has {size:?} pixels instead of {expected:?}"));
    }
    let seen = |image: &LinearImage| image.to_srgb8();
    let off = seen(result).iter().zip(seen(seed)).map(|(a, b)| f64::from(a.abs_diff(b))).sum::<f64>();
    let off = off / (3.0 * result.pixels() as f64);
    // JPEGs are compressed once more.
    let limit = if path.extension().is_some_and(|extension| extension == "jpg") { 8.0 } else { 0.5 };
    if off > limit { Err(format!("it is off by {off:.1} codes of 8 bits")) } else { Ok(()) }
}

/// Leaves the files that went wrong where they can be looked at.
fn keep(cases: &[Case], wrong: &[String]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutated");
    std::fs::create_dir_all(&folder).unwrap();
    let is_wrong = |case: &Case| wrong.iter().any(|line| line.starts_with(&case.name));
    // When the program ended, nothing tells which file it was.
    let all = !cases.iter().any(is_wrong);
    for case in cases.iter().filter(|case| all || is_wrong(case)) {
        std::fs::write(folder.join(&case.name), &case.bytes).unwrap();
    }
    println!("the files are in {}", folder.display());
}

/// One of several.
fn pick<T: Copy>(of: &[T], random: &mut ChaCha8Rng) -> T {
    *of.choose(random).expect("not empty")
}
