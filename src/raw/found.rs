//! The noise of a RAW photo: what its file says, or what its mosaic shows.

use std::fmt;

use crate::estimate::{Doubt, Estimate, estimate_noise};
use crate::method::noise::{Noise, NoiseModel};
use crate::raw::mosaic::Mosaic;
use crate::raw::noise_profile::NoiseProfile;
use crate::raw::photo::RawPhoto;

/// Where the noise that is removed is known from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// The file's NoiseProfile.
    Profile,
    /// The mosaic: there is no NoiseProfile.
    Mosaic,
    /// The mosaic, which shows that the file's NoiseProfile, which is this one, is wrong.
    NotProfile(NoiseProfile),
}

/// The noise of a RAW photo, and where it is known from. Its [`fmt::Display`] says both in words.
#[derive(Debug, Clone)]
pub struct FoundNoise {
    /// The noise that is to be removed.
    pub noise: NoiseProfile,
    /// Where it is known from.
    pub source: Source,
    /// What the mosaic shows.
    pub estimated: NoiseProfile,
    /// The same with all that was measured: points, and doubts.
    pub estimate: Estimate,
}

impl FoundNoise {
    /// What the file says, unless the mosaic shows that it is wrong; else what the mosaic shows. `mosaic` is
    /// [`RawPhoto::mosaic`].
    pub fn of(photo: &RawPhoto, mosaic: &Mosaic) -> Self {
        let estimate = estimate_noise(&mosaic.planes());
        let estimated = match &estimate.noise {
            Noise::Planes(planes) => NoiseProfile { planes: *planes },
            _ => NoiseProfile::uniform(estimate.line),
        };
        let (noise, source) = match photo.noise_profile {
            Some(told) if estimate.doubt.is_some() || told.fits(mosaic, &estimated) => (told, Source::Profile),
            Some(told) => (estimated, Source::NotProfile(told)),
            None => (estimated, Source::Mosaic),
        };
        Self { noise, source, estimated, estimate }
    }

    /// Why the noise is only a guess, if it is one.
    pub fn doubt(&self) -> Option<Doubt> {
        self.estimate.doubt.filter(|_| self.source == Source::Mosaic)
    }
}

impl fmt::Display for FoundNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noise = said(self.noise.planes[1]);
        match (self.source, self.doubt()) {
            (Source::Profile, _) => write!(f, "{noise} (from its NoiseProfile)"),
            (Source::NotProfile(told), _) => {
                let told = said(told.planes[1]);
                write!(f, "{noise} (estimated; its NoiseProfile says {told}, which is not its noise)")
            }
            (Source::Mosaic, Some(doubt)) => write!(f, "{noise} (estimated; {doubt})"),
            (Source::Mosaic, None) => write!(f, "{noise} (estimated)"),
        }
    }
}

/// Noise in words. A mosaic's is smaller than a developed photo's: it takes more digits.
pub fn said(NoiseModel { sigma_read, shot }: NoiseModel) -> String {
    format!("read {sigma_read:.5}, shot {shot:.6}")
}
