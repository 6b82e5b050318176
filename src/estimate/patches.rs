//! Which patches an estimate looks at, and which of them it looks at together.

use crate::image::{CHANNELS, LinearImage};

/// The top left corners (row, column) of squares on a regular grid over the image: half a square apart, or further where
/// that would make more than `most` over all channels. None where the image is smaller than a square.
pub fn grid(image: &LinearImage, side: usize, most: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    let places = |length: usize, stride: usize| (length + 1).saturating_sub(side).div_ceil(stride);
    let (width, height) = (image.width(), image.height());
    let fits = |stride: &usize| places(width, *stride) * places(height, *stride) * CHANNELS <= most;
    let stride = (side / 2..).find(fits).unwrap_or(side);
    let (rows, columns) = (places(height, stride), places(width, stride));
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row * stride, column * stride)))
}

/// Patches of like brightness, from dark to bright: at least `least` in each group where there are so many, and at most
/// `groups` groups.
pub fn by_brightness<P>(
    patches: &mut [P],
    mean: impl Fn(&P) -> f32,
    least: usize,
    groups: usize,
) -> impl Iterator<Item = &mut [P]> {
    patches.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    let (count, groups) = (patches.len(), (patches.len() / least).clamp(1, groups));
    let mut rest = patches;
    (0..groups).map(move |group| {
        let size = (group + 1) * count / groups - group * count / groups;
        rest.split_off_mut(..size).expect("the sizes add up to the count")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners(width: usize, height: usize, most: usize) -> Vec<(usize, usize)> {
        grid(&LinearImage::from_fn(width, height, |_, _, _| 0.5).unwrap(), 8, most).collect()
    }

    #[test]
    fn squares_lie_within_the_image_and_are_not_too_many() {
        assert_eq!(corners(8, 8, 1000), [(0, 0)]);
        assert_eq!(corners(13, 8, 1000), [(0, 0), (0, 4)]);
        assert!(corners(7, 100, 1000).is_empty());
        for most in [10, 100, 1000] {
            let found = corners(200, 99, most);
            assert!(CHANNELS * found.len() <= most && CHANNELS * found.len() > most / 4, "{most}: {}", found.len());
            assert!(found.iter().all(|(row, column)| row + 8 <= 99 && column + 8 <= 200));
        }
    }

    #[test]
    fn groups_hold_every_patch_once_and_in_order() {
        for (count, sizes) in [(0, vec![0]), (7, vec![7]), (21, vec![10, 11]), (95, vec![31, 32, 32])] {
            let mut patches: Vec<f32> = (0..count).map(|i| ((i * 37) % 101) as f32).collect();
            let groups: Vec<Vec<f32>> = by_brightness(&mut patches, |p| *p, 10, 3).map(|g| g.to_vec()).collect();
            assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            assert!(groups.concat().is_sorted());
        }
    }
}
