// A scale's embedding of the noise levels: their mean over the scale's pixel, and two layers.
@group(0) @binding(0) var<storage, ACCESS> levels: array<f32>;
@group(0) @binding(1) var<storage, ACCESS> weights: array<H4>;
@group(0) @binding(2) var<storage, read_write> embedding: array<R4>;
@group(0) @binding(3) var<storage, read> shape: vec4<u32>;

const FIRST_BIAS: u32 = LEVELS * E4;
const SECOND: u32 = FIRST_BIAS + E4;
const SECOND_BIAS: u32 = SECOND + 4u * E4 * E4;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let columns = shape.y;
  let pixel = number_of(group, groups) * THREADS + local;
  if (pixel >= shape.x * columns) {
    return;
  }
  let corner = (pixel / columns) * SIDE * columns * SIDE + (pixel % columns) * SIDE;
  var hidden: array<vec4<f32>, E4>;
  for (var e = 0u; e < E4; e++) {
    hidden[e] = weights[FIRST_BIAS + e];
  }
  for (var l = 0u; l < LEVELS; l++) {
    var level = 0.0;
    for (var i = 0u; i < SIDE * SIDE; i++) {
      level += levels[(corner + (i / SIDE) * columns * SIDE + i % SIDE) * LEVELS + l];
    }
    level /= f32(SIDE * SIDE);
    for (var e = 0u; e < E4; e++) {
      hidden[e] += level * weights[l * E4 + e];
    }
  }
  for (var e = 0u; e < E4; e++) {
    hidden[e] = max(hidden[e], vec4<f32>());
  }
  for (var e = 0u; e < E4; e++) {
    var sum = weights[SECOND_BIAS + e];
    for (var k = 0u; k < E4; k++) {
      sum += matrix(SECOND + 4u * k * E4 + e, E4) * hidden[k];
    }
    embedding[pixel * E4 + e] = R4(max(sum, vec4<f32>()));
  }
}
