// All else of a block: a 3 x 3 kernel per channel with its gate, narrowed and added; then the second branch.
@group(0) @binding(0) var<storage, ACCESS> wide: array<H4>;
@group(0) @binding(1) var<storage, ACCESS> x: array<H4>;
@group(0) @binding(2) var<storage, ACCESS> weights: array<H4>;
@group(0) @binding(3) var<storage, read_write> mixed: array<H4>;
@group(0) @binding(4) var<storage, read> shape: vec4<u32>;

const W4: u32 = 2u * C4;
const DEPTHWISE_BIAS: u32 = 9u * W4;
const NARROW: u32 = DEPTHWISE_BIAS + W4;
const NARROW_BIAS: u32 = NARROW + 4u * C4 * C4;
const MIX_WIDEN: u32 = NARROW_BIAS + C4;
const MIX_WIDEN_BIAS: u32 = MIX_WIDEN + 4u * C4 * W4;
const MIX_NARROW: u32 = MIX_WIDEN_BIAS + W4;
const MIX_NARROW_BIAS: u32 = MIX_NARROW + 4u * C4 * C4;

// A value that the kernel of three columns reads; 0 outside.
fn tap(row: u32, column: i32, columns: u32, c: u32) -> H4 {
  let inside = clamp(column, 0, i32(columns) - 1);
  return select(H4(), wide[(row * columns + u32(inside)) * W4 + c], inside == column);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let n = local % C4;
  let m = local / C4;
  let rows = shape.x;
  let columns = shape.y;
  let at = segment(number_of(group, groups) * SEGMENTS + m, rows, columns);
  let left = i32(at.column) - 1;
  let mine = m * T * C4;
  let p$i = at.row * columns + min(at.column + $iu, columns - 1u);

  let bias_a = vec4<f32>(weights[DEPTHWISE_BIAS + n]);
  let bias_b = vec4<f32>(weights[DEPTHWISE_BIAS + C4 + n]);
  var g$i = bias_a;
  var h$i = bias_b;
  for (var dy = 0u; dy < 3u; dy++) {
    let row = at.row + dy;
    if (row >= 1u && row <= rows) {
      let w0 = weights[3u * dy * W4 + n];
      let w1 = weights[(3u * dy + 1u) * W4 + n];
      let w2 = weights[(3u * dy + 2u) * W4 + n];
      let c0 = tap(row - 1u, left, columns, n);
      let c1 = tap(row - 1u, left + 1, columns, n);
      let c$k = tap(row - 1u, left + $k, columns, n);
      g$i += vec4<f32>(c$i * w0 + c$j * w1 + c$k * w2);
    }
  }
  for (var dy = 0u; dy < 3u; dy++) {
    let row = at.row + dy;
    if (row >= 1u && row <= rows) {
      let w0 = weights[3u * dy * W4 + C4 + n];
      let w1 = weights[(3u * dy + 1u) * W4 + C4 + n];
      let w2 = weights[(3u * dy + 2u) * W4 + C4 + n];
      let c0 = tap(row - 1u, left, columns, C4 + n);
      let c1 = tap(row - 1u, left + 1, columns, C4 + n);
      let c$k = tap(row - 1u, left + $k, columns, C4 + n);
      h$i += vec4<f32>(c$i * w0 + c$j * w1 + c$k * w2);
    }
  }
  features[mine + $iu * C4 + n] = H4(g$i * h$i);
  workgroupBarrier();

  let narrow_bias = vec4<f32>(weights[NARROW_BIAS + n]);
  var x$i = vec4<f32>(x[p$i * C4 + n]) + narrow_bias;
  for (var k = 0u; k < C4; k++) {
    let w = matrix(NARROW + 4u * k * C4 + n, C4);
    let f$i = features[mine + $iu * C4 + k];
    x$i += vec4<f32>(w * f$i);
  }
  workgroupBarrier();
  features[mine + $iu * C4 + n] = H4(x$i);
  workgroupBarrier();
  find_scales(local);

  // The normalisation is one factor per pixel: it can come after the sum.
  var a$i = vec4<f32>();
  var b$i = vec4<f32>();
  for (var k = 0u; k < C4; k++) {
    let v = matrix(MIX_WIDEN + 4u * k * W4 + n, W4);
    let w = matrix(MIX_WIDEN + 4u * k * W4 + C4 + n, W4);
    let f$i = features[mine + $iu * C4 + k];
    a$i += vec4<f32>(v * f$i);
    b$i += vec4<f32>(w * f$i);
  }
  workgroupBarrier();
  let bias_c = vec4<f32>(weights[MIX_WIDEN_BIAS + n]);
  let bias_d = vec4<f32>(weights[MIX_WIDEN_BIAS + C4 + n]);
  features[mine + $iu * C4 + n] = H4((a$i * scales[m * T + $iu] + bias_c) * (b$i * scales[m * T + $iu] + bias_d));
  workgroupBarrier();

  let mix_bias = vec4<f32>(weights[MIX_NARROW_BIAS + n]);
  var y$i = x$i + mix_bias;
  for (var k = 0u; k < C4; k++) {
    let w = matrix(MIX_NARROW + 4u * k * C4 + n, C4);
    let f$i = features[mine + $iu * C4 + k];
    y$i += vec4<f32>(w * f$i);
  }
  if (at.is_inside) {
    if (at.column + $iu < columns) { mixed[p$i * C4 + n] = H4(y$i); }
  }
}
