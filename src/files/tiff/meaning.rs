//! What the samples of a TIFF file mean: grey, colours, places in a palette, inks, opacity.

use image::{DynamicImage, ImageBuffer, Pixel};

use crate::files::notes::Note;
use crate::files::refusal::Refusal;
use crate::files::tiff::layout::Samples;

/// PhotometricInterpretation.
const WHITE_IS_ZERO: u16 = 0;
const BLACK_IS_ZERO: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const INKS: u16 = 5;
const YCBCR: u16 = 6;

/// ExtraSamples.
const ASSOCIATED: u16 = 1;
const UNASSOCIATED: u16 = 2;

/// What a file says about its samples.
pub struct Meaning {
    /// PhotometricInterpretation.
    pub photometric: u16,
    /// Samples of a pixel.
    pub count: usize,
    /// Bits of a sample.
    pub bits: u16,
    /// ExtraSamples.
    pub extra: Vec<u16>,
    /// ColorMap.
    pub palette: Vec<u16>,
    /// Whether the samples are JPEG's, which are no YCbCr any more.
    pub is_jpeg: bool,
    /// Whether inks are others than cyan, magenta, yellow, black.
    pub has_other_inks: bool,
}

/// What an image turns out to be.
pub enum Image {
    /// Grey or colours.
    Light(DynamicImage),
    /// Cyan, magenta, yellow, black of 16 bits.
    Inks(Vec<u16>),
}

/// The channels of a pixel that are taken.
#[derive(Clone, Copy)]
struct Channels {
    colors: usize,
    alpha: Option<usize>,
    is_associated: bool,
}

impl Meaning {
    /// Refuses what is not read, in words.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`].
    pub fn check(&self) -> Result<(), Refusal> {
        let what = match self.photometric {
            WHITE_IS_ZERO | BLACK_IS_ZERO | RGB | PALETTE => None,
            INKS if self.has_other_inks => Some("its colours are inks of its own"),
            INKS => None,
            YCBCR if self.is_jpeg => None,
            YCBCR => Some("its colours are YCbCr without JPEG"),
            4 => Some("it is a mask"),
            8..=10 => Some("its colours are CIE L*a*b*"),
            32_803 | 34_892 => Some("it holds a sensor's values, which have to be developed first"),
            32_844 | 32_845 => Some("its colours are LogLuv"),
            _ => Some("its colours are of a rare kind"),
        };
        if let Some(what) = what {
            return Err(Refusal::Unsupported(what.into()));
        }
        let colors = self.colors();
        if self.count < colors {
            return Err(Refusal::damaged("it has too few channels"));
        }
        Ok(())
    }

    fn colors(&self) -> usize {
        match self.photometric {
            RGB | YCBCR => 3,
            INKS => 4,
            _ => 1,
        }
    }

    fn channels(&self) -> Channels {
        let colors = self.colors();
        let first = self.extra.first().copied();
        // Four samples of RGB without a word are taken for opacity by every program.
        let has_alpha =
            matches!(first, Some(ASSOCIATED | UNASSOCIATED)) || (first.is_none() && self.count == colors + 1);
        let alpha = (has_alpha && self.count > colors).then_some(colors);
        Channels { colors, alpha, is_associated: first == Some(ASSOCIATED) }
    }

    /// The image of so many pixels.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn image(&self, samples: Samples, size: (u32, u32), notes: &mut Vec<Note>) -> Result<Image, Refusal> {
        let channels = self.channels();
        if channels.is_associated && channels.alpha.is_some() && self.photometric != PALETTE {
            notes.push(Note::StraightAlpha);
        }
        match (self.photometric, samples) {
            (PALETTE, Samples::U8(places)) => self.in_palette(places.iter().map(|v| usize::from(*v)), size),
            (PALETTE, Samples::U16(places)) => self.in_palette(places.iter().map(|v| usize::from(*v)), size),
            (INKS, Samples::U8(inks)) => Ok(Image::Inks(self.first(&inks, 4).map(|v| u16::from(v) * 257).collect())),
            (INKS, Samples::U16(inks)) => Ok(Image::Inks(self.first(&inks, 4).collect())),
            (INKS | PALETTE, Samples::F32(_)) => Err(Refusal::Unsupported("its inks or places are floats".into())),
            (_, Samples::U8(mut samples)) => {
                if self.bits < 8 {
                    let most = (1u16 << self.bits) - 1;
                    samples.iter_mut().for_each(|v| *v = (u16::from(*v) * 255 / most) as u8);
                }
                self.light(samples, size, channels, 255, |v, alpha| {
                    let (v, alpha) = (u32::from(v), u32::from(alpha));
                    (v * 255 + alpha / 2).checked_div(alpha).map_or(0, |straight| straight.min(255) as u8)
                })
            }
            (_, Samples::U16(samples)) => self.light(samples, size, channels, 65535, |v, alpha| {
                let (v, alpha) = (u64::from(v), u64::from(alpha));
                (v * 65535 + alpha / 2).checked_div(alpha).map_or(0, |straight| straight.min(65535) as u16)
            }),
            (_, Samples::F32(samples)) => {
                let straight = |v: f32, alpha: f32| if alpha == 0.0 { v } else { v / alpha };
                self.floats(samples, size, channels, straight)
            }
        }
    }

    /// The first channels of each pixel.
    fn first<'a, T: Copy>(&self, samples: &'a [T], channels: usize) -> impl Iterator<Item = T> + 'a {
        samples.chunks_exact(self.count).flat_map(move |pixel| pixel[..channels].iter().copied())
    }

    fn in_palette(&self, places: impl Iterator<Item = usize>, size: (u32, u32)) -> Result<Image, Refusal> {
        let len = 1usize << self.bits.min(16);
        if self.palette.len() < 3 * len {
            return Err(Refusal::damaged("its palette is too short"));
        }
        let colors = |place: usize| (0..3).map(move |c| self.palette[c * len + place.min(len - 1)]);
        let places = places.step_by(self.count);
        // Entries of 8 bits are said in the upper of two bytes, or in both; some programs say them in the lower.
        let is_deep =
            self.palette.iter().any(|v| v & 0xFF != 0 && v % 257 != 0) && self.palette.iter().any(|v| *v > 255);
        let is_low = self.palette.iter().all(|v| *v <= 255);
        Ok(Image::Light(if is_deep {
            DynamicImage::ImageRgb16(buffer(places.flat_map(colors).collect(), size)?)
        } else {
            let code = |v: u16| if is_low { v as u8 } else { (v >> 8) as u8 };
            DynamicImage::ImageRgb8(buffer(places.flat_map(colors).map(code).collect(), size)?)
        }))
    }

    /// The taken channels of each pixel, straight and with black at 0.
    fn taken<T: Copy>(
        &self,
        samples: Vec<T>,
        channels: Channels,
        straight: impl Fn(T, T) -> T,
        inverted: impl Fn(T) -> T,
    ) -> Vec<T> {
        let Channels { colors, alpha, is_associated } = channels;
        let is_inverted = self.photometric == WHITE_IS_ZERO;
        let kept = colors + usize::from(alpha.is_some());
        if kept == self.count && !is_inverted && !(is_associated && alpha.is_some()) {
            return samples;
        }
        let mut taken = Vec::with_capacity(samples.len() / self.count * kept);
        for pixel in samples.chunks_exact(self.count) {
            for &v in &pixel[..colors] {
                let v = match alpha {
                    Some(alpha) if is_associated => straight(v, pixel[alpha]),
                    _ => v,
                };
                taken.push(if is_inverted { inverted(v) } else { v });
            }
            taken.extend(alpha.map(|alpha| pixel[alpha]));
        }
        taken
    }

    fn light<T>(
        &self,
        samples: Vec<T>,
        size: (u32, u32),
        channels: Channels,
        most: T,
        straight: impl Fn(T, T) -> T,
    ) -> Result<Image, Refusal>
    where
        T: Copy + std::ops::Sub<Output = T> + image::Primitive,
        DynamicImage: From<ImageBuffer<image::Luma<T>, Vec<T>>>
            + From<ImageBuffer<image::LumaA<T>, Vec<T>>>
            + From<ImageBuffer<image::Rgb<T>, Vec<T>>>
            + From<ImageBuffer<image::Rgba<T>, Vec<T>>>,
        image::Luma<T>: Pixel<Subpixel = T>,
        image::LumaA<T>: Pixel<Subpixel = T>,
        image::Rgb<T>: Pixel<Subpixel = T>,
        image::Rgba<T>: Pixel<Subpixel = T>,
    {
        let taken = self.taken(samples, channels, straight, |v| most - v);
        Ok(Image::Light(match (channels.colors, channels.alpha) {
            (1, None) => buffer::<image::Luma<T>>(taken, size)?.into(),
            (1, Some(_)) => buffer::<image::LumaA<T>>(taken, size)?.into(),
            (_, None) => buffer::<image::Rgb<T>>(taken, size)?.into(),
            (_, Some(_)) => buffer::<image::Rgba<T>>(taken, size)?.into(),
        }))
    }

    /// Floats, which there is no image of one channel for.
    fn floats(
        &self,
        samples: Vec<f32>,
        size: (u32, u32),
        channels: Channels,
        straight: impl Fn(f32, f32) -> f32,
    ) -> Result<Image, Refusal> {
        let mut taken = self.taken(samples, channels, straight, |v| 1.0 - v);
        if channels.colors == 1 {
            taken = match channels.alpha {
                None => taken.iter().flat_map(|v| [*v; 3]).collect(),
                Some(_) => taken.as_chunks().0.iter().flat_map(|[v, alpha]| [*v, *v, *v, *alpha]).collect(),
            };
        }
        Ok(Image::Light(match channels.alpha {
            None => DynamicImage::ImageRgb32F(buffer(taken, size)?),
            Some(_) => DynamicImage::ImageRgba32F(buffer(taken, size)?),
        }))
    }

    /// Whether the image has one channel of colour.
    pub fn is_grey(&self) -> bool {
        matches!(self.photometric, WHITE_IS_ZERO | BLACK_IS_ZERO)
    }
}

fn buffer<P: Pixel>(
    values: Vec<P::Subpixel>,
    (width, height): (u32, u32),
) -> Result<ImageBuffer<P, Vec<P::Subpixel>>, Refusal> {
    ImageBuffer::from_raw(width, height, values).ok_or_else(|| Refusal::damaged("it has too few pixels"))
}
