// A state, and the photo that it comes from.
@group(0) @binding(0) var<storage, ACCESS> x_t: array<f32>;
@group(0) @binding(1) var<storage, ACCESS> sigma_t: array<f32>;
@group(0) @binding(2) var<storage, ACCESS> y: array<f32>;
@group(0) @binding(3) var<storage, ACCESS> sigma_star: array<f32>;
@group(0) @binding(4) var<storage, read_write> features: array<f32>;
@group(0) @binding(5) var<storage, read_write> levels: array<f32>;
@group(0) @binding(6) var<storage, read> shape: vec4<u32>;

fn photo(at: u32) -> f32 {
  return y[at];
}

fn photo_std(at: u32) -> f32 {
  return sigma_star[at];
}
