//! A quick look at a RAW photo, for previews: each pixel is the mean of the photosites in its place.

use image::{Rgb, RgbImage};

use crate::color::SrgbTable;
use crate::raw::colors::Colors;
use crate::raw::develop::{Development, shown};
use crate::raw::light::Light;
use crate::raw::mosaic::Area;

/// An area as a picture of a width and a height, in sRGB and not turned. A place without a photosite of a colour takes
/// those around it. `development` has been checked.
///
/// # Panics
/// If the area does not lie in the light, or a size is 0.
pub fn quick_look(
    light: &Light,
    area: Area,
    (width, height): (u32, u32),
    colors: &Colors,
    development: &Development,
) -> RgbImage {
    let columns = |x: u32| reach(x, width, area.column, area.width, light.width());
    let rows = |y: u32| reach(y, height, area.row, area.height, light.height());
    let shown = shown(colors, development);
    let table = SrgbTable::get();
    RgbImage::from_fn(width, height, |x, y| {
        let (mut sum, mut count) = ([0.0; 3], [0u32; 3]);
        for row in rows(y) {
            for column in columns(x) {
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
        let mean = std::array::from_fn(|c| sum[c] / count[c].max(1) as f32);
        Rgb(shown(mean).map(|v| (table.encode(v) * 255.0).round() as u8))
    })
}

/// The rows or columns of a pixel: those in its place, and at least two of them, so that every colour is there.
fn reach(pixel: u32, pixels: u32, from: usize, sites: usize, all: usize) -> std::ops::Range<usize> {
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
                let picture = quick_look(&mosaic, area, size, &balanced([2.0, 1.0, 1.0]), NONE);
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
        let picture = quick_look(&light, area, (13, 7), &balanced([2.0, 1.0, 1.0]), NONE);
        assert!(picture.pixels().all(|pixel| pixel.0 == expected));
    }

    #[test]
    fn what_is_clipped_is_white() {
        let mosaic = Mosaic::new(8, 8, Phase::RGGB, vec![1.0; 64]).unwrap().into();
        let area = Area { row: 0, column: 0, width: 8, height: 8 };
        let picture = quick_look(&mosaic, area, (2, 2), &balanced([2.0, 1.0, 1.5]), NONE);
        assert!(picture.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn the_area_is_what_is_shown() {
        let values = (0..16 * 16).map(|i| if i % 16 >= 8 && i / 16 >= 8 { 1.0 } else { 0.0 }).collect();
        let mosaic = Mosaic::new(16, 16, Phase::RGGB, values).unwrap().into();
        let area = Area { row: 4, column: 4, width: 8, height: 8 };
        let picture = quick_look(&mosaic, area, (2, 2), &balanced([1.0; 3]), NONE);
        let levels: Vec<u8> = picture.pixels().map(|pixel| pixel.0[0]).collect();
        assert_eq!(levels, [0, 0, 0, 255]);
    }
}
