//! Tests with what images contain besides a sensor's noise.

use crate::color::{linear_to_srgb, srgb_to_linear};
use crate::estimate::{Doubt, Estimate, estimate_noise, estimate_visible_noise};
use crate::image::{CHANNELS, LinearImage, smoothed};
use crate::method::noise::{Noise, NoiseModel};

const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// Flat stripes of all brightnesses, with a gradient and some edges.
fn scene() -> LinearImage {
    LinearImage::from_fn(WIDTH, HEIGHT, |c, r, x| {
        let stripe = (r * 12 / HEIGHT) as f32 / 12.0;
        0.01 + 0.8 * stripe * stripe + 0.04 * x as f32 / WIDTH as f32 + 0.02 * c as f32
    })
    .unwrap()
}

fn noisy() -> LinearImage {
    NoiseModel::at_gain(1.0).add_to(&scene(), 21)
}

/// The image as an 8-bit file, after a curve on its sRGB values.
fn developed(image: &LinearImage, tone: impl Fn(f32) -> f32) -> LinearImage {
    let mut image = image.clone();
    for v in image.values_mut() {
        let code = (tone(linear_to_srgb(v.clamp(0.0, 1.0)).clamp(0.0, 1.0)) * 255.0).round();
        *v = srgb_to_linear(code / 255.0);
    }
    image
}

/// The image in the middle of a larger one with a single code.
fn framed(image: &LinearImage, code: u8, across: usize, down: usize) -> LinearImage {
    let (width, height) = (image.width(), image.height());
    let flat = srgb_to_linear(f32::from(code) / 255.0);
    LinearImage::from_fn(width + 2 * across, height + 2 * down, |c, r, x| {
        let inside = (down..down + height).contains(&r) && (across..across + width).contains(&x);
        if inside { image.plane(c)[(r - down) * width + x - across] } else { flat }
    })
    .unwrap()
}

/// The largest and the mean |ln| of estimated over true std, over eighths of each channel by brightness.
fn errors(estimate: &Estimate, noisy: &LinearImage, clean: &LinearImage) -> (f32, f32) {
    let mut errors = Vec::new();
    for c in 0..CHANNELS {
        let light = smoothed(noisy.plane(c), noisy.width(), noisy.height());
        let squares = noisy.plane(c).iter().zip(clean.plane(c)).map(|(y, x)| (y - x).powi(2));
        let mut pixels: Vec<(f32, f32)> = light.into_iter().zip(squares).collect();
        pixels.sort_by(|a, b| a.0.total_cmp(&b.0));
        for part in pixels.chunks(pixels.len().div_ceil(8)) {
            let mean = |f: fn(&(f32, f32)) -> f32| part.iter().map(f).sum::<f32>() / part.len() as f32;
            let found = estimate.noise.std(c, 0, 1, mean(|p| p.0));
            errors.push((found / mean(|p| p.1).sqrt()).ln().abs());
        }
    }
    (errors.iter().copied().fold(0.0, f32::max), errors.iter().sum::<f32>() / errors.len() as f32)
}

fn s_curve(v: f32) -> f32 {
    v * v * (3.0 - 2.0 * v)
}

#[test]
fn tone_curves_are_followed() {
    type Tone = fn(f32) -> f32;
    // (curve, largest error, mean error): about a tenth above the measured ones.
    let tones: [(&str, Tone, f32, f32); 5] = [
        ("none", |v| v, 0.3, 0.08),
        ("gamma 1.3", |v| v.powf(1.0 / 1.3), 0.3, 0.08),
        ("mild S", |v| 0.5 * (v + s_curve(v)), 0.3, 0.08),
        ("strong S", |v| 0.3 * s_curve(v) + 0.7 * s_curve(s_curve(v)), 0.4, 0.1),
        ("lifted blacks", |v| 0.08 + 0.92 * v, 0.3, 0.08),
    ];
    for (name, tone, most, mean) in tones {
        let (clean, noisy) = (developed(&scene(), tone), developed(&noisy(), tone));
        let found = estimate_noise(&noisy);
        let (largest, average) = errors(&found, &noisy, &clean);
        eprintln!("{name}: {largest:.3} {average:.3} {:?}", found.doubt);
        assert!(largest < most && average < mean, "{name}: {largest} {average}");
        assert_eq!(found.doubt, None, "{name}");
    }
    let strong = estimate_noise(&developed(&noisy(), |v| s_curve(s_curve(v))));
    assert!(matches!(strong.noise, Noise::Curve(_)), "no line fits an S curve");
    assert!(matches!(estimate_noise(&noisy()).noise, Noise::Model(_)), "a line fits a sensor");
}

#[test]
fn what_is_drawn_around_a_photo_changes_nothing() {
    let photo = developed(&noisy(), |v| v);
    let alone = estimate_noise(&photo);
    for code in [0, 20, 128, 245, 255] {
        for (across, down) in [(24, 24), (0, 120), (400, 0)] {
            let found = estimate_noise(&framed(&photo, code, across, down));
            assert_eq!(found.doubt, None, "{code} {across} {down}");
            for x in [0.02, 0.1, 0.3, 0.6] {
                let ratio = found.noise.std(1, 0, 1, x) / alone.noise.std(1, 0, 1, x);
                assert!((ratio - 1.0).abs() < 0.1, "frame {code}, {across} x {down}, at {x}: {ratio}");
            }
        }
    }
}

#[test]
fn nothing_to_measure_is_said_and_no_noise_is_made_up() {
    let text = |r: usize, x: usize| (r / 3 + x / 2).is_multiple_of(5) && r % 40 < 12;
    let screenshot = LinearImage::from_fn(WIDTH, HEIGHT, |c, r, x| {
        if text(r, x) { 0.01 } else { [0.9, 0.85, 0.8][c] * if x < 60 { 0.3 } else { 1.0 } }
    });
    let dither = LinearImage::from_fn(WIDTH, HEIGHT, |_, r, x| if (r * 7 + x * 3) % 5 < 2 { 0.2 } else { 0.21 });
    let plain = LinearImage::from_fn(WIDTH, HEIGHT, |_, _, _| 0.5);
    let small = LinearImage::from_fn(9, 9, |_, r, x| 0.1 * ((r * 5 + x * 3) % 4) as f32);
    for (name, image, doubt) in [
        ("screenshot", screenshot, Doubt::Drawn),
        ("dither", dither, Doubt::Drawn),
        ("plain", plain, Doubt::Drawn),
        ("small", small, Doubt::Small),
    ] {
        let found = estimate_noise(&image.unwrap());
        assert_eq!(found.doubt, Some(doubt), "{name}");
        assert!(found.remark().contains("set the noise by hand"), "{name}: {}", found.remark());
        let most = if name == "small" { 1.0 } else { 1e-3 };
        assert!(found.noise.std(1, 0, 1, 0.2) < most, "{name}: {found:?}");
    }
}

#[test]
fn text_and_clean_photos_beside_plain_areas_have_no_noise() {
    // Letters with smoothed edges on paper; a third of the page is a clean photo.
    let ink = |r: usize, x: usize| ((r * 13 + x * 29 + (r / 3) * (x / 2)) % 11) as f32 / 10.0;
    let page = LinearImage::from_fn(WIDTH, HEIGHT, |_, r, x| {
        if r > 160 {
            0.4 + 0.3 * (r as f32 * 0.31).sin() * (x as f32 * 0.23).sin()
        } else if r % 20 < 9 && x % 50 < 40 && (r * 3 + x * 5) % 17 < 4 {
            0.9 - 0.8 * ink(r, x)
        } else {
            0.9
        }
    });
    let found = estimate_noise(&developed(&page.unwrap(), |v| v));
    assert!(found.noise.std(1, 0, 1, 0.2) < 0.004, "{found:?}");
}

#[test]
fn what_is_transparent_does_not_count() {
    let photo = noisy();
    // What is cut away holds strong noise.
    let cut = |x: usize| x < WIDTH / 2;
    let strong = NoiseModel::at_gain(8.0).add_to(&scene(), 4);
    let pixel = |c: usize, r: usize, x: usize| {
        if cut(x) { strong.plane(c)[r * WIDTH + x] } else { photo.plane(c)[r * WIDTH + x] }
    };
    let image = LinearImage::from_fn(WIDTH, HEIGHT, pixel).unwrap();
    let opacity: Vec<f32> = (0..image.pixels()).map(|p| if cut(p % WIDTH) { 0.0 } else { 1.0 }).collect();
    let found = estimate_visible_noise(&image, Some(&opacity));
    for x in [0.05, 0.3] {
        let ratio = found.noise.std(1, 0, 1, x) / NoiseModel::at_gain(1.0).variance(x).sqrt();
        assert!((ratio - 1.0).abs() < 0.1, "{x}: {ratio}");
    }
}

#[test]
fn hot_pixels_do_not_count() {
    let photo = noisy();
    let mut hot = photo.clone();
    for at in (0..hot.values().len()).step_by(1999) {
        hot.values_mut()[at] = 1.0;
    }
    let (with, without) = (estimate_noise(&hot), estimate_noise(&photo));
    for x in [0.02, 0.2, 0.7] {
        let ratio = with.noise.std(1, 0, 1, x) / without.noise.std(1, 0, 1, x);
        assert!((ratio - 1.0).abs() < 0.03, "{x}: {ratio}");
    }
}

#[test]
fn any_scale_has_the_same_noise_in_its_own_unit() {
    let photo = noisy();
    let plain = estimate_noise(&photo);
    for scale in [1e-6, 1e-3, 0.004, 100.0, 65_535.0] {
        let scaled = photo.clone().scaled(scale);
        let white = scaled.white();
        let found = estimate_noise(&scaled);
        for x in [0.05, 0.3] {
            let ratio = found.noise.std(1, 0, 1, x * scale / white) * white / scale / plain.noise.std(1, 0, 1, x);
            assert!((ratio - 1.0).abs() < 0.02, "{scale} at {x}: {ratio}");
        }
    }
}
