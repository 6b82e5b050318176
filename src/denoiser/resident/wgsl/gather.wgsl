// What a tile reads of a plane, and the std of the noise in it, in the run's view.
@group(0) @binding(0) var<storage, ACCESS> plane: array<f32>;
@group(0) @binding(1) var<storage, ACCESS> times: array<f32>;
@group(0) @binding(2) var<storage, ACCESS> sigmas: array<f32>;
@group(0) @binding(3) var<storage, read_write> values: array<f32>;
@group(0) @binding(4) var<storage, read_write> stds: array<f32>;
@group(0) @binding(5) var<storage, read_write> report: Report;
// The image's rows and columns, the first of each that is read; rows and columns that are read, the view, the first
// value to be written; how far all pixels have gone back.
@group(0) @binding(6) var<storage, read> numbers: array<vec4<u32>, 3>;

// See image.rs; nothing lies before the first pixel.
fn reflected(at: u32, length: u32) -> u32 {
  if (at < length) {
    return at;
  }
  if (length == 1u) {
    return 0u;
  }
  let period = 2u * (length - 1u);
  let folded = at % period;
  return min(folded, period - folded);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = number_of(group, groups) * THREADS + local;
  let image = numbers[0];
  let tile = numbers[1];
  if (pixel >= tile.x * tile.y) {
    return;
  }
  if (pixel == 0u) {
    atomicStore(&report.is_wrong, 0u);
  }
  let row = pixel / tile.y;
  let column = pixel % tile.y;
  let source = reflected(image.z + row, image.x) * image.y + reflected(image.w + column, image.y);
  let to = tile.w + in_view(row, column, tile.x, tile.y, tile.z);
  values[to] = plane[source];
  stds[to] = sigma(time_after(times[source], bitcast<f32>(numbers[2].x)));
}
