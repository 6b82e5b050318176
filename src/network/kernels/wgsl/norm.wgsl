// The features of all of the group's pixels, side by side, and the reciprocal root of their mean square. PARTS threads
// share a pixel.
var<workgroup> features: array<H4, PIXELS * C4>;
var<workgroup> squares: array<f32, PIXELS * PARTS>;
var<workgroup> scales: array<f32, PIXELS>;

// Call it with the features written and a barrier behind; it ends with one.
fn find_scales(local: u32) {
  for (var job = local; job < PIXELS * PARTS; job += THREADS) {
    var sum = 0.0;
    for (var c = job / PIXELS; c < C4; c += PARTS) {
      let v = vec4<f32>(features[(job % PIXELS) * C4 + c]);
      sum += dot(v, v);
    }
    squares[job] = sum;
  }
  workgroupBarrier();
  for (var pixel = local; pixel < PIXELS; pixel += THREADS) {
    var sum = 0.0;
    for (var part = 0u; part < PARTS; part++) {
      sum += squares[part * PIXELS + pixel];
    }
    scales[pixel] = 1.0 / sqrt(sum / f32(4u * C4) + NORM_FLOOR);
  }
  workgroupBarrier();
}
