//! A quick look at a RAW photo, for previews: each pixel is the mean of the photosites in its place.

use std::ops::Range;

use image::{Rgb, RgbImage};

use crate::color::SrgbTable;
use crate::raw::colors::Colors;
use crate::raw::develop::{Development, shown};
use crate::raw::light::Light;
use crate::raw::matrix::Vector;
use crate::raw::mosaic::Area;
use crate::raw::x_trans::Sites;
use crate::raw::x_trans::place::color_of;

/// What is looked at.
pub enum Seen<'a> {
    /// Light.
    Light(&'a Light),
    /// An X-Trans mosaic, and its white balance.
    XTrans(&'a Sites<'a>, Vector),
}

/// Changes red, green and blue of sites of a row, which lie in rising columns, before they are developed.
pub type Change<'a> = &'a dyn Fn(&mut [Vector], (usize, &[usize]));

/// An area as a picture of a width and a height, in sRGB and not turned. A place without a photosite of a colour takes
/// those around it. `development` has been checked.
///
/// # Panics
/// If the area does not lie in what is looked at, or a size is 0.
pub fn quick_look(
    seen: &Seen,
    area: Area,
    (width, height): (u32, u32),
    colors: &Colors,
    development: &Development,
    change: Change,
) -> RgbImage {
    let (all_width, all_height) = seen.size();
    let columns = (0..width).map(|x| reach(x, width, area.column, area.width, all_width));
    let columns: Vec<Range<usize>> = columns.collect();
    let middles: Vec<usize> = columns.iter().map(middle).collect();
    let shown = shown(colors, development);
    let table = SrgbTable::get();
    let mut picture = RgbImage::new(width, height);
    for (y, line) in (0..height).zip(picture.rows_mut()) {
        let rows = reach(y, height, area.row, area.height, all_height);
        let mut colors: Vec<Vector> = columns.iter().map(|columns| seen.mean(&rows, columns)).collect();
        change(&mut colors, (middle(&rows), &middles));
        for (pixel, color) in line.zip(colors) {
            *pixel = Rgb(shown(color).map(|v| (table.encode(v) * 255.0).round() as u8));
        }
    }
    picture
}

impl Seen<'_> {
    fn size(&self) -> (usize, usize) {
        match self {
            Self::Light(light) => (light.width(), light.height()),
            Self::XTrans(sites, _) => (sites.width, sites.height),
        }
    }

    /// The mean red, green and blue of a place.
    fn mean(&self, rows: &Range<usize>, columns: &Range<usize>) -> Vector {
        let (mut sum, mut count) = ([0.0; 3], [0u32; 3]);
        let light = match self {
            Self::Light(light) => light,
            Self::XTrans(sites, balance) => return color_of(sites, *balance, rows.clone(), columns.clone()),
        };
        for row in rows.clone() {
            for column in columns.clone() {
                match light {
                    Light::Mosaic(mosaic) => {
                        let channel = mosaic.color_at(row, column).channel();
                        sum[channel] += mosaic.value(row, column);
                        count[channel] += 1;
                    }
                    Light::Linear(image) => {
                        let at = row * image.width() + column;
                        sum.iter_mut().enumerate().for_each(|(channel, sum)| *sum += image.plane(channel)[at]);
                        count = count.map(|count| count + 1);
                    }
                }
            }
        }
        std::array::from_fn(|c| sum[c] / count[c].max(1) as f32)
    }
}

fn middle(range: &Range<usize>) -> usize {
    (range.start + range.end) / 2
}

/// The rows or columns of a pixel: those in its place, and at least two of them, so that every colour is there.
fn reach(pixel: u32, pixels: u32, from: usize, sites: usize, all: usize) -> Range<usize> {
    let at = |pixel: u32| from + (pixel as usize * sites) / pixels as usize;
    let start = at(pixel).min(all.saturating_sub(2));
    start..at(pixel + 1).max(start + 2).min(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::linear_to_srgb;
    use crate::image::LinearImage;
    use crate::raw::develop::tone;
    use crate::raw::mosaic::{Mosaic, Phase};

    /// A quick look at light, with nothing changed.
    fn look(light: &Light, area: Area, size: (u32, u32), colors: &Colors) -> RgbImage {
        quick_look(&Seen::Light(light), area, size, colors, NONE, &|_, _| {})
    }

    const NONE: &Development = &Development { exposure: 0.0, warmth: 0.0, tint: 0.0 };

    fn balanced(white_balance: [f32; 3]) -> Colors {
        Colors { white_balance, ..Colors::default() }
    }

    #[test]
    fn every_size_and_phase_shows_the_colour() {
        for phase in Phase::ALL {
            let values = (0..31 * 17).map(|i| [0.1, 0.2, 0.4][phase.color_at(i / 31, i % 31).channel()]).collect();
            let mosaic = Mosaic::new(31, 17, phase, values).unwrap().into();
            let area = Area { row: 1, column: 3, width: 27, height: 15 };
            let expected = [0.2, 0.2, 0.4].map(|v: f32| (linear_to_srgb(tone(v)) * 255.0).round() as u8);
            for size in [(1, 1), (27, 15), (13, 7), (54, 45), (5, 40)] {
                let picture = look(&mosaic, area, size, &balanced([2.0, 1.0, 1.0]));
                assert_eq!(picture.dimensions(), size);
                assert!(picture.pixels().all(|pixel| pixel.0 == expected), "{phase:?} {size:?}");
            }
        }
    }

    #[test]
    fn what_has_all_colours_shows_them() {
        let light = Light::Linear(LinearImage::from_fn(31, 17, |c, _, _| [0.1, 0.2, 0.4][c]).unwrap());
        let area = Area { row: 1, column: 3, width: 27, height: 15 };
        let expected = [0.2, 0.2, 0.4].map(|v: f32| (linear_to_srgb(tone(v)) * 255.0).round() as u8);
        let picture = look(&light, area, (13, 7), &balanced([2.0, 1.0, 1.0]));
        assert!(picture.pixels().all(|pixel| pixel.0 == expected));
    }

    #[test]
    fn what_is_clipped_is_white() {
        let mosaic = Mosaic::new(8, 8, Phase::RGGB, vec![1.0; 64]).unwrap().into();
        let area = Area { row: 0, column: 0, width: 8, height: 8 };
        let picture = look(&mosaic, area, (2, 2), &balanced([2.0, 1.0, 1.5]));
        assert!(picture.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn the_area_is_what_is_shown() {
        let values = (0..16 * 16).map(|i| if i % 16 >= 8 && i / 16 >= 8 { 1.0 } else { 0.0 }).collect();
        let mosaic = Mosaic::new(16, 16, Phase::RGGB, values).unwrap().into();
        let area = Area { row: 4, column: 4, width: 8, height: 8 };
        let picture = look(&mosaic, area, (2, 2), &balanced([1.0; 3]));
        let levels: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!(levels, [0, 0, 0, 255]);
    }
}
