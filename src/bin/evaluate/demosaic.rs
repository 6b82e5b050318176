//! How well demosaicing brings back clean pictures.

use anyhow::Result;
use svnr::LinearImage;
use svnr::image::reflect;
use svnr::metrics::psnr;
use svnr::raw::develop::{Development, develop, develop_linear};
use svnr::raw::x_trans::{self, Sites, XTrans};
use svnr::training::raw_levels::{colors, developed, mosaic, recorded, seen};

/// Mean PSNR in dB of pictures that went through a camera's mosaic without noise, against the pictures themselves.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Scores {
    pub images: usize,
    pub bilinear: f64,
    pub svnr: f64,
    /// Of an X-Trans mosaic, with each colour the mean of its sites around, weighted by distance.
    pub x_trans_plain: f64,
    pub x_trans: f64,
}

/// The scores of clean pictures.
pub fn measure(pictures: impl Iterator<Item = Result<LinearImage>>) -> Result<Scores> {
    let mut scores = Scores::default();
    for picture in pictures {
        let picture = even(&picture?)?;
        let planes = recorded(&picture);
        let ours = develop(&mosaic(&planes), &colors(), &Development::default())?;
        let [plain, x_trans] = through_x_trans(&picture)?;
        scores.images += 1;
        let n = scores.images as f64;
        for (mean, result) in [
            (&mut scores.bilinear, &developed(&planes)),
            (&mut scores.svnr, &ours),
            (&mut scores.x_trans_plain, &plain),
            (&mut scores.x_trans, &x_trans),
        ] {
            *mean += (psnr(&picture, result) - *mean) / n;
        }
    }
    Ok(scores)
}

/// A picture that went through an X-Trans mosaic, developed with each colour by itself, and as svnr does it.
fn through_x_trans(picture: &LinearImage) -> Result<[LinearImage; 2]> {
    let (seen, colors) = (seen(picture), colors());
    let (width, height, pattern) = (picture.width(), picture.height(), XTrans::USUAL);
    let light = |row: usize, column: usize| seen.plane(pattern.channel_at(row, column))[row * width + column];
    let finished = |image: LinearImage| develop_linear(image, &colors, &Development::default());
    let plain = LinearImage::from_fn(width, height, |channel, row, column| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (down, across) in (0..25).map(|i| (i / 5 - 2, i % 5 - 2)) {
            let (r, c) = (reflect(row as isize + down, height), reflect(column as isize + across, width));
            if pattern.channel_at(r, c) == channel {
                let weight = (-0.8 * (down * down + across * across) as f32).exp();
                (sum, weights) = (sum + weight * light(r, c), weights + weight);
            }
        }
        let own = pattern.channel_at(row, column) == channel;
        if own || weights == 0.0 { light(row, column) } else { sum / weights }
    })?;
    let sites = Sites { width, height, pattern, light: &light };
    let ours = x_trans::image(&sites, colors.white_balance, sites.area())?;
    Ok([finished(plain)?, finished(ours)?])
}

/// A picture without its last row or column if that is half of a square.
fn even(picture: &LinearImage) -> Result<LinearImage> {
    let (width, height) = (picture.width() & !1, picture.height() & !1);
    Ok(LinearImage::from_fn(width, height, |c, row, column| picture.plane(c)[row * picture.width() + column])?)
}

/// Lines for people.
pub fn table(scores: &Scores) -> String {
    let Scores { images, bilinear, svnr, x_trans_plain, x_trans } = scores;
    format!(
        "{images} clean images, demosaiced\n\
         Bayer, bilinear                 {bilinear:6.2} dB\n\
         Bayer, svnr                     {svnr:6.2} dB\n\
         X-Trans, each colour by itself  {x_trans_plain:6.2} dB\n\
         X-Trans, svnr                   {x_trans:6.2} dB\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fine_lines_come_back_better_than_by_bilinear_interpolation() {
        let wave = |row: usize, column: usize| 0.3 + 0.25 * (0.9 * row as f32 + 1.3 * column as f32).sin();
        let picture = LinearImage::from_fn(81, 60, |c, row, column| wave(row, column) * [0.8, 1.0, 0.9][c]).unwrap();
        let scores = measure([Ok(picture.clone()), Ok(picture)].into_iter()).unwrap();
        assert_eq!(scores.images, 2);
        assert!(scores.svnr > scores.bilinear + 6.0, "{scores:?}");
        assert!(scores.x_trans > scores.x_trans_plain + 6.0, "{scores:?}");
        assert!(table(&scores).contains("2 clean images"));
        assert!(measure([Ok(LinearImage::from_fn(1, 5, |_, _, _| 0.5).unwrap())].into_iter()).is_err(), "no square");
    }
}
