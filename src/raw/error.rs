//! Why a RAW file cannot be denoised, in words.

/// Why a RAW file cannot be read or written. The words fit behind the file's name and a colon.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RawError {
    /// Something else, whatever its name.
    #[error("it is not a RAW file of a camera that svnr knows; if it is one, convert it to DNG first")]
    NotRaw,
    /// A TIFF without a sensor's data.
    #[error("it is a TIFF without a sensor's data; if it is a developed photo, give its name the ending .tif")]
    NoMosaic,
    /// Begins like a RAW file and goes wrong; how.
    #[error("it is damaged or incomplete ({0}); copy it from the card again")]
    Damaged(String),
    /// A RAW file whose mosaic is packed in a way that is not read; which.
    #[error("its sensor data cannot be unpacked ({0}); convert it to DNG with lossless compression first")]
    Packing(String),
    /// A mosaic that was compressed with loss.
    #[error(
        "its sensor data are compressed with loss, so its noise is not the sensor's any more; use the camera's file"
    )]
    Lossy,
    /// A camera or a mode of one that is not read; which.
    #[error("it comes from a camera or a mode that is not read ({0}); convert it to DNG first")]
    Camera(String),
    /// No mosaic of a known kind: what it is in place of one.
    #[error("it holds no Bayer or X-Trans mosaic but {0}; develop it to a TIFF and denoise that")]
    NotBayer(&'static str),
    /// A small RAW of a camera, which has colours at every photosite in a way of its own.
    #[error("it is a small RAW, whose colours are interpolated already; convert it to DNG and denoise that")]
    Small,
    /// A linear DNG of other than three colours; how many.
    #[error("it has {0} values at each photosite in place of three; develop it to a TIFF and denoise that")]
    Colors(u32),
    /// Levels that leave no light between them.
    #[error("its levels make no sense (black {black}, white {white}): white must be above black")]
    Levels {
        /// The highest black level.
        black: f32,
        /// The white level.
        white: f32,
    },
    /// Too few photosites for a colour.
    #[error("its picture has {width} x {height} photosites; it must have at least 2 x 2")]
    TooSmall {
        /// Photosites across.
        width: usize,
        /// Photosites down.
        height: usize,
    },
    /// More photosites than are allowed.
    #[error("it has {width} x {height} photosites; at most {} megapixels can be denoised at once", limit / 1_000_000)]
    TooLarge {
        /// Photosites across.
        width: usize,
        /// Photosites down.
        height: usize,
        /// Photosites allowed.
        limit: usize,
    },
    /// A header that claims more than memory, or an address, can hold; what.
    #[error(
        "it claims a picture that is too large for this memory ({0}); if it is smaller, copy it from the card again"
    )]
    TooMuchMemory(String),
    /// More than one picture of the sensor.
    #[error(
        "it holds {0} RAW pictures (a pixel shift or HDR series, or an enhanced copy), and svnr denoises files of one; \
         save them as files of their own first"
    )]
    SeveralPictures(usize),
    /// A decoder that failed in a way that it should not.
    #[error("it makes the decoder fail; please report it, and convert the file to DNG")]
    Decoder,
    /// A result of another size or layout than the file's.
    #[error("the result has {found}, and the file {expected}")]
    OtherPicture {
        /// Size and layout of the file's.
        expected: String,
        /// Those of the result.
        found: String,
    },
    /// The file would get larger than DNG allows.
    #[error("the DNG would have more than 4 GB, which is more than a DNG can hold")]
    FileTooLarge,
}

impl RawError {
    /// [`RawError::Damaged`].
    pub(super) fn damaged(why: impl Into<String>) -> Self {
        Self::Damaged(why.into())
    }
}
