// Takes a plane of a tile through its step, by the prediction; see method/reverse.rs. What becomes of the result is
// said by one of the keep_*.wgsl.
@group(0) @binding(0) var<storage, ACCESS> x: array<f32>;
@group(0) @binding(1) var<storage, ACCESS> times: array<f32>;
@group(0) @binding(2) var<storage, ACCESS> sigmas: array<f32>;
@group(0) @binding(3) var<storage, ACCESS> predicted: array<f32>;
@group(0) @binding(4) var<storage, read_write> report: Report;

fn step_back(x_t: f32, x0_hat: f32, gamma: f32, gamma_next: f32, eta: f32, z: f32) -> f32 {
  if (gamma == 0.0) {
    return x_t;
  }
  if (gamma_next == 0.0) {
    return x0_hat;
  }
  let fresh = eta * eta * gamma_next * (1.0 - gamma_next / gamma);
  let kept = sqrt((gamma_next - fresh) / gamma);
  return kept * x_t + (1.0 - kept) * x0_hat + sqrt(fresh) * z;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  // The image's columns; the tile's first row and column. The tile's rows and columns; those of the window.
  let place = numbers[0];
  let size = numbers[1];
  // The window's first value, the view, n, and the first value of the report.
  let plane = numbers[2];
  // How far all pixels have gone back, before and after; eta, and the sign of what is drawn, or 0.
  let how = bitcast<vec4<f32>>(numbers[3]);
  // The first row and column of the photo that the image was cut out of; the step and the stream; the key; the channel.
  let drawn = numbers[4];
  let key = numbers[5];

  let pixel = number_of(group, groups) * THREADS + local;
  if (pixel >= size.x * size.y) {
    return;
  }
  let r = pixel / size.y;
  let c = pixel % size.y;
  let row = place.y + r;
  let column = place.z + c;
  let at = row * place.x + column;
  let eps = predicted[plane.x + in_view(r, c, size.z, size.w, plane.y)];
  // By its bits: compilers may take for granted that there is nothing but numbers.
  if ((bitcast<u32>(eps) & 0x7f800000u) == 0x7f800000u) {
    atomicStore(&report.is_wrong, 1u);
  }
  let sigma_t = sigma(time_after(times[at], how.x));
  let sigma_next = sigma(time_after(times[at], how.y));
  var z = 0.0;
  if (how.w != 0.0 && sigma_next > 0.0) {
    z = how.w * normal(vec4<u32>(drawn.y + column, drawn.x + row, drawn.z, drawn.w), key.xy, key.z);
  }
  let value = step_back(x[at], x[at] - sigma_t * eps, sigma_t * sigma_t, sigma_next * sigma_next, how.z, z);
  keep(at, value);
  if (row % plane.z == 0u && column % plane.z == 0u) {
    let first = (vec2<u32>(place.y, place.z) + plane.z - 1u) / plane.z;
    let across = (place.z + size.y + plane.z - 1u) / plane.z - first.y;
    report.values[plane.w + (row / plane.z - first.x) * across + column / plane.z - first.y] = value;
  }
}
