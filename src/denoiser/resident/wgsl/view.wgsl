// Where a pixel of an upright plane of so many rows and columns lies in a view; see denoiser/view.rs.
fn in_view(row: u32, column: u32, rows: u32, columns: u32, view: u32) -> u32 {
  let r = select(row, rows - 1u - row, (view & DOWN) != 0u);
  let c = select(column, columns - 1u - column, (view & ACROSS) != 0u);
  return select(r * columns + c, c * rows + r, (view & TURNED) != 0u);
}
