//! What lies beside the picture in a JPEG file.

use crate::files::jpeg::segments::{APP0, APP1, APP2, COM, EOI, Segments};
use crate::files::metadata::extended_xmp::{Extension, joined, split};
use crate::files::metadata::{Density, Metadata, Text, exif, text, xmp};
use crate::files::notes::Note;

/// How much fits behind what names it into one segment.
pub const EXIF_MOST: usize = 65_533 - exif::PREFIX.len();
const XMP_MOST: usize = 65_533 - XMP.len();
/// Of a part of extended XMP, behind its identifier, whole length and place.
const EXTENDED_XMP_MOST: usize = 65_533 - EXTENDED_XMP.len() - 32 - 4 - 4;
pub const COMMENT_MOST: usize = 65_533;
pub const IPTC_MOST: usize = 65_533 - PHOTOSHOP.len() - RESOURCE - 1;

const APP13: u8 = 0xED;
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const PROFILE: &[u8] = b"ICC_PROFILE\0";
const FURTHER_PICTURES: &[u8] = b"MPF\0";
const GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Samsung's films end so.
const SAMSUNG: &[u8] = b"MotionPhoto_Data";
/// JFIF's units.
const PER_INCH: u8 = 1;
const PER_CM: u8 = 2;
const CM_PER_INCH: f64 = 2.54;

/// The head of a resource: signature, number, empty name, length.
const RESOURCE: usize = 4 + 2 + 2 + 4;
const IPTC: [u8; 2] = [0x04, 0x04];

/// What a file says; its ICC profile; and what else is in it.
pub fn read(bytes: &[u8]) -> (Metadata, Option<Vec<u8>>, Vec<Note>) {
    let mut metadata = Metadata::default();
    let mut profile: Vec<(u8, &[u8])> = Vec::new();
    let mut notes = Vec::new();
    let mut note = |note: Note| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let mut segments = Segments::of(bytes);
    let mut extensions = Vec::new();
    let mut ends = false;
    for segment in segments.by_ref() {
        let contents = segment.contents;
        match segment.marker {
            APP0 if contents.starts_with(b"JFIF\0") => metadata.density = density(contents),
            APP1 if contents.starts_with(exif::PREFIX) && metadata.exif.is_none() => {
                metadata.exif = Some(contents[exif::PREFIX.len()..].to_vec());
            }
            APP1 if contents.starts_with(XMP) => metadata.xmp = Some(contents[XMP.len()..].to_vec()),
            APP1 if contents.starts_with(EXTENDED_XMP) => {
                Extension::add(&mut extensions, &contents[EXTENDED_XMP.len()..]);
            }
            COM => {
                let comment = Text::new(text::COMMENT, &text::decoded(contents));
                metadata.texts.extend(Some(comment).filter(Text::is_about_picture));
            }
            APP2 if contents.starts_with(PROFILE) && contents.len() > PROFILE.len() + 2 => {
                let (head, part) = contents.split_at(PROFILE.len() + 2);
                profile.push((head[PROFILE.len()], part));
            }
            APP2 if contents.starts_with(FURTHER_PICTURES) => note(Note::FurtherPictures),
            APP2 if contents.starts_with(GAIN_MAP) => note(Note::GainMap),
            APP13 if contents.starts_with(PHOTOSHOP) => metadata.iptc = iptc(&contents[PHOTOSHOP.len()..]),
            EOI => ends = true,
            _ => {}
        }
    }
    let behind = &bytes[segments.position()..];
    if ends && (behind.get(4..8) == Some(b"ftyp") || behind.windows(SAMSUNG.len()).any(|window| window == SAMSUNG)) {
        note(Note::Motion);
    }
    if !extensions.is_empty() {
        match metadata.xmp.as_deref().and_then(|packet| joined(packet, &extensions)) {
            Some(whole) => metadata.xmp = Some(whole),
            None => note(Note::XmpIncomplete),
        }
    }
    metadata.xmp.as_deref().map(xmp::parts).into_iter().flatten().for_each(&mut note);
    // What it is has been said more exactly.
    if notes.contains(&Note::GainMap) {
        notes.retain(|note| *note != Note::FurtherPictures);
    }
    profile.sort_by_key(|(number, _)| *number);
    let profile = profile.iter().map(|(_, part)| *part).collect::<Vec<_>>().concat();
    (metadata, (!profile.is_empty()).then_some(profile), notes)
}

fn density(jfif: &[u8]) -> Option<Density> {
    let field = jfif.get(7..12)?;
    let per = |at: usize| f64::from(u16::from_be_bytes([field[at], field[at + 1]]));
    match field[0] {
        PER_INCH => Density::new(per(1), per(3)),
        PER_CM => Density::new(per(1) * CM_PER_INCH, per(3) * CM_PER_INCH),
        // The shape of a pixel.
        _ => None,
    }
}

/// Sets the density in a file that begins with a JFIF segment.
pub fn set_density(file: &mut [u8], density: Density) {
    let Some(field) = file.get_mut(6..18).filter(|segment| segment.starts_with(b"JFIF\0")) else { return };
    let whole = |v: f64| (v - v.round()).abs() < 0.01;
    let (cm_x, cm_y) = (density.x() / CM_PER_INCH, density.y() / CM_PER_INCH);
    let is_cm = !(whole(density.x()) && whole(density.y())) && whole(cm_x) && whole(cm_y);
    let (unit, x, y) = if is_cm { (PER_CM, cm_x, cm_y) } else { (PER_INCH, density.x(), density.y()) };
    field[7] = unit;
    for (at, v) in [(8, x), (10, y)] {
        field[at..at + 2].copy_from_slice(&(v.round().clamp(1.0, 65_535.0) as u16).to_be_bytes());
    }
}

/// The segments for XMP, more than one where it is large; `None` where it cannot be divided.
pub fn xmp_segments(packet: &[u8]) -> Option<Vec<Vec<u8>>> {
    if packet.len() <= XMP_MOST {
        return Some(vec![[XMP, packet].concat()]);
    }
    let (first, extension) = split(packet, XMP_MOST)?;
    let total = u32::try_from(extension.data.len()).ok()?.to_be_bytes();
    let mut segments = vec![[XMP, &first].concat()];
    for (index, part) in extension.data.chunks(EXTENDED_XMP_MOST).enumerate() {
        let place = u32::try_from(index * EXTENDED_XMP_MOST).ok()?.to_be_bytes();
        segments.push([EXTENDED_XMP, &extension.identifier, &total, &place, part].concat());
    }
    Some(segments)
}

/// The segments for XMP, IPTC and comments.
pub fn segments(metadata: &Metadata) -> Vec<(u8, Vec<u8>)> {
    let mut segments = Vec::new();
    let xmp = metadata.xmp.as_deref().and_then(xmp_segments);
    segments.extend(xmp.into_iter().flatten().map(|contents| (APP1, contents)));
    if let Some(iptc) = &metadata.iptc {
        segments.push((APP13, [PHOTOSHOP, &resource(iptc)].concat()));
    }
    segments.extend(metadata.texts.iter().map(|text| (COM, text.text.clone().into_bytes())));
    segments
}

/// IPTC as Photoshop's resource.
fn resource(iptc: &[u8]) -> Vec<u8> {
    let length = (iptc.len() as u32).to_be_bytes();
    [b"8BIM", IPTC.as_slice(), &[0; 2], &length, iptc, &[0][..iptc.len() % 2]].concat()
}

/// The IPTC among Photoshop's resources.
pub fn iptc(mut resources: &[u8]) -> Option<Vec<u8>> {
    while let Some((head, rest)) = resources.split_at_checked(7) {
        // A name, its length before it, of an even number of bytes in all.
        let name = (usize::from(head[6]) + 1).next_multiple_of(2) - 1;
        let length = rest.get(name..name + 4)?.first_chunk().map(|length| u32::from_be_bytes(*length) as usize)?;
        let contents = rest.get(name + 4..)?.get(..length)?;
        if head.starts_with(b"8BIM") && head[4..6] == IPTC {
            return Some(contents.to_vec());
        }
        resources = rest.get(name + 4 + length.next_multiple_of(2)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iptc_is_found_among_resources() {
        let other = [b"8BIM\x04\x0C\x03abc".as_slice(), &3u32.to_be_bytes(), b"xyz\0"].concat();
        assert_eq!(iptc(&[other.clone(), resource(b"caption")].concat()), Some(b"caption".to_vec()));
        assert_eq!(iptc(&other), None);
        assert_eq!(iptc(b"8BIM\x04\x04\0\0\xFF\xFF\xFF\xFF"), None);
    }

    #[test]
    fn comments_are_utf_8_or_latin_1() {
        let comment = |bytes: &[u8]| [&[0xFF, COM, 0, bytes.len() as u8 + 2], bytes].concat();
        let file = [
            b"\xFF\xD8".as_slice(),
            &comment(b"Andr\xE9\0"),
            &comment("富士山".as_bytes()),
            &comment(b" \0"),
            b"\xFF\xD9",
        ];
        let (metadata, ..) = read(&file.concat());
        assert_eq!(metadata.texts, ["André", "富士山"].map(|text| Text::new("Comment", text)));
        let written = segments(&metadata);
        assert_eq!(written, ["André", "富士山"].map(|text| (COM, text.as_bytes().to_vec())));
    }

    #[test]
    fn xmp_of_any_length_comes_back() {
        let property = |name: &str, letter: char, len: usize| {
            format!("<a:{name} xml:lang='x'>{}</a:{name}>", String::from(letter).repeat(len))
        };
        for lengths in [[100, 100], [70_000, 100], [70_000, 200_000]] {
            let properties = [property("one", 'i', lengths[0]), property("two", 'j', lengths[1])];
            let packet = format!(
                "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
                 xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:a='urn:a' \
                 a:short='1'>{}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>",
                properties.concat()
            );
            let segments = xmp_segments(packet.as_bytes()).unwrap();
            assert!(segments.iter().all(|segment| segment.len() <= 65_533));
            assert_eq!(segments.len() == 1, packet.len() < 65_000);
            let marked =
                segments.iter().flat_map(|s| [&[0xFF, APP1], &(s.len() as u16 + 2).to_be_bytes()[..], s].concat());
            let file: Vec<u8> = [0xFF, 0xD8].into_iter().chain(marked).chain([0xFF, EOI]).collect();
            let (metadata, _, notes) = read(&file);
            assert_eq!(notes, []);
            let found = String::from_utf8(metadata.xmp.unwrap()).unwrap();
            assert!(
                properties.iter().all(|property| found.contains(property.as_str())) && found.contains("a:short='1'")
            );
            // Without one of its parts it is not all there.
            if let Some(last) = segments.last().filter(|_| segments.len() > 2) {
                let cut = [&file[..file.len() - last.len() - 6], &[0xFF, EOI]].concat();
                let (metadata, _, notes) = read(&cut);
                assert_eq!(notes, [Note::XmpIncomplete]);
                assert!(metadata.xmp.unwrap().windows(11).any(|window| window == b"a:short='1'"));
            }
        }
        // One property that does not fit and no other to move.
        let attribute = format!("<x:xmpmeta xmlns:x='adobe:ns:meta/' a='{}'/>", "a".repeat(70_000));
        assert_eq!(xmp_segments(attribute.as_bytes()), None);
    }

    #[test]
    fn densities_are_whole_in_one_unit_or_the_other() {
        let mut file = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        for (per_inch, expected) in [(300.0, [1, 1, 44]), (101.0 * 2.54, [2, 0, 101]), (299.9994, [1, 1, 44])] {
            set_density(&mut file, Density::new(per_inch, per_inch).unwrap());
            assert_eq!(file[13..16], expected, "{per_inch}");
        }
    }
}
