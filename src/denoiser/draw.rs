//! How a run draws its sample: which noise, how much of it, and how the network sees the photo.

use crate::denoiser::Options;
use crate::denoiser::view::View;
use crate::method::random::{Normals, Stream};
use crate::network::ImageKind;

/// Share of a step's noise that is drawn afresh where one result stands alone.
const ETA: f32 = 0.4;
/// The same for one of several samples. The noise that a step keeps is the same in all of them and stays in their mean,
/// so more is drawn afresh.
const ETA_OF_SEVERAL: f32 = 0.8;

/// How a run draws its sample; see [`Options::sample`].
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    pub eta: f32,
    /// `None` where no noise is drawn.
    pub normals: Option<Normals>,
    /// The noise to start at, of runs that do not start at the photo.
    pub first: Normals,
    pub view: View,
}

impl Draw {
    /// `image` is the kind of image that is denoised.
    pub fn of(options: &Options, image: ImageKind) -> Self {
        let views = View::of(image);
        let (eta, pair, view) = match options.sample {
            None => (ETA, 0, View::default()),
            Some(index) => (ETA_OF_SEVERAL, index / 2, views[index as usize % views.len()]),
        };
        let normals = |stream| {
            let of_pair = Normals::new(options.seed.wrapping_add(pair), stream);
            if options.sample.is_some_and(|index| index % 2 == 1) { of_pair.negated() } else { of_pair }
        };
        let eta = options.eta.unwrap_or(eta);
        Self { eta, normals: (eta > 0.0).then(|| normals(Stream::Reverse)), first: normals(Stream::Start), view }
    }

    /// The same without the noise.
    pub fn without_noise(self) -> Self {
        Self { normals: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(eta: Option<f32>, sample: Option<u64>) -> Draw {
        Draw::of(&Options { seed: 7, eta, sample, ..Options::default() }, ImageKind::Rgb)
    }

    #[test]
    fn samples_come_in_pairs_of_opposite_noise() {
        let noise = |index| draw(None, Some(index)).normals.unwrap().at(1, 2, 3);
        let of_seed = |seed| Normals::new(seed, Stream::Reverse).at(1, 2, 3);
        let negated = |z: [f32; 4]| z.map(|z| -z);
        let expected = [of_seed(7), negated(of_seed(7)), of_seed(8), negated(of_seed(8)), of_seed(9)];
        assert_eq!([0, 1, 2, 3, 4].map(noise), expected);
        assert_eq!(draw(None, None).normals.unwrap().at(1, 2, 3), of_seed(7));
        let first = |eta, index| draw(eta, Some(index)).first.at(0, 2, 3);
        assert_eq!(first(None, 1), negated(first(Some(0.0), 0)));
        assert_ne!(first(None, 0), of_seed(7));
    }

    #[test]
    fn samples_go_through_all_views_in_turn() {
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(|index| draw(None, Some(index)).view), View::ALL);
        assert_eq!(draw(None, Some(8)).view, View::default());
        assert_eq!(draw(None, None).view, View::default());
        let of_mosaic = |index| {
            let options = Options { sample: Some(index), ..Options::default() };
            Draw::of(&options, ImageKind::Mosaic).view
        };
        assert_eq!([0, 1, 2, 3].map(of_mosaic), [View::ALL[0], View::ALL[4], View::ALL[0], View::ALL[4]]);
    }

    #[test]
    fn an_eta_that_was_chosen_is_kept() {
        assert_eq!((draw(None, None).eta, draw(None, Some(1)).eta), (0.4, 0.8));
        assert_eq!((draw(Some(0.1), None).eta, draw(Some(0.1), Some(1)).eta), (0.1, 0.1));
        assert!(draw(Some(0.0), Some(1)).normals.is_none());
    }
}
