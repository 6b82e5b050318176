@group(0) @binding(2) var<storage, read_write> result: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> shape: vec4<u32>;

fn store(row: u32, column: u32, n: u32, value: vec4<f32>) {
  result[(row * shape.y + column) * N4 + n] = value;
}
