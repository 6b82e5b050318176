//! EXIF blocks, changed in place: what points to places in the block, makers' notes above all, stays right.

use image::metadata::Orientation;

/// Tags of the first directory.
const WIDTH: u16 = 0x100;
const HEIGHT: u16 = 0x101;
const ORIENTATION: u16 = 0x112;
const EXIF_DIRECTORY: u16 = 0x8769;
/// Tags of the EXIF directory: the size of the picture.
const PIXEL_WIDTH: u16 = 0xA002;
const PIXEL_HEIGHT: u16 = 0xA003;
/// Tags of the second directory: where the thumbnail is, and its length.
const THUMBNAIL: u16 = 0x201;
const THUMBNAIL_LENGTH: u16 = 0x202;

const SHORT: u16 = 3;
const LONG: u16 = 4;
const ENTRY: usize = 12;

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
    fn what_is_no_block_stays_as_it_is() {
        let whole = block(false);
        for len in 0..whole.len() {
            let mut cut = whole[..len].to_vec();
            set_upright(&mut cut, (1, 2));
            remove_thumbnail(&mut cut);
            orientation(&cut);
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
