@group(0) @binding(2) var<storage, read_write> result: array<R4>;
@group(0) @binding(3) var<storage, read> shape: array<vec4<u32>, 2>;

fn store(row: u32, column: u32, n: u32, value: vec4<f32>) {
  result[(row * shape[1].w + column) * N4 + n] = R4(value);
}
