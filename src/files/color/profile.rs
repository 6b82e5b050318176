//! ICC profiles: read, made, and applied where they are more than curves and primaries.

use moxcms::{
    CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout, LocalizableString, Matrix3d, ProfileText,
    TransformOptions, WHITE_POINT_D65,
};

use crate::files::color::{ColorEncoding, ColorTag, Curve};

/// What the channels of an image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One: grey.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
}

/// What a profile turns out to be.
pub enum Profile {
    /// Curves and primaries, in which an image can be denoised and written again.
    Curves(Box<ColorEncoding>),
    /// Tables, which an image is converted with.
    Tables(Box<Tables>),
    /// Nothing that can be read; many programs write such, and other programs may know what they are.
    Unreadable,
    /// For other channels than the image has.
    Misplaced,
}

/// A profile of tables.
pub struct Tables {
    profile: ColorProfile,
    channels: Channels,
}

/// Reads a profile for an image of these channels.
pub fn read(bytes: &[u8], channels: Channels) -> Profile {
    let Ok(profile) = ColorProfile::new_from_slice(bytes) else { return Profile::Unreadable };
    let tag = ColorTag::Profile(bytes.to_vec());
    let has_tables = profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some();
    match (profile.color_space, channels) {
        // Grey that is said to be of some RGB: so it is.
        (DataColorSpace::Rgb, Channels::Rgb | Channels::Grey) if profile.is_matrix_shaper() => {
            let hdr = profile.cicp.and_then(|cicp| Curve::of_transfer(cicp.transfer_characteristics));
            let hdr = hdr.filter(Curve::is_hdr).map(|curve| [curve.clone(), curve.clone(), curve]);
            let own = || {
                let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
                curves.try_map_curves()
            };
            let Some(curves) = hdr.or_else(own) else { return Profile::Unreadable };
            Profile::Curves(Box::new(ColorEncoding { curves, to_xyz: profile.colorant_matrix(), tag }))
        }
        (DataColorSpace::Gray, Channels::Grey) if profile.gray_trc.is_some() => {
            let Some(curve) = profile.gray_trc.as_ref().and_then(Curve::of_profile) else { return Profile::Unreadable };
            let tag = ColorTag::GreyProfile(bytes.to_vec());
            let curves = [curve.clone(), curve.clone(), curve];
            Profile::Curves(Box::new(ColorEncoding { curves, to_xyz: srgb_to_xyz(), tag }))
        }
        (DataColorSpace::Rgb, Channels::Rgb)
        | (DataColorSpace::Gray, Channels::Grey)
        | (DataColorSpace::Cmyk, Channels::Cmyk)
            if has_tables =>
        {
            Profile::Tables(Box::new(Tables { profile, channels }))
        }
        (DataColorSpace::Rgb, Channels::Rgb) => Profile::Unreadable,
        _ => Profile::Misplaced,
    }
}

/// What a profile is for by its header; `None` when it has none.
pub fn is_for_grey(bytes: &[u8]) -> bool {
    bytes.get(16..20) == Some(b"GRAY")
}

trait TryMapCurves {
    fn try_map_curves(self) -> Option<[Curve; 3]>;
}

impl TryMapCurves for [&Option<moxcms::ToneReprCurve>; 3] {
    fn try_map_curves(self) -> Option<[Curve; 3]> {
        let mut curves = Vec::with_capacity(3);
        for curve in self {
            curves.push(Curve::of_profile(curve.as_ref()?)?);
        }
        curves.try_into().ok()
    }
}

impl Tables {
    /// Values of 16 bits, pixel by pixel in the profile's channels, as red, green and blue of 16 bits in Display P3,
    /// which is wider than what most printers and scanners know; `None` when the tables cannot be used.
    pub fn to_display_p3(&self, values: &[u16]) -> Option<Vec<u16>> {
        const PIECE: usize = 1 << 16;
        let (layout, count) = match self.channels {
            Channels::Grey => (Layout::Gray, 1),
            Channels::Rgb => (Layout::Rgb, 3),
            // Four channels are four channels.
            Channels::Cmyk => (Layout::Rgba, 4),
        };
        let target = rgb_profile(&Curve::Srgb, display_p3_to_xyz(), None, "");
        let transform =
            self.profile.create_transform_16bit(layout, &target, Layout::Rgb, TransformOptions::default()).ok()?;
        let mut out = vec![0; values.len() / count * 3];
        for (from, to) in values.chunks(PIECE * count).zip(out.chunks_mut(PIECE * 3)) {
            transform.transform(from, to).ok()?;
        }
        Some(out)
    }
}

/// A profile of one curve and primaries, of which `to_xyz` is the matrix to XYZ relative to D50.
pub fn rgb_profile(curve: &Curve, to_xyz: Matrix3d, cicp: Option<CicpProfile>, name: &str) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    let [x, y, z] = to_xyz.v;
    for (colorant, at) in
        [&mut profile.red_colorant, &mut profile.green_colorant, &mut profile.blue_colorant].into_iter().zip(0..)
    {
        *colorant = moxcms::Xyzd { x: x[at], y: y[at], z: z[at] };
    }
    let curve = curve.to_profile();
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    // The colours are relative to D50 already (ICC.1:2022, 7.2.16).
    profile.media_white_point = Some(moxcms::WHITE_POINT_D50.to_xyzd());
    profile.chromatic_adaptation = None;
    profile.cicp = cicp;
    profile.description = text(name);
    profile.copyright = text("No copyright, use freely");
    profile
}

/// A profile of grey with this curve.
pub fn grey_profile(curve: &Curve, name: &str) -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(2.2);
    profile.gray_trc = Some(curve.to_profile());
    profile.media_white_point = Some(moxcms::WHITE_POINT_D50.to_xyzd());
    profile.description = text(name);
    profile.copyright = text("No copyright, use freely");
    profile
}

fn text(text: &str) -> Option<ProfileText> {
    Some(ProfileText::Localizable(vec![LocalizableString::new("en".into(), "US".into(), text.into())]))
}

/// sRGB's primaries.
pub fn srgb_to_xyz() -> Matrix3d {
    ColorProfile::colorants_matrix(WHITE_POINT_D65, ColorPrimaries::BT_709)
}

/// Display P3's primaries.
pub fn display_p3_to_xyz() -> Matrix3d {
    ColorProfile::colorants_matrix(WHITE_POINT_D65, ColorPrimaries::SMPTE_432)
}
