//! Hot and dead pixels of a sensor.

use rand::Rng;

use crate::denoiser::hot_pixels::Dots;
use crate::image::LinearImage;
use crate::method::noise::NoiseModel;
use crate::training::draw::log_uniform;

/// How many of all sites are defective.
const DENSITY: (f32, f32) = (2e-5, 2e-3);
/// Share of defective sites that are dead.
const SHARE_DEAD: f64 = 0.15;
/// How bright a hot pixel is above the light that it sees, as a share of white.
const GLOW: (f32, f32) = (0.01, 1.0);
/// The most that is left of a defect, in stds of the noise. What an inference leaves beyond that would be all that a
/// step learns from.
const MOST_LEFT: f32 = 8.0;

/// Makes some sites of a recorded mosaic hot or dead and mends them as a run does. Those that it does not find stay,
/// but not more than a few stds from the clean mosaic.
pub fn add(noisy: &mut LinearImage, clean: &LinearImage, noise: &NoiseModel, rng: &mut impl Rng) {
    let defective = strike(noisy, rng);
    let dots = Dots::of(noisy, |_, _, light| noise.variance(light).sqrt());
    let mended: Vec<(usize, f32)> = dots.to_mend(dots.are_hot()).collect();
    mended.into_iter().for_each(|(at, value)| noisy.values_mut()[at] = value);
    for at in defective {
        let x = clean.values()[at];
        let most = MOST_LEFT * noise.variance(x).sqrt();
        let v = &mut noisy.values_mut()[at];
        *v = v.clamp(x - most, x + most);
    }
}

/// Makes some sites hot or dead, and tells which.
fn strike(noisy: &mut LinearImage, rng: &mut impl Rng) -> Vec<usize> {
    let values = noisy.values_mut();
    let density = log_uniform(DENSITY, rng);
    let count = (density * values.len() as f32 + rng.random::<f32>()) as usize;
    (0..count)
        .map(|_| {
            let at = rng.random_range(0..values.len());
            values[at] = if rng.random_bool(SHARE_DEAD) {
                values[at] * rng.random_range(0.0..0.3)
            } else {
                (values[at] + log_uniform(GLOW, rng)).min(1.0)
            };
            at
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::mosaic::PLANES;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn flat() -> LinearImage {
        LinearImage::of_planes(PLANES, 64, 64, vec![0.2; PLANES * 64 * 64]).unwrap()
    }

    #[test]
    fn defects_are_few_bright_and_rarely_dead() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut hot, mut dead) = (0, 0);
        for _ in 0..100 {
            let mut image = flat();
            for at in strike(&mut image, &mut rng) {
                let v = image.values()[at];
                assert!((0.0..=1.0).contains(&v));
                if v > 0.2 { hot += 1 } else { dead += 1 }
            }
        }
        assert!((50..3000).contains(&hot), "{hot}");
        assert!((0.05..0.3).contains(&(dead as f32 / (hot + dead) as f32)), "{dead} of {hot}");
    }

    #[test]
    fn what_is_left_of_defects_is_bounded() {
        let noise = NoiseModel { sigma_read: 0.004, shot: 0.001 };
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for seed in 0..30 {
            let recorded = noise.add_to(&flat(), seed);
            let mut noisy = recorded.clone();
            add(&mut noisy, &flat(), &noise, &mut rng);
            let most = MOST_LEFT * noise.variance(0.2).sqrt() + 1e-6;
            assert!(noisy.values().iter().all(|v| (v - 0.2).abs() <= most));
            let touched = noisy.values().iter().zip(recorded.values()).filter(|(a, b)| a != b).count();
            assert!(touched as f32 <= 2.1e-3 * noisy.values().len() as f32, "{touched}");
        }
    }
}
