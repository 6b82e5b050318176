//! How the numbers of a file stand for colours: their curve, their primaries, and what says so in the file.
//!
//! Photos are denoised in linear light of their own primaries; nothing is converted unless it must be.

mod curve;
pub mod profile;

use image::ImageFormat;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, Matrix3d, MatrixCoefficients,
    TransferCharacteristics,
};

use crate::files::Depth;
pub use curve::Curve;
use profile::{Channels, Profile, display_p3_to_xyz, grey_profile, rgb_profile, srgb_to_xyz};

/// What says in a file how its numbers stand for colours.
#[derive(Debug, Clone, PartialEq)]
pub enum ColorTag {
    /// Nothing: integers are sRGB, floats linear light with sRGB's primaries.
    None,
    /// An ICC profile of RGB.
    Profile(Vec<u8>),
    /// An ICC profile of grey.
    GreyProfile(Vec<u8>),
    /// PNG's gAMA and cHRM, in their units of 1/100000: the exponent; white, red, green, blue as x and y.
    Png {
        /// gAMA.
        gamma: Option<u32>,
        /// cHRM.
        chromaticities: Option<[u32; 8]>,
    },
    /// PNG's cICP: primaries, transfer function, matrix, full range, by H.273's numbers.
    Cicp([u8; 4]),
    /// OpenEXR's chromaticities: red, green, blue, white as x and y.
    Chromaticities([f32; 8]),
}

/// How the numbers of a file stand for colours.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorEncoding {
    /// The curves of red, green and blue.
    curves: [Curve; 3],
    /// Linear light to XYZ, relative to D50.
    to_xyz: Matrix3d,
    tag: ColorTag,
}

impl ColorEncoding {
    /// That of a file which says nothing: sRGB, or linear light for floats.
    pub fn untagged(depth: Depth) -> Self {
        let curve = if depth == Depth::Float { Curve::Linear } else { Curve::Srgb };
        Self::of_one(curve, srgb_to_xyz(), ColorTag::None)
    }

    fn of_one(curve: Curve, to_xyz: Matrix3d, tag: ColorTag) -> Self {
        Self { curves: [curve.clone(), curve.clone(), curve], to_xyz, tag }
    }

    /// Display P3, by a profile: what images are converted to whose own profile cannot be kept.
    pub fn display_p3() -> Self {
        Self::with_profile(Curve::Srgb, display_p3_to_xyz(), None, "Display P3")
    }

    /// Of a profile that cannot be read, which goes with the image all the same.
    pub fn unreadable(profile: Vec<u8>, depth: Depth) -> Self {
        Self { tag: ColorTag::Profile(profile), ..Self::untagged(depth) }
    }

    /// Of numbers on sRGB's curve that are to be written with a profile: its own curve, where it has one.
    pub fn for_srgb_codes(profile: Option<&[u8]>) -> Self {
        let Some(bytes) = profile else { return Self::untagged(Depth::Eight) };
        let channels = if profile::is_for_grey(bytes) { Channels::Grey } else { Channels::Rgb };
        match profile::read(bytes, channels) {
            Profile::Curves(encoding) => *encoding,
            _ => Self::unreadable(bytes.to_vec(), Depth::Eight),
        }
    }

    /// Whether it is of one channel.
    pub fn is_grey(&self) -> bool {
        matches!(self.tag, ColorTag::GreyProfile(_))
    }

    /// Of PNG's gAMA and cHRM; `None` when they are nonsense.
    pub fn of_png(gamma: Option<u32>, chromaticities: Option<[u32; 8]>) -> Option<Self> {
        let curve = match gamma {
            None => Curve::Srgb,
            // What browsers and most programs mean by 1/2.2 is sRGB's curve.
            Some(45_000..=46_000) => Curve::Srgb,
            Some(0) => return None,
            Some(gamma) => Curve::power(1e5 / gamma as f32),
        };
        let to_xyz = match chromaticities {
            None => srgb_to_xyz(),
            Some(all) => {
                let [wx, wy, rest @ ..] = all.map(|v| v as f32 / 1e5);
                let [rx, ry, gx, gy, bx, by] = rest;
                primaries_to_xyz([rx, ry, gx, gy, bx, by, wx, wy])?
            }
        };
        Some(Self::of_one(curve, to_xyz, ColorTag::Png { gamma, chromaticities }))
    }

    /// Of PNG's cICP; `None` for what is no RGB of full range, or has no curve or primaries.
    pub fn of_cicp(code: [u8; 4]) -> Option<Self> {
        let cicp = cicp_of(code)?;
        let curve = Curve::of_transfer(cicp.transfer_characteristics)?;
        let mut profile = ColorProfile::new_srgb();
        // Its answer says nothing.
        profile.update_rgb_colorimetry_from_cicp(cicp);
        profile.cicp.map(|_| Self::of_one(curve, profile.colorant_matrix(), ColorTag::Cicp(code)))
    }

    /// Of OpenEXR's chromaticities; `None` when they are nonsense.
    pub fn of_chromaticities(xy: [f32; 8]) -> Option<Self> {
        Some(Self::of_one(Curve::Linear, primaries_to_xyz(xy)?, ColorTag::Chromaticities(xy)))
    }

    fn with_profile(curve: Curve, to_xyz: Matrix3d, cicp: Option<CicpProfile>, name: &str) -> Self {
        let made = rgb_profile(&curve, to_xyz, cicp, name).encode();
        Self::of_one(curve, to_xyz, made.map_or(ColorTag::None, ColorTag::Profile))
    }

    /// What says so in the file.
    pub fn tag(&self) -> &ColorTag {
        &self.tag
    }

    /// The curve of a channel: 0 red, 1 green, 2 blue.
    pub fn curve(&self, channel: usize) -> &Curve {
        &self.curves[channel]
    }

    /// Whether all channels have this curve.
    pub fn has_curve(&self, curve: &Curve) -> bool {
        self.curves.iter().all(|own| own == curve)
    }

    /// The ICC profile that says the same; `None` where none is needed.
    pub fn profile(&self) -> Option<Vec<u8>> {
        match self.as_profile().tag {
            ColorTag::Profile(profile) | ColorTag::GreyProfile(profile) => Some(profile),
            _ => None,
        }
    }

    /// The ICC profile that is the tag.
    pub fn own_profile(&self) -> Option<Vec<u8>> {
        match &self.tag {
            ColorTag::Profile(profile) | ColorTag::GreyProfile(profile) => Some(profile.clone()),
            _ => None,
        }
    }

    /// The same, said by a profile or by nothing.
    fn as_profile(&self) -> Self {
        match &self.tag {
            ColorTag::None | ColorTag::Profile(_) | ColorTag::GreyProfile(_) => self.clone(),
            _ if self.has_curve(&Curve::Srgb) && self.has_srgb_primaries() => Self::untagged(Depth::Eight),
            _ if self.has_curve(&Curve::Linear) && self.has_srgb_primaries() && self.is_for_floats() => {
                Self::untagged(Depth::Float)
            }
            ColorTag::Cicp(code) => {
                // Within a profile the matrix is none, as PNG's, and the range full.
                Self::with_profile(self.curves[0].clone(), self.to_xyz, cicp_of(*code), "The photo's colours (CICP)")
            }
            _ => Self::with_profile(self.curves[0].clone(), self.to_xyz, None, "The photo's colours"),
        }
    }

    fn is_for_floats(&self) -> bool {
        matches!(self.tag, ColorTag::Chromaticities(_))
    }

    fn has_srgb_primaries(&self) -> bool {
        let own = self.to_xyz.v.iter().flatten();
        // Profiles hold 16 bits of a fraction, and programs differ in what D65 is.
        own.zip(srgb_to_xyz().v.iter().flatten()).all(|(a, b)| (a - b).abs() < 2e-3)
    }

    /// How a photo of this encoding, and of depth `from`, is written into a file of depth `to`: as it is where the
    /// format can say so, else by a profile. Linear light in fewer bits would show steps in the shadows: it gets sRGB's
    /// curve.
    pub fn written(&self, format: ImageFormat, from: Depth, to: Depth, is_grey: bool) -> Self {
        if format == ImageFormat::OpenExr {
            // Others are brought to sRGB's primaries, which a file without chromaticities has.
            let is_own = matches!(self.tag, ColorTag::Chromaticities(_));
            return if is_own { self.clone() } else { Self::untagged(Depth::Float) };
        }
        if self.tag == ColorTag::None {
            return Self::untagged(to);
        }
        let loses_bits = to < from || self.is_for_floats();
        if to != Depth::Float && loses_bits && self.has_curve(&Curve::Linear) {
            return match self.tag {
                ColorTag::GreyProfile(_) if can_be_grey(format) => Self::untagged(to),
                _ if is_grey || self.has_srgb_primaries() => Self::untagged(to),
                _ => Self::with_profile(Curve::Srgb, self.to_xyz, None, "The photo's colours"),
            };
        }
        if to == Depth::Float && from != Depth::Float && !is_grey {
            // Programs differ in whether they apply a curve to floats: without one they agree.
            return Self::with_profile(Curve::Linear, self.to_xyz, None, "The photo's colours, linear");
        }
        match (&self.tag, format) {
            (ColorTag::GreyProfile(_), _) if !can_be_grey(format) || !is_grey => {
                Self::with_profile(self.curves[0].clone(), srgb_to_xyz(), None, "The photo's grey, as RGB")
            }
            (_, ImageFormat::Png) => self.clone(),
            _ if is_grey && can_be_grey(format) => self.as_grey_profile(),
            _ => self.as_profile(),
        }
    }

    fn as_grey_profile(&self) -> Self {
        match &self.tag {
            ColorTag::None | ColorTag::GreyProfile(_) => self.clone(),
            _ if self.has_curve(&Curve::Srgb) => Self::untagged(Depth::Eight),
            _ => {
                let made = grey_profile(&self.curves[0], "The photo's grey").encode();
                Self { tag: made.map_or(ColorTag::None, ColorTag::GreyProfile), ..self.clone() }
            }
        }
    }

    /// The matrix from this encoding's linear light to that of another; `None` where they are the same.
    pub fn matrix_to(&self, other: &Self) -> Option<[[f32; 3]; 3]> {
        let matrix = other.to_xyz.inverse().mat_mul(self.to_xyz).v;
        let is_one = (0..3).all(|r| (0..3).all(|c| (matrix[r][c] - f64::from(u8::from(r == c))).abs() < 2e-3));
        (!is_one).then(|| matrix.map(|row| row.map(|v| v as f32)))
    }
}

/// Whether a format has images of one channel.
pub fn can_be_grey(format: ImageFormat) -> bool {
    matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Tiff)
}

fn cicp_of([primaries, transfer, matrix, range]: [u8; 4]) -> Option<CicpProfile> {
    // RGB has no matrix (PNG, 11.3.2.6).
    (matrix == 0 && range == 1).then_some(())?;
    Some(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    })
}

/// The matrix to XYZ, relative to D50, of primaries: red, green, blue, white as x and y; `None` when they span nothing.
fn primaries_to_xyz([rx, ry, gx, gy, bx, by, wx, wy]: [f32; 8]) -> Option<Matrix3d> {
    if [ry, gy, by, wy].iter().any(|y| y.abs() < 1e-4) {
        // ACES2065-1's blue lies below the axis, but none lies on it.
        return None;
    }
    let primaries = ColorPrimaries {
        red: Chromaticity::new(rx, ry),
        green: Chromaticity::new(gx, gy),
        blue: Chromaticity::new(bx, by),
    };
    let matrix = ColorProfile::colorants_matrix(Chromaticity::new(wx, wy).to_xyyb(), primaries);
    let is_usable = matrix.determinant().is_some_and(|d| d.is_finite() && d.abs() > 1e-6);
    is_usable.then_some(matrix)
}
