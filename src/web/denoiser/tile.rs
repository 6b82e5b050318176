//! A tile that a run hands out.

use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::denoiser::TileInput;
use crate::network::Window;

/// What the network sees of a tile; see [`TileInput`]. Every getter of planes copies them out of wasm's memory.
#[wasm_bindgen]
pub struct Tile(pub(super) TileInput);

#[wasm_bindgen]
impl Tile {
    /// The tile's number in the step.
    #[wasm_bindgen(getter)]
    pub fn index(&self) -> usize {
        self.0.index
    }

    /// Rows and columns of the planes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> Vec<usize> {
        self.0.size.to_vec()
    }

    /// First row and column, rows and columns; see [`TileInput::window`].
    #[wasm_bindgen(getter)]
    pub fn window(&self) -> Vec<usize> {
        let Window { row, column, rows, columns } = self.0.window;
        vec![row, column, rows, columns]
    }

    /// See [`TileInput::x`].
    #[wasm_bindgen(getter)]
    pub fn x(&self) -> Float32Array {
        self.0.x.as_slice().into()
    }

    /// See [`TileInput::sigma_t`].
    #[wasm_bindgen(getter, js_name = sigmaT)]
    pub fn sigma_t(&self) -> Float32Array {
        self.0.sigma_t.as_slice().into()
    }

    /// The first of [`TileInput::photo`].
    #[wasm_bindgen(getter)]
    pub fn y(&self) -> Option<Float32Array> {
        self.0.photo.as_ref().map(|[y, _]| y.as_slice().into())
    }

    /// The second of [`TileInput::photo`].
    #[wasm_bindgen(getter, js_name = sigmaStar)]
    pub fn sigma_star(&self) -> Option<Float32Array> {
        self.0.photo.as_ref().map(|[_, sigma_star]| sigma_star.as_slice().into())
    }
}
