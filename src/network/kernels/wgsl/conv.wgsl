// A convolution of K4 to N4 channels, in fours, of which a group computes THREADS_N. What becomes of the sums is said
// by one of the store_*.wgsl. The result's whole size is shape[0].xy; shape[1] is the window that is computed: first
// row and column, rows and columns.
@group(0) @binding(0) var<storage, ACCESS> x: array<H4>;
@group(0) @binding(1) var<storage, ACCESS> weights: array<H4>;

const BIAS: u32 = KERNEL * KERNEL * 4u * K4 * N4;

// The column itself, or the nearest that there is.
fn nearest(column: i32, columns: i32) -> u32 {
  return u32(clamp(column, 0, columns - 1));
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let n = group.z * THREADS_N + local % THREADS_N;
  let m = local / THREADS_N;
  let window = shape[1];
  let at = segment(number_of(group, groups) * SEGMENTS + m, window.z, window.w);
  let rows_in = i32(shape[0].x * STRIDE);
  let columns_in = i32(shape[0].y * STRIDE);
  let bias = vec4<f32>(weights[BIAS + n]);
  var a$i = bias;
  for (var dy = 0u; dy < KERNEL; dy++) {
    let row = i32((window.x + at.row) * STRIDE + dy) - PADDING;
    if (row >= 0 && row < rows_in) {
      let line = u32(row) * u32(columns_in);
      for (var dx = 0u; dx < KERNEL; dx++) {
        let first = i32((window.y + at.column) * STRIDE + dx) - PADDING;
        let q$i = first + $i * i32(STRIDE);
        let p$i = nearest(q$i, columns_in);
        let is$i = i32(p$i) == q$i;
        let o$i = (line + p$i) * K4;
        let from_tap = (dy * KERNEL + dx) * 4u * K4 * N4 + n;
        for (var k = 0u; k < K4; k++) {
          let w = matrix(from_tap + 4u * k * N4, N4);
          let f$i = select(H4(), x[o$i + k], is$i);
          a$i += vec4<f32>(w * f$i);
        }
      }
    }
  }
  if (at.is_inside) {
    if (at.column + $iu < window.w) { store(at.row, at.column + $iu, n, a$i); }
  }
}
