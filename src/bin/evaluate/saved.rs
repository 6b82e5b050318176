//! Images as files, for other measures and for people to look at.

use std::path::Path;

use anyhow::{Context, Result};
use svnr::LinearImage;

use crate::cases::Source;
use crate::sheet::colours;
use crate::table::Setting;

/// Writes an image that was made of `file` as `FOLDER/NOISE/WHAT/NAME.png`, 8 bits.
pub fn write(folder: &Path, noise: Source, what: &str, file: &Path, image: &LinearImage) -> Result<()> {
    let folder = folder.join(noise.to_string()).join(what);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let name = file.file_stem().context("the file has no name")?;
    let file = folder.join(name).with_added_extension("png");
    colours(image).save(&file).with_context(|| format!("cannot write {}", file.display()))
}

/// What a result is called: `K=4`, `K=4 estimated`, `K=4 x 0.5`.
pub fn name(Setting { wrong, steps, .. }: Setting, is_estimated: bool) -> String {
    let how = match (is_estimated, wrong) {
        (true, _) => " estimated".into(),
        (false, 1.0) => String::new(),
        (false, wrong) => format!(" x {wrong}"),
    };
    format!("K={steps}{how}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use svnr::method::reverse::Steps;

    #[test]
    fn every_image_has_a_place_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let image = LinearImage::from_fn(3, 2, |_, _, column| column as f32).unwrap();
        write(folder.path(), Source::Gain(8.0), "clean", Path::new("some/a.b.jpg"), &image).unwrap();
        let file = folder.path().join("gain 8/clean/a.b.png");
        assert_eq!(image::open(file).unwrap().to_rgb8().into_raw(), image.to_srgb8());

        let name = |wrong, steps, is_estimated| name(Setting { noise: Source::Gain(1.0), wrong, steps }, is_estimated);
        assert_eq!(name(1.0, Steps::Count(4), false), "K=4");
        assert_eq!(name(1.0, Steps::Unit, true), "K=unit estimated");
        assert_eq!(name(0.5, Steps::Count(4), false), "K=4 x 0.5");
    }
}
