//! EXIF blocks, changed in place: what points to places in the block, makers' notes above all, stays right.

use std::borrow::Cow;

use image::metadata::Orientation;

use crate::files::metadata::Density;

/// Tags of the first directory.
const WIDTH: u16 = 0x100;
const HEIGHT: u16 = 0x101;
const ORIENTATION: u16 = 0x112;
const X_RESOLUTION: u16 = 0x11A;
const Y_RESOLUTION: u16 = 0x11B;
const RESOLUTION_UNIT: u16 = 0x128;
const CHROMA_POSITIONING: u16 = 0x213;
const EXIF_DIRECTORY: u16 = 0x8769;
/// Tags of the EXIF directory: the components of compressed pixels, and the size of the picture.
const COMPONENTS: u16 = 0x9101;
const PIXEL_WIDTH: u16 = 0xA002;
const PIXEL_HEIGHT: u16 = 0xA003;
/// Tags of the second directory: where the thumbnail is, and its length.
const THUMBNAIL: u16 = 0x201;
const THUMBNAIL_LENGTH: u16 = 0x202;

const BYTE: u16 = 1;
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;
const ENTRY: usize = 12;

/// Where the place of the first directory is said.
const FIRST: usize = 4;
/// A block without entries.
pub const EMPTY: &[u8] = b"II*\0\0\0\0\0";

/// ResolutionUnit.
const INCH: u16 = 2;
/// YCbCrPositioning as JFIF has it.
const CENTRED: u16 = 1;
/// Pixels per inch where nothing says how many there are (EXIF 3.0, 4.6.4.1).
const USUAL_DENSITY: f64 = 72.0;

/// What stands before the block in JPEG, and in WebP by some programs.
pub const PREFIX: &[u8] = b"Exif\0\0";

/// The block without what stands before it.
pub fn without_prefix(mut block: Vec<u8>) -> Vec<u8> {
    if block.starts_with(PREFIX) {
        block.drain(..PREFIX.len());
    }
    block
}

/// The orientation that a block says.
pub fn orientation(block: &[u8]) -> Option<Orientation> {
    let order = Order::of(block)?;
    let entry = order.entries(block, order.long(block, 4)?)?.find(|(tag, _)| *tag == ORIENTATION)?.1;
    Orientation::from_exif(order.value(block, entry)?.try_into().ok()?)
}

/// Sets the orientation to upright, and the size of the picture where the block says it.
pub fn set_upright(block: &mut [u8], size: (u32, u32)) {
    let Some(order) = Order::of(block) else { return };
    let Some(first) = order.long(block, 4) else { return };
    let directory = |block: &[u8], at| order.entries(block, at).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    for (tag, entry) in directory(block, first) {
        match tag {
            ORIENTATION => order.set_value(block, entry, 1),
            WIDTH => order.set_value(block, entry, size.0),
            HEIGHT => order.set_value(block, entry, size.1),
            EXIF_DIRECTORY => {
                let Some(at) = order.value(block, entry) else { continue };
                for (tag, entry) in directory(block, at) {
                    match tag {
                        PIXEL_WIDTH => order.set_value(block, entry, size.0),
                        PIXEL_HEIGHT => order.set_value(block, entry, size.1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Takes the thumbnail out; whether there was one.
pub fn remove_thumbnail(block: &mut Vec<u8>) -> bool {
    let removed = || {
        let order = Order::of(block)?;
        let first = order.long(block, 4)?;
        let link = order.end(block, first)?;
        let second = order.long(block, link).filter(|at| *at != 0)?;
        let find = |wanted| {
            let entry = order.entries(block, second)?.find(|(tag, _)| *tag == wanted)?.1;
            order.value(block, entry)
        };
        let data = find(THUMBNAIL).zip(find(THUMBNAIL_LENGTH)).map(|(at, length)| (at as usize, length as usize));
        Some((link, data))
    };
    let Some((link, data)) = removed() else { return false };
    block[link..link + 4].fill(0);
    if let Some((at, length)) = data
        && let Some(end) = at.checked_add(length).filter(|end| *end <= block.len() && at > link)
    {
        if end == block.len() { block.truncate(at) } else { block[at..end].fill(0) }
    }
    true
}

/// The value of an entry.
pub enum Value<'a> {
    /// A whole number.
    Short(u16),
    /// A whole number.
    Long(u32),
    /// A ratio.
    Ratio(u32, u32),
    /// A text.
    Text(&'a str),
    /// A text of Windows' own entries, UTF-16.
    Wide(&'a str),
    /// Bytes of a meaning of their own.
    Bytes(&'a [u8]),
}

/// Adds entries to the first directory of a block where it has none of the same tags; whether each was added, or was
/// there with the same value. None are where the block cannot be read.
pub fn add(block: &mut Vec<u8>, entries: &[(u16, Value)]) -> Vec<bool> {
    if block.is_empty() {
        block.extend(EMPTY);
    }
    let Some(order) = Order::of(block) else { return vec![false; entries.len()] };
    order.add(block, FIRST, entries).unwrap_or_else(|| vec![false; entries.len()])
}

/// Adds what EXIF requires of JPEG files and of no others (EXIF 3.0, 4.6.8), where it is missing.
pub fn complete_for_jpeg(block: &mut Vec<u8>, size: (u32, u32), density: Option<Density>, is_grey: bool) {
    let Some(order) = Order::of(block) else { return };
    let ratio = |v: f64| ((v * 1000.0).round() as u32, 1000);
    let own = order.find(block, FIRST, X_RESOLUTION).and_then(|entry| {
        let at = order.long(block, entry + 8)? as usize;
        Some((order.long(block, at)?, order.long(block, at.checked_add(4)?)?))
    });
    let (x, y) = match (own, density) {
        // Pixels are square where nothing else is said.
        (Some(own), _) => (own, own),
        (None, Some(density)) => (ratio(density.x()), ratio(density.y())),
        (None, None) => (ratio(USUAL_DENSITY), ratio(USUAL_DENSITY)),
    };
    let entries = [
        (X_RESOLUTION, Value::Ratio(x.0, x.1)),
        (Y_RESOLUTION, Value::Ratio(y.0, y.1)),
        // A resolution without its unit is in inches.
        (RESOLUTION_UNIT, Value::Short(INCH)),
        (CHROMA_POSITIONING, Value::Short(CENTRED)),
    ];
    if order.add(block, FIRST, &entries).is_none() {
        return;
    }
    let Some(entry) = order.find(block, FIRST, EXIF_DIRECTORY) else { return };
    // Luma, blue and red difference; or luma alone.
    let components: &[u8] = if is_grey { &[1, 0, 0, 0] } else { &[1, 2, 3, 0] };
    let entries = [
        (COMPONENTS, Value::Bytes(components)),
        (PIXEL_WIDTH, Value::Long(size.0)),
        (PIXEL_HEIGHT, Value::Long(size.1)),
    ];
    order.add(block, entry + 8, &entries);
}

/// The order of bytes in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    is_big: bool,
}

impl Order {
    /// What the first bytes of a block or of a TIFF file say.
    pub fn of(block: &[u8]) -> Option<Self> {
        match block.first_chunk()? {
            b"II*\0" => Some(Self { is_big: false }),
            b"MM\0*" => Some(Self { is_big: true }),
            _ => None,
        }
    }

    /// The 16 bits at a place.
    pub fn short(self, block: &[u8], at: usize) -> Option<u16> {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(if self.is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    /// The 32 bits at a place.
    pub fn long(self, block: &[u8], at: usize) -> Option<u32> {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(if self.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Whether the highest byte comes first.
    #[cfg(feature = "raw")]
    pub fn is_big(self) -> bool {
        self.is_big
    }

    /// 16 bits as they are written.
    pub fn short_bytes(self, value: u16) -> [u8; 2] {
        if self.is_big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// 32 bits as they are written.
    pub fn long_bytes(self, value: u32) -> [u8; 4] {
        if self.is_big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// The tags of a directory, and where their entries are.
    pub fn entries(self, block: &[u8], at: u32) -> Option<impl Iterator<Item = (u16, usize)>> {
        let at = at as usize;
        let count = usize::from(self.short(block, at)?);
        // All of them lie in the block.
        block.get(at..at + 2 + ENTRY * count)?;
        Some((0..count).filter_map(move |i| {
            let entry = at + 2 + ENTRY * i;
            Some((self.short(block, entry)?, entry))
        }))
    }

    /// Where the entry of a tag is, in the directory whose place is said at `link`.
    fn find(self, block: &[u8], link: usize, tag: u16) -> Option<usize> {
        self.entries(block, self.long(block, link)?)?.find(|(own, _)| *own == tag).map(|(_, entry)| entry)
    }

    /// Adds entries to the directory whose place is said at `link`, where it has none of their tags: it moves to the
    /// end of the block, and what it points to stays. `None` where it cannot be read.
    fn add(self, block: &mut Vec<u8>, link: usize, entries: &[(u16, Value)]) -> Option<Vec<bool>> {
        let place = self.long(block, link)?;
        let (mut all, next) = if place == 0 {
            (Vec::new(), 0)
        } else {
            let own = self.entries(block, place)?.map(|(tag, at)| (tag, block[at..at + ENTRY].to_vec())).collect();
            (own, self.long(block, self.end(block, place)?)?)
        };
        let count = all.len();
        let mut fits = Vec::with_capacity(entries.len());
        for (tag, value) in entries {
            let (kind, count, bytes) = value.encoded(self);
            if let Some((_, own)) = all.iter().find(|(own, _)| own == tag) {
                fits.push(self.bytes(block, own).is_some_and(|own| own == bytes.as_ref()));
                continue;
            }
            let mut entry =
                [self.short_bytes(*tag).as_slice(), &self.short_bytes(kind), &self.long_bytes(count)].concat();
            if bytes.len() <= 4 {
                entry.extend(bytes.as_ref());
                entry.resize(ENTRY, 0);
            } else {
                block.resize(block.len().next_multiple_of(2), 0);
                entry.extend(self.long_bytes(block.len().try_into().ok()?));
                block.extend(bytes.as_ref());
            }
            all.push((*tag, entry));
            fits.push(true);
        }
        if all.len() == count {
            return Some(fits);
        }
        all.sort_by_key(|(tag, _)| *tag);
        block.resize(block.len().next_multiple_of(2), 0);
        let place = self.long_bytes(block.len().try_into().ok()?);
        block[link..link + 4].copy_from_slice(&place);
        block.extend(self.short_bytes(all.len().try_into().ok()?));
        all.iter().for_each(|(_, entry)| block.extend(entry));
        block.extend(self.long_bytes(next));
        Some(fits)
    }

    /// The bytes of an entry's value, for types of one byte.
    fn bytes(self, block: &[u8], entry: &[u8]) -> Option<Vec<u8>> {
        let (kind, count) = (self.short(entry, 2)?, self.long(entry, 4)? as usize);
        let is_of_bytes = [BYTE, ASCII, UNDEFINED].contains(&kind);
        let at = if count <= 4 { None } else { Some(self.long(entry, 8)? as usize) };
        let value = match at {
            None => entry.get(8..8 + count),
            Some(at) => block.get(at..at.checked_add(count)?),
        };
        value.filter(|_| is_of_bytes).map(<[u8]>::to_vec)
    }

    /// Where a directory's link to the next one is.
    pub fn end(self, block: &[u8], at: u32) -> Option<usize> {
        let end = at as usize + 2 + ENTRY * usize::from(self.short(block, at as usize)?);
        self.long(block, end).map(|_| end)
    }

    /// The value of an entry that has one whole number.
    fn value(self, block: &[u8], entry: usize) -> Option<u32> {
        match (self.short(block, entry + 2)?, self.long(block, entry + 4)?) {
            (SHORT, 1) => self.short(block, entry + 8).map(u32::from),
            (LONG, 1) => self.long(block, entry + 8),
            _ => None,
        }
    }

    fn set_value(self, block: &mut [u8], entry: usize, value: u32) {
        let Some(_) = self.value(block, entry) else { return };
        let is_short = self.short(block, entry + 2) == Some(SHORT);
        let field = &mut block[entry + 8..entry + 12];
        match (is_short, self.is_big) {
            (true, true) => field[..2].copy_from_slice(&(value as u16).to_be_bytes()),
            (true, false) => field[..2].copy_from_slice(&(value as u16).to_le_bytes()),
            (false, true) => field.copy_from_slice(&value.to_be_bytes()),
            (false, false) => field.copy_from_slice(&value.to_le_bytes()),
        }
    }
}

impl Value<'_> {
    /// Type, count and bytes.
    fn encoded(&self, order: Order) -> (u16, u32, Cow<'_, [u8]>) {
        let count = |bytes: &[u8]| bytes.len() as u32;
        match self {
            Self::Short(v) => (SHORT, 1, order.short_bytes(*v).to_vec().into()),
            Self::Long(v) => (LONG, 1, order.long_bytes(*v).to_vec().into()),
            Self::Ratio(above, below) => {
                (RATIONAL, 1, [order.long_bytes(*above), order.long_bytes(*below)].concat().into())
            }
            Self::Text(text) => {
                let bytes = [text.as_bytes(), &[0]].concat();
                (ASCII, count(&bytes), bytes.into())
            }
            Self::Wide(text) => {
                // In this order whatever the block's.
                let bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
                (BYTE, count(&bytes), bytes.into())
            }
            Self::Bytes(bytes) => (UNDEFINED, count(bytes), (*bytes).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with a size, an orientation, a directory below it and a thumbnail of the bytes 7.
    fn block(is_big: bool) -> Vec<u8> {
        let short = |v: u16| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let long = |v: u32| if is_big { v.to_be_bytes() } else { v.to_le_bytes() };
        let entry = |tag: u16, kind: u16, value: u32| {
            let value =
                if kind == SHORT { [short(value as u16).as_slice(), &[0; 2]].concat() } else { long(value).into() };
            [short(tag).as_slice(), &short(kind), &long(1), &value].concat()
        };
        let directory = |entries: &[Vec<u8>], next: u32| {
            [short(entries.len() as u16).as_slice(), &entries.concat(), &long(next)].concat()
        };
        // Three entries take 42 bytes, two 30.
        let (below, second, thumbnail) = (8 + 42, 8 + 42 + 30, 8 + 42 + 30 + 30);
        [
            if is_big { b"MM".as_slice() } else { b"II" },
            &short(42),
            &long(8),
            &directory(
                &[entry(WIDTH, LONG, 30), entry(ORIENTATION, SHORT, 6), entry(EXIF_DIRECTORY, LONG, below)],
                second,
            ),
            &directory(&[entry(PIXEL_WIDTH, SHORT, 30), entry(PIXEL_HEIGHT, LONG, 20)], 0),
            &directory(&[entry(THUMBNAIL, LONG, thumbnail), entry(THUMBNAIL_LENGTH, LONG, 5)], 0),
            &[7; 5],
        ]
        .concat()
    }

    #[test]
    fn the_size_follows_the_turn() {
        for is_big in [false, true] {
            let mut block = block(is_big);
            assert_eq!(orientation(&block), Some(Orientation::Rotate90));
            set_upright(&mut block, (20, 30));
            assert_eq!(orientation(&block), Some(Orientation::NoTransforms));
            let order = Order::of(&block).unwrap();
            let values = |at: u32| -> Vec<u32> {
                order.entries(&block, at).unwrap().map(|(_, entry)| order.value(&block, entry).unwrap()).collect()
            };
            assert_eq!((values(8), values(50)), (vec![20, 1, 50], vec![20, 30]));
        }
    }

    #[test]
    fn the_thumbnail_goes_once_and_for_all() {
        for is_big in [false, true] {
            let mut block = block(is_big);
            let len = block.len();
            assert!(remove_thumbnail(&mut block));
            assert_eq!(block.len(), len - 5);
            assert!(!block.windows(5).any(|window| window == [7; 5]));
            assert!(!remove_thumbnail(&mut block));
            assert_eq!(orientation(&block), Some(Orientation::Rotate90));
        }
    }

    #[test]
    fn entries_are_added_where_there_are_none() {
        for is_big in [false, true] {
            let mut block = block(is_big);
            let before = block.clone();
            let entries =
                [(0x10E, Value::Text("a caption")), (ORIENTATION, Value::Short(3)), (0x13B, Value::Text("me"))];
            assert_eq!(add(&mut block, &entries), [true, false, true]);
            // The directory has moved, with its entries and its link; all else is where it was.
            assert_eq!(block[8..before.len()], before[8..]);
            assert_eq!(orientation(&block), Some(Orientation::Rotate90));
            let order = Order::of(&block).unwrap();
            let first = order.long(&block, FIRST).unwrap();
            let tags: Vec<u16> = order.entries(&block, first).unwrap().map(|(tag, _)| tag).collect();
            assert_eq!(tags, [WIDTH, 0x10E, ORIENTATION, 0x13B, EXIF_DIRECTORY]);
            let text = |tag| {
                let entry = order.find(&block, FIRST, tag).unwrap();
                order.bytes(&block, &block[entry..entry + ENTRY]).unwrap()
            };
            assert_eq!((text(0x10E), text(0x13B)), (b"a caption\0".to_vec(), b"me\0".to_vec()));
            assert_eq!(first % 2, 0);
            let len = block.len();
            assert_eq!(add(&mut block, &entries), [true, false, true], "the same again");
            assert_eq!(block.len(), len);
            assert!(remove_thumbnail(&mut block), "the link to it is kept");
        }
        let mut none = Vec::new();
        assert_eq!(add(&mut none, &[(0x9C9B, Value::Wide("A"))]), [true]);
        assert_eq!(none, b"II*\0\x08\0\0\0\x01\0\x9B\x9C\x01\0\x04\0\0\0A\0\0\0\0\0\0\0");
        assert_eq!(add(&mut b"no block".to_vec(), &[(0x10E, Value::Text("a"))]), [false]);
    }

    #[test]
    fn what_jpeg_requires_is_added_once() {
        let tags = |block: &[u8], link| -> Vec<u16> {
            let order = Order::of(block).unwrap();
            order.entries(block, order.long(block, link).unwrap()).unwrap().map(|(tag, _)| tag).collect()
        };
        for is_big in [false, true] {
            let mut block = block(is_big);
            complete_for_jpeg(&mut block, (20, 30), Density::new(300.0, 300.0), false);
            let all =
                [WIDTH, ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, CHROMA_POSITIONING, EXIF_DIRECTORY];
            assert_eq!(tags(&block, FIRST), all);
            let order = Order::of(&block).unwrap();
            let entry = order.find(&block, FIRST, EXIF_DIRECTORY).unwrap();
            assert_eq!(tags(&block, entry + 8), [COMPONENTS, PIXEL_WIDTH, PIXEL_HEIGHT]);
            let ratio =
                order.find(&block, FIRST, X_RESOLUTION).and_then(|entry| order.long(&block, entry + 8)).unwrap();
            assert_eq!(order.long(&block, ratio as usize), Some(300_000));
            let before = block.clone();
            complete_for_jpeg(&mut block, (20, 30), None, false);
            assert_eq!(block, before);
        }
    }

    #[test]
    fn a_resolution_across_is_one_down_too() {
        let mut block = Vec::new();
        add(&mut block, &[(X_RESOLUTION, Value::Ratio(240, 1))]);
        complete_for_jpeg(&mut block, (20, 30), Density::new(300.0, 300.0), false);
        let order = Order::of(&block).unwrap();
        for tag in [X_RESOLUTION, Y_RESOLUTION] {
            let at = order.find(&block, FIRST, tag).and_then(|entry| order.long(&block, entry + 8)).unwrap() as usize;
            assert_eq!((order.long(&block, at), order.long(&block, at + 4)), (Some(240), Some(1)), "{tag}");
        }
    }

    #[test]
    fn what_is_no_block_stays_as_it_is() {
        let whole = block(false);
        for len in 0..whole.len() {
            let mut cut = whole[..len].to_vec();
            set_upright(&mut cut, (1, 2));
            remove_thumbnail(&mut cut);
            orientation(&cut);
            complete_for_jpeg(&mut cut, (1, 2), None, false);
            add(&mut cut, &[(0x10E, Value::Text("a caption"))]);
        }
        // Directories that lie nowhere.
        let mut wrong = whole.clone();
        wrong[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let before = wrong.clone();
        set_upright(&mut wrong, (1, 2));
        assert!(!remove_thumbnail(&mut wrong));
        assert_eq!((orientation(&wrong), wrong), (None, before));
    }
}
