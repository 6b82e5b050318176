//! Errors that say what was wrong and what to do.

/// Why the library refused or failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// An image without pixels.
    #[error("the image is empty ({width} x {height} pixels); it needs at least one pixel")]
    EmptyImage {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// The number of values does not fit the size.
    #[error("this image of {width} x {height} pixels has {expected} values, but {found} were given")]
    WrongLength {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// `width * height` times the number of channels.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// Planes that are not those of the mosaic that they are put into.
    #[error(
        "the mosaic has {} planes of {} x {} pixels, but {} planes of {} x {} were given",
        expected.0, expected.1, expected.2, found.0, found.1, found.2
    )]
    WrongPlanes {
        /// Number, width and height of the mosaic's planes.
        expected: (usize, usize, usize),
        /// Number, width and height of those that were given.
        found: (usize, usize, usize),
    },
    /// An image of another kind than the network denoises.
    #[error("these weights denoise {expected}, but the image has {found} channels; use weights for such images")]
    WrongKind {
        /// What the network denoises, in words.
        expected: &'static str,
        /// Channels of the image.
        found: usize,
    },
    /// More pixels than can be denoised at once.
    #[error("the image has {pixels} pixels; at most {limit} can be denoised at once, so make it smaller or cut it")]
    TooLarge {
        /// Pixels in the image.
        pixels: usize,
        /// Pixels allowed.
        limit: usize,
    },
    /// A value that is infinite or not a number.
    #[error("the image holds a value that is not finite (channel {channel}, row {row}, column {column})")]
    NotFinite {
        /// 0 red, 1 green, 2 blue; in a mosaic 0 red, 1 and 2 green, 3 blue.
        channel: usize,
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
    },
    /// An option outside its range.
    #[error("{name} is {value}; it must be {range}")]
    BadOption {
        /// The option's name.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed, in words.
        range: &'static str,
    },
    /// Weights that cannot be read or do not fit the network.
    #[error("the weights cannot be used: {0}")]
    BadWeights(String),
    /// The device computed values that are wrong: not finite, from an image that is, or not what the processor
    /// computes. It may compute others right.
    #[error("the device computed wrong values; try it again, or on another device")]
    WrongResult,
    /// The device failed, before a run or during it.
    #[error("the device failed: {0}")]
    Device(String),
}
