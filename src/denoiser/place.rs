//! Denoising a part of a photo so that it gets the values of a run on the whole.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::denoiser::Ends;
use crate::denoiser::coarse::Levels;
use crate::denoiser::frame::Inner;
use crate::error::Error;
use crate::estimate::LEVELS;
use crate::network::UnetConfig;

/// Where an image lies that was cut out of a photo. A run that knows it draws the photo's random numbers and takes the
/// photo's steps, so that the middle of the cut gets the values of a run on the whole photo; [`cut_around`] says how
/// much to cut out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// First row of the cut in the photo: a multiple of [`UnetConfig::alignment`].
    pub row: usize,
    /// First column of the cut in the photo: a multiple of [`UnetConfig::alignment`].
    pub column: usize,
    /// What the run has to know of the whole photo, from [`Denoiser::overview`](crate::denoiser::Denoiser::overview).
    /// `None` takes the image for the whole.
    pub overview: Option<Overview>,
}

/// What a run on a part of a photo has to know of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Overview {
    /// The value that counts as white; see [`LinearImage::white`](crate::image::LinearImage::white).
    pub white: f32,
    /// How strongly the channels have their noise in common, as in a grey photo; `None` if they do not.
    pub common: Option<f32>,
    /// The coarse levels of a photo with film grain; `None` if it has none.
    pub grain: Option<Levels>,
    /// Where the noise of each channel was cut off.
    pub ends: Ends,
    /// Whether dots that may be detail, in all channels of a photo or at one site of a mosaic, are hot pixels.
    pub dots_are_hot: bool,
    /// The part within the photo's frame, if it has one.
    pub inner: Option<Inner>,
    /// The latest time of any pixel ([`TimeMap::latest`](crate::method::time_map::TimeMap::latest)), over which the
    /// steps are spread.
    pub latest: f32,
}

/// What an overview has to be.
const AS_GIVEN: &str = "as Denoiser::overview gives it";

impl Overview {
    /// From the JSON that [`Self::to_json`] gives. The numbers are checked when a run starts.
    ///
    /// # Errors
    /// [`Error::BadOption`] for anything else.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let bad = |e| Error::BadOption { name: "overview", value: format!("something else ({e})"), range: AS_GIVEN };
        serde_json::from_str(text).map_err(bad)
    }

    /// As JSON; numbers come back from it to the bit.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers become JSON")
    }
}

impl Place {
    /// # Errors
    /// [`Error::BadOption`] unless all numbers of the overview can be those of a photo.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Some(Overview { white, common, grain, ends, inner, latest, .. }) = self.overview else { return Ok(()) };
        let is_size = |value: f32| value.is_finite() && value >= 0.0;
        let is_rectangle = |inner: Inner| inner.height > 0 && inner.width > 0;
        if white.is_finite()
            && white > 0.0
            && common.is_none_or(is_size)
            && grain.iter().flatten().all(|level| is_size(level.std) && is_size(level.latest))
            && ends.as_flattened().iter().flatten().all(|end| end.is_finite())
            && inner.is_none_or(is_rectangle)
            && is_size(latest)
        {
            return Ok(());
        }
        let value = format!(
            "white {white}, common {common:?}, grain {grain:?}, ends {ends:?}, inner {inner:?}, latest {latest}"
        );
        Err(Error::BadOption { name: "overview", value, range: AS_GIVEN })
    }

    /// The time over which the steps are spread, given the latest time in the cut.
    pub(super) fn latest(&self, in_cut: f32) -> f32 {
        // A pixel of the cut that is noisier than the photo is said to be must still reach time 0.
        self.overview.map_or(in_cut, |whole| whole.latest.max(in_cut))
    }
}

/// The range to cut out along one axis of a photo, `size` pixels long, so that a run on the cut gives the pixels in
/// `inner` the values of a run on the whole: `inner` and the network's field of view, on the network's grid.
///
/// With one step no pixel outside the cut matters. Each further step sees as far again, and so does each coarse level
/// of a photo with film grain, but what they see there hardly counts: `tests/golden.rs` bounds the differences.
pub fn cut_around(config: &UnetConfig, has_grain: bool, inner: Range<usize>, size: usize) -> Range<usize> {
    // The coarsest level is to lie on the network's grid as well, and half of what it sees is to be in the cut.
    let (alignment, fields) =
        if has_grain { (config.alignment() << LEVELS, 1 + LEVELS) } else { (config.alignment(), 1) };
    let field = fields * config.field();
    // The field is counted from the network's grid.
    let start = (inner.start / alignment * alignment).saturating_sub(field) / alignment * alignment;
    let end = (inner.end.next_multiple_of(alignment) + field).next_multiple_of(alignment);
    start..end.min(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denoiser::coarse::Level;

    const OVERVIEW: Overview = Overview {
        white: 0.1,
        common: Some(1.0 / 3.0),
        grain: Some([Level { std: 0.8, latest: 7.123_456_7 }, Level { std: 0.6, latest: 1e-7 }]),
        ends: [[Some(0.0), None], [None, Some(0.999_999_94)], [None, None]],
        dots_are_hot: true,
        inner: Some(Inner { row: 3, column: 0, height: 40, width: 60 }),
        latest: 12.345_679,
    };

    #[test]
    fn an_overview_comes_back_from_json() {
        assert_eq!(Overview::from_json(&OVERVIEW.to_json()).unwrap(), OVERVIEW);
        let without = Overview { common: None, grain: None, inner: None, ..OVERVIEW };
        let json = without.to_json();
        assert_eq!(Overview::from_json(&json).unwrap(), without);
        assert!(json.contains(r#""dotsAreHot":true"#) && json.contains(r#""inner":null"#), "{json}");
        assert!(OVERVIEW.to_json().contains(r#""inner":{"y":3,"x":0,"height":40,"width":60}"#));
    }

    #[test]
    fn what_is_no_overview_is_refused() {
        let json = OVERVIEW.to_json();
        for bad in ["", "[]", "{}", "null", &json.replace("0.1", "null"), &json.replace("latest", "newest")] {
            let error = Overview::from_json(bad).unwrap_err().to_string();
            assert!(error.contains("as Denoiser::overview gives it"), "{bad}: {error}");
        }
        let place = |overview| Place { overview: Some(overview), ..Place::default() };
        assert!(place(OVERVIEW).check().is_ok());
        assert!(place(Overview { white: 0.0, ..OVERVIEW }).check().is_err());
        assert!(place(Overview { latest: -1.0, ..OVERVIEW }).check().is_err());
    }
}
