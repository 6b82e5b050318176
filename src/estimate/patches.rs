//! Which patches an estimate looks at, and how they are grouped.

use crate::color::linear_to_srgb;
use crate::image::LinearImage;

/// The top left corners (row, column) of squares on a regular grid over the image: half a square apart, or further
/// where that would make more than `most` over all channels. None where the image is smaller than a square.
pub fn grid(image: &LinearImage, side: usize, most: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    let places = |length: usize, stride: usize| (length + 1).saturating_sub(side).div_ceil(stride);
    let (width, height) = (image.width(), image.height());
    let fits = |stride: &usize| places(width, *stride) * places(height, *stride) * image.channels() <= most;
    let stride = (side / 2..).find(fits).unwrap_or(side);
    let (rows, columns) = (places(height, stride), places(width, stride));
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row * stride, column * stride)))
}

/// Patches of like brightness, from dark to bright: at least `least` in each group where there are so many, and at most
/// `groups` groups, or as many more as it takes for none to span more than `widest` on the sRGB curve.
pub fn by_brightness<P>(
    patches: &mut [P],
    mean: impl Fn(&P) -> f32,
    least: usize,
    groups: usize,
    widest: f32,
) -> impl Iterator<Item = &mut [P]> {
    patches.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    let count = patches.len();
    let equal = count.div_ceil((count / least).clamp(1, groups));
    let place = |patch: &P| linear_to_srgb(mean(patch).max(0.0));
    let mut sizes = Vec::new();
    let mut begin = 0;
    while begin < count {
        let wide = patches[begin..].partition_point(|patch| place(patch) < place(&patches[begin]) + widest);
        let size = wide.max(least).min(equal);
        // What would be left alone goes with the group before it.
        let size = if count - begin - size.min(count - begin) < least { count - begin } else { size };
        sizes.push(size);
        begin += size;
    }
    let mut rest = patches;
    sizes.into_iter().map(move |size| rest.split_off_mut(..size).expect("the sizes add up to the count"))
}

/// Takes mean and slope, which are no noise, out of a square of values, and returns the mean.
pub fn without_slope(side: usize, values: &mut [f32]) -> f32 {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let off = |at: usize| at as f32 - (side - 1) as f32 / 2.0;
    let lever = side as f32 * (0..side).map(|at| off(at).powi(2)).sum::<f32>();
    let (mut across, mut down) = (0.0, 0.0);
    for (row, line) in values.chunks_exact_mut(side).enumerate() {
        for (column, v) in line.iter_mut().enumerate() {
            *v -= mean;
            across += off(column) * *v;
            down += off(row) * *v;
        }
    }
    let (across, down) = (across / lever, down / lever);
    for (row, line) in values.chunks_exact_mut(side).enumerate() {
        for (column, v) in line.iter_mut().enumerate() {
            *v -= across * off(column) + down * off(row);
        }
    }
    mean
}

/// The value below which this share of the values lies; `None` of none, or of a share of 1.
pub fn quantile(values: impl IntoIterator<Item = f32>, share: f32) -> Option<f32> {
    let mut values: Vec<f32> = values.into_iter().collect();
    let at = (values.len() as f32 * share) as usize;
    (at < values.len()).then(|| *values.select_nth_unstable_by(at, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::CHANNELS;

    #[test]
    fn quantiles_are_values_by_their_order() {
        let values = [0.3, 0.1, 0.4, 0.2];
        assert_eq!([0.0, 0.3, 0.5, 0.99].map(|share| quantile(values, share).unwrap()), [0.1, 0.2, 0.3, 0.4]);
        assert_eq!((quantile([], 0.5), quantile(values, 1.0)), (None, None));
    }

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
    fn only_mean_and_slope_are_taken_out() {
        let bump = |i: usize| if i == 5 { 0.1 } else { 0.0 };
        let plane = |i: usize| 0.5 + 0.02 * (i % 4) as f32 - 0.01 * (i / 4) as f32;
        let [mut flat, mut bumpy] =
            [0.0, 1.0].map(|high| (0..16).map(|i| plane(i) + high * bump(i)).collect::<Vec<_>>());
        let mut bump: Vec<f32> = (0..16).map(bump).collect();
        assert!((without_slope(4, &mut flat) - 0.515).abs() < 1e-6);
        assert!(flat.iter().all(|v| v.abs() < 1e-6));
        without_slope(4, &mut bumpy);
        without_slope(4, &mut bump);
        assert!(bumpy.iter().zip(&bump).all(|(a, b)| (a - b).abs() < 1e-6) && bump[5] > 0.05);
    }

    #[test]
    fn groups_hold_every_patch_once_and_in_order() {
        let grouped = |count: usize, widest: f32| -> Vec<Vec<f32>> {
            let mut patches: Vec<f32> = (0..count).map(|i| ((i * 37) % 101) as f32 / 101.0).collect();
            by_brightness(&mut patches, |p| *p, 10, 3, widest).map(|g| g.to_vec()).collect()
        };
        for (count, sizes) in
            [(0, vec![]), (7, vec![7]), (21, vec![11, 10]), (25, vec![13, 12]), (95, vec![32, 32, 31])]
        {
            let groups = grouped(count, f32::INFINITY);
            assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            assert!(groups.concat().is_sorted());
        }
        let narrow = grouped(95, 0.1);
        assert!(narrow.len() > 5 && narrow.iter().all(|g| g.len() >= 10) && narrow.concat().is_sorted());
    }
}
