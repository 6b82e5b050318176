//! A RAW photo as people look at it: cropped, upright, developed, as a whole or in parts.
//!
//! A part takes no more memory than it needs: the sites in its place and a margin around them are developed. So a
//! photo can be developed band by band.

use std::fmt;

use crate::error::Error;
use crate::image::LinearImage;
use crate::raw::demosaic::demosaic;
use crate::raw::develop::{Development, develop, develop_linear, toned};
use crate::raw::light::Light;
use crate::raw::photo::{Area, RawPhoto};
use crate::raw::upright::{Turn, upright};

/// A rectangle of an upright picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its first column.
    pub x: usize,
    /// Its first row.
    pub y: usize,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {} pixels from ({}, {}) on", self.width, self.height, self.x, self.y)
    }
}

/// Light of a photo, all of it or a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The sites.
    pub light: Light,
    /// The row of the photo's light in which the piece begins.
    pub row: usize,
    /// The column in which it begins.
    pub column: usize,
}

impl Piece {
    /// All of a photo's light.
    pub fn whole(light: impl Into<Light>) -> Self {
        Self { light: light.into(), row: 0, column: 0 }
    }

    /// The sites of an area of the photo's light that lies in the piece.
    fn cut(&self, area: Area) -> Result<Light, Error> {
        self.light.cut(Area { row: area.row - self.row, column: area.column - self.column, ..area })
    }

    /// Where it lies in the photo's light.
    pub(super) fn area(&self) -> Area {
        Area { row: self.row, column: self.column, width: self.light.width(), height: self.light.height() }
    }
}

/// What a part is developed from.
#[derive(Clone, Copy)]
pub enum Sites<'a> {
    /// The photo as its file has it.
    Photo,
    /// A result.
    Result(&'a Piece),
}

impl RawPhoto {
    /// Width and height of the picture: the crop, upright.
    pub fn picture_size(&self) -> (usize, usize) {
        self.turn().size()
    }

    /// A part of the picture, developed: linear sRGB on the tone curve.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a part that does not lie in the picture or in the result, and those of [`develop`].
    pub fn picture(&self, sites: Sites, part: Part, development: &Development) -> Result<LinearImage, Error> {
        let (width, height) = self.picture_size();
        let inner =
            Part { width: part.x.saturating_add(part.width), height: part.y.saturating_add(part.height), ..part };
        if part.width == 0 || part.height == 0 || inner.width > width || inner.height > height {
            let value = part.to_string();
            return Err(Error::BadOption { name: "region", value, range: "a rectangle within the picture" });
        }
        let wanted = self.area_of(part);
        let all = match sites {
            Sites::Photo => self.lit(),
            Sites::Result(piece) => piece.area(),
        };
        if !wanted.is_in(&all) {
            let value = part.to_string();
            return Err(Error::BadOption { name: "region", value, range: "within the part that was denoised" });
        }
        let around = wanted.with_margin(self.layout.margin(), &all);
        let light = match sites {
            Sites::Photo => self.light_of(around),
            Sites::Result(piece) => piece.cut(around)?,
        };
        let image = self.developed(self.corrected(light, around), around, development)?;
        let (row, column) = (wanted.row - around.row, wanted.column - around.column);
        let inner = LinearImage::from_fn(wanted.width, wanted.height, |channel, r, c| {
            image.plane(channel)[(row + r) * image.width() + column + c]
        })?;
        drop(image);
        Ok(upright(&toned(inner), self.orientation))
    }

    /// Light of an area, developed: linear sRGB.
    fn developed(&self, light: Light, area: Area, development: &Development) -> Result<LinearImage, Error> {
        let colors = self.color.colors();
        let image = match light {
            Light::Mosaic(mosaic) if !self.operations.are_of_colors() => return develop(&mosaic, &colors, development),
            Light::Mosaic(mosaic) => {
                let balance = colors.white_balance;
                demosaic(&mosaic, balance)?.balanced(balance.map(f32::recip))
            }
            Light::Linear(image) => image,
        };
        develop_linear(self.operations.on_colors(image, area, self.lit()), &colors, development)
    }

    /// The area of the light that a part of the picture shows.
    pub fn area_of(&self, part: Part) -> Area {
        let turn = self.turn();
        let [first, last] = [(part.y, part.x), (part.y + part.height - 1, part.x + part.width - 1)];
        let [first, last] = [first, last].map(|(row, column)| turn.source(row, column));
        let crop = self.crop_of_light();
        Area {
            row: crop.row + first.0.min(last.0),
            column: crop.column + first.1.min(last.1),
            width: first.1.abs_diff(last.1) + 1,
            height: first.0.abs_diff(last.0) + 1,
        }
    }

    /// Pixels of the planes in the place of an area of the light, and of what a demosaicer needs around it.
    pub fn planes_around(&self, area: Area) -> Area {
        let layout = self.active_layout();
        let Area { row, column, width, height } = area.with_margin(layout.margin(), &self.lit());
        let (above, left) = layout.before();
        let every = layout.sites_per_pixel();
        let range = |from: usize, sites: usize, before: usize| {
            let first = (from + before) / every;
            (first, (from + sites + before).div_ceil(every) - first)
        };
        let (row, height) = range(row, height, above);
        let (column, width) = range(column, width, left);
        Area { row, column, width, height }
    }

    /// The sites of the light in the place of pixels of the planes.
    pub fn sites_of_planes(&self, planes: Area) -> Area {
        let layout = self.active_layout();
        let (above, left) = layout.before();
        let every = layout.sites_per_pixel();
        let range = |from: usize, pixels: usize, before: usize, all: usize| {
            let first = (every * from).saturating_sub(before).min(all);
            (first, (every * (from + pixels)).saturating_sub(before).min(all) - first)
        };
        let (row, height) = range(planes.row, planes.height, above, self.active.height);
        let (column, width) = range(planes.column, planes.width, left, self.active.width);
        Area { row, column, width, height }
    }

    /// Width and height of all planes.
    pub fn plane_size(&self) -> (usize, usize) {
        self.active_layout().plane_size(self.active.width, self.active.height)
    }

    /// A map over the picture, of any size, as one over planes: bilinear between its values.
    pub fn over_planes(&self, map: &[f32], (width, height): (usize, usize), planes: Area) -> Vec<f32> {
        let (turn, layout, crop) = (self.turn(), self.active_layout(), self.crop_of_light());
        let (above, left) = layout.before();
        let every = layout.sites_per_pixel() as f32;
        // The middle of a pixel's sites, as a share of the crop.
        let place = |pixel: usize, before: usize, from: usize, length: usize| {
            let middle = (pixel as f32 + 0.5) * every - before as f32;
            (middle - from as f32).clamp(0.0, length as f32) / length as f32
        };
        let value = |row: usize, column: usize| {
            let down = place(row, above, crop.row, crop.height);
            let across = place(column, left, crop.column, crop.width);
            let (y, x) = turn.shown(down, across);
            let [(y0, y1, v), (x0, x1, u)] = [neighbours(y, height), neighbours(x, width)];
            let upper = map[y0 * width + x0] * (1.0 - u) + map[y0 * width + x1] * u;
            let lower = map[y1 * width + x0] * (1.0 - u) + map[y1 * width + x1] * u;
            upper * (1.0 - v) + lower * v
        };
        let rows = planes.row..planes.row + planes.height;
        rows.flat_map(|row| (planes.column..planes.column + planes.width).map(move |column| (row, column)))
            .map(|(row, column)| value(row, column))
            .collect()
    }

    /// Values over all planes as values over the picture in a size: for each pixel the one in its place. `channels` are
    /// the values of a pixel; the planes may be reduced.
    pub fn over_picture(
        &self,
        values: &[f32],
        channels: usize,
        (columns, rows): (usize, usize),
        (width, height): (usize, usize),
    ) -> Vec<f32> {
        let (layout, crop) = (self.active_layout(), self.crop_of_light());
        let (above, left) = layout.before();
        let full = self.plane_size();
        let every = layout.sites_per_pixel();
        let (down, across) = (rows as f32 / (every * full.1) as f32, columns as f32 / (every * full.0) as f32);
        let turn = self.turn();
        let mut out = Vec::with_capacity(channels * width * height);
        for y in 0..height {
            for x in 0..width {
                let at = turn.stored((y as f32 + 0.5) / height as f32, (x as f32 + 0.5) / width as f32);
                let row = (at.0 * crop.height as f32 + (crop.row + above) as f32) * down;
                let column = (at.1 * crop.width as f32 + (crop.column + left) as f32) * across;
                let pixel = (row as usize).min(rows - 1) * columns + (column as usize).min(columns - 1);
                out.extend_from_slice(&values[channels * pixel..channels * (pixel + 1)]);
            }
        }
        out
    }

    pub(super) fn turn(&self) -> Turn {
        Turn::new(self.orientation, (self.crop.width, self.crop.height))
    }
}

/// The two neighbours of a place, a share of so many values, and the share of the second.
fn neighbours(place: f32, values: usize) -> (usize, usize, f32) {
    let at = (place * values as f32 - 0.5).clamp(0.0, (values - 1) as f32);
    let low = at as usize;
    (low, (low + 1).min(values - 1), at - low as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::dng::made::photos;

    #[test]
    fn parts_are_those_of_the_whole() {
        let development = Development { exposure: 0.3, warmth: 0.2, tint: -0.1 };
        for photo in photos() {
            let (width, height) = photo.picture_size();
            let whole = Part { x: 0, y: 0, width, height };
            let all = photo.picture(Sites::Photo, whole, &development).unwrap();
            assert_eq!((all.width(), all.height()), (width, height));
            let result = Piece::whole(photo.light());
            for part in [
                Part { x: 0, y: 0, width: 1, height: 1 },
                Part { x: 7, y: 20, width: 30, height: 19 },
                Part { x: width - 9, y: height - 8, width: 9, height: 8 },
            ] {
                let planes = photo.planes_around(photo.area_of(part));
                let sites = photo.sites_of_planes(planes);
                let piece = Piece { light: result.cut(sites).unwrap(), row: sites.row, column: sites.column };
                for sites in [Sites::Photo, Sites::Result(&result), Sites::Result(&piece)] {
                    let found = photo.picture(sites, part, &development).unwrap();
                    for channel in 0..3 {
                        for (r, line) in found.plane(channel).chunks_exact(part.width).enumerate() {
                            let expected = &all.plane(channel)[(part.y + r) * width + part.x..][..part.width];
                            assert!(line.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{part:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn pieces_of_planes_are_those_of_the_whole() {
        for photo in photos().step_by(8) {
            let all = photo.planes(photo.light());
            assert_eq!(photo.plane_size(), (all.width(), all.height()));
            for planes in [
                Area { row: 0, column: 0, width: all.width(), height: all.height() },
                Area { row: 0, column: 4, width: 9, height: 7 },
                Area { row: 11, column: 0, width: all.width(), height: all.height() - 11 },
            ] {
                let sites = photo.sites_of_planes(planes);
                let light = photo.light_of(sites);
                let piece = photo.planes(light.clone());
                assert_eq!((piece.width(), piece.height()), (planes.width, planes.height));
                let back = photo.light_of_planes(sites, piece.clone()).unwrap();
                match (&back, &light) {
                    (Light::Mosaic(back), Light::Mosaic(light)) => assert_eq!(back, light),
                    (Light::Linear(back), Light::Linear(light)) => {
                        let mut pairs = back.values().iter().zip(light.values());
                        assert!(pairs.all(|(a, b)| (a - b).abs() <= 2.0 * f32::EPSILON * b.abs()));
                    }
                    _ => panic!("another layout"),
                }
                let other = Area { width: sites.width + 2, ..sites };
                assert!(photo.light_of_planes(other, all.clone()).is_err());
                for plane in 0..all.channels() {
                    for (r, line) in piece.plane(plane).chunks_exact(planes.width).enumerate() {
                        let expected = &all.plane(plane)[(planes.row + r) * all.width() + planes.column..];
                        assert_eq!(line, &expected[..planes.width], "{planes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn maps_lie_over_the_planes_as_over_the_picture() {
        for photo in photos() {
            let (width, height) = photo.picture_size();
            let (columns, rows) = photo.plane_size();
            let planes = Area { row: 0, column: 0, width: columns, height: rows };
            // A slope along both sides of the picture, coarse.
            let slope = |x: f32, y: f32| 0.2 + 0.5 * x + 0.1 * y;
            let map: Vec<f32> =
                (0..100).map(|i| slope((i % 10) as f32 / 10.0 + 0.05, (i / 10) as f32 / 10.0 + 0.05)).collect();
            let over = photo.over_planes(&map, (10, 10), planes);
            let back = photo.over_picture(&over, 1, (columns, rows), (width, height));
            for y in height / 10..height - height / 10 {
                for x in width / 10..width - width / 10 {
                    let expected = slope((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32);
                    assert!((back[y * width + x] - expected).abs() < 0.02, "{} at {x}, {y}", photo.orientation);
                }
            }
        }
    }

    #[test]
    fn parts_beyond_the_picture_are_refused() {
        let photo = photos().next().unwrap();
        let none = Development::default();
        for part in [
            Part { x: 0, y: 0, width: 0, height: 5 },
            Part { x: 70, y: 0, width: 8, height: 5 },
            Part { x: usize::MAX, y: 0, width: 8, height: 5 },
        ] {
            assert!(matches!(photo.picture(Sites::Photo, part, &none), Err(Error::BadOption { .. })), "{part:?}");
        }
        let piece =
            Piece { light: photo.light_of(Area { row: 0, column: 0, width: 20, height: 20 }), row: 0, column: 0 };
        let part = Part { x: 40, y: 30, width: 8, height: 5 };
        assert!(photo.picture(Sites::Result(&piece), part, &none).is_err());
        assert!(photo.glance(Sites::Result(&piece), (8, 8), &none).is_err());
    }
}
