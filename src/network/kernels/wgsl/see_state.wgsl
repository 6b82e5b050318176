// A state that is the photo itself, or all that the network sees.
@group(0) @binding(0) var<storage, ACCESS> x_t: array<f32>;
@group(0) @binding(1) var<storage, ACCESS> sigma_t: array<f32>;
@group(0) @binding(2) var<storage, read_write> features: array<f32>;
@group(0) @binding(3) var<storage, read_write> levels: array<f32>;
@group(0) @binding(4) var<storage, read> shape: vec4<u32>;

fn photo(at: u32) -> f32 {
  return x_t[at];
}

fn photo_std(at: u32) -> f32 {
  return sigma_t[at];
}
