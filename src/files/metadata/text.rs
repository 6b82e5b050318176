//! Texts beside a picture: PNG's text chunks and JPEG's comments, and the entries of EXIF that say the same.

use crate::files::metadata::exif::Value;

/// PNG's keyword for what JPEG has as a comment.
pub const COMMENT: &str = "Comment";

/// PNG's keywords (PNG, 11.3.3.2) and the EXIF entries that mean the same; the last two are Windows' own.
const ENTRIES: [(&str, u16); 6] = [
    ("Description", 0x010E),
    ("Author", 0x013B),
    ("Copyright", 0x8298),
    ("Software", 0x0131),
    ("Title", 0x9C9B),
    (COMMENT, 0x9C9C),
];
const WIDE: [u16; 2] = [0x9C9B, 0x9C9C];

/// How keywords begin that programs give to copies of other metadata, and to what is about the file that they were in.
const ABOUT_FILES: [&str; 9] =
    ["XML:com.adobe.xmp", "Raw profile type ", "Thumb::", "date:", "exif:", "icc:", "png:", "tiff:", "xmp:"];

/// A text beside a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it is about, a keyword of PNG's.
    pub keyword: String,
    /// What it says.
    pub text: String,
    /// Its language (RFC 3066), empty where nothing says it.
    pub language: String,
    /// The keyword in that language.
    pub translated_keyword: String,
}

impl Text {
    /// In a language that nothing says.
    pub fn new(keyword: &str, text: &str) -> Self {
        Self { keyword: keyword.into(), text: text.into(), language: String::new(), translated_keyword: String::new() }
    }

    /// Whether it describes the picture.
    pub(in crate::files) fn is_about_picture(&self) -> bool {
        let is_about_file = ABOUT_FILES.iter().any(|prefix| self.keyword.starts_with(prefix));
        !is_about_file && !self.text.trim_matches(['\0', ' ', '\n', '\r', '\t']).is_empty()
    }

    /// The entry of EXIF that says the same; `None` where there is none.
    pub(super) fn entry(&self) -> Option<(u16, Value<'_>)> {
        let tag = ENTRIES.iter().find(|(keyword, _)| *keyword == self.keyword)?.1;
        // What is behind a zero would be lost.
        let text = Some(self.text.as_str()).filter(|text| !text.contains('\0'))?;
        Some((tag, if WIDE.contains(&tag) { Value::Wide(text) } else { Value::Text(text) }))
    }
}

/// Bytes of a text that do not say their encoding: UTF-8 where they can be, else Latin-1.
pub(in crate::files) fn decoded(bytes: &[u8]) -> String {
    let text =
        std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned);
    text.trim_end_matches('\0').to_owned()
}
