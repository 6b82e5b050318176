//! A file's pixels as it holds them, and what belongs to them.

use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer};

use crate::error::Error;
use crate::files::color::profile::{self, Channels, Profile, Tables};
use crate::files::color::{ColorEncoding, Curve};
use crate::files::metadata::Metadata;
use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use crate::files::{Depth, Photo};
use crate::image::{CHANNELS, LinearImage};

/// Values beyond this are no light: programs mark pixels without data so.
const MOST: f32 = 1e8;

/// A file's pixels as it holds them, upright, and what belongs to them.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The pixels, in the file's own numbers.
    pub pixels: DynamicImage,
    /// How deep the file has them; the pixels may be deeper where they were converted.
    pub depth: Depth,
    /// Whether the file has one channel of colour.
    pub is_grey: bool,
    /// How the numbers stand for colours.
    pub encoding: ColorEncoding,
    /// EXIF, XMP and what else belongs to them.
    pub metadata: Metadata,
    /// What the user should know about it.
    pub notes: Vec<Note>,
}

impl Decoded {
    /// Pixels without a tag for their colours.
    pub(super) fn new(pixels: DynamicImage, metadata: Metadata) -> Self {
        let depth = depth_of(&pixels);
        let is_grey = !pixels.color().has_color();
        Self { pixels, depth, is_grey, encoding: ColorEncoding::untagged(depth), metadata, notes: Vec::new() }
    }

    /// With one more note.
    pub(super) fn noted(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }

    /// Whether the file holds more pictures than this: an animation, or pages.
    pub fn is_first_of_several(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::FirstFrame | Note::FirstPage | Note::FirstLayer))
    }

    /// With an ICC profile for its channels. One of tables is applied: the pixels are converted.
    pub(super) fn with_profile(self, bytes: Vec<u8>, channels: Channels) -> Result<Self, Refusal> {
        Ok(match profile::read(&bytes, channels) {
            Profile::Curves(encoding) => {
                // Grey of an RGB profile is that RGB with three values the same.
                let is_grey = self.is_grey && profile::is_for_grey(&bytes);
                Self { encoding: *encoding, is_grey, ..self }
            }
            Profile::Tables(tables) => match self.in_display_p3(&tables) {
                Some(pixels) => {
                    let encoding = ColorEncoding::display_p3();
                    Self { pixels, encoding, is_grey: false, ..self }.noted(Note::ConvertedToP3)
                }
                None => self.noted(Note::ColorsUnread),
            },
            Profile::Unreadable if self.is_grey => self,
            Profile::Unreadable => Self { encoding: ColorEncoding::unreadable(bytes, self.depth), ..self },
            Profile::Misplaced => self.noted(Note::ColorsUnread),
        })
    }

    fn in_display_p3(&self, tables: &Tables) -> Option<DynamicImage> {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let values = if self.is_grey { self.pixels.to_luma16().into_raw() } else { self.pixels.to_rgb16().into_raw() };
        let colors = tables.to_display_p3(&values)?;
        if !self.pixels.color().has_alpha() {
            return Some(DynamicImage::ImageRgb16(ImageBuffer::from_raw(width, height, colors)?));
        }
        let mut pixels = self.pixels.to_rgba16();
        for (pixel, color) in pixels.pixels_mut().zip(colors.chunks_exact(3)) {
            pixel.0[..3].copy_from_slice(color);
        }
        Some(DynamicImage::ImageRgba16(pixels))
    }

    /// Turned as an orientation says, and the metadata with it.
    pub(super) fn upright(mut self, orientation: Orientation) -> Self {
        self.pixels.apply_orientation(orientation);
        self.metadata.turn(orientation, (self.pixels.width(), self.pixels.height()));
        self
    }

    /// Refuses floats that are no light: not finite, or marks of pixels without data.
    pub(super) fn check_values(&self) -> Result<(), Refusal> {
        let (values, stride) = match &self.pixels {
            DynamicImage::ImageRgb32F(pixels) => (pixels.as_raw(), 3),
            DynamicImage::ImageRgba32F(pixels) => (pixels.as_raw(), 4),
            _ => return Ok(()),
        };
        let is_color = |at: usize| at % stride < CHANNELS;
        let is_light = |v: f32| v.is_finite() && v.abs() <= MOST;
        let wrong = values.iter().enumerate().find(|(at, v)| is_color(*at) && !is_light(**v));
        let Some((at, &value)) = wrong else { return Ok(()) };
        let (channel, pixel, width) = (at % stride, at / stride, self.pixels.width() as usize);
        let (row, column) = (pixel / width, pixel % width);
        Err(if value.is_finite() {
            Refusal::NoData { value, row, column }
        } else {
            Refusal::Content(Error::NotFinite { channel, row, column })
        })
    }

    /// The same in linear light.
    ///
    /// # Errors
    /// [`Error`], for what is no image.
    pub fn into_photo(self) -> Result<Photo, Error> {
        let Self { pixels, depth, is_grey, encoding, metadata, notes } = self;
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        let (image, alpha) = planes(pixels, width, height, &encoding)?;
        Ok(Photo { image, alpha, depth, is_grey, encoding, metadata, notes })
    }
}

/// How deep pixels are.
pub(super) fn depth_of(pixels: &DynamicImage) -> Depth {
    match pixels.color().bytes_per_pixel() / pixels.color().channel_count() {
        1 => Depth::Eight,
        2 => Depth::Sixteen,
        _ => Depth::Float,
    }
}

/// Linear light and opacity of pixels.
fn planes(
    pixels: DynamicImage,
    width: usize,
    height: usize,
    encoding: &ColorEncoding,
) -> Result<(LinearImage, Option<Vec<f32>>), Error> {
    let has_alpha = pixels.color().has_alpha();
    let stride = if has_alpha { 4 } else { 3 };
    match depth_of(&pixels) {
        Depth::Eight => {
            let raw = if has_alpha { pixels.into_rgba8().into_raw() } else { pixels.into_rgb8().into_raw() };
            let tables = tables(encoding, 255);
            let image = LinearImage::from_fn(width, height, |c, r, x| {
                tables[c][usize::from(raw[(r * width + x) * stride + c])]
            })?;
            Ok((image, alpha(&raw, stride, |v| f32::from(v) / 255.0)))
        }
        Depth::Sixteen => {
            let raw = if has_alpha { pixels.into_rgba16().into_raw() } else { pixels.into_rgb16().into_raw() };
            let tables = tables(encoding, 65535);
            let image = LinearImage::from_fn(width, height, |c, r, x| {
                tables[c][usize::from(raw[(r * width + x) * stride + c])]
            })?;
            Ok((image, alpha(&raw, stride, |v| f32::from(v) / 65535.0)))
        }
        Depth::Float => {
            let raw = if has_alpha { pixels.into_rgba32f().into_raw() } else { pixels.into_rgb32f().into_raw() };
            let linear = |c: usize, v: f32| encoding.curve(c).to_linear(v);
            let image = LinearImage::from_fn(width, height, |c, r, x| linear(c, raw[(r * width + x) * stride + c]))?;
            // Opacity that is not finite counts as full.
            Ok((image, alpha(&raw, stride, |v| if v.is_finite() { v } else { 1.0 })))
        }
    }
}

fn alpha<T: Copy>(raw: &[T], stride: usize, share: impl Fn(T) -> f32) -> Option<Vec<f32>> {
    (stride > CHANNELS).then(|| raw.iter().skip(CHANNELS).step_by(stride).map(|v| share(*v)).collect())
}

/// The linear value of each code, 0 to `most`, for each channel.
pub(super) fn tables(encoding: &ColorEncoding, most: u16) -> [Vec<f32>; CHANNELS] {
    let table = |curve: &Curve| (0..=most).map(|code| curve.to_linear(f32::from(code) / f32::from(most))).collect();
    let first: Vec<f32> = table(encoding.curve(0));
    if encoding.has_curve(encoding.curve(0)) {
        return [first.clone(), first.clone(), first];
    }
    [first, table(encoding.curve(1)), table(encoding.curve(2))]
}
