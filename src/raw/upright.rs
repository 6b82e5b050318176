//! Images turned as EXIF's Orientation says.

use crate::image::LinearImage;

/// How a stored picture is turned to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    orientation: u16,
    width: usize,
    height: usize,
}

impl Turn {
    /// Of a stored picture of a width and a height; `orientation` is EXIF's, 1 to 8, and others change nothing.
    pub fn new(orientation: u16, (width, height): (usize, usize)) -> Self {
        Self { orientation, width, height }
    }

    /// Whether width and height change places.
    pub fn swaps(self) -> bool {
        (5..=8).contains(&self.orientation)
    }

    /// Width and height of the picture as it is looked at.
    pub fn size(self) -> (usize, usize) {
        if self.swaps() { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Row and column of the stored pixel that is seen in this row and column.
    pub fn source(self, r: usize, c: usize) -> (usize, usize) {
        let (right, bottom) = (self.width - 1, self.height - 1);
        match self.orientation {
            2 => (r, right - c),
            3 => (bottom - r, right - c),
            4 => (bottom - r, c),
            5 => (c, r),
            6 => (bottom - c, r),
            7 => (bottom - c, right - r),
            8 => (c, right - r),
            _ => (r, c),
        }
    }

    /// The same for a place as shares of height and width, from 0 to 1.
    pub fn stored(self, r: f32, c: f32) -> (f32, f32) {
        match self.orientation {
            2 => (r, 1.0 - c),
            3 => (1.0 - r, 1.0 - c),
            4 => (1.0 - r, c),
            5 => (c, r),
            6 => (1.0 - c, r),
            7 => (1.0 - c, 1.0 - r),
            8 => (c, 1.0 - r),
            _ => (r, c),
        }
    }

    /// Where a stored place is seen: the inverse of [`Turn::stored`].
    pub fn shown(self, r: f32, c: f32) -> (f32, f32) {
        // A quarter turn and the other one undo each other; all else undoes itself.
        let back = match self.orientation {
            6 => 8,
            8 => 6,
            other => other,
        };
        Self { orientation: back, ..self }.stored(r, c)
    }
}

/// The image as it is to be looked at; `orientation` is EXIF's, 1 to 8, and others change nothing.
pub fn upright(image: &LinearImage, orientation: u16) -> LinearImage {
    let width = image.width();
    let turn = Turn::new(orientation, (width, image.height()));
    let (new_width, new_height) = turn.size();
    let mut values = Vec::with_capacity(image.values().len());
    for channel in 0..image.channels() {
        let plane = image.plane(channel);
        let sites = (0..new_height).flat_map(|r| (0..new_width).map(move |c| (r, c)));
        values.extend(sites.map(|(r, c)| turn.source(r, c)).map(|(r, c)| plane[r * width + c]));
    }
    LinearImage::of_planes(image.channels(), new_width, new_height, values).expect("as many finite values as before")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::metadata::Orientation;
    use image::{DynamicImage, GrayImage};

    #[test]
    fn images_turn_as_the_image_crate_turns_them() {
        let image = LinearImage::from_fn(5, 3, |channel, r, c| (channel * 100 + r * 10 + c) as f32).unwrap();
        for orientation in 1..=8 {
            let turned = upright(&image, u16::from(orientation));
            for channel in 0..3 {
                let value = |x, y| image::Luma([image.plane(channel)[(y * 5 + x) as usize] as u8]);
                let mut expected = DynamicImage::ImageLuma8(GrayImage::from_fn(5, 3, value));
                expected.apply_orientation(Orientation::from_exif(orientation).unwrap());
                assert_eq!((turned.width(), turned.height()), (expected.width() as usize, expected.height() as usize));
                let found: Vec<u8> = turned.plane(channel).iter().map(|v| *v as u8).collect();
                assert_eq!(found, expected.into_luma8().into_raw(), "{orientation}");
            }
        }
    }
}
