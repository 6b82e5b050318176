//! Synthetic scenes without a single photo: dead leaves.
//!
//! Opaque random shapes are stacked until the ground is covered. With sizes drawn from `r^-3` the result is scale
//! invariant and has the edges, the occlusions and the spectrum of natural images (Lee, Mumford and Huang,
//! *Occlusion models for natural images*, 2001), and networks trained on it restore photographs (Achddou, Gousseau and
//! Ladjal, *Synthetic images as a regularity prior for image restoration neural networks*, 2021).

use std::f32::consts::{PI, TAU};

use rand::Rng;

use crate::color::{linear_to_srgb8, srgb_to_linear};

/// Shapes are drawn on a canvas that is finer by this factor and then averaged down.
const OVERSAMPLING: usize = 2;
/// Shapes are added until they cover this share of the canvas; the ground shows in the rest.
const COVERED: f32 = 0.998;
/// Side of the periodic noise field that textures read.
const FIELD: usize = 256;

/// A scene of `side` x `side` pixels as interleaved 8-bit sRGB, `3 * side * side` bytes.
///
/// # Panics
/// When `side` is 0.
pub fn dead_leaves(side: usize, rng: &mut impl Rng) -> Vec<u8> {
    assert!(side > 0, "a scene needs at least one pixel");
    let canvas = Canvas::paint(side * OVERSAMPLING, rng);
    let mut linear = canvas.averaged(side);
    if rng.random_bool(0.3) {
        blur(&mut linear, side, rng.random_range(0.3..0.9));
    }
    linear.into_iter().map(linear_to_srgb8).collect()
}

/// A radius from the density `r^-3` between `least` and `most`.
fn power_law_radius(least: f32, most: f32, rng: &mut impl Rng) -> f32 {
    let (a, b) = (least.powi(-2), most.powi(-2));
    let u: f32 = rng.random();
    (a + u * (b - a)).powf(-0.5)
}

/// A standard normal number.
fn normal(rng: &mut impl Rng) -> f32 {
    let u = 1.0 - rng.random::<f32>();
    (-2.0 * u.ln()).sqrt() * (TAU * rng.random::<f32>()).cos()
}

/// Interleaved sRGB from 0 to 1.
struct Canvas {
    side: usize,
    values: Vec<[f32; 3]>,
    covered: Vec<bool>,
    /// Pixels that no shape covers yet.
    bare: usize,
}

impl Canvas {
    fn paint(side: usize, rng: &mut impl Rng) -> Self {
        let mut canvas =
            Self { side, values: vec![[0.0; 3]; side * side], covered: vec![false; side * side], bare: side * side };
        let palette = Palette::random(rng);
        let field = Field::random(rng);
        let most = side as f32 * rng.random_range(0.25..0.7);
        let least = (2.0 * 8f32.powf(rng.random())).min(most / 2.0);
        // From front to back: a shape shows only where nothing covers it yet, so each pixel is painted once.
        let enough = (side * side) as f32 * (1.0 - COVERED);
        while canvas.bare as f32 > enough {
            let leaf = Leaf::random(side as f32, power_law_radius(least, most, rng), &palette, rng);
            canvas.drop_behind(&leaf, &field);
        }
        let ground = Leaf::random(side as f32, side as f32, &palette, rng);
        for i in 0..side * side {
            if !canvas.covered[i] {
                let (x, y) = ((i % side) as f32, (i / side) as f32);
                canvas.values[i] = ground.color(x, y, &field);
            }
        }
        canvas
    }

    /// Paints the part of a leaf that earlier ones leave visible.
    fn drop_behind(&mut self, leaf: &Leaf, field: &Field) {
        let span = |center: f32| {
            let from = (center - leaf.radius).floor().max(0.0) as usize;
            let to = (center + leaf.radius).ceil().max(0.0) as usize;
            from..(to + 1).min(self.side)
        };
        let (rows, columns) = (span(leaf.y), span(leaf.x));
        for row in rows {
            for column in columns.clone() {
                let i = row * self.side + column;
                let (x, y) = (column as f32, row as f32);
                if !self.covered[i] && leaf.contains(x, y) {
                    self.covered[i] = true;
                    self.bare -= 1;
                    self.values[i] = leaf.color(x, y, field);
                }
            }
        }
    }

    /// The canvas averaged down to `side` in linear light, interleaved.
    fn averaged(&self, side: usize) -> Vec<f32> {
        // A table, because a power for each of the canvas's values would take most of the time.
        let table: Vec<f32> = (0..=4095).map(|i| srgb_to_linear(i as f32 / 4095.0)).collect();
        let mut linear = Vec::with_capacity(3 * side * side);
        for pixel in 0..side * side {
            let (row, column) = (pixel / side * OVERSAMPLING, pixel % side * OVERSAMPLING);
            for channel in 0..3 {
                let mut sum = 0.0;
                for i in 0..OVERSAMPLING * OVERSAMPLING {
                    let at = (row + i / OVERSAMPLING) * self.side + column + i % OVERSAMPLING;
                    sum += table[(self.values[at][channel].clamp(0.0, 1.0) * 4095.0 + 0.5) as usize];
                }
                linear.push(sum / (OVERSAMPLING * OVERSAMPLING) as f32);
            }
        }
        linear
    }
}

/// The outline of a leaf in its own coordinates, within the unit circle.
enum Outline {
    Disc,
    /// Half axes 1 and `aspect`.
    Ellipse {
        aspect: f32,
    },
    /// Half sides.
    Rectangle {
        half: [f32; 2],
    },
    /// Corners in the order of their angles about the centre.
    Polygon {
        corners: Vec<[f32; 2]>,
    },
}

impl Outline {
    fn random(rng: &mut impl Rng) -> Self {
        match rng.random_range(0..4) {
            0 => Self::Disc,
            1 => Self::Ellipse { aspect: rng.random_range(0.2..1.0) },
            2 => {
                let angle: f32 = rng.random_range(0.08..PI / 4.0);
                Self::Rectangle { half: [angle.cos(), angle.sin()] }
            }
            _ => {
                let count = rng.random_range(3..=8);
                let corners = (0..count).map(|i| {
                    let angle = TAU * (i as f32 + rng.random_range(0.0..0.9)) / count as f32;
                    let distance = rng.random_range(0.4..1.0);
                    [distance * angle.cos(), distance * angle.sin()]
                });
                Self::Polygon { corners: corners.collect() }
            }
        }
    }

    fn contains(&self, u: f32, v: f32) -> bool {
        match self {
            Self::Disc => u * u + v * v <= 1.0,
            Self::Ellipse { aspect } => u * u + (v / aspect).powi(2) <= 1.0,
            Self::Rectangle { half } => u.abs() <= half[0] && v.abs() <= half[1],
            Self::Polygon { corners } => {
                // Inside, if a ray to the right crosses the outline an odd number of times.
                let mut inside = false;
                let mut last = corners[corners.len() - 1];
                for &corner in corners {
                    if (corner[1] > v) != (last[1] > v) {
                        let crossing = corner[0] + (v - corner[1]) / (last[1] - corner[1]) * (last[0] - corner[0]);
                        inside ^= u < crossing;
                    }
                    last = corner;
                }
                inside
            }
        }
    }
}

/// What fills an outline, in sRGB values.
enum Texture {
    Flat,
    /// A gradient across the leaf, from its colour to another.
    Gradient {
        to: [f32; 3],
    },
    /// Waves between the leaf's colour and another: a sinusoid at `sharpness` 1, stripes at large values.
    Waves {
        to: [f32; 3],
        wave_vector: [f32; 2],
        phase: f32,
        sharpness: f32,
    },
    /// Noise with a power-law spectrum, added along a direction in colour space.
    Noise {
        along: [f32; 3],
        offset: [usize; 2],
        stretch: [f32; 2],
    },
}

impl Texture {
    fn random(palette: &Palette, rng: &mut impl Rng) -> Self {
        match rng.random_range(0..10) {
            0..=2 => Self::Flat,
            3..=4 => Self::Gradient { to: palette.color(rng) },
            5..=6 => {
                // Wavelengths from 4 to 40 pixels of the canvas.
                let wavelength = 4.0 * 10f32.powf(rng.random());
                let angle = TAU * rng.random::<f32>();
                Self::Waves {
                    to: palette.color(rng),
                    wave_vector: [TAU / wavelength * angle.cos(), TAU / wavelength * angle.sin()],
                    phase: TAU * rng.random::<f32>(),
                    sharpness: 12f32.powf(rng.random()),
                }
            }
            _ => {
                let strength = 0.02 * 10f32.powf(rng.random());
                let color = 0.3 * normal(rng);
                let hue = TAU * rng.random::<f32>();
                Self::Noise {
                    along: opponent(strength, strength * color, hue),
                    offset: [rng.random_range(0..FIELD), rng.random_range(0..FIELD)],
                    stretch: [2f32.powf(-2.0 * rng.random::<f32>()), 1.0],
                }
            }
        }
    }
}

/// A colour from its mean over the channels, its distance from grey and its hue angle.
fn opponent(mean: f32, chroma: f32, hue: f32) -> [f32; 3] {
    [0.0, TAU / 3.0, 2.0 * TAU / 3.0].map(|primary| mean + chroma * (hue - primary).cos())
}

/// The colours of one scene: few hues, mostly muted, any brightness.
struct Palette {
    hues: Vec<f32>,
    hue_spread: f32,
    saturation: f32,
    brightness: f32,
    contrast: f32,
}

impl Palette {
    fn random(rng: &mut impl Rng) -> Self {
        Self {
            hues: (0..rng.random_range(1..=4)).map(|_| TAU * rng.random::<f32>()).collect(),
            hue_spread: rng.random_range(0.1..0.6),
            saturation: rng.random_range(0.05..0.6),
            brightness: rng.random_range(0.3..0.65),
            contrast: rng.random_range(0.12..0.32),
        }
    }

    /// An sRGB colour, each channel from 0 to 1.
    fn color(&self, rng: &mut impl Rng) -> [f32; 3] {
        let mean = (self.brightness + self.contrast * normal(rng)).clamp(0.0, 1.0);
        let hue = self.hues[rng.random_range(0..self.hues.len())] + self.hue_spread * normal(rng);
        // Near black and white there is little room for colour.
        let room = mean.min(1.0 - mean);
        let chroma = room * (self.saturation * (1.0 + 0.7 * normal(rng))).clamp(0.0, 1.0);
        opponent(mean, chroma, hue).map(|v| v.clamp(0.0, 1.0))
    }
}

/// A periodic field of mean 0 and std 1 whose power falls with frequency: a sum of smooth noises at doubling scales.
struct Field {
    values: Vec<f32>,
}

impl Field {
    fn random(rng: &mut impl Rng) -> Self {
        let mut values = vec![0f32; FIELD * FIELD];
        // Growth of the amplitude with scale: 0 gives fine grain, 1 the 1/f amplitude of natural images.
        let growth = rng.random_range(0.0..1.0);
        let mut cell = 1;
        while cell <= FIELD / 4 {
            let amplitude = (cell as f32).powf(growth);
            let across = FIELD / cell;
            let lattice: Vec<f32> = (0..across * across).map(|_| amplitude * (rng.random::<f32>() - 0.5)).collect();
            for row in 0..FIELD {
                let (r, fr) = (row / cell, (row % cell) as f32 / cell as f32);
                let (above, below) = (r * across, (r + 1) % across * across);
                for column in 0..FIELD {
                    let (c, fc) = (column / cell, (column % cell) as f32 / cell as f32);
                    let next = (c + 1) % across;
                    let top = lattice[above + c] + fc * (lattice[above + next] - lattice[above + c]);
                    let bottom = lattice[below + c] + fc * (lattice[below + next] - lattice[below + c]);
                    values[row * FIELD + column] += top + fr * (bottom - top);
                }
            }
            cell *= 2;
        }
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
        values.iter_mut().for_each(|v| *v = (*v - mean) / std);
        Self { values }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y % FIELD * FIELD + x % FIELD]
    }
}

/// One shape, in pixels of the canvas.
struct Leaf {
    x: f32,
    y: f32,
    radius: f32,
    /// Cosine and sine of the rotation.
    rotation: [f32; 2],
    outline: Outline,
    color: [f32; 3],
    texture: Texture,
}

impl Leaf {
    fn random(side: f32, radius: f32, palette: &Palette, rng: &mut impl Rng) -> Self {
        let angle = TAU * rng.random::<f32>();
        Self {
            // Centres may lie outside: the border must look like any other place.
            x: rng.random_range(-radius..side + radius),
            y: rng.random_range(-radius..side + radius),
            radius,
            rotation: [angle.cos(), angle.sin()],
            outline: Outline::random(rng),
            color: palette.color(rng),
            texture: Texture::random(palette, rng),
        }
    }

    /// A pixel in the leaf's own coordinates: from -1 to 1 across it.
    fn local(&self, x: f32, y: f32) -> (f32, f32) {
        let ([cos, sin], dx, dy) = (self.rotation, (x - self.x) / self.radius, (y - self.y) / self.radius);
        (cos * dx + sin * dy, cos * dy - sin * dx)
    }

    fn contains(&self, x: f32, y: f32) -> bool {
        let (u, v) = self.local(x, y);
        self.outline.contains(u, v)
    }

    fn color(&self, x: f32, y: f32, field: &Field) -> [f32; 3] {
        let mix = |to: &[f32; 3], share: f32| std::array::from_fn(|c| self.color[c] + share * (to[c] - self.color[c]));
        match &self.texture {
            Texture::Flat => self.color,
            Texture::Gradient { to } => mix(to, (0.5 + 0.5 * self.local(x, y).0).clamp(0.0, 1.0)),
            Texture::Waves { to, wave_vector, phase, sharpness } => {
                let wave = (wave_vector[0] * x + wave_vector[1] * y + phase).sin();
                mix(to, 0.5 + 0.5 * (sharpness * wave).clamp(-1.0, 1.0))
            }
            Texture::Noise { along, offset, stretch } => {
                let (u, v) = self.local(x, y);
                // Along the leaf's own axes, moved well into the positive.
                let place =
                    |w: f32, stretch: f32| ((w * self.radius * stretch).round() as isize).rem_euclid(FIELD as isize);
                let (u, v) = (place(u, stretch[0]) as usize, place(v, stretch[1]) as usize);
                let value = field.at(u + offset[0], v + offset[1]);
                std::array::from_fn(|c| self.color[c] + value * along[c])
            }
        }
    }
}

/// Blurs interleaved values by a Gaussian of this std in pixels (below 1), repeating the border.
fn blur(values: &mut [f32], side: usize, sigma: f32) {
    let weights = [-2i32, -1, 0, 1, 2].map(|d| (-0.5 * (d as f32 / sigma).powi(2)).exp());
    let sum: f32 = weights.iter().sum();
    for (along, across) in [(3, 3 * side), (3 * side, 3)] {
        let source = values.to_vec();
        for line in 0..side {
            for i in 0..side {
                for c in 0..3 {
                    let at = |d: usize| {
                        let clamped = (i + d).saturating_sub(2).min(side - 1);
                        source[line * across + clamped * along + c]
                    };
                    let total: f32 = weights.iter().enumerate().map(|(d, w)| w * at(d)).sum();
                    values[line * across + i * along + c] = total / sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn rng(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    #[test]
    fn a_seed_is_a_scene() {
        let scene = dead_leaves(48, &mut rng(1));
        assert_eq!(scene.len(), 3 * 48 * 48);
        assert_eq!(scene, dead_leaves(48, &mut rng(1)));
        assert_ne!(scene, dead_leaves(48, &mut rng(2)));
        assert_eq!(dead_leaves(1, &mut rng(1)).len(), 3);
    }

    #[test]
    fn the_whole_canvas_is_covered() {
        for seed in 0..4 {
            let canvas = Canvas::paint(96, &mut rng(seed));
            assert!(canvas.bare as f32 <= 96.0 * 96.0 * (1.0 - COVERED));
            assert_eq!(canvas.bare, canvas.covered.iter().filter(|c| !**c).count());
            assert!(canvas.values.iter().flatten().all(|v| v.is_finite()));
        }
    }

    #[test]
    fn sizes_follow_the_power_law() {
        let mut rng = rng(3);
        let radii: Vec<f32> = (0..20_000).map(|_| power_law_radius(2.0, 200.0, &mut rng)).collect();
        assert!(radii.iter().all(|r| (2.0..=200.1).contains(r)));
        // P(radius > r) is (least / r)^2 as long as r is far below the largest.
        for r in [3.0f32, 5.0, 10.0, 20.0] {
            let expected = (2.0 / r).powi(2);
            let share = radii.iter().filter(|v| **v > r).count() as f32 / radii.len() as f32;
            assert!((share - expected).abs() < 4.0 * (expected / radii.len() as f32).sqrt(), "{r}: {share}");
        }
    }

    #[test]
    fn all_intensities_and_some_colour_occur() {
        let mut counts = [0usize; 256];
        let mut colored = 0;
        for seed in 0..24 {
            let scene = dead_leaves(64, &mut rng(seed));
            scene.iter().for_each(|v| counts[*v as usize] += 1);
            colored += scene.chunks_exact(3).filter(|p| p.iter().max().unwrap() - p.iter().min().unwrap() > 30).count();
        }
        let pixels = 24 * 64 * 64;
        assert!(counts.iter().all(|&n| n > 0), "{counts:?}");
        assert!(counts[64..192].iter().sum::<usize>() > pixels, "mid tones must be common");
        assert!(colored > pixels / 20 && colored < pixels * 19 / 20, "{colored} of {pixels}");
    }

    #[test]
    fn outlines_hold_their_area_and_stay_within_the_unit_circle() {
        let mut rng = rng(5);
        for _ in 0..40 {
            let outline = Outline::random(&mut rng);
            let mut inside = 0;
            for i in 0..101 * 101 {
                let (u, v) = ((i % 101) as f32 / 40.0 - 1.25, (i / 101) as f32 / 40.0 - 1.25);
                if outline.contains(u, v) {
                    inside += 1;
                    assert!(u * u + v * v < 1.001);
                }
            }
            assert!(inside > 50, "{inside}");
        }
    }

    #[test]
    fn the_blur_keeps_the_mean_and_flat_areas() {
        let mut flat = vec![0.3; 3 * 10 * 10];
        blur(&mut flat, 10, 0.8);
        assert!(flat.iter().all(|v| (v - 0.3).abs() < 1e-6));
        let mut point = vec![0.0; 3 * 11 * 11];
        point[3 * (5 * 11 + 5) + 1] = 1.0;
        blur(&mut point, 11, 0.8);
        assert!((point.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(point[3 * (5 * 11 + 5) + 1] < 0.4);
        assert_eq!(point[3 * (5 * 11 + 5)], 0.0);
    }
}
