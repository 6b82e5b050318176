//! Planes on their way from a RAW file to the network, and back.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::image::LinearImage;
use crate::raw::RawPhoto;
use crate::raw::mosaic::Area;
use crate::raw::view::Piece;
use crate::web::raw::Raw;
use crate::web::raw::result::RawResult;

/// Planes on their way to the network.
#[wasm_bindgen]
pub struct RawPlanes(pub(super) LinearImage);

impl RawPlanes {
    pub(super) fn of(photo: &RawPhoto, planes: Area) -> Self {
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
