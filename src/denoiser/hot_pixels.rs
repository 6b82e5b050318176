//! Hot and dead pixels: single values much further from their neighbours than noise could be.
//!
//! A denoiser takes them for detail, so they are mended before it sees them. A sensor has one colour at each place, so
//! a dot in one channel of a photo is a hot pixel. A dot in all channels may be detail: sparks, leaves, stars. So may a
//! dot at one site of a mosaic, where detail is as small as a site. Detail comes in all contrasts, a few dots of a high
//! one among many of a low one; hot pixels are mostly of a high one, which tells an image that has them.

use crate::color::linear_to_srgb;
use crate::image::{CHANNELS, LinearImage, reflect};

/// How far a value must be beyond its neighbours: in stds of the noise, and in units of their own range.
const BEYOND: Beyond = Beyond { stds: 6.0, ranges: 3.0 };
/// Beyond this there is hardly any detail.
const FAR_BEYOND: Beyond = Beyond { stds: 8.0, ranges: 8.0 };
/// If this share of a photo's dots is far beyond their neighbours, they are hot pixels. Of 80 photos without any, with
/// the noise of a camera at gain 1 or 4, no photo had 0.25.
const LEAST_TYPICAL: f32 = 0.3;
/// The same for dots of a mosaic that are [`certain`](Dot::is_certain). Of those of pictures without hot pixels, with
/// the noise of ISO 100 to 12,800, 0.03 to 0.05 are, and 0.19 where one site in 20,000 is hot.
const LEAST_TYPICAL_SITES: f32 = 0.15;
/// Fewer typical dots say nothing of the others.
const FEWEST_TYPICAL: usize = 5;
/// How far the neighbours may be from their own surroundings, as a share of how far the value is beyond them.
const GLOW: f32 = 0.1;
/// How far the other channels, or the sites around, may be from their neighbours where a dot is in one channel or at
/// one site: as a share of how far that is, and besides in stds of the noise.
const OTHERS: Others = Others { share: 0.3, stds: 2.0 };
/// The same where nothing is there but noise.
const ONLY_NOISE: Others = Others { share: 0.05, stds: 4.0 };
/// If the noise's std is less than this on the sRGB curve, single dots are detail, mostly in drawings.
const LEAST_NOISE: f32 = 0.7 / 255.0;
/// If there are more of them than this share, they belong to the image: dither, halftone.
const MOST: f32 = 0.02;

struct Beyond {
    stds: f32,
    ranges: f32,
}

impl Beyond {
    fn is_met(&self, by: f32, noise: f32, range: f32) -> bool {
        by > (self.stds * noise).max(self.ranges * range)
    }
}

struct Others {
    share: f32,
    stds: f32,
}

/// A value that stands out from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Dot {
    /// The value's index in the image.
    at: usize,
    /// The median of its neighbours.
    median: f32,
    /// Whether it is as hot pixels mostly are, and detail rarely is.
    is_typical: bool,
    /// Whether it is hot whatever the other dots are.
    is_certain: bool,
}

/// All values that stand out from their neighbours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dots {
    dots: Vec<Dot>,
    /// The least share of typical ones among hot pixels.
    least_typical: f32,
}

impl Dots {
    /// The dots of an image. `std(channel, pixel, brightness)` is the std of the noise in linear light.
    pub fn of(image: &LinearImage, std: impl Fn(usize, usize, f32) -> f32) -> Self {
        let (width, height, pixels) = (image.width(), image.height(), image.pixels());
        let mut dots = Vec::new();
        // Nobody draws a mosaic.
        let is_mosaic = image.channels() != CHANNELS;
        let least_typical = if is_mosaic { LEAST_TYPICAL_SITES } else { LEAST_TYPICAL };
        if width < 3 || height < 3 {
            return Self { dots, least_typical };
        }
        let channels = image.channels();
        let mut stand_out = vec![false; width];
        for channel in 0..channels {
            let plane = image.plane(channel);
            for row in 0..height {
                let here = row * width;
                standing_out(plane, row, (width, height), &mut stand_out);
                for column in (0..width).filter(|column| stand_out[*column]) {
                    let value = plane[here + column];
                    let place = (row, column);
                    let neighbours = Around::of(place, (width, height)).values(plane);
                    let median = middle(&neighbours);
                    // One of the neighbours may be hot itself.
                    let (low, high) = (neighbours[1], neighbours[6]);
                    let beyond = (value - high).max(low - value);
                    let noise = std(channel, here + column, median);
                    if !BEYOND.is_met(beyond, noise, high - low) {
                        continue;
                    }
                    if !is_mosaic && linear_to_srgb(median + noise) - linear_to_srgb(median) <= LEAST_NOISE {
                        continue;
                    }
                    // A star or a lamp shines into its neighbours.
                    let surroundings = middle(&ring(plane, (width, height), place));
                    if (median - surroundings).abs() >= GLOW * beyond + 2.0 * noise {
                        continue;
                    }
                    let has_nothing = |(other, row, column): (usize, usize, usize), most: &Others| {
                        let (plane, at) = (image.plane(other), row * width + column);
                        let median = middle(&Around::of((row, column), (width, height)).values(plane));
                        (plane[at] - median).abs() < most.share * beyond + most.stds * std(other, at, median)
                    };
                    let is_alone = |most: &Others| {
                        if is_mosaic {
                            sites_around(channel, place, (width, height)).all(|site| has_nothing(site, most))
                        } else {
                            let mut others = (0..channels).filter(|other| *other != channel);
                            others.all(|other| has_nothing((other, row, column), most))
                        }
                    };
                    let is_far_beyond = FAR_BEYOND.is_met(beyond, noise, high - low);
                    let [is_typical, is_certain] = if is_mosaic {
                        // What neighbouring sites of a mosaic see as well is detail, however much of it there is.
                        if !is_alone(&OTHERS) {
                            continue;
                        }
                        [is_far_beyond && is_alone(&ONLY_NOISE); 2]
                    } else {
                        [is_far_beyond, is_alone(&OTHERS)]
                    };
                    dots.push(Dot { at: channel * pixels + here + column, median, is_typical, is_certain });
                }
            }
        }
        if dots.len() as f32 > MOST * (channels * pixels) as f32 {
            dots.clear();
        }
        Self { dots, least_typical }
    }

    /// Whether all dots are hot pixels, and not only those that are certain.
    pub fn are_hot(&self) -> bool {
        let typical = self.dots.iter().filter(|dot| dot.is_typical).count();
        typical >= FEWEST_TYPICAL && typical as f32 >= self.least_typical * self.dots.len() as f32
    }

    /// The values to mend: the index of each, and the median of its neighbours.
    pub fn to_mend(&self, are_hot: bool) -> impl Iterator<Item = (usize, f32)> {
        self.dots.iter().filter(move |dot| are_hot || dot.is_certain).map(|dot| (dot.at, dot.median))
    }
}

/// Where the values around one are.
struct Around {
    /// Where the rows above, at and below it begin in a plane.
    rows: [usize; 3],
    /// The columns left of it, at it and right of it.
    columns: [usize; 3],
}

impl Around {
    fn of((row, column): (usize, usize), (width, height): (usize, usize)) -> Self {
        let rows = [-1, 0, 1].map(|by| reflect(row as isize + by, height) * width);
        Self { rows, columns: [-1, 0, 1].map(|by| reflect(column as isize + by, width)) }
    }

    /// These 8 values, sorted.
    fn values(&self, plane: &[f32]) -> [f32; 8] {
        let ([above, here, below], [left, column, right]) = (self.rows, self.columns);
        let [upper, lower] = [above, below].map(|row| [left, column, right].map(|column| plane[row + column]));
        let mut all = [0.0; 8];
        all[..3].copy_from_slice(&upper);
        all[3..6].copy_from_slice(&lower);
        all[6..].copy_from_slice(&[plane[here + left], plane[here + right]]);
        sorted(all)
    }
}

/// Eight values in order, by a sorting network: several times as fast as a sort for any length.
fn sorted(mut values: [f32; 8]) -> [f32; 8] {
    // Batcher, *Sorting networks and their applications*, 1968.
    const COMPARED: [(usize, usize); 19] = [
        (0, 1),
        (2, 3),
        (4, 5),
        (6, 7),
        (0, 2),
        (1, 3),
        (4, 6),
        (5, 7),
        (1, 2),
        (5, 6),
        (0, 4),
        (3, 7),
        (1, 5),
        (2, 6),
        (1, 4),
        (3, 6),
        (2, 4),
        (3, 5),
        (3, 4),
    ];
    for (a, b) in COMPARED {
        let (low, high) = (values[a], values[b]);
        (values[a], values[b]) = if low > high { (high, low) } else { (low, high) };
    }
    values
}

/// Marks the values of a row that are further from the four around them than these are from each other: hardly any, so
/// only they are looked at closely. The plane is at least 2 values wide.
fn standing_out(plane: &[f32], row: usize, (width, height): (usize, usize), marks: &mut [bool]) {
    let [above, here, below] = [-1, 0, 1].map(|by| &plane[reflect(row as isize + by, height) * width..][..width]);
    // Comparisons, as f32::min's care for NaN would take several times as long.
    let lower = |a: f32, b: f32| if a < b { a } else { b };
    let higher = |a: f32, b: f32| if a > b { a } else { b };
    let is_marked = |value: f32, left: f32, right: f32, above: f32, below: f32| {
        let low = lower(lower(left, right), lower(above, below));
        let high = higher(higher(left, right), higher(above, below));
        higher(value - high, low - value) > high - low
    };
    let last = width - 1;
    marks[0] = is_marked(here[0], here[1], here[1], above[0], below[0]);
    marks[last] = is_marked(here[last], here[last - 1], here[last - 1], above[last], below[last]);
    let inner = &mut marks[1..last];
    let (left, value, right) = (&here[..last - 1], &here[1..last], &here[2..]);
    let (above, below) = (&above[1..last], &below[1..last]);
    for (at, mark) in inner.iter_mut().enumerate() {
        *mark = is_marked(value[at], left[at], right[at], above[at], below[at]);
    }
}

/// The 8 sites around one of a mosaic, whose colours are others: plane, row and column of each.
fn sites_around(
    plane: usize,
    (row, column): (usize, usize),
    (width, height): (usize, usize),
) -> impl Iterator<Item = (usize, usize, usize)> {
    let (row, column) = (2 * row + plane / 2, 2 * column + plane % 2);
    let around = (0..9).filter(|i| *i != 4).map(|i| (i / 3 - 1, i % 3 - 1));
    around.map(move |(down, across): (isize, isize)| {
        let row = reflect(row as isize + down, 2 * height);
        let column = reflect(column as isize + across, 2 * width);
        (row % 2 * 2 + column % 2, row / 2, column / 2)
    })
}

/// The 16 values two pixels away, sorted.
fn ring(plane: &[f32], (width, height): (usize, usize), (row, column): (usize, usize)) -> [f32; 16] {
    let at = |down: isize, across: isize| {
        plane[reflect(row as isize + down, height) * width + reflect(column as isize + across, width)]
    };
    let mut ring = [0.0; 16];
    for (i, along) in (-2..2).enumerate() {
        // Each side of the square from one corner to before the next.
        ring[4 * i..4 * i + 4].copy_from_slice(&[at(-2, along), at(along, 2), at(2, -along), at(-along, -2)]);
    }
    ring.sort_unstable_by(f32::total_cmp);
    ring
}

/// The median of an even number of sorted values.
fn middle(sorted: &[f32]) -> f32 {
    0.5 * (sorted[sorted.len() / 2 - 1] + sorted[sorted.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::noise::NoiseModel;

    const NOISE: NoiseModel = NoiseModel { sigma_read: 0.01, shot: 0.001 };

    fn dots(image: &LinearImage) -> Dots {
        Dots::of(image, |_, _, brightness| NOISE.variance(brightness).sqrt())
    }

    fn mended(image: &LinearImage) -> Vec<(usize, f32)> {
        let dots = dots(image);
        dots.to_mend(dots.are_hot()).collect()
    }

    fn noisy(f: impl FnMut(usize, usize, usize) -> f32) -> LinearImage {
        NOISE.add_to(&LinearImage::from_fn(60, 40, f).unwrap(), 1)
    }

    #[test]
    fn the_network_sorts() {
        // What sorts all lists of zeros and ones sorts all lists (the zero-one principle).
        for bits in 0..256 {
            let values: [f32; 8] = std::array::from_fn(|i| f32::from(bits >> i & 1 == 1));
            assert!(sorted(values).is_sorted(), "{values:?}");
        }
    }

    #[test]
    fn single_hot_and_dead_values_are_found_and_nothing_else() {
        let clean = noisy(|_, r, _| 0.2 + 0.004 * r as f32);
        assert!(mended(&clean).is_empty());
        let mut image = clean.clone();
        // In the middle, dead, in a corner, and two side by side.
        let (hot, dead, corner, pair) = (2400 + 10 * 60 + 30, 20 * 60 + 7, 0, [4800 + 300, 4800 + 301]);
        for at in [hot, corner, pair[0], pair[1]] {
            image.values_mut()[at] = 1.0;
        }
        image.values_mut()[dead] = 0.0;
        let mended = mended(&image);
        assert_eq!(mended.iter().map(|m| m.0).collect::<Vec<_>>(), [corner, dead, hot]);
        assert!(mended.iter().all(|(at, value)| (value - clean.values()[*at]).abs() < 0.08));
    }

    #[test]
    fn dots_in_all_channels_are_hot_where_most_are_far_beyond_their_neighbours() {
        let at = |r: usize, x: usize| r % 10 == 5 && x % 10 == 5;
        let hot = noisy(|_, r, x| if at(r, x) { 1.0 } else { 0.2 });
        assert!(dots(&hot).are_hot());
        assert_eq!(mended(&hot).len(), 3 * 24);
        // The same number of sparks, of which one in twelve is bright.
        let spark = |r: usize, x: usize| if (r / 10 * 6 + x / 10).is_multiple_of(12) { 1.0 } else { 0.34 };
        let sparks = noisy(|_, r, x| if at(r, x) { spark(r, x) } else { 0.2 });
        assert!(!dots(&sparks).dots.is_empty() && !dots(&sparks).are_hot());
        assert_eq!(mended(&sparks), []);
        let few = noisy(|_, r, x| if (r, x) == (20, 20) { 1.0 } else { 0.2 });
        assert_eq!((dots(&few).dots.len(), mended(&few).len()), (3, 0), "one spark");
    }

    #[test]
    fn hot_photosites_are_found_plane_by_plane_even_in_deep_shadows() {
        let noise = NoiseModel { sigma_read: 1e-4, shot: 1e-5 };
        let flat = LinearImage::planes_from_fn(4, 60, 40, |c, _, _| [0.001, 0.002, 0.002, 0.0015][c]).unwrap();
        let mut mosaic = noise.add_to(&flat, 1);
        let hot = [2400 + 10 * 60 + 30, 3 * 2400 + 20 * 60 + 7];
        hot.iter().for_each(|at| mosaic.values_mut()[*at] = 0.01);
        let mended = |mosaic: &LinearImage| {
            let dots = Dots::of(mosaic, |_, _, brightness| noise.variance(brightness).sqrt());
            dots.to_mend(dots.are_hot()).map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(mended(&mosaic), hot);
        // A star: the sites beside the first one see some of it as well.
        mosaic.values_mut()[10 * 60 + 30] = 0.005;
        mosaic.values_mut()[3 * 2400 + 9 * 60 + 30] = 0.003;
        assert_eq!(mended(&mosaic), hot[1..]);
    }

    /// The planes of a mosaic with more light at single sites.
    fn with_sites(sites: &[(usize, f32)]) -> LinearImage {
        let noise = NoiseModel { sigma_read: 0.002, shot: 1e-4 };
        let gradient = LinearImage::planes_from_fn(4, 60, 40, |_, row, _| 0.1 + 0.002 * row as f32).unwrap();
        let mut planes = noise.add_to(&gradient, 1);
        sites.iter().for_each(|(at, light)| planes.values_mut()[*at] += light);
        planes
    }

    #[test]
    fn detail_as_small_as_a_site_stays() {
        let noise = NoiseModel { sigma_read: 0.002, shot: 1e-4 };
        let mended = |planes: &LinearImage| {
            let dots = Dots::of(planes, |_, _, brightness| noise.variance(brightness).sqrt());
            let are_hot = dots.are_hot();
            (are_hot, dots.to_mend(are_hot).map(|(at, _)| at).collect::<Vec<_>>())
        };
        let place = |i: usize| 2400 + (i / 8 * 7 + 5) * 60 + (i % 8 * 7 + 5);
        // A glint: the site beside it sees a fifth of it, which is more than noise.
        let glint = |i: usize| [(place(i), 0.5), (place(i) - 2400, 0.1)];
        let glints: Vec<(usize, f32)> = (0..40).flat_map(glint).collect();
        assert_eq!(mended(&with_sites(&glints)), (false, vec![]));
        // The same beside one hot site, which is certain.
        let hot = (3 * 2400 + 20 * 60 + 30, 0.8);
        assert_eq!(mended(&with_sites(&[&glints[..], &[hot]].concat())), (false, vec![hot.0]));
        // Among hot sites everywhere, it is one of them.
        let sites: Vec<(usize, f32)> = (0..40).map(|i| (place(i), 0.5)).chain([glint(20)[1]]).collect();
        assert_eq!(mended(&with_sites(&sites)), (true, (0..40).map(place).collect()));
    }

    #[test]
    fn lines_edges_stars_and_drawings_stay() {
        assert!(mended(&noisy(|_, r, _| if r == 12 { 0.9 } else { 0.1 })).is_empty(), "a line");
        assert!(mended(&noisy(|_, r, x| if r > x { 0.9 } else { 0.1 })).is_empty(), "an edge");
        let star = |r: usize, x: usize| (-((r as f32 - 20.0).powi(2) + (x as f32 - 20.0).powi(2)) / 1.4).exp();
        assert!(mended(&noisy(|_, r, x| 0.05 + 0.9 * star(r, x))).is_empty(), "a star");
        let dot = |channel, r, x| if (channel, r, x) == (1, 20, 20) { 1.0 } else { 0.2 };
        let drawing = LinearImage::from_fn(60, 40, dot).unwrap();
        assert_eq!(Dots::of(&drawing, |_, _, _| 0.0001).dots, [], "a dot in a drawing");
        let stars = noisy(|_, r, x| if r % 4 == 0 && x % 4 == 0 { 1.0 } else { 0.1 });
        assert!(mended(&stars).is_empty(), "a pattern");
        assert!(mended(&LinearImage::from_fn(2, 9, |_, _, _| 0.5).unwrap()).is_empty());
    }
}
