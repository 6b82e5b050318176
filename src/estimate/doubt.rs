//! Reasons to doubt an estimate.

use std::fmt;

/// Why an estimate is only a guess. [`fmt::Display`] puts it into words, to be shown with the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There are too few pixels.
    Small,
    /// Nearly all of the image consists of flat colours: a drawing, a screenshot, dither.
    Drawn,
    /// Nearly all of the image is clipped at black or white.
    Clipped,
    /// Even the flattest places have texture, which looks like noise.
    Textured,
    /// Parts of the image have more or less noise than others of the same brightness: a montage, or local edits.
    Uneven,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Small => "the image is too small to measure its noise; set the noise by hand",
            Self::Drawn => "nothing but flat colours was found, as in a drawing or a screenshot; set the noise by hand",
            Self::Clipped => "nearly all of the image is pure black or white; set the noise by hand",
            Self::Textured => "no flat area was found, so some of this may be texture; set the noise by hand",
            Self::Uneven => "parts of the image have more or less noise than this; set the noise by hand",
        })
    }
}
