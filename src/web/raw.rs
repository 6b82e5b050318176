//! RAW files for JavaScript: read, developed, and written as DNGs. The networks are in the other module; planes go
//! there and come back one after the other, so that no more than one of them is copied at a time.

mod file;
mod noise;
mod photo;
mod planes;
mod result;

use wasm_bindgen::prelude::*;

use crate::color::SrgbTable;
use crate::raw::RawError;
use crate::raw::develop::Development;
use crate::web::failure::failure;

pub use photo::Raw;

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

fn code8(table: &SrgbTable, v: f32) -> u8 {
    (table.encode(v) * 255.0 + 0.5) as u8
}

fn code16(table: &SrgbTable, v: f32) -> u16 {
    (table.encode(v) * 65_535.0 + 0.5) as u16
}
