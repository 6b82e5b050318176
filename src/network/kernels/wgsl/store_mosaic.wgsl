// Four channels are a pixel of four planes.
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;
@group(0) @binding(3) var<storage, read> shape: array<vec4<u32>, 2>;

fn store(row: u32, column: u32, n: u32, value: vec4<f32>) {
  let plane = shape[1].z * shape[1].w;
  let at = row * shape[1].w + column;
  planes[at] = value.x;
  planes[at + plane] = value.y;
  planes[at + 2u * plane] = value.z;
  planes[at + 3u * plane] = value.w;
}
