//! RAW files: what is between their bytes and the bytes of their results.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use svnr::LinearImage;
use svnr::files::{Depth, FileError, Metadata, Photo};
use svnr::image::MAX_PIXELS;
use svnr::method::noise::{Noise, NoiseModel};
use svnr::network::ImageKind;
use svnr::raw::develop::Development;
use svnr::raw::dng;
use svnr::raw::found::{FoundNoise, as_profile, said};
use svnr::raw::layout::Layout;
use svnr::raw::light::Light;
use svnr::raw::noise_profile::NoiseProfile;
use svnr::raw::photo::{Area, RawNote};
use svnr::raw::view::{Part, Piece, Sites};
use svnr::raw::{self, RawPhoto};

/// Mid-grey in linear light.
const MID_GREY: f32 = 0.2;

/// A RAW file that was read.
pub struct Ready {
    file: Vec<u8>,
    photo: RawPhoto,
    /// What the network sees.
    planes: LinearImage,
    /// Their noise.
    noise: Noise,
    /// The same noise as the file says it.
    profile: NoiseProfile,
}

/// A RAW file that was denoised.
pub struct Done {
    file: Vec<u8>,
    photo: RawPhoto,
    light: Light,
    /// The noise before.
    profile: NoiseProfile,
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
    let planes = photo.planes(photo.light());
    let (noise, profile, remark) = match given {
        None => {
            let found = FoundNoise::of_planes(&photo, &planes);
            let remark = found.to_string();
            (found.noise, found.profile, remark)
        }
        Some(given) => {
            let (lines, line) = lines(&photo, given).map_err(|why| anyhow!("{}: {why}", input.display()))?;
            let noise = match (photo.layout, given) {
                (Layout::Bayer(_), _) => Noise::Planes(lines.planes),
                (Layout::XTrans(_) | Layout::Linear, given) => given.clone(),
            };
            (noise, as_profile(&photo, lines), format!("{line} (given)"))
        }
    };
    let remark = format!("RAW of {}, {remark}", photo.camera);
    let notes = photo.notes.iter().map(RawNote::to_string).collect();
    Ok((Ready { file, photo, planes, noise, profile }, remark, notes))
}

/// The lines of noise that is given for a photo's planes, and what is said about it.
fn lines(photo: &RawPhoto, given: &Noise) -> Result<(NoiseProfile, String)> {
    Ok(match (photo.layout, given) {
        (_, Noise::Model(model)) => (NoiseProfile::uniform(*model), said(*model)),
        (Layout::Bayer(_), Noise::Planes(planes)) => (NoiseProfile { planes: *planes }, said(planes[1])),
        (Layout::Bayer(_), _) => {
            bail!("the noise of a mosaic is estimated, or given by --read and --shot; a curve is for developed photos")
        }
        (Layout::XTrans(_) | Layout::Linear, Noise::Planes(_)) => {
            bail!("it has all colours at every photosite, and this noise is of a mosaic's four planes")
        }
        (Layout::XTrans(_) | Layout::Linear, curve) => {
            let std = |channel, brightness| curve.std(channel, 0, 1, brightness);
            // Through black and mid-grey, for what the DNG says of how much was removed.
            let line = |channel| {
                let (black, grey) = (std(channel, 0.0), std(channel, MID_GREY));
                NoiseModel { sigma_read: black, shot: ((grey * grey - black * black) / MID_GREY).max(0.0) }
            };
            (NoiseProfile::of_channels([0, 1, 2].map(line)), "noise by a curve".into())
        }
    })
}

/// Decodes a RAW file.
pub fn decode(input: &Path, file: &[u8]) -> Result<RawPhoto> {
    if file.is_empty() {
        return Err(FileError::NoBytes { path: input.into() }.into());
    }
    raw::decode(file, MAX_PIXELS).map_err(|error| anyhow!("{}: {error}", input.display()))
}

impl Ready {
    /// What kind of network denoises it. What is demosaiced is as a developed photo to it.
    pub fn kind(&self) -> ImageKind {
        match self.photo.layout {
            Layout::Bayer(_) => ImageKind::Mosaic,
            Layout::XTrans(_) | Layout::Linear => ImageKind::Rgb,
        }
    }

    /// Its planes after a run on them and their noise.
    pub fn denoised(self, run: impl FnOnce(LinearImage, Noise) -> Result<LinearImage>) -> Result<Done> {
        let Self { file, photo, planes, noise, profile } = self;
        let planes = run(planes, noise)?;
        let light = photo.light_of_planes(Area { row: 0, column: 0, ..photo.active }, planes)?;
        Ok(Done { file, photo, light, profile })
    }
}

impl Done {
    /// What is written to an output of this name.
    pub fn written(self, output: &Path) -> Result<Written> {
        let Self { file, photo, light, profile } = self;
        if !is_dng(output) {
            return Ok(Written::Developed(Box::new(developed(&file, &photo, light)?)));
        }
        Ok(Written::Dng(dng::write_result(&file, &photo, &light, &profile)?))
    }
}

/// Light as a picture: developed, cropped, turned, and with the photo's EXIF.
fn developed(file: &[u8], photo: &RawPhoto, light: Light) -> Result<Photo> {
    let (width, height) = photo.picture_size();
    let (whole, result) = (Part { x: 0, y: 0, width, height }, Piece::whole(light));
    let picture = photo.picture(Sites::Result(&result), whole, &Development::default())?;
    let metadata = Metadata { exif: dng::exif(file, photo), ..Metadata::default() };
    Ok(Photo { metadata, ..Photo::new(picture, Depth::Sixteen) })
}
