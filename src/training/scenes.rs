//! What to train on, held as 8-bit sRGB: clean images from folders, generated ones, and pairs of a photo and its clean
//! version.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::training::dead_leaves::dead_leaves;

/// Side of a generated scene, in pixels.
const GENERATED_SIDE: usize = 256;
/// Number of generated scenes.
const GENERATED: usize = 500;
/// One in this many scenes of a folder is held out, rounded up.
const HOLD_OUT_EVERY: usize = 40;
/// The most scenes that are held out, except that there is one of every folder.
const MOST_HELD_OUT: usize = 8;

/// A clean image as interleaved 8-bit sRGB.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// `3 * width * height` bytes.
    pub bytes: Vec<u8>,
}

/// A photo and its clean version, of one size.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The photo, as the camera wrote it.
    pub noisy: Scene,
    /// The mean of many photos of the same scene.
    pub clean: Scene,
}

/// All scenes and pairs of a run.
#[derive(Debug, Default)]
pub struct Scenes {
    /// Clean images from folders.
    pub from_folders: Vec<Scene>,
    /// Clean images from the built-in generator.
    pub generated: Generated,
    /// Real photos with clean versions.
    pub pairs: Vec<Pair>,
    /// Clean images that are never trained on, for validation.
    pub held_out: Vec<Scene>,
    /// Files that could not be used, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

impl Scenes {
    /// Reads all images (png, jpeg, tiff, webp) in the folders and below. Files that are unreadable or smaller than
    /// `least_side` pixels are skipped. Of every folder with more than one scene, some are held out; if none can be,
    /// generated scenes are.
    ///
    /// # Errors
    /// When a folder cannot be listed or holds no image that can be used.
    pub fn load(folders: &[PathBuf], least_side: usize, seed: u64) -> Result<Self, String> {
        let mut all = Self { generated: Generated::new(GENERATED, seed), ..Self::default() };
        let most = (MOST_HELD_OUT / folders.len().max(1)).max(1);
        for folder in folders {
            let files = image_files(folder)?;
            if files.is_empty() {
                return Err(format!("{} holds no image (png, jpeg, tiff or webp)", folder.display()));
            }
            let read: Vec<_> = files.into_par_iter().map(|f| (read(&f, least_side), f)).collect();
            let mut scenes = Vec::new();
            let already_skipped = all.skipped.len();
            for (result, file) in read {
                match result {
                    Ok(scene) => scenes.push(scene),
                    Err(why) => all.skipped.push((file, why)),
                }
            }
            if scenes.is_empty() {
                let (file, why) = &all.skipped[already_skipped];
                let count = all.skipped.len() - already_skipped;
                return Err(format!(
                    "none of the {count} images in {} can be used; {}: {why}",
                    folder.display(),
                    file.display()
                ));
            }
            all.hold_out(scenes, most);
        }
        if all.held_out.is_empty() {
            let held_out = Generated::new(MOST_HELD_OUT, !seed);
            all.held_out = (0..held_out.len()).map(|i| held_out.get(i).clone()).collect();
        }
        Ok(all)
    }

    /// Adds the scenes of a folder: some at equal distances to those held out, at most this many, the others to train
    /// on.
    fn hold_out(&mut self, scenes: Vec<Scene>, most: usize) {
        let of = scenes.len();
        let count = if of > 1 { of.div_ceil(HOLD_OUT_EVERY).min(most) } else { 0 };
        for (i, scene) in scenes.into_iter().enumerate() {
            // The i-th is held out if a multiple of of / count lies between i and i + 1.
            if (i + 1) * count / of > i * count / of {
                self.held_out.push(scene);
            } else {
                self.from_folders.push(scene);
            }
        }
    }

    /// Adds the pairs in the folders and below. Pairs are few, so one that cannot be used is an error.
    ///
    /// # Errors
    /// When a folder cannot be listed or holds no pair, and when a pair cannot be read or its sizes differ.
    pub fn add_pairs(&mut self, folders: &[PathBuf], least_side: usize) -> Result<(), String> {
        for folder in folders {
            let before = self.pairs.len();
            for clean in image_files(folder)? {
                let noisy = noisy_partner(&clean);
                if noisy == clean || !noisy.is_file() {
                    continue;
                }
                let read = |file: &Path| read(file, least_side).map_err(|e| format!("{}: {e}", file.display()));
                let pair = Pair { noisy: read(&noisy)?, clean: read(&clean)? };
                if (pair.noisy.width, pair.noisy.height) != (pair.clean.width, pair.clean.height) {
                    return Err(format!("{} and {} differ in size", noisy.display(), clean.display()));
                }
                self.pairs.push(pair);
            }
            if self.pairs.len() == before {
                return Err(format!("{} holds no pair NAME_real.EXT and NAME_mean.EXT", folder.display()));
            }
        }
        Ok(())
    }
}

/// The photo that belongs to a clean image, named `NAME_real` and `NAME_mean` as in PolyU's set. A file with another
/// name is returned as it is.
pub fn noisy_partner(clean: &Path) -> PathBuf {
    let name = clean.file_name().unwrap_or_default().to_string_lossy().replace("_mean.", "_real.");
    clean.with_file_name(name)
}

/// Scenes of the built-in generator, each made when it is first used.
#[derive(Debug, Default)]
pub struct Generated {
    seed: u64,
    scenes: Vec<OnceLock<Scene>>,
}

impl Generated {
    /// This many scenes from a seed.
    pub fn new(count: usize, seed: u64) -> Self {
        Self { seed, scenes: (0..count).map(|_| OnceLock::new()).collect() }
    }

    /// Number of scenes.
    pub fn len(&self) -> usize {
        self.scenes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty()
    }

    /// A scene by its number, below [`Generated::len`].
    pub fn get(&self, index: usize) -> &Scene {
        self.scenes[index].get_or_init(|| {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(index as u64);
            Scene { width: GENERATED_SIDE, height: GENERATED_SIDE, bytes: dead_leaves(GENERATED_SIDE, &mut rng) }
        })
    }
}

/// The image files in a folder and below, sorted by name.
fn image_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| format!("cannot list {}: {e}", folder.display()))?;
        let extension = entry.path().extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        if entry.file_type().is_file() && ["png", "jpg", "jpeg", "tif", "tiff", "webp"].contains(&extension.as_str()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn read(file: &Path, least_side: usize) -> Result<Scene, String> {
    let image = image::open(file).map_err(|e| e.to_string())?.into_rgb8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width.min(height) < least_side {
        return Err(format!("{width} x {height} pixels are too few; patches need {least_side}"));
    }
    Ok(Scene { width, height, bytes: image.into_raw() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_recursively_and_bad_files_named() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        image::RgbImage::from_pixel(64, 64, image::Rgb([1, 2, 3])).save(deep.join("good.png")).unwrap();
        image::RgbImage::new(8, 64).save(dir.path().join("small.png")).unwrap();
        std::fs::write(dir.path().join("broken.jpg"), b"not an image").unwrap();
        std::fs::write(dir.path().join("notes.txt"), b"not an image").unwrap();
        let scenes = Scenes::load(&[dir.path().into()], 48, 1).unwrap();
        assert_eq!(scenes.from_folders.len(), 1);
        assert_eq!(scenes.from_folders[0].bytes[..3], [1, 2, 3]);
        let mut skipped: Vec<_> =
            scenes.skipped.iter().map(|(f, _)| f.file_name().unwrap().to_str().unwrap()).collect();
        skipped.sort_unstable();
        assert_eq!(skipped, ["broken.jpg", "small.png"]);
        assert!(!scenes.held_out.is_empty() && !scenes.generated.is_empty());
    }

    #[test]
    fn every_folder_has_its_share_held_out() {
        let dir = tempfile::tempdir().unwrap();
        let folder = |name: &str, count: u8| {
            let folder = dir.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            for i in 0..count {
                let colour = image::Rgb([count, i, 0]);
                image::RgbImage::from_pixel(8, 8, colour).save(folder.join(format!("{i:03}.png"))).unwrap();
            }
            folder
        };
        let of = |folders: &[PathBuf]| {
            let scenes = Scenes::load(folders, 8, 1).unwrap();
            let held_out = scenes.held_out.iter().map(|s| (s.bytes[0], s.bytes[1])).collect::<Vec<_>>();
            (scenes.from_folders.len(), held_out)
        };
        let (twenty, ninety, single) = (folder("twenty", 20), folder("ninety", 90), folder("single", 1));
        assert_eq!(of(std::slice::from_ref(&twenty)), (19, vec![(20, 19)]));
        assert_eq!(of(std::slice::from_ref(&ninety)), (87, vec![(90, 29), (90, 59), (90, 89)]));
        assert_eq!(of(&[twenty, ninety, single.clone()]), (108, vec![(20, 19), (90, 44), (90, 89)]));
        // The only scene is trained on; generated ones are held out.
        let (trained, held_out) = of(&[single]);
        assert_eq!((trained, held_out.len()), (1, MOST_HELD_OUT));
    }

    #[test]
    fn a_folder_in_which_nothing_is_usable_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        image::RgbImage::new(8, 64).save(dir.path().join("small.png")).unwrap();
        std::fs::write(dir.path().join("broken.jpg"), b"not an image").unwrap();
        let error = Scenes::load(&[dir.path().into()], 48, 1).unwrap_err();
        assert!(error.contains("none of the 2 images") && error.contains("broken.jpg"), "{error}");
    }

    #[test]
    fn pairs_are_found_by_their_names() {
        let dir = tempfile::tempdir().unwrap();
        let save = |name: &str, side: u32, v: u8| {
            image::RgbImage::from_pixel(side, 64, image::Rgb([v; 3])).save(dir.path().join(name)).unwrap();
        };
        save("a_mean.png", 64, 1);
        save("b_real.png", 64, 2);
        let folders = [dir.path().to_path_buf()];
        let mut scenes = Scenes::default();
        assert!(scenes.add_pairs(&folders, 48).unwrap_err().contains("no pair"));
        save("a_real.png", 64, 3);
        scenes.add_pairs(&folders, 48).unwrap();
        assert_eq!(scenes.pairs.len(), 1);
        assert_eq!((scenes.pairs[0].noisy.bytes[0], scenes.pairs[0].clean.bytes[0]), (3, 1));
        save("a_real.png", 65, 3);
        assert!(scenes.add_pairs(&folders, 48).unwrap_err().contains("differ in size"));
        assert!(scenes.add_pairs(&folders, 65).unwrap_err().contains("a_"));
    }

    #[test]
    fn a_folder_that_is_not_there_or_empty_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Scenes::load(&[dir.path().join("nowhere")], 48, 1).unwrap_err().contains("nowhere"));
        assert!(Scenes::load(&[dir.path().into()], 48, 1).unwrap_err().contains("no image"));
    }
}
