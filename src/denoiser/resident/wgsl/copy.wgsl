// A plane of a tile in which no pixel moves.
@group(0) @binding(0) var<storage, ACCESS> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> next: array<f32>;
// The image's columns; the tile's first row and column. The tile's rows and columns.
@group(0) @binding(2) var<storage, read> numbers: array<vec4<u32>, 2>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let place = numbers[0];
  let size = numbers[1];
  let pixel = number_of(group, groups) * THREADS + local;
  if (pixel >= size.x * size.y) {
    return;
  }
  let at = (place.y + pixel / size.y) * place.x + place.z + pixel % size.y;
  next[at] = x[at];
}
