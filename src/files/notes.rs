//! What the user should know about a file that was read or written.

use std::fmt;

use crate::files::metadata::Text;

/// Something that a file had and that its result has not, or has in another form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// An animation of which the first frame was read.
    FirstFrame,
    /// Several pages of which the first was read.
    FirstPage,
    /// Several layers or parts of which the first was read.
    FirstLayer,
    /// A gain map, which makes a photo brighter on HDR screens.
    GainMap,
    /// The film of a motion photo.
    Motion,
    /// Further pictures behind the first: previews, the other eye of a stereo photo.
    FurtherPictures,
    /// A profile that is for other channels or of a kind that is not read, or colours that are nonsense.
    ColorsUnread,
    /// Colours that were converted to Display P3, since their profile works in one direction only.
    ConvertedToP3,
    /// Integers of more than 16 bits, written with 16.
    SixteenBits,
    /// Premultiplied colours, written as they are without the opacity.
    StraightAlpha,
    /// EXIF that the format has no room for; what was left out.
    ExifTooLarge {
        /// Names of entries.
        without: String,
    },
    /// EXIF that cannot be read or has no place in the format.
    ExifLeftOut,
    /// The maker's note of EXIF, which points to places in the file that it comes from.
    MakerNoteLeftOut,
    /// XMP that the format has no room for.
    XmpTooLarge,
    /// A part of XMP that is not all there, or that does not fit the rest.
    XmpIncomplete,
    /// XMP where the format has no place for it.
    XmpLeftOut,
    /// Captions of the press (IPTC) where the format has no place for them.
    IptcLeftOut,
    /// Texts where the format has no place for them.
    TextsLeftOut {
        /// Their keywords.
        names: String,
    },
    /// The profile where the format has no place for it; the colours were converted.
    ConvertedToSrgb,
}

impl Note {
    /// That texts are left out, if there are any.
    pub(super) fn of_texts(texts: &[Text]) -> Option<Self> {
        let mut names: Vec<&str> = texts.iter().map(|text| text.keyword.as_str()).collect();
        names.dedup();
        (!names.is_empty()).then(|| Self::TextsLeftOut { names: names.join(", ") })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstFrame => "it is an animation; only the first frame is denoised",
            Self::FirstPage => "it has several pages; only the first page is denoised",
            Self::FirstLayer => "it has several layers; only the first layer is denoised",
            Self::GainMap => "its HDR gain map is left out: the result looks the same on every screen",
            Self::Motion => "it is a motion photo; its video is left out",
            Self::FurtherPictures => "it holds further pictures, previews for example, which are left out",
            Self::ColorsUnread => "its colour information cannot be used and is left out; its colours are read as sRGB",
            Self::ConvertedToP3 => "its colour profile cannot be written back; its colours are converted to Display P3",
            Self::SixteenBits => "its values have more than 16 bits; the result has 16",
            Self::StraightAlpha => "its colours are premultiplied with the opacity; those of the result are not",
            Self::ExifTooLarge { without } => {
                return write!(f, "its EXIF metadata is too large for the format; left out: {without}");
            }
            Self::ExifLeftOut => "its EXIF metadata cannot be kept and is left out",
            Self::MakerNoteLeftOut => "the maker's note in its EXIF metadata is left out",
            Self::XmpTooLarge => "its XMP metadata is too large for the format and is left out",
            Self::XmpIncomplete => "a part of its XMP metadata is damaged and left out",
            Self::XmpLeftOut => "its XMP metadata has no place in the format and is left out",
            Self::IptcLeftOut => "its IPTC captions have no place in the format and are left out",
            Self::TextsLeftOut { names } => {
                return write!(f, "it has texts that have no place in the format and are left out: {names}");
            }
            Self::ConvertedToSrgb => "its colour profile has no place in the format; its colours are converted to sRGB",
        })
    }
}
