//! RAW files for JavaScript: read, developed, and written as DNGs. The networks are in the other module; planes go
//! there and come back one after the other, so that no more than one of them is copied at a time.

use js_sys::Float32Array;
use serde::Serialize;
use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::SrgbTable;
use crate::error::Error;
use crate::estimate::{Estimate, Point};
use crate::image::LinearImage;
use crate::method::noise::{Noise, NoiseModel};
use crate::method::noise_curve::NoiseCurve;
use crate::raw::develop::{Development, shown};
use crate::raw::found::{FoundNoise, Source, as_profile};
use crate::raw::layout::Layout;
use crate::raw::mosaic::{Area, PLANES};
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::view::{Part, Piece, Sites};
use crate::raw::{self, RawError, RawPhoto, dng};
use crate::web::failure::failure;

impl From<RawError> for JsValue {
    fn from(error: RawError) -> Self {
        let code = match error {
            RawError::NotRaw
            | RawError::NoMosaic
            | RawError::Packing(_)
            | RawError::Lossy
            | RawError::Camera(_)
            | RawError::NotBayer(_)
            | RawError::Small
            | RawError::Colors(_)
            | RawError::SeveralPictures(_) => "unsupported-format",
            RawError::TooLarge { .. } | RawError::TooMuchMemory(_) | RawError::FileTooLarge => "too-large",
            _ => "unsupported-image",
        };
        failure(code, &error.to_string())
    }
}

/// The bytes of a file that may be a RAW file.
#[wasm_bindgen]
pub struct RawFile(Vec<u8>);

#[wasm_bindgen]
impl RawFile {
    /// Of these bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Whether it is a RAW file, by its contents.
    #[wasm_bindgen(getter, js_name = isRaw)]
    pub fn is_raw(&self) -> bool {
        raw::is_raw(&self.0)
    }

    /// The JPEG that it holds for a quick look.
    pub fn preview(&self) -> Option<EmbeddedPreview> {
        let (jpeg, orientation) = raw::preview(&self.0)?;
        Some(EmbeddedPreview { jpeg: jpeg.to_vec(), orientation })
    }

    /// Width and height of its picture, as far as it tells them before it is decoded.
    #[wasm_bindgen(js_name = pictureSize)]
    pub fn picture_size(&self) -> Option<Vec<usize>> {
        raw::picture_size(&self.0).map(|(width, height)| vec![width, height])
    }

    /// Reads it. With more photosites than `limit` it is refused.
    ///
    /// # Errors
    /// `unsupported-format`, `unsupported-image`, `too-large`.
    pub fn decode(self, limit: usize) -> Result<Raw, JsValue> {
        let photo = raw::decode(&self.0, limit)?;
        Ok(Raw { file: self.0, photo, found: None })
    }
}

/// A JPEG and how it is to be turned.
#[wasm_bindgen(getter_with_clone)]
pub struct EmbeddedPreview {
    /// The file.
    pub jpeg: Vec<u8>,
    /// EXIF's Orientation, 1 to 8.
    pub orientation: u16,
}

/// A RAW file that was read.
#[wasm_bindgen]
pub struct Raw {
    file: Vec<u8>,
    photo: RawPhoto,
    /// The noise, once it was asked for.
    found: Option<FoundNoise>,
}

/// A line of the noise.
#[derive(Serialize)]
struct Line {
    read: f32,
    shot: f32,
}

impl From<NoiseModel> for Line {
    fn from(NoiseModel { sigma_read, shot }: NoiseModel) -> Self {
        Self { read: sigma_read, shot }
    }
}

/// What is known about the noise.
#[derive(Serialize)]
struct Report<'a> {
    /// Green's line.
    #[serde(flatten)]
    line: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    planes: Option<[Line; PLANES]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<&'a NoiseCurve>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    points: &'a [Point],
}

#[wasm_bindgen]
impl Raw {
    /// Pixels of the picture across.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.photo.picture_size().0
    }

    /// Pixels of the picture down.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.photo.picture_size().1
    }

    /// The kind of file: `DNG`, `CR3`, ...
    #[wasm_bindgen(getter)]
    pub fn format(&self) -> String {
        self.photo.format.into()
    }

    /// The camera's maker and model, as people say them.
    #[wasm_bindgen(getter)]
    pub fn camera(&self) -> String {
        self.photo.camera.clone()
    }

    /// The maker, as the file has it.
    #[wasm_bindgen(getter)]
    pub fn make(&self) -> String {
        self.photo.make.clone()
    }

    /// The model, as the file has it.
    #[wasm_bindgen(getter)]
    pub fn model(&self) -> String {
        self.photo.model.clone()
    }

    /// The sensitivity, if the file says it.
    #[wasm_bindgen(getter)]
    pub fn iso(&self) -> Option<u32> {
        self.photo.shot.iso
    }

    /// What the user should know about the file, in words about "it".
    pub fn notes(&self) -> Vec<String> {
        self.photo.notes.iter().map(ToString::to_string).collect()
    }

    /// The EXIF block for a developed picture.
    pub fn exif(&self) -> Option<Vec<u8>> {
        dng::exif(&self.file, &self.photo)
    }

    /// What it is denoised as: a `mosaic`, or `linear` light with all colours at every photosite.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        let kind = match self.photo.layout {
            Layout::Bayer(_) => "mosaic",
            Layout::XTrans(_) | Layout::Linear => "linear",
        };
        kind.into()
    }

    /// What a neutral colour has in red, green and blue of the sensor.
    pub fn neutral(&self) -> Vec<f32> {
        self.photo.color.colors().white_balance.map(f32::recip).into()
    }

    /// The noise of the planes as JSON: `{ read, shot, planes, curve, source, told, doubt, points }`, with `planes` of
    /// a mosaic alone, and with a `curve` where a line does not say it. `source` is `profile`, `measured`, or
    /// `not-profile` if the file's NoiseProfile, which is `told`, is wrong.
    pub fn noise(&mut self) -> String {
        let Self { photo, found, .. } = self;
        let found = found.get_or_insert_with(|| FoundNoise::of(photo));
        let source = match found.source {
            Source::Profile => "profile",
            Source::Light => "measured",
            Source::NotProfile => "not-profile",
        };
        let (planes, curve) = match &found.noise {
            Noise::Planes(planes) => (Some(planes.map(Line::from)), None),
            Noise::Curve(curve) => (None, Some(curve)),
            _ => (None, None),
        };
        let Estimate { points, .. } = &found.estimate;
        let doubt = found.doubt().map(|doubt| doubt.to_string());
        let told = found.told.map(Line::from);
        let report = Report { line: found.line.into(), planes, curve, source, told, doubt, points };
        serde_json::to_string(&report).expect("numbers and texts are JSON")
    }

    /// All planes.
    pub fn planes(&self) -> RawPlanes {
        let (width, height) = self.photo.plane_size();
        RawPlanes::of(&self.photo, Area { row: 0, column: 0, width, height })
    }

    /// Width and height of the planes.
    #[wasm_bindgen(js_name = planeSize)]
    pub fn plane_size(&self) -> Vec<usize> {
        let (width, height) = self.photo.plane_size();
        vec![width, height]
    }

    /// Where the planes lie that a part of the picture depends on: x, y, width, height.
    ///
    /// # Errors
    /// `bad-option` for a part that does not lie in the picture.
    #[wasm_bindgen(js_name = planesAround)]
    pub fn planes_around(&self, x: usize, y: usize, width: usize, height: usize) -> Result<Vec<usize>, JsValue> {
        let area = self.photo.planes_around(self.photo.area_of(self.part(x, y, width, height)?));
        Ok(vec![area.column, area.row, area.width, area.height])
    }

    /// Some of the planes' pixels.
    ///
    /// # Errors
    /// `bad-option` if they do not lie in the planes.
    #[wasm_bindgen(js_name = planesOf)]
    pub fn planes_of(&self, x: usize, y: usize, width: usize, height: usize) -> Result<RawPlanes, JsValue> {
        Ok(RawPlanes::of(&self.photo, self.plane_area(x, y, width, height)?))
    }

    /// All planes reduced to at most `most` pixels: each is the mean of as many as lie in its place.
    pub fn reduced(&self, most: usize) -> RawPlanes {
        RawPlanes(self.photo.reduced_planes(most))
    }

    /// A map over the picture, of any size, as one over planes.
    ///
    /// # Errors
    /// `bad-option` for a map of another length than its size, or planes that are not there.
    #[wasm_bindgen(js_name = overPlanes)]
    #[allow(clippy::too_many_arguments, reason = "a map with its size, and a rectangle")]
    pub fn over_planes(
        &self,
        map: &[f32],
        map_width: usize,
        map_height: usize,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
    ) -> Result<Vec<f32>, JsValue> {
        check_length(map.len(), map_width, map_height)?;
        let planes = self.plane_area(x, y, width, height)?;
        Ok(self.photo.over_planes(map, (map_width, map_height), planes))
    }

    /// Values over all planes, which may be reduced, as values over the picture in a size.
    ///
    /// # Errors
    /// `bad-option` for values of another length than their size.
    #[wasm_bindgen(js_name = overPicture)]
    pub fn over_picture(
        &self,
        values: &[f32],
        columns: usize,
        rows: usize,
        width: usize,
        height: usize,
    ) -> Result<Vec<f32>, JsValue> {
        check_length(values.len(), columns, rows)?;
        Ok(self.photo.over_picture(values, 1, (columns, rows), (width, height)))
    }

    /// A run's preview, red, green and blue over all planes, as RGBA of the picture in a size.
    ///
    /// # Errors
    /// `bad-option` for values of another length than their size.
    pub fn paint(
        &self,
        light: &[f32],
        columns: usize,
        rows: usize,
        width: usize,
        height: usize,
        look: &Look,
    ) -> Result<Clamped<Vec<u8>>, JsValue> {
        check_length(light.len(), 3 * columns, rows)?;
        let factors = match self.photo.layout {
            Layout::Bayer(_) => [1.0; 3],
            Layout::XTrans(_) | Layout::Linear => self.photo.factors().map(f32::recip),
        };
        let light: Vec<f32> = light.iter().enumerate().map(|(i, v)| v * factors[i % 3]).collect();
        let light = self.photo.corrected_colors(&light, (columns, rows));
        let over = self.photo.over_picture(&light, 3, (columns, rows), (width, height));
        let shown = shown(&self.photo.color.colors(), &look.0);
        let table = SrgbTable::get();
        let codes = over.as_chunks::<3>().0.iter().flat_map(|pixel| {
            let [red, green, blue] = shown(*pixel).map(|v| code8(table, v));
            [red, green, blue, u8::MAX]
        });
        Ok(Clamped(codes.collect()))
    }

    /// A part of the picture, developed, as RGBA of 8 bits.
    ///
    /// # Errors
    /// `bad-option` for a part that does not lie in the picture.
    #[wasm_bindgen(js_name = develop8)]
    pub fn develop_8(
        &self,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
        look: &Look,
    ) -> Result<Clamped<Vec<u8>>, JsValue> {
        Ok(Clamped(self.developed(Sites::Photo, Part { x, y, width, height }, look, u8::MAX, code8)?))
    }

    /// The same of 16 bits.
    ///
    /// # Errors
    /// As [`Raw::develop_8`].
    #[wasm_bindgen(js_name = develop16)]
    pub fn develop_16(
        &self,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
        look: &Look,
    ) -> Result<Vec<u16>, JsValue> {
        self.developed(Sites::Photo, Part { x, y, width, height }, look, u16::MAX, code16)
    }

    /// The whole picture in a size, at most half of its own, as RGBA of 8 bits.
    ///
    /// # Errors
    /// None for a look that there is.
    pub fn glance(&self, width: u32, height: u32, look: &Look) -> Result<Clamped<Vec<u8>>, JsValue> {
        self.glanced(Sites::Photo, width, height, look)
    }
}

impl Raw {
    fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Result<Part, Error> {
        let part = Part { x, y, width, height };
        let (all_width, all_height) = self.photo.picture_size();
        let fits = |from: usize, length: usize, all: usize| length > 0 && from < all && length <= all - from;
        if fits(x, width, all_width) && fits(y, height, all_height) {
            return Ok(part);
        }
        Err(Error::BadOption { name: "region", value: part.to_string(), range: "a rectangle within the picture" })
    }

    fn plane_area(&self, column: usize, row: usize, width: usize, height: usize) -> Result<Area, Error> {
        let area = Area { row, column, width, height };
        let (all_width, all_height) = self.photo.plane_size();
        if width > 0 && height > 0 && area.is_in(&Area { row: 0, column: 0, width: all_width, height: all_height }) {
            return Ok(area);
        }
        Err(Error::BadOption { name: "planes", value: format!("{area:?}"), range: "a rectangle within the planes" })
    }

    /// A part as interleaved codes, opaque.
    fn developed<T: Copy>(
        &self,
        sites: Sites,
        part: Part,
        look: &Look,
        opaque: T,
        code: impl Fn(&SrgbTable, f32) -> T,
    ) -> Result<Vec<T>, JsValue> {
        let image = self.photo.picture(sites, part, &look.0)?;
        let table = SrgbTable::get();
        let planes = [0, 1, 2].map(|channel| image.plane(channel));
        let pixels = (0..image.pixels()).flat_map(|pixel| {
            let [red, green, blue] = planes.map(|plane| code(table, plane[pixel]));
            [red, green, blue, opaque]
        });
        Ok(pixels.collect())
    }

    fn glanced(&self, sites: Sites, width: u32, height: u32, look: &Look) -> Result<Clamped<Vec<u8>>, JsValue> {
        let picture = self.photo.glance(sites, (width.max(1), height.max(1)), &look.0)?;
        Ok(Clamped(picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], u8::MAX]).collect()))
    }
}

/// How a mosaic is developed; see [`Development`].
#[wasm_bindgen]
pub struct Look(Development);

#[wasm_bindgen]
impl Look {
    /// All in EV.
    ///
    /// # Errors
    /// `bad-option` for numbers outside their ranges.
    #[wasm_bindgen(constructor)]
    pub fn new(exposure: f32, warmth: f32, tint: f32) -> Result<Look, JsValue> {
        let development = Development { exposure, warmth, tint };
        development.check()?;
        Ok(Self(development))
    }
}

/// Planes on their way to the network.
#[wasm_bindgen]
pub struct RawPlanes(LinearImage);

impl RawPlanes {
    fn of(photo: &RawPhoto, planes: Area) -> Self {
        Self(photo.planes(photo.light_of(photo.sites_of_planes(planes))))
    }
}

#[wasm_bindgen]
impl RawPlanes {
    /// Pixels across.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.0.width()
    }

    /// Pixels down.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.0.height()
    }

    /// A plane, copied out of wasm's memory: red, green in red's rows, green in blue's rows and blue of a mosaic, else
    /// red, green and blue.
    pub fn plane(&self, number: usize) -> Float32Array {
        self.0.plane(number.min(self.0.channels() - 1)).into()
    }
}

/// Planes on their way back.
#[wasm_bindgen]
pub struct PlaneReader {
    planes: Area,
    values: Vec<f32>,
}

#[wasm_bindgen]
impl PlaneReader {
    /// For so many planes, or those of their pixels that begin at x and y.
    #[wasm_bindgen(constructor)]
    pub fn new(x: usize, y: usize, width: usize, height: usize, count: usize) -> Self {
        let planes = Area { row: y, column: x, width, height };
        Self { planes, values: Vec::with_capacity(count * width * height) }
    }

    /// Reads the next plane.
    pub fn add(&mut self, plane: &[f32]) {
        self.values.extend_from_slice(plane);
    }

    /// The result that they make of a photo.
    ///
    /// # Errors
    /// `unsupported-image` if they are not those of the photo, or hold a value that is not finite.
    pub fn finish(self, photo: &Raw) -> Result<RawResult, JsValue> {
        let Area { width, height, column, row } = self.planes;
        let channels = self.values.len() / (width * height).max(1);
        let planes = LinearImage::of_planes(channels, width, height, self.values)?;
        let sites = photo.photo.sites_of_planes(photo.plane_area(column, row, width, height)?);
        let light = photo.photo.light_of_planes(sites, planes)?;
        Ok(RawResult(Piece { light, row: sites.row, column: sites.column }))
    }
}

/// What was made of a photo, or of a part of it.
#[wasm_bindgen]
pub struct RawResult(Piece);

#[wasm_bindgen]
impl RawResult {
    /// What a DNG holds that was made of this photo.
    ///
    /// # Errors
    /// As [`RawFile::decode`]; `bad-option` if it is not of this photo.
    #[wasm_bindgen(js_name = fromDng)]
    pub fn from_dng(dng: &[u8], photo: &Raw) -> Result<RawResult, JsValue> {
        let photo = &photo.photo;
        let kept = raw::decode(dng, photo.width * photo.height)?;
        if !photo.is_like(&kept) {
            let value = format!("a DNG of {:?}", kept.active);
            return Err(Error::BadOption { name: "result", value, range: "made of this photo" }.into());
        }
        Ok(Self(Piece::whole(kept.light())))
    }

    /// As [`Raw::develop_8`].
    ///
    /// # Errors
    /// `bad-option` for a part that it does not hold.
    #[wasm_bindgen(js_name = develop8)]
    pub fn develop_8(
        &self,
        photo: &Raw,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
        look: &Look,
    ) -> Result<Clamped<Vec<u8>>, JsValue> {
        Ok(Clamped(photo.developed(Sites::Result(&self.0), Part { x, y, width, height }, look, u8::MAX, code8)?))
    }

    /// As [`Raw::develop_16`].
    ///
    /// # Errors
    /// As [`RawResult::develop_8`].
    #[wasm_bindgen(js_name = develop16)]
    pub fn develop_16(
        &self,
        photo: &Raw,
        x: usize,
        y: usize,
        width: usize,
        height: usize,
        look: &Look,
    ) -> Result<Vec<u16>, JsValue> {
        photo.developed(Sites::Result(&self.0), Part { x, y, width, height }, look, u16::MAX, code16)
    }

    /// As [`Raw::glance`].
    ///
    /// # Errors
    /// `bad-option` for the result of a part.
    pub fn glance(&self, photo: &Raw, width: u32, height: u32, look: &Look) -> Result<Clamped<Vec<u8>>, JsValue> {
        photo.glanced(Sites::Result(&self.0), width, height, look)
    }

    /// The DNG. `noise` are read and shot noise of a mosaic's four planes, or of red and twice of green and of blue in
    /// the planes, as they were removed.
    ///
    /// # Errors
    /// `bad-option` for the result of a part, or another number of numbers; `too-large`.
    pub fn dng(&self, photo: &Raw, noise: &[f32]) -> Result<Vec<u8>, JsValue> {
        let (lines, rest) = noise.as_chunks();
        let lines: &[[f32; 2]; PLANES] =
            lines.try_into().ok().filter(|_| rest.is_empty()).ok_or_else(|| wrong_noise(noise))?;
        let planes = lines.map(|[sigma_read, shot]| NoiseModel { sigma_read, shot });
        let noise = as_profile(&photo.photo, NoiseProfile { planes });
        Ok(dng::write_result(&photo.file, &photo.photo, &self.0.light, &noise)?)
    }
}

fn wrong_noise(noise: &[f32]) -> Error {
    Error::BadOption { name: "noise", value: format!("{} numbers", noise.len()), range: "two for each of four planes" }
}

fn check_length(found: usize, width: usize, height: usize) -> Result<(), Error> {
    let expected = width.saturating_mul(height);
    if expected == 0 {
        return Err(Error::EmptyImage { width, height });
    }
    if found == expected { Ok(()) } else { Err(Error::WrongLength { width, height, expected, found }) }
}

fn code8(table: &SrgbTable, v: f32) -> u8 {
    (table.encode(v) * 255.0 + 0.5) as u8
}

fn code16(table: &SrgbTable, v: f32) -> u16 {
    (table.encode(v) * 65_535.0 + 0.5) as u16
}
