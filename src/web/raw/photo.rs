//! A RAW file that was read.

use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::color::SrgbTable;
use crate::error::Error;
use crate::raw::develop::shown;
use crate::raw::found::FoundNoise;
use crate::raw::layout::Layout;
use crate::raw::mosaic::Area;
use crate::raw::view::{Part, Sites};
use crate::raw::{RawPhoto, dng};
use crate::web::raw::noise::as_json;
use crate::web::raw::planes::RawPlanes;
use crate::web::raw::{Look, code8, code16};

/// A RAW file that was read.
#[wasm_bindgen]
pub struct Raw {
    pub(super) file: Vec<u8>,
    pub(super) photo: RawPhoto,
    /// The noise, once it was asked for.
    pub(super) found: Option<FoundNoise>,
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
        as_json(found.get_or_insert_with(|| FoundNoise::of(photo)))
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

    pub(super) fn plane_area(&self, column: usize, row: usize, width: usize, height: usize) -> Result<Area, Error> {
        let area = Area { row, column, width, height };
        let (all_width, all_height) = self.photo.plane_size();
        if width > 0 && height > 0 && area.is_in(&Area { row: 0, column: 0, width: all_width, height: all_height }) {
            return Ok(area);
        }
        Err(Error::BadOption { name: "planes", value: format!("{area:?}"), range: "a rectangle within the planes" })
    }

    /// A part as interleaved codes, opaque.
    pub(super) fn developed<T: Copy>(
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

    pub(super) fn glanced(
        &self,
        sites: Sites,
        width: u32,
        height: u32,
        look: &Look,
    ) -> Result<Clamped<Vec<u8>>, JsValue> {
        let picture = self.photo.glance(sites, (width.max(1), height.max(1)), &look.0)?;
        Ok(Clamped(picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], u8::MAX]).collect()))
    }
}

fn check_length(found: usize, width: usize, height: usize) -> Result<(), Error> {
    let expected = width.saturating_mul(height);
    if expected == 0 {
        return Err(Error::EmptyImage { width, height });
    }
    if found == expected { Ok(()) } else { Err(Error::WrongLength { width, height, expected, found }) }
}
