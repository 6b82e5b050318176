// A block's beginning: features normalised, steered by the embedding, and widened.
@group(0) @binding(0) var<storage, ACCESS> x: array<H4>;
@group(0) @binding(1) var<storage, ACCESS> embedding: array<H4>;
@group(0) @binding(2) var<storage, ACCESS> weights: array<H4>;
@group(0) @binding(3) var<storage, read_write> wide: array<H4>;
@group(0) @binding(4) var<storage, read> shape: vec4<u32>;

const W4: u32 = 2u * C4;
const STEER_BIAS: u32 = 4u * E4 * W4;
const WIDEN: u32 = STEER_BIAS + W4;
const WIDEN_BIAS: u32 = WIDEN + 4u * C4 * W4;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let n = local % C4;
  let m = local / C4;
  let at = segment(number_of(group, groups) * SEGMENTS + m, shape.x, shape.y);
  let row = at.row * shape.y;
  let mine = m * T * C4;
  let p$i = row + min(at.column + $iu, shape.y - 1u);
  let x$i = x[p$i * C4 + n];
  features[mine + $iu * C4 + n] = x$i;
  workgroupBarrier();
  find_scales(local);

  // Its bias has the 1 that is added to the scale.
  let steer_bias = vec4<f32>(weights[STEER_BIAS + n]);
  let shift_bias = vec4<f32>(weights[STEER_BIAS + C4 + n]);
  var s$i = steer_bias;
  var t$i = shift_bias;
  for (var e = 0u; e < E4; e++) {
    let v = matrix(4u * e * W4 + n, W4);
    let w = matrix(4u * e * W4 + C4 + n, W4);
    let e$i = embedding[p$i * E4 + e];
    s$i += vec4<f32>(v * e$i);
    t$i += vec4<f32>(w * e$i);
  }
  features[mine + $iu * C4 + n] = H4(vec4<f32>(x$i) * scales[m * T + $iu] * s$i + t$i);
  workgroupBarrier();

  let bias_a = vec4<f32>(weights[WIDEN_BIAS + n]);
  let bias_b = vec4<f32>(weights[WIDEN_BIAS + C4 + n]);
  var a$i = bias_a;
  var b$i = bias_b;
  for (var k = 0u; k < C4; k++) {
    let v = matrix(WIDEN + 4u * k * W4 + n, W4);
    let w = matrix(WIDEN + 4u * k * W4 + C4 + n, W4);
    let f$i = features[mine + $iu * C4 + k];
    a$i += vec4<f32>(v * f$i);
    b$i += vec4<f32>(w * f$i);
  }
  if (at.is_inside) {
    if (at.column + $iu < shape.y) { wide[p$i * W4 + n] = H4(a$i); wide[p$i * W4 + C4 + n] = H4(b$i); }
  }
}
