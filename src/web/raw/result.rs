//! What the network made of a RAW file: developed, and written as a DNG.

use wasm_bindgen::Clamped;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::method::noise::NoiseModel;
use crate::raw::found::as_profile;
use crate::raw::mosaic::PLANES;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::view::{Part, Piece, Sites};
use crate::raw::{self, dng};
use crate::web::raw::{Look, Raw, code8, code16};

/// What was made of a photo, or of a part of it.
#[wasm_bindgen]
pub struct RawResult(pub(super) Piece);

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
