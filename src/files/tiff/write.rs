//! From pixels to a TIFF file.

use std::borrow::Cow;
use std::io::Cursor;

use image::DynamicImage;
use tiff::TiffResult;
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, Gray32Float, RGB8, RGB16, RGB32Float};
use tiff::encoder::{Rational, TiffEncoder, TiffValue};
use tiff::tags::{ExtraSamples, Tag, Type};

use crate::files::color::ColorEncoding;
use crate::files::metadata::{Density, Metadata};
use crate::files::tiff::described::{Described, Target, align};
use crate::files::tiff::{IPTC, XMP};

/// ResolutionUnit.
const INCH: u16 = 2;

/// The bytes of a file with these pixels, as deep as they are, the colours and the metadata. Floats of grey come as
/// RGB.
pub fn encode(
    pixels: &DynamicImage,
    is_grey: bool,
    encoding: &ColorEncoding,
    metadata: &Metadata,
) -> TiffResult<Vec<u8>> {
    let file = File { encoding, metadata };
    match pixels {
        DynamicImage::ImageLuma8(p) => file.write::<Gray8>(p.dimensions(), p, false),
        DynamicImage::ImageLuma16(p) => file.write::<Gray16>(p.dimensions(), p, false),
        DynamicImage::ImageLumaA8(p) => file.write::<Gray8>(p.dimensions(), p, true),
        DynamicImage::ImageLumaA16(p) => file.write::<Gray16>(p.dimensions(), p, true),
        DynamicImage::ImageRgb8(p) => file.write::<RGB8>(p.dimensions(), p, false),
        DynamicImage::ImageRgba8(p) => file.write::<RGB8>(p.dimensions(), p, true),
        DynamicImage::ImageRgb16(p) => file.write::<RGB16>(p.dimensions(), p, false),
        DynamicImage::ImageRgba16(p) => file.write::<RGB16>(p.dimensions(), p, true),
        DynamicImage::ImageRgb32F(p) if is_grey => {
            let grey: Vec<f32> = p.iter().step_by(3).copied().collect();
            file.write::<Gray32Float>(p.dimensions(), &grey, false)
        }
        DynamicImage::ImageRgba32F(p) if is_grey => {
            let grey: Vec<f32> = p.pixels().flat_map(|p| [p.0[0], p.0[3]]).collect();
            file.write::<Gray32Float>(p.dimensions(), &grey, true)
        }
        DynamicImage::ImageRgb32F(p) => file.write::<RGB32Float>(p.dimensions(), p, false),
        DynamicImage::ImageRgba32F(p) => file.write::<RGB32Float>(p.dimensions(), p, true),
        other => encode(&other.to_rgba16().into(), is_grey, encoding, metadata),
    }
}

struct File<'a> {
    encoding: &'a ColorEncoding,
    metadata: &'a Metadata,
}

impl File<'_> {
    fn write<C: ColorType>(
        &self,
        (width, height): (u32, u32),
        samples: &[C::Inner],
        has_opacity: bool,
    ) -> TiffResult<Vec<u8>>
    where
        [C::Inner]: TiffValue,
    {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut file)?;
        // A block that nobody can read is no reason to lose the picture.
        let mut exif = self.metadata.exif.as_deref().and_then(|exif| Described::in_block(exif).ok());
        let branches = exif.as_mut().and_then(|exif| exif.copy_branches(&mut encoder, Target::Tiff, usize::MAX).ok());
        let branches = branches.unwrap_or_default();
        let mut image = encoder.new_image::<C>(width, height)?;
        if has_opacity {
            image.extra_samples(&[ExtraSamples::UnassociatedAlpha])?;
        }
        let directory = image.encoder();
        if let Some(density) = self.metadata.density {
            write_density(directory, density)?;
        }
        if let Some(exif) = &mut exif {
            let _ = exif.copy_into(directory, &branches, usize::MAX);
        }
        for (tag, bytes) in [(Tag::IccProfile, &self.encoding.profile()), (IPTC, &self.metadata.iptc)] {
            if let Some(bytes) = bytes {
                directory.write_tag(tag, Undefined(bytes))?;
                align(directory, bytes.len())?;
            }
        }
        if let Some(xmp) = &self.metadata.xmp {
            directory.write_tag(XMP, xmp.as_slice())?;
            align(directory, xmp.len())?;
        }
        let mut rest = samples;
        while let count @ 1.. = image.next_strip_sample_count() as usize {
            let (strip, behind) = rest.split_at(count);
            image.write_strip(strip)?;
            rest = behind;
        }
        // More values follow.
        align(image.encoder(), size_of_val(samples))?;
        image.finish()?;
        Ok(file.into_inner())
    }
}

/// Bytes of the type that profiles (ICC.1:2022, B.4) and IPTC have.
struct Undefined<'a>(&'a [u8]);

impl TiffValue for Undefined<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: Type = Type::UNDEFINED;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.0)
    }
}

fn write_density<W: std::io::Write + std::io::Seek>(
    directory: &mut crate::files::tiff::described::Entries<W>,
    density: Density,
) -> TiffResult<()> {
    let ratio = |v: f64| Rational { n: (v * 1000.0).round() as u32, d: 1000 };
    directory.write_tag(Tag::XResolution, ratio(density.x()))?;
    directory.write_tag(Tag::YResolution, ratio(density.y()))?;
    directory.write_tag(Tag::ResolutionUnit, INCH)
}
