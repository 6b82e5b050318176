// A thread works on a segment: T neighbouring pixels of a row. A segment may stick out beyond the row's end, and the
// last group's segments beyond the last row; what lies outside is read from the nearest pixel and not written.
struct Segment {
  row: u32,
  column: u32,
  is_inside: bool,
}

fn segment(number: u32, rows: u32, columns: u32) -> Segment {
  let in_row = (columns + T - 1u) / T;
  let row = number / in_row;
  return Segment(min(row, rows - 1u), (number % in_row) * T, row < rows);
}
