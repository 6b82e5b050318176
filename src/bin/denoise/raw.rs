//! RAW files: what is between their bytes and the bytes of their results.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use svnr::LinearImage;
use svnr::files::{Depth, FileError, Metadata, Photo};
use svnr::image::MAX_PIXELS;
use svnr::method::noise::Noise;
use svnr::raw::develop::Development;
use svnr::raw::dng;
use svnr::raw::found::{FoundNoise, said};
use svnr::raw::mosaic::Mosaic;
use svnr::raw::noise_profile::NoiseProfile;
use svnr::raw::photo::RawNote;
use svnr::raw::view::{Part, Piece, Sites};
use svnr::raw::{self, RawPhoto};

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
            let found = FoundNoise::of(&photo, &mosaic);
            (found.noise, found.to_string())
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
            return Ok(Written::Developed(Box::new(developed(&file, &photo, mosaic)?)));
        }
        Ok(Written::Dng(dng::write_result(&file, &photo, &mosaic, &noise)?))
    }
}

/// A mosaic as a picture: developed, cropped, turned, and with the photo's EXIF.
fn developed(file: &[u8], photo: &RawPhoto, mosaic: Mosaic) -> Result<Photo> {
    let (width, height) = photo.picture_size();
    let (whole, result) = (Part { x: 0, y: 0, width, height }, Piece::whole(mosaic));
    let picture = photo.picture(Sites::Result(&result), whole, &Development::default())?;
    let metadata = Metadata { exif: dng::exif(file, photo), ..Metadata::default() };
    Ok(Photo { metadata, ..Photo::new(picture, Depth::Sixteen) })
}
