//! The noise of a mosaic's planes: white, and exactly the line of a sensor.

use crate::estimate::patches::quantile;
use crate::estimate::white::{self, Patch, White};
use crate::estimate::{
    Doubt, Estimate, LITTLE_OF_MOSAIC, Point, Tolerance, doubtful, fit, fit_beside_texture, lacking,
};
use crate::image::{LinearImage, MOST_CHANNELS};
use crate::method::noise::{Noise, NoiseModel};

/// The planes of each colour. Nothing tells the two greens apart, and noise that differs between them would leave a
/// lattice of their sites.
const COLORS: [&[usize]; 3] = [&[0], &GREENS, &[3]];
/// Green in red's rows, to the right of red's sites, and in blue's rows, to the left of blue's.
pub const GREENS: [usize; 2] = [1, 2];
/// A colour has a line of its own if the middle of its points is off green's by more than this factor's logarithm in
/// std. Planes of one sensor share a line; gains that a camera applies to a colour alone change that.
/// Texture raises some planes more than others, but seldom by that much.
const APART: f32 = 0.2;
/// Places are shadows where they are darker than this share of the green ones.
const DARKEST: f32 = 0.02;
/// A colour needs this many points for a line of its own.
const FEWEST_POINTS: usize = 4;

/// Estimates one line for all planes where they agree, else one for each colour.
pub fn of_mosaic(planes: &LinearImage) -> Estimate {
    let white = white::measure(planes, |patches| common_patches(planes, patches));
    let line = fit_beside_texture(&white.points, Tolerance::OF_MOSAIC);
    let noise = own_lines(&white, line).map_or(Noise::from(line), Noise::from);
    let drawn = white.is_drawing() && 2 * white.counts.drawn > white.counts.all;
    let doubt =
        lacking(&white).or(drawn.then_some(Doubt::Drawn)).or_else(|| doubtful(&noise, &white, LITTLE_OF_MOSAIC));
    Estimate { noise, line, points: white.points, grain: 0.0, film: false, doubt }
}

/// The patches that tell of all planes: those of the greens, and in shadows of other colours, too, which most light
/// leaves darker than green.
fn common_patches(planes: &LinearImage, patches: &[Patch]) -> Vec<Patch> {
    let among_greens = |patch: &Patch| among_greens(planes, patch).map(|fine| patch.with_variance(fine));
    let mut common: Vec<Patch> = patches.iter().filter_map(among_greens).collect();
    if let Some(darkest) = quantile(common.iter().map(|patch| patch.mean), DARKEST) {
        let is_darker = |patch: &&Patch| !GREENS.contains(&patch.channel) && patch.mean < darkest;
        common.extend(patches.iter().filter(is_darker));
    }
    common
}

/// Variance of a green patch by second differences along the diagonals, on which the greens take turns: such sites are
/// nearer to each other than those of a plane, so they see less texture. What tells the greens apart everywhere does
/// not count. `None` for other patches.
fn among_greens(planes: &LinearImage, patch: &Patch) -> Option<f32> {
    let other = GREENS[1 - GREENS.iter().position(|green| *green == patch.channel)?];
    let (own, other, width) = (planes.plane(patch.channel), planes.plane(other), planes.width() as isize);
    let straight = [-width, width, -1, 1];
    // Around the first green's sites those of the second lie above and to the right in the planes; the other way round
    // around the second's.
    let diagonal = [0, 1, -width, 1 - width].map(|by| if patch.channel == GREENS[0] { by } else { -by });
    let (mut sum, mut squares) = (0.0, 0.0);
    let inner = |from: usize| from + 1..from + patch.side - 1;
    for row in inner(patch.corner[0]) {
        for at in inner(patch.corner[1]).map(|column| row * planes.width() + column) {
            let near = |plane: &[f32], four: [isize; 4]| four.map(|by| plane[at.wrapping_add_signed(by)]).iter().sum();
            let [straight, diagonal]: [f32; 2] = [near(own, straight), near(other, diagonal)];
            let difference = 4.0 * own[at] - 2.0 * diagonal + straight;
            sum += difference;
            squares += difference * difference;
        }
    }
    let count = ((patch.side - 2) * (patch.side - 2)) as f32;
    // The squares of the weights add up to 36.
    Some((squares - sum * sum / count) / (36.0 * count))
}

/// A line for each plane if one of the colours is apart from green, given green's.
fn own_lines(white: &White, line: NoiseModel) -> Option<[NoiseModel; MOST_CHANNELS]> {
    let points_of =
        |planes: &[usize]| planes.iter().flat_map(|&plane| white.of_channels[plane].all()).copied().collect();
    let middle_ratio = |a: &NoiseModel, b: &NoiseModel, points: &[Point]| {
        let ratio = |mean: f32| (a.variance(mean) / b.variance(mean).max(f32::MIN_POSITIVE)).sqrt();
        let mut ratios: Vec<f32> = points.iter().map(|point| ratio(point.mean)).collect();
        ratios.sort_by(f32::total_cmp);
        ratios[ratios.len() / 2]
    };
    // Colours are compared as their planes alone tell them, with the texture that these see.
    let greens: Vec<Point> = points_of(&GREENS);
    if greens.len() < FEWEST_POINTS {
        return None;
    }
    let green = fit(&greens, Tolerance::OF_WHITE);
    let without_texture = middle_ratio(&line, &green, &greens);
    let mut apart = false;
    let mut lines = [line; MOST_CHANNELS];
    for planes in COLORS.into_iter().filter(|planes| *planes != GREENS) {
        let points: Vec<Point> = points_of(planes);
        if points.len() < FEWEST_POINTS {
            continue;
        }
        let own = fit(&points, Tolerance::OF_WHITE);
        apart |= middle_ratio(&own, &green, &points).ln().abs() > APART;
        planes.iter().for_each(|&plane| lines[plane] = own.scaled(without_texture));
    }
    apart.then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::estimate_noise;

    /// Planes of a sensor whose colours differ in brightness: flat stripes with a gradient.
    fn scene() -> LinearImage {
        LinearImage::planes_from_fn(4, 320, 240, |plane, row, column| {
            let stripe = (row * 12 / 240) as f32 / 12.0;
            [0.4, 1.0, 1.0, 0.7][plane] * (0.002 + 0.8 * stripe * stripe + 0.02 * column as f32 / 320.0)
        })
        .unwrap()
    }

    #[test]
    fn the_line_of_a_sensor_is_found_at_every_iso() {
        for (sigma_read, shot) in [(1.2e-4, 1e-5), (6e-4, 2e-4), (4e-3, 3.2e-3), (3e-2, 5e-2)] {
            let noise = NoiseModel { sigma_read, shot };
            let found = estimate_noise(&noise.add_to(&scene(), 3));
            assert!(matches!(found.noise, Noise::Model(_)), "{found:?}");
            assert_eq!(found.doubt, None);
            for x in [0.003, 0.05, 0.5] {
                let ratio = (found.line.variance(x) / noise.variance(x)).sqrt();
                assert!((ratio - 1.0).abs() < 0.1, "{shot} at {x}: {ratio}");
            }
        }
    }

    #[test]
    fn fine_texture_and_greens_that_differ_are_no_noise() {
        let noise = NoiseModel { sigma_read: 6e-4, shot: 2e-4 };
        let at = |row: usize, column: usize| 0.3 + 0.08 * (0.8 * row as f32).sin() * (0.7 * column as f32).cos();
        let green = [1.0, 0.99, 1.01, 1.0];
        let texture = LinearImage::planes_from_fn(4, 320, 240, |plane, row, column| {
            green[plane] * at(2 * row + plane / 2, 2 * column + plane % 2)
        });
        let noisy = noise.add_to(&texture.unwrap(), 3);
        let ratio = (estimate_noise(&noisy).line.variance(0.3) / noise.variance(0.3)).sqrt();
        assert!((0.9..1.4).contains(&ratio), "{ratio}");
        // A plane alone sees four times as much.
        let plane =
            white::measure(&noisy, |patches| patches.iter().filter(|patch| patch.channel == 1).copied().collect());
        let alone = fit(&plane.points, Tolerance::OF_WHITE);
        assert!(alone.variance(0.3).sqrt() > 3.0 * noise.variance(0.3).sqrt(), "{alone:?}");
    }

    #[test]
    fn a_dark_mosaic_is_not_taken_for_another_unit() {
        let noise = NoiseModel { sigma_read: 3e-4, shot: 2e-4 };
        let dark = scene().scaled(0.01);
        let found = estimate_noise(&noise.add_to(&dark, 3)).line;
        assert!((found.sigma_read / noise.sigma_read - 1.0).abs() < 0.07, "{found:?}");
    }

    #[test]
    fn planes_that_differ_get_lines_of_their_own() {
        let noise = NoiseModel { sigma_read: 2e-3, shot: 1e-3 };
        let mut noisy = noise.add_to(&scene(), 3);
        let pixels = noisy.pixels();
        // A camera that doubles blue after the readout doubles its noise.
        noisy.values_mut()[3 * pixels..].iter_mut().for_each(|v| *v *= 2.0);
        let found = estimate_noise(&noisy).noise;
        let Noise::Planes(lines) = found else { panic!("{found:?}") };
        for (plane, factor) in [(0, 1.0), (1, 1.0), (2, 1.0), (3, 2.0)] {
            let x = 0.1 * factor;
            let ratio = (lines[plane].variance(x) / (factor * factor * noise.variance(0.1))).sqrt();
            assert!((ratio - 1.0).abs() < 0.1, "{plane}: {ratio}");
        }
    }

    #[test]
    fn both_greens_have_the_same_noise() {
        let noise = NoiseModel { sigma_read: 2e-3, shot: 1e-3 };
        let mut noisy = noise.add_to(&scene(), 3);
        let pixels = noisy.pixels();
        // Texture in one of the greens, and a camera that doubles blue.
        noisy.values_mut()[2 * pixels..3 * pixels]
            .iter_mut()
            .enumerate()
            .for_each(|(i, v)| *v *= 1.0 + 0.05 * (i % 2) as f32);
        noisy.values_mut()[3 * pixels..].iter_mut().for_each(|v| *v *= 2.0);
        let Noise::Planes(lines) = estimate_noise(&noisy).noise else { panic!("blue is apart") };
        assert_eq!(lines[1], lines[2]);
    }

    #[test]
    fn nothing_to_measure_is_said() {
        let flat = LinearImage::planes_from_fn(4, 320, 240, |_, _, _| 0.1).unwrap();
        assert_eq!(estimate_noise(&flat).doubt, Some(Doubt::Drawn));
        let small = LinearImage::planes_from_fn(4, 3, 9, |_, r, x| 0.1 * ((r * 5 + x * 3) % 4) as f32).unwrap();
        assert_eq!(estimate_noise(&small).doubt, Some(Doubt::Small));
    }
}
