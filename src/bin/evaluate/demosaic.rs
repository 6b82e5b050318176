//! How well demosaicing brings back clean pictures.

use anyhow::Result;
use svnr::LinearImage;
use svnr::metrics::psnr;
use svnr::raw::develop::{Development, develop};
use svnr::training::raw_levels::{colors, developed, mosaic, recorded};

/// Mean PSNR in dB of pictures that went through a camera's mosaic without noise, against the pictures themselves.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Scores {
    pub images: usize,
    pub bilinear: f64,
    pub svnr: f64,
}

/// The scores of clean pictures.
pub fn measure(pictures: impl Iterator<Item = Result<LinearImage>>) -> Result<Scores> {
    let mut scores = Scores::default();
    for picture in pictures {
        let picture = even(&picture?)?;
        let planes = recorded(&picture);
        let ours = develop(&mosaic(&planes), &colors(), &Development::default())?;
        scores.images += 1;
        let n = scores.images as f64;
        scores.bilinear += (psnr(&picture, &developed(&planes)) - scores.bilinear) / n;
        scores.svnr += (psnr(&picture, &ours) - scores.svnr) / n;
    }
    Ok(scores)
}

/// A picture without its last row or column if that is half of a square.
fn even(picture: &LinearImage) -> Result<LinearImage> {
    let (width, height) = (picture.width() & !1, picture.height() & !1);
    Ok(LinearImage::from_fn(width, height, |c, row, column| picture.plane(c)[row * picture.width() + column])?)
}

/// Lines for people.
pub fn table(scores: &Scores) -> String {
    let Scores { images, bilinear, svnr } = scores;
    format!("{images} clean images, demosaiced\nbilinear  {bilinear:6.2} dB\nsvnr      {svnr:6.2} dB\n")
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
        assert!(table(&scores).contains("2 clean images"));
        assert!(measure([Ok(LinearImage::from_fn(1, 5, |_, _, _| 0.5).unwrap())].into_iter()).is_err(), "no square");
    }
}
