// What comes back of a tile.
struct Report {
  // Not 0 once a prediction was not finite.
  is_wrong: atomic<u32>,
  // Planes of the pixels of every n-th row and column of the image.
  values: array<f32>,
}
