//! Images turned as EXIF's Orientation says.

use crate::image::LinearImage;

/// The image as it is to be looked at; `orientation` is EXIF's, 1 to 8, and others change nothing.
pub fn upright(image: &LinearImage, orientation: u16) -> LinearImage {
    let (width, height) = (image.width(), image.height());
    let (right, bottom) = (width - 1, height - 1);
    // Where the pixel of a row and a column comes from.
    let source = |r: usize, c: usize| match orientation {
        2 => (r, right - c),
        3 => (bottom - r, right - c),
        4 => (bottom - r, c),
        5 => (c, r),
        6 => (bottom - c, r),
        7 => (bottom - c, right - r),
        8 => (c, right - r),
        _ => (r, c),
    };
    let is_turned = (5..=8).contains(&orientation);
    let (new_width, new_height) = if is_turned { (height, width) } else { (width, height) };
    let mut values = Vec::with_capacity(image.values().len());
    for channel in 0..image.channels() {
        let plane = image.plane(channel);
        let sites = (0..new_height).flat_map(|r| (0..new_width).map(move |c| (r, c)));
        values.extend(sites.map(|(r, c)| source(r, c)).map(|(r, c)| plane[r * width + c]));
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
