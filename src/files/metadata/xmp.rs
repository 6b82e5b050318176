//! XMP packets: what in them is about the pixels of the file that they come from.

use image::metadata::Orientation;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use quick_xml::writer::Writer;

use crate::files::notes::Note;

const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const BASIC: &str = "http://ns.adobe.com/xap/1.0/";
const NOTE: &str = "http://ns.adobe.com/xmp/note/";
const CAMERA: &str = "http://ns.google.com/photos/1.0/camera/";
/// What a container of several pictures holds, and their gain maps.
const CONTAINERS: [&str; 2] =
    ["http://ns.google.com/photos/1.0/container/", "http://ns.google.com/photos/1.0/container/item/"];
const GAIN_MAPS: [&str; 2] = ["http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/"];
/// What holds another picture, a depth map or sound within the packet.
const DATA: [&str; 3] = [
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/audio/",
];

/// What a property is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Orientation,
    Width,
    Height,
    /// A picture in small.
    Thumbnail,
    GainMap,
    Motion,
    /// What other parts of the file there are.
    Parts,
    /// Another picture, or something else that is not one's own.
    Data,
    Other,
}

fn subject(namespace: &str, name: &str) -> Subject {
    match (namespace, name) {
        (TIFF, "Orientation") => Subject::Orientation,
        (TIFF, "ImageWidth") | (EXIF, "PixelXDimension") => Subject::Width,
        (TIFF, "ImageLength") | (EXIF, "PixelYDimension") => Subject::Height,
        (BASIC, "Thumbnails") => Subject::Thumbnail,
        (CAMERA, name) if name.starts_with("MicroVideo") || name.starts_with("MotionPhoto") => Subject::Motion,
        (NOTE, "HasExtendedXMP") => Subject::Parts,
        (namespace, _) if GAIN_MAPS.contains(&namespace) => Subject::GainMap,
        (namespace, _) if CONTAINERS.contains(&namespace) => Subject::Parts,
        (namespace, _) if DATA.contains(&namespace) => Subject::Data,
        _ => Subject::Other,
    }
}

/// The orientation that a packet says.
pub fn orientation(packet: &[u8]) -> Option<Orientation> {
    let mut found = None;
    walk(packet, |subject, value| {
        if subject == Subject::Orientation {
            found = value.trim().parse().ok().and_then(Orientation::from_exif).or(found);
        }
        Edit::Keep
    })?;
    found
}

/// What a packet says of parts of its file that a result has not.
pub fn parts(packet: &[u8]) -> Vec<Note> {
    let mut notes = Vec::new();
    walk(packet, |subject, _| {
        match subject {
            Subject::GainMap if !notes.contains(&Note::GainMap) => notes.push(Note::GainMap),
            Subject::Data if !notes.contains(&Note::FurtherPictures) => notes.push(Note::FurtherPictures),
            Subject::Motion if !notes.contains(&Note::Motion) => notes.push(Note::Motion),
            _ => {}
        }
        Edit::Keep
    });
    notes
}

/// The packet for an upright picture of this size, without claims about parts of the file that a result has not; a
/// turned picture's thumbnail, which lies on its side, goes, too. `None` when nothing changes, or when it cannot be
/// read.
pub fn upright(packet: &[u8], is_turned: bool, size: (u32, u32)) -> Option<Vec<u8>> {
    let mut has_changed = false;
    let edited = walk(packet, |subject, value| {
        let edit = match subject {
            Subject::Orientation => Edit::Set("1".into()),
            Subject::Width => Edit::Set(size.0.to_string()),
            Subject::Height => Edit::Set(size.1.to_string()),
            Subject::Thumbnail if is_turned => Edit::Remove,
            Subject::GainMap | Subject::Motion | Subject::Parts | Subject::Data => Edit::Remove,
            Subject::Thumbnail | Subject::Other => Edit::Keep,
        };
        has_changed |= match &edit {
            Edit::Keep => false,
            Edit::Set(new) => new != value.trim(),
            Edit::Remove => true,
        };
        edit
    })?;
    has_changed.then_some(edited)
}

/// The packet with what surrounds it in files, where it lacks that; `None` where it has it, or begins with a
/// declaration, which nothing may stand before.
pub fn wrapped(packet: &[u8]) -> Option<Vec<u8>> {
    let has = |what: &[u8]| packet.windows(what.len()).any(|window| window == what);
    if has(b"<?xpacket") || has(b"<?xml ") {
        return None;
    }
    let begin = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>";
    Some([begin.as_bytes(), packet, b"<?xpacket end=\"w\"?>"].concat())
}

/// What becomes of a property.
enum Edit {
    Keep,
    Set(String),
    Remove,
}

/// Goes through all properties, attributes and elements alike, and gives the packet with the edits in it; `None` when
/// it is not well-formed. An element's value is its text as far as it comes in one piece.
fn walk(packet: &[u8], mut edit: impl FnMut(Subject, &str) -> Edit) -> Option<Vec<u8>> {
    let mut reader = NsReader::from_reader(packet);
    let mut out = Writer::new(Vec::with_capacity(packet.len()));
    // The subject of the element that has begun last.
    let mut inside = Subject::Other;
    loop {
        let event = reader.read_event().ok()?;
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                inside = subject_of(&reader, start.name());
                let is_container = !matches!(inside, Subject::Orientation | Subject::Width | Subject::Height);
                if is_container && matches!(edit(inside, ""), Edit::Remove) {
                    reader.read_to_end(start.to_end().name()).ok()?;
                    inside = Subject::Other;
                    continue;
                }
                out.write_event(Event::Start(with_edits(&reader, start, &mut edit)?)).ok()?;
                continue;
            }
            Event::Empty(empty) => {
                if !matches!(edit(subject_of(&reader, empty.name()), ""), Edit::Remove) {
                    out.write_event(Event::Empty(with_edits(&reader, empty, &mut edit)?)).ok()?;
                }
            }
            Event::Text(text) if inside != Subject::Other => {
                let edit = edit(inside, &text);
                let text = if let Edit::Set(value) = edit { BytesText::from_escaped(value) } else { text };
                out.write_event(Event::Text(text)).ok()?;
            }
            other => out.write_event(other).ok()?,
        }
        inside = Subject::Other;
    }
    Some(out.into_inner())
}

fn subject_of(reader: &NsReader<&[u8]>, name: quick_xml::name::QName) -> Subject {
    match reader.resolver().resolve_element(name) {
        (ResolveResult::Bound(namespace), name) => subject(namespace.0, name.as_ref()),
        _ => Subject::Other,
    }
}

/// An element's start with edited attributes.
fn with_edits<'a>(
    reader: &NsReader<&[u8]>,
    start: BytesStart<'a>,
    edit: &mut impl FnMut(Subject, &str) -> Edit,
) -> Option<BytesStart<'a>> {
    let mut edited = BytesStart::new(start.name().as_ref().to_owned());
    let mut has_changed = false;
    for attribute in start.attributes() {
        let attribute: Attribute = attribute.ok()?;
        let subject = match reader.resolver().resolve_attribute(attribute.key) {
            (ResolveResult::Bound(namespace), name) => subject(namespace.0, name.as_ref()),
            _ => Subject::Other,
        };
        match edit(subject, &attribute.value) {
            Edit::Keep => edited.push_attribute(attribute),
            Edit::Set(value) => {
                has_changed = true;
                edited.push_attribute((attribute.key.as_ref(), value.as_str()));
            }
            Edit::Remove => has_changed = true,
        }
    }
    // As it was, to the last blank, where nothing changes.
    Some(if has_changed { edited } else { start })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = r#"xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:e="http://ns.adobe.com/exif/1.0/"
        xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"
        xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:xmp="http://ns.adobe.com/xap/1.0/""#;

    fn packet(attributes: &str, elements: &str) -> String {
        format!("<?xpacket begin=''?><x {NAMES}><d {attributes}>{elements}</d></x>\n  <?xpacket end='w'?>")
    }

    #[test]
    fn the_orientation_is_found_and_reset_as_attribute_and_element() {
        for (attributes, elements, attributes_after, elements_after) in [
            (r#"tiff:Orientation="6" a="6""#, "", r#"tiff:Orientation="1" a="6""#, ""),
            ("", "<tiff:Orientation> 6 </tiff:Orientation>", "", "<tiff:Orientation>1</tiff:Orientation>"),
        ] {
            let before = packet(attributes, elements);
            assert_eq!(orientation(before.as_bytes()), Some(Orientation::Rotate90));
            let after = upright(before.as_bytes(), true, (2, 3)).unwrap();
            assert_eq!(String::from_utf8(after).unwrap(), packet(attributes_after, elements_after));
        }
        // Another namespace's, and one that is right already.
        for other in [r#"e:Orientation="6""#, r#"Orientation="6""#, r#"tiff:Orientation="1""#] {
            assert_eq!(upright(packet(other, "").as_bytes(), false, (2, 3)), None, "{other}");
        }
    }

    #[test]
    fn the_size_follows_the_turn() {
        let before =
            packet(r#"e:PixelXDimension="30" tiff:ImageLength='20'"#, "<e:PixelYDimension>20</e:PixelYDimension>");
        let after =
            packet(r#"e:PixelXDimension="20" tiff:ImageLength="30""#, "<e:PixelYDimension>30</e:PixelYDimension>");
        assert_eq!(String::from_utf8(upright(before.as_bytes(), true, (20, 30)).unwrap()).unwrap(), after);
    }

    #[test]
    fn claims_about_other_parts_go_and_are_noted() {
        let before = packet(
            r#"GCamera:MotionPhoto="1" hdrgm:Version="1.0" a="b""#,
            "<Container:Directory><a>1</a><Container:Item/></Container:Directory><xmp:Rating>5</xmp:Rating>",
        );
        assert_eq!(parts(before.as_bytes()), [Note::Motion, Note::GainMap]);
        let after = upright(before.as_bytes(), false, (2, 3)).unwrap();
        assert_eq!(String::from_utf8(after).unwrap(), packet(r#"a="b""#, "<xmp:Rating>5</xmp:Rating>"));
    }

    #[test]
    fn a_thumbnail_goes_when_the_picture_was_turned() {
        let before = packet("", "<xmp:Thumbnails><a>zzz</a></xmp:Thumbnails>");
        assert_eq!(upright(before.as_bytes(), false, (2, 3)), None);
        assert_eq!(String::from_utf8(upright(before.as_bytes(), true, (2, 3)).unwrap()).unwrap(), packet("", ""));
    }

    #[test]
    fn a_packet_is_wrapped_once() {
        let once = wrapped(b"<x/>").unwrap();
        assert!(once.starts_with(b"<?xpacket begin=\"\xEF\xBB\xBF\"") && once.ends_with(b"<x/><?xpacket end=\"w\"?>"));
        assert_eq!(wrapped(&once), None);
        assert_eq!(wrapped(b"<?xml version='1.0'?><x/>"), None);
    }

    #[test]
    fn what_is_no_xml_stays_as_it_is() {
        for wrong in ["", "no <XML", "<a b='1' b='2'/>", "<a></b>", "\u{feff}", "<x tiff:Orientation='6'/>"] {
            assert_eq!(
                (orientation(wrong.as_bytes()), upright(wrong.as_bytes(), true, (2, 3))),
                (None, None),
                "{wrong}"
            );
        }
    }
}
