//! A RAW photo in a smaller size, quickly: nothing is interpolated.

use std::borrow::Cow;

use image::RgbImage;

use crate::error::Error;
use crate::image::{CHANNELS, LinearImage};
use crate::raw::develop::Development;
use crate::raw::layout::Layout;
use crate::raw::light::Light;
use crate::raw::photo::{Area, RawPhoto};
use crate::raw::quick::{Seen, quick_look};
use crate::raw::upright::Turn;
use crate::raw::view::Sites;
use crate::raw::x_trans::place::color_of;

impl RawPhoto {
    /// The whole picture in a size, quickly: in sRGB, each pixel the mean of the sites in its place. For sizes of at
    /// most half of the picture's, since it interpolates nothing.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a development outside its ranges, or a piece of a result.
    pub fn glance(&self, sites: Sites, size: (u32, u32), development: &Development) -> Result<RgbImage, Error> {
        development.check()?;
        let turn = self.turn();
        let stored = if turn.swaps() { (size.1, size.0) } else { size };
        let picture = match sites {
            Sites::Photo if matches!(self.layout, Layout::XTrans(_)) => {
                let balance = self.color.colors().white_balance;
                self.with_x_trans(self.lit(), |sites| {
                    self.looked_at(&Seen::XTrans(sites, balance), self.lit(), stored, development)
                })
            }
            Sites::Photo => {
                let light = self.corrected(self.light(), self.lit());
                self.looked_at(&Seen::Light(&light), self.lit(), stored, development)
            }
            Sites::Result(piece) if self.crop_of_light().is_in(&piece.area()) => {
                self.look(&piece.light, piece.area(), stored, development)
            }
            Sites::Result(_) => {
                let value = "a part of the picture".into();
                return Err(Error::BadOption { name: "sites", value, range: "all of the picture" });
            }
        };
        let turn = Turn::new(self.orientation, (stored.0 as usize, stored.1 as usize));
        Ok(RgbImage::from_fn(size.0, size.1, |x, y| {
            let (row, column) = turn.source(y as usize, x as usize);
            *picture.get_pixel(column as u32, row as u32)
        }))
    }

    /// A quick look at light of this photo, all of it: its crop as a picture of a width and a height, in sRGB and not
    /// turned.
    pub fn quick_look(&self, light: &Light, size: (u32, u32)) -> RgbImage {
        self.look(light, self.lit(), size, &Development::default())
    }

    /// The same of light of an area, with a development that has been checked.
    fn look(&self, light: &Light, area: Area, size: (u32, u32), development: &Development) -> RgbImage {
        let is_to_correct = self.is_to_correct();
        let light = if is_to_correct { Cow::Owned(self.corrected(light.clone(), area)) } else { Cow::Borrowed(light) };
        self.looked_at(&Seen::Light(&light), area, size, development)
    }

    /// The crop as a picture of a width and a height, of what is seen of an area.
    fn looked_at(&self, seen: &Seen, area: Area, size: (u32, u32), development: &Development) -> RgbImage {
        let crop = self.crop_of_light();
        let shown = Area { row: crop.row - area.row, column: crop.column - area.column, ..crop };
        quick_look(seen, shown, size, &self.color.colors(), development, &|colors, (row, columns)| {
            let columns: Vec<usize> = columns.iter().map(|column| area.column + column).collect();
            self.operations.on_colors_of(colors, (area.row + row, &columns), self.lit());
        })
    }

    /// All planes reduced to at most `most` pixels: each is the mean of as many as lie in its place.
    pub fn reduced_planes(&self, most: usize) -> LinearImage {
        let (all_width, all_height) = self.plane_size();
        let every = (((all_width * all_height) as f64 / most.max(1) as f64).sqrt().ceil() as usize).max(1);
        let (width, height) = ((all_width / every).max(1), (all_height / every).max(1));
        let range = |at: usize, all: usize| at * every..((at + 1) * every).min(all);
        if every > 1 && matches!(self.layout, Layout::XTrans(_)) {
            let (balance, factors) = (self.color.colors().white_balance, self.factors());
            let colors: Vec<[f32; CHANNELS]> = self.with_x_trans(self.lit(), |sites| {
                let place = |at: usize| (range(at / width, all_height), range(at % width, all_width));
                (0..width * height).map(place).map(|(rows, columns)| color_of(sites, balance, rows, columns)).collect()
            });
            let value =
                |channel: usize, row: usize, column: usize| factors[channel] * colors[row * width + column][channel];
            return LinearImage::from_fn(width, height, value).expect("means of finite values are finite");
        }
        let planes = self.planes(self.light());
        let reduced = LinearImage::planes_from_fn(planes.channels(), width, height, |plane, row, column| {
            let (rows, columns) = (range(row, all_height), range(column, all_width));
            let count = (rows.len() * columns.len()) as f32;
            let lines = rows.map(|r| &planes.plane(plane)[r * all_width..][columns.clone()]);
            lines.flatten().sum::<f32>() / count
        });
        reduced.expect("means of finite values are finite")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::dng::made::{of_scene, photos};
    use crate::raw::mosaic::Mosaic;
    use crate::raw::view::{Part, Piece};

    #[test]
    fn a_glance_has_the_colours_of_the_picture() {
        let none = Development::default();
        // A slope, as a scene has it in the sensor's colours.
        let value = |channel: usize, row: usize, column: usize| {
            let light = 0.1 + 0.6 * row as f32 / 71.0 + 0.3 * column as f32 / 90.0;
            light * [0.3, 0.6, 0.4][channel]
        };
        for (photo, is_result) in photos().flat_map(|photo| [(of_scene(photo.clone(), value), false), (photo, true)]) {
            let image = LinearImage::from_fn(photo.active.width, photo.active.height, value).unwrap();
            let result = Piece::whole(match photo.active_layout() {
                Layout::Bayer(phase) => Light::Mosaic(Mosaic::sampled(&image, phase).unwrap()),
                Layout::XTrans(_) | Layout::Linear => Light::Linear(image),
            });
            let sites = if is_result { Sites::Result(&result) } else { Sites::Photo };
            let (width, height) = photo.picture_size();
            let glance = photo.glance(sites, (width as u32 / 4, height as u32 / 4), &none).unwrap();
            let whole = Part { x: 0, y: 0, width, height };
            let exact = photo.picture(sites, whole, &none).unwrap().to_srgb8();
            for (x, y, pixel) in glance.enumerate_pixels() {
                let [across, down] = [(x, glance.width(), width), (y, glance.height(), height)]
                    .map(|(at, of, all)| ((at as f32 + 0.5) / of as f32 * all as f32) as usize);
                let expected = &exact[3 * (down * width + across)..][..3];
                assert!(pixel.0.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 6), "{pixel:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn reduced_planes_are_means_of_the_planes() {
        let value = |channel: usize, row: usize, column: usize| {
            (0.1 + 0.6 * row as f32 / 71.0 + 0.3 * column as f32 / 90.0) * [0.3, 0.6, 0.4][channel]
        };
        for photo in photos().step_by(8).map(|photo| of_scene(photo, value)) {
            let planes = photo.planes(photo.light());
            for every in [1, 2, 5, 8] {
                let most = planes.pixels() / (every * every);
                let reduced = photo.reduced_planes(most);
                assert!(reduced.pixels() <= most);
                let scale = (planes.pixels() as f32 / most as f32).sqrt().ceil() as usize;
                for (plane, at) in (0..planes.channels()).flat_map(|p| (0..reduced.pixels()).map(move |at| (p, at))) {
                    let (row, column) = (at / reduced.width() * scale, at % reduced.width() * scale);
                    let sum: f32 = (0..scale * scale)
                        .map(|i| planes.plane(plane)[(row + i / scale) * planes.width() + column + i % scale])
                        .sum();
                    let (found, expected) = (reduced.plane(plane)[at], sum / (scale * scale) as f32);
                    assert!((found / expected - 1.0).abs() < 0.05, "{:?}: {found}, {expected}", photo.layout);
                }
            }
        }
    }
}
