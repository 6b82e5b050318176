//! What a DNG asks to be done to the light of its picture: OpcodeList2 before colours are interpolated, as gain maps of
//! phones, and OpcodeList3 after it, as corrections of vignetting. Operations that move pixels are left out: whoever
//! develops the DNG does them.

use flashraw::low_level::codecs::dng_opcodes::{Opcode, RowOps, parse};

use crate::image::{CHANNELS, LinearImage};
use crate::raw::layout::Layout;
use crate::raw::matrix::Vector;
use crate::raw::mosaic::Area;

/// What white is for the operations' tables.
const SCALE: f32 = 65_535.0;
/// Nothing gets brighter than so many times white.
const MOST: f32 = 100.0;

/// The operations of a DNG that change values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Operations {
    of_sites: Vec<Opcode>,
    of_colors: Vec<Opcode>,
}

impl Operations {
    /// Those of OpcodeList2 and OpcodeList3; of a list that cannot be read there are none.
    pub fn read(of_sites: &[u8], of_colors: &[u8]) -> Self {
        let read = |list: &[u8]| -> Vec<Opcode> {
            let mut all = parse(list).unwrap_or_default();
            // Bad pixels are mended when they are stored codes.
            all.retain(|operation| operation.is_pixel_opcode() && operation.is_row_local());
            all
        };
        Self { of_sites: read(of_sites), of_colors: read(of_colors) }
    }

    /// Whether there are some before colours are interpolated.
    pub fn are_of_sites(&self) -> bool {
        !self.of_sites.is_empty()
    }

    /// Whether there are some after it.
    pub fn are_of_colors(&self) -> bool {
        !self.of_colors.is_empty()
    }

    /// Does those before interpolation, on an area of the photosites that get light. `values` are row after row, with
    /// so many `samples` of each site one after the other.
    pub fn on_sites(&self, values: &mut [f32], samples: usize, area: Area, all: Area) {
        let rows = Rows::new(&self.of_sites, samples, area, all);
        for (r, row) in values.chunks_exact_mut(samples * area.width).enumerate() {
            rows.change(area.row + r, row);
        }
    }

    /// The same of sites with all three colours.
    pub fn on_linear(&self, image: LinearImage, area: Area, all: Area) -> LinearImage {
        changed(&self.of_sites, image, area, all)
    }

    /// Does those after interpolation on an area's red, green and blue, without white balance.
    pub fn on_colors(&self, image: LinearImage, area: Area, all: Area) -> LinearImage {
        changed(&self.of_colors, image, area, all)
    }

    /// The same on colours of single sites of a row, in rising `columns`.
    pub fn on_colors_of(&self, colors: &mut [Vector], (row, columns): (usize, &[usize]), all: Area) {
        on_each(&self.of_colors, colors, (row, columns), all);
    }

    /// Does those before interpolation on colours of places, each of which begins at a site of a row, in rising
    /// `columns`.
    pub fn on_sites_of(&self, colors: &mut [Vector], (row, columns): (usize, &[usize]), layout: Layout, all: Area) {
        let Layout::Bayer(phase) = layout else { return on_each(&self.of_sites, colors, (row, columns), all) };
        let rows = Rows::new(&self.of_sites, 1, all, all);
        let (mut sums, mut counts) = (vec![[0.0; CHANNELS]; colors.len()], vec![[0u8; CHANNELS]; colors.len()]);
        for row in [row, (row + 1).min(all.height - 1)] {
            let mut line = vec![0.0; all.width];
            let sites = |column: usize| [column, (column + 1).min(all.width - 1)];
            for (color, column) in colors.iter().zip(columns) {
                sites(*column).into_iter().for_each(|at| line[at] = color[phase.color_at(row, at).channel()]);
            }
            rows.change(row, &mut line);
            for ((sum, count), column) in sums.iter_mut().zip(&mut counts).zip(columns) {
                for at in sites(*column) {
                    let channel = phase.color_at(row, at).channel();
                    sum[channel] += line[at];
                    count[channel] += 1;
                }
            }
        }
        for ((color, sum), count) in colors.iter_mut().zip(sums).zip(counts) {
            *color = std::array::from_fn(|c| if count[c] > 0 { sum[c] / f32::from(count[c]) } else { color[c] });
        }
    }
}

/// Operations on the rows of an area.
struct Rows<'a>(RowOps<'a>);

impl<'a> Rows<'a> {
    fn new(operations: &'a [Opcode], samples: usize, area: Area, all: Area) -> Self {
        let rows = RowOps::new(operations, area.width, samples, area.column, all.width, all.height, SCALE);
        Self(rows.expect("each of them changes values one by one"))
    }

    fn change(&self, row: usize, values: &mut [f32]) {
        if !self.0.is_empty() {
            self.0.apply(row, values);
            // Numbers in a file can be anything.
            values.iter_mut().for_each(|v| *v = if v.is_nan() { 0.0 } else { v.clamp(-MOST, MOST) });
        }
    }
}

/// Does operations on colours of single sites of a row.
fn on_each(operations: &[Opcode], colors: &mut [Vector], (row, columns): (usize, &[usize]), all: Area) {
    if operations.is_empty() {
        return;
    }
    let mut line = vec![[0.0; CHANNELS]; all.width];
    columns.iter().zip(&*colors).for_each(|(column, color)| line[*column] = *color);
    Rows::new(operations, CHANNELS, all, all).change(row, line.as_flattened_mut());
    columns.iter().zip(colors).for_each(|(column, color)| *color = line[*column]);
}

/// An area's red, green and blue after operations.
fn changed(operations: &[Opcode], mut image: LinearImage, area: Area, all: Area) -> LinearImage {
    if operations.is_empty() {
        return image;
    }
    let rows = Rows::new(operations, CHANNELS, area, all);
    let (width, pixels) = (image.width(), image.pixels());
    let mut line = vec![[0.0; CHANNELS]; width];
    for r in 0..image.height() {
        let at = |channel: usize, c: usize| channel * pixels + r * width + c;
        let values = image.values_mut();
        line.iter_mut().enumerate().for_each(|(c, color)| *color = std::array::from_fn(|i| values[at(i, c)]));
        rows.change(area.row + r, line.as_flattened_mut());
        for (c, color) in line.iter().enumerate() {
            color.iter().enumerate().for_each(|(channel, v)| values[at(channel, c)] = *v);
        }
    }
    image
}
