// Four channels are a square of 2 x 2 pixels of one plane.
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;
@group(0) @binding(3) var<storage, read> shape: array<vec4<u32>, 2>;

fn store(row: u32, column: u32, n: u32, value: vec4<f32>) {
  let width = 2u * shape[1].w;
  let at = (n * 2u * shape[1].z + 2u * row) * width + 2u * column;
  planes[at] = value.x;
  planes[at + 1u] = value.y;
  planes[at + width] = value.z;
  planes[at + width + 1u] = value.w;
}
