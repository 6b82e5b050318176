// Each pixel becomes 2 x 2, a quarter of its channels each, and what skipped the coarser scales is added.
@group(0) @binding(2) var<storage, ACCESS> skipped: array<R4>;
@group(0) @binding(3) var<storage, read_write> result: array<R4>;
@group(0) @binding(4) var<storage, read> shape: array<vec4<u32>, 2>;

fn store(row: u32, column: u32, n: u32, value: vec4<f32>) {
  let quarter = N4 / 4u;
  let place = n / quarter;
  let at = ((2u * row + place / 2u) * 2u * shape[1].w + 2u * column + place % 2u) * quarter + n % quarter;
  result[at] = R4(value + vec4<f32>(skipped[at]));
}
