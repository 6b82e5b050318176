// Everything that the network sees of a pixel of the finest scale, and the noise levels once more, for the embeddings.
// Where it sees them is said by one of the see_*.wgsl.
const VALUES: u32 = SIDE * SIDE;

// The mean of a square of the photo.
fn mean_of(channel: u32, row: u32, column: u32, rows: u32, columns: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < VALUES; i++) {
    sum += photo((channel * rows * SIDE + row * SIDE + i / SIDE) * columns * SIDE + column * SIDE + i % SIDE);
  }
  return sum / f32(VALUES);
}

// Linear up to a few units and logarithmic beyond.
fn compressed(d: f32) -> f32 {
  let a = abs(d) / 4.0;
  return sign(d) * log(a + sqrt(a * a + 1.0)) * 4.0;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let rows = shape.x;
  let columns = shape.y;
  let pixel = number_of(group, groups) * THREADS + local;
  if (pixel >= rows * columns) {
    return;
  }
  let row = pixel / columns;
  let column = pixel % columns;
  let first = pixel * (2u * CHANNELS * VALUES + 4u * CHANNELS);
  let behind = first + 2u * CHANNELS * VALUES;
  for (var c = 0u; c < CHANNELS; c++) {
    var sum = 0.0;
    var count = 0.0;
    for (var r = max(row, 1u) - 1u; r <= min(row + 1u, rows - 1u); r++) {
      for (var k = max(column, 1u) - 1u; k <= min(column + 1u, columns - 1u); k++) {
        sum += mean_of(c, r, k, rows, columns);
        count += 1.0;
      }
    }
    let mean = sum / count;

    var sum_t = 0.0;
    var sum_star = 0.0;
    for (var i = 0u; i < VALUES; i++) {
      let at = (c * rows * SIDE + row * SIDE + i / SIDE) * columns * SIDE + column * SIDE + i % SIDE;
      let std_t = max(sigma_t[at], FLOOR);
      let std_star = max(photo_std(at), FLOOR);
      features[first + c * VALUES + i] = compressed((x_t[at] - mean) / std_t);
      features[first + (CHANNELS + c) * VALUES + i] = compressed((photo(at) - mean) / std_star);
      sum_t += std_t;
      sum_star += std_star;
    }
    let level_t = (log(sum_t / f32(VALUES)) - LOG_MIDDLE) / LOG_QUARTER;
    let level_star = (log(sum_star / f32(VALUES)) - LOG_MIDDLE) / LOG_QUARTER;
    features[behind + c] = sqrt(max(mean, 0.0));
    features[behind + CHANNELS + c] = level_t;
    features[behind + 2u * CHANNELS + c] = level_star;
    features[behind + 3u * CHANNELS + c] = compressed(mean / (sum_star / f32(VALUES)));
    levels[pixel * 2u * CHANNELS + c] = level_t;
    levels[pixel * 2u * CHANNELS + CHANNELS + c] = level_star;
  }
}
