//! XMP that is longer than a JPEG segment: the packet and its extension (XMP, part 3, 1.1.3.1), joined and divided.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const NOTE: &str = "http://ns.adobe.com/xmp/note/";
const HAS_EXTENSION: &str = "HasExtendedXMP";

/// Of an extension's identifier, its MD5 in hexadecimal digits.
const IDENTIFIER: usize = 32;

/// What does not fit into the packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// What the packet names it by.
    pub identifier: [u8; IDENTIFIER],
    /// A packet without what surrounds it.
    pub data: Vec<u8>,
    /// How much of it is there, where it comes from a file.
    found: usize,
}

impl Extension {
    fn of(data: Vec<u8>) -> Self {
        let digits = format!("{:X}", md5::compute(&data));
        let mut identifier = [b'0'; IDENTIFIER];
        identifier.copy_from_slice(digits.as_bytes());
        Self { identifier, found: data.len(), data }
    }

    /// Adds a part from a file: identifier, length of the whole, place, data. One that is wrong is passed over.
    pub fn add(all: &mut Vec<Self>, part: &[u8]) {
        let long = |at: usize| part.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes) as usize);
        let (Some(identifier), Some(total), Some(place)) =
            (part.first_chunk::<IDENTIFIER>(), long(IDENTIFIER), long(IDENTIFIER + 4))
        else {
            return;
        };
        let data = &part[IDENTIFIER + 8..];
        if !all.iter().any(|own| own.identifier == *identifier) {
            all.push(Self { identifier: *identifier, data: Vec::new(), found: 0 });
        }
        let Some(own) = all.iter_mut().find(|own| own.identifier == *identifier) else { return };
        // They come in order, so that a length that is a lie takes no memory.
        if place == own.data.len() && place + data.len() <= total {
            own.data.extend(data);
            own.found = total;
        }
    }

    fn is_whole(&self) -> bool {
        self.found == self.data.len()
    }
}

/// The packet with the properties of its extension in it, if that is all there; `None` if not, or if either cannot be
/// read.
pub fn joined(packet: &[u8], extensions: &[Extension]) -> Option<Vec<u8>> {
    let packet = std::str::from_utf8(packet).ok()?;
    let own = elements(packet)?;
    let extension = extensions.iter().find(|extension| own.names(extension) && extension.is_whole())?;
    let more = std::str::from_utf8(&extension.data).ok()?;
    let more = elements(more)?.descriptions;
    let more: String = more.iter().map(|element| element.own.as_str()).collect();
    Some([&packet[..own.end], &more, &packet[own.end..]].concat().into_bytes())
}

/// A packet of at most so many bytes and an extension with its largest properties; `None` where that is not to be had.
pub fn split(packet: &[u8], most: usize) -> Option<(Vec<u8>, Extension)> {
    let packet = std::str::from_utf8(packet).ok()?;
    let Elements { mut properties, end, about, .. } = elements(packet)?;
    let reference = |identifier: &str| {
        format!(
            "<rdf:Description xmlns:rdf=\"{RDF}\" xmlns:xmpNote=\"{NOTE}\" rdf:about=\"{about}\" \
             xmpNote:{HAS_EXTENSION}=\"{identifier}\"/>"
        )
    };
    let mut len = packet.len() + reference(&"0".repeat(IDENTIFIER)).len();
    properties.sort_by_key(|property| std::cmp::Reverse(property.range.len()));
    let mut moved = Vec::new();
    for property in properties {
        if len <= most {
            break;
        }
        len -= property.range.len();
        moved.push(property);
    }
    if len > most || moved.is_empty() {
        return None;
    }
    moved.sort_by_key(|property| property.range.start);
    let own = moved.iter().map(|property| {
        format!("<rdf:Description rdf:about=\"{about}\"{}>{}</rdf:Description>", property.names, property.own)
    });
    let data = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\">{}</rdf:RDF></x:xmpmeta>",
        own.collect::<String>()
    );
    let extension = Extension::of(data.into_bytes());
    let mut first = String::with_capacity(most);
    let mut at = 0;
    for property in &moved {
        first.push_str(&packet[at..property.range.start]);
        at = property.range.end;
    }
    // The properties lie before the end.
    first.push_str(&packet[at..end]);
    first.push_str(&reference(std::str::from_utf8(&extension.identifier).ok()?));
    first.push_str(&packet[end..]);
    Some((first.into_bytes(), extension))
}

/// An element of a packet.
struct Element {
    range: std::ops::Range<usize>,
    /// As it can stand by itself; of a property as it is.
    own: String,
    /// The namespaces that it knows from the elements around it, as attributes.
    names: String,
}

/// What a packet consists of.
struct Elements {
    /// `rdf:Description`, each.
    descriptions: Vec<Element>,
    /// The elements in them.
    properties: Vec<Element>,
    /// Where `rdf:RDF` ends.
    end: usize,
    /// What they are about; the same for all.
    about: String,
    /// The identifier of the extension.
    extension: Option<String>,
}

impl Elements {
    fn names(&self, extension: &Extension) -> bool {
        self.extension.as_ref().is_some_and(|own| own.as_bytes().eq_ignore_ascii_case(&extension.identifier))
    }
}

/// Namespaces by their prefixes; the inner ones come later.
type Names = Vec<(String, String)>;

/// Takes a packet apart; `None` when it is not well-formed, or no XMP.
fn elements(packet: &str) -> Option<Elements> {
    let mut reader = NsReader::from_str(packet);
    let mut found =
        Elements { descriptions: Vec::new(), properties: Vec::new(), end: 0, about: String::new(), extension: None };
    let mut has_end = false;
    // The namespaces of all that is open, and how many there were before each element.
    let mut names: Names = Vec::new();
    let mut open: Vec<(usize, bool)> = Vec::new();
    loop {
        let from = reader.buffer_position() as usize;
        let event = reader.read_event().ok()?;
        let (start, is_empty) = match event {
            Event::Eof => break,
            Event::End(_) => {
                let (before, is_rdf) = open.pop()?;
                names.truncate(before);
                if is_rdf {
                    (found.end, has_end) = (from, true);
                }
                continue;
            }
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            _ => continue,
        };
        let is_in = |name: &str| is(&reader, &start, name);
        let (is_rdf, is_description) = (is_in("RDF"), is_in("Description") && open.last().is_some_and(|open| open.1));
        let before = names.len();
        let outer = as_attributes(&names, &start);
        names.extend(own_names(&start)?);
        if is_description {
            let to = if is_empty { reader.buffer_position() as usize } else { end_of(packet, from)? };
            let text = &packet[from..to];
            let head = 1 + start.name().as_ref().len();
            let own = [&text[..head], &outer, &text[head..]].concat();
            found.descriptions.push(Element { range: from..to, own, names: String::new() });
            for attribute in start.attributes() {
                let attribute = attribute.ok()?;
                match reader.resolver().resolve_attribute(attribute.key) {
                    (ResolveResult::Bound(namespace), name) if namespace.0 == RDF && name.as_ref() == "about" => {
                        found.about = attribute.value.to_string();
                    }
                    (ResolveResult::Bound(namespace), name)
                        if namespace.0 == NOTE && name.as_ref() == HAS_EXTENSION =>
                    {
                        found.extension = Some(attribute.value.to_string());
                    }
                    _ => {}
                }
            }
        }
        let is_property = open.len() >= 2 && open[open.len() - 2].1 && !is_rdf;
        if is_property {
            let is_reference = match reader.resolver().resolve_element(start.name()) {
                (ResolveResult::Bound(namespace), name) => namespace.0 == NOTE && name.as_ref() == HAS_EXTENSION,
                _ => false,
            };
            names.truncate(before);
            let around = as_attributes(&names, &BytesStart::new("rdf:Description"));
            if !is_empty {
                let text = reader.read_text(start.name()).ok()?;
                if is_reference {
                    found.extension = Some(text.trim().to_string());
                }
            }
            let to = reader.buffer_position() as usize;
            found.properties.push(Element { range: from..to, own: packet[from..to].to_owned(), names: around });
            continue;
        }
        if is_empty {
            names.truncate(before);
        } else {
            open.push((before, is_rdf));
        }
    }
    has_end.then_some(found)
}

fn is(reader: &NsReader<&[u8]>, start: &BytesStart, wanted: &str) -> bool {
    match reader.resolver().resolve_element(start.name()) {
        (ResolveResult::Bound(namespace), name) => namespace.0 == RDF && name.as_ref() == wanted,
        _ => false,
    }
}

/// Where an element that begins at `from` ends.
fn end_of(packet: &str, from: usize) -> Option<usize> {
    let rest = &packet[from..];
    let mut reader = NsReader::from_str(rest);
    let Event::Start(start) = reader.read_event().ok()? else { return None };
    reader.read_to_end(start.to_end().name()).ok()?;
    Some(from + reader.buffer_position() as usize)
}

/// The namespaces that an element declares.
fn own_names(start: &BytesStart) -> Option<Names> {
    let mut names = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if let Some(prefix) = attribute.key.as_ref().strip_prefix("xmlns:") {
            names.push((prefix.to_owned(), attribute.value.to_string()));
        }
    }
    Some(names)
}

/// Namespaces as attributes of an element that does not declare them itself.
fn as_attributes(names: &[(String, String)], of: &BytesStart) -> String {
    let own = own_names(of).unwrap_or_default();
    let mut written: Vec<&str> = Vec::new();
    let mut attributes = String::new();
    for (prefix, namespace) in names.iter().rev() {
        if written.contains(&prefix.as_str()) || own.iter().any(|(own, _)| own == prefix) {
            continue;
        }
        written.push(prefix);
        let quote = if namespace.contains('"') { '\'' } else { '"' };
        attributes.push_str(&format!(" xmlns:{prefix}={quote}{namespace}{quote}"));
    }
    attributes
}
