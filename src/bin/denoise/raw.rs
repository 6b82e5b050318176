//! RAW files: what is between their bytes and the bytes of their results.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use svnr::files::{Depth, FileError, Metadata, Photo};
use svnr::image::MAX_PIXELS;
use svnr::method::noise::Noise;
use svnr::raw::develop::{Development, develop, toned};
use svnr::raw::dng::{self, Outcome};
use svnr::raw::mosaic::Mosaic;
use svnr::raw::noise_profile::NoiseProfile;
use svnr::raw::photo::RawNote;
use svnr::raw::upright::upright;
use svnr::raw::{self, RawPhoto};
use svnr::{LinearImage, NoiseModel};

/// The std that rounding to 16 bits adds: no result has less noise.
const ROUNDING: f32 = 0.29 / 65_535.0;

/// A RAW file that was read.
pub struct Ready {
    file: Vec<u8>,
    photo: RawPhoto,
    mosaic: Mosaic,
    noise: NoiseProfile,
}

/// A RAW file that was denoised.
pub struct Done {
    file: Vec<u8>,
    photo: RawPhoto,
    mosaic: Mosaic,
    /// The noise before.
    noise: NoiseProfile,
}

/// What a result is written as.
pub enum Written {
    /// The bytes of a DNG.
    Dng(Vec<u8>),
    /// A developed picture.
    Developed(Box<Photo>),
}

/// Where the noise of a RAW file is known from.
pub struct Found {
    /// The noise that is removed.
    pub noise: NoiseProfile,
    /// What the mosaic tells.
    pub estimated: NoiseProfile,
    /// It in words.
    pub remark: String,
}

/// Whether an output's name asks for a DNG.
pub fn is_dng(output: &Path) -> bool {
    output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dng"))
}

/// The name of a RAW file's result in a folder of results.
pub fn result_name(name: &Path) -> std::path::PathBuf {
    name.with_extension("dng")
}

/// Decodes a RAW file, and finds its noise unless it is given; what comes with it are the noise in words, and notes.
pub fn read(input: &Path, file: Vec<u8>, given: Option<&Noise>) -> Result<(Ready, String, Vec<String>)> {
    let photo = decode(input, &file)?;
    let mosaic = photo.mosaic();
    let (noise, remark) = match given {
        None => {
            let found = noise_of(&photo, &mosaic);
            (found.noise, found.remark)
        }
        Some(Noise::Model(model)) => (NoiseProfile::uniform(*model), format!("{} (given)", said(*model))),
        Some(Noise::Planes(planes)) => (NoiseProfile { planes: *planes }, format!("{} (given)", said(planes[1]))),
        Some(_) => bail!(
            "{}: the noise of a RAW file is estimated, or given by --read and --shot; a curve is for developed photos",
            input.display()
        ),
    };
    let remark = format!("RAW of {}, {remark}", photo.camera);
    let notes = photo.notes.iter().map(RawNote::to_string).collect();
    Ok((Ready { file, photo, mosaic, noise }, remark, notes))
}

/// Decodes a RAW file.
pub fn decode(input: &Path, file: &[u8]) -> Result<RawPhoto> {
    if file.is_empty() {
        return Err(FileError::NoBytes { path: input.into() }.into());
    }
    raw::decode(file, MAX_PIXELS).map_err(|error| anyhow!("{}: {error}", input.display()))
}

/// The noise of a mosaic: what the file says, unless the mosaic shows that it is wrong, or the estimate.
pub fn noise_of(photo: &RawPhoto, mosaic: &Mosaic) -> Found {
    let (estimated, doubt) = NoiseProfile::estimated(mosaic);
    let words = |noise: &NoiseProfile| said(noise.planes[1]);
    let (noise, remark) = match photo.noise_profile {
        Some(told) if doubt.is_some() || told.fits(mosaic, &estimated) => {
            (told, format!("{} (from its NoiseProfile)", words(&told)))
        }
        Some(told) => {
            let (estimate, told) = (words(&estimated), words(&told));
            (estimated, format!("{estimate} (estimated; its NoiseProfile says {told}, which is not its noise)"))
        }
        None => match doubt {
            Some(doubt) => (estimated, format!("{} (estimated; {doubt})", words(&estimated))),
            None => (estimated, format!("{} (estimated)", words(&estimated))),
        },
    };
    Found { noise, estimated, remark }
}

/// Noise in words. A mosaic's is smaller than a developed photo's: it takes more digits.
fn said(NoiseModel { sigma_read, shot }: NoiseModel) -> String {
    format!("read {sigma_read:.5}, shot {shot:.6}")
}

impl Ready {
    /// The planes of the mosaic, and their noise: what a run takes.
    pub fn start(&self) -> (LinearImage, Noise) {
        (self.mosaic.planes(), Noise::Planes(self.noise.planes))
    }

    /// With the planes that a run gave.
    pub fn done(self, planes: &LinearImage) -> Result<Done> {
        let mosaic = self.mosaic.with_planes(planes)?;
        Ok(Done { file: self.file, photo: self.photo, mosaic, noise: self.noise })
    }
}

impl Done {
    /// What is written to an output of this name.
    pub fn written(self, output: &Path) -> Result<Written> {
        let Self { file, photo, mosaic, noise } = self;
        if !is_dng(output) {
            return Ok(Written::Developed(Box::new(developed(&file, &photo, &mosaic)?)));
        }
        let remaining = NoiseProfile::estimated(&mosaic).0.at_least(ROUNDING);
        let preview = |width, height| photo.quick_look(&mosaic, (width, height));
        let reduction = noise.reduction_to(&remaining);
        let outcome = Outcome { mosaic: &mosaic, noise: remaining, reduction, preview: &preview };
        Ok(Written::Dng(dng::write(&file, &photo, &outcome)?))
    }
}

/// A mosaic as a picture: developed, cropped, turned, and with the photo's EXIF.
fn developed(file: &[u8], photo: &RawPhoto, mosaic: &Mosaic) -> Result<Photo> {
    let image = develop(mosaic, &photo.color.colors(), &Development::default())?;
    let area = photo.crop_of_mosaic();
    let cropped = LinearImage::from_fn(area.width, area.height, |channel, row, column| {
        image.plane(channel)[(area.row + row) * image.width() + area.column + column]
    })?;
    let picture = upright(&toned(cropped), photo.orientation);
    let metadata = Metadata { exif: dng::exif(file, photo), ..Metadata::default() };
    Ok(Photo { metadata, ..Photo::new(picture, Depth::Sixteen) })
}
