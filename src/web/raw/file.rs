//! The bytes of a RAW file, before it is read.

use wasm_bindgen::prelude::*;

use crate::raw;
use crate::web::raw::Raw;

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
