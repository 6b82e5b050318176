//! The directories of a TIFF file as DNG has them: pictures in a chain, each with pictures below it.
//!
//! What is not changed stays where it is in the file, so that whatever points there (makers' notes above all) stays
//! right: directories are written anew at the end, and their entries go on pointing to the values that are kept.

use std::collections::HashSet;
use std::ops::Range;

use crate::files::Order;
use crate::raw::dng::tags;
use crate::raw::error::RawError;

/// More directories than this are no photo.
const MOST_PICTURES: usize = 256;
/// How deep directories may lie.
const DEEPEST: usize = 4;
/// How many bytes a file begins with that say where the first directory is.
const HEADER: usize = 8;

/// Kinds of values.
pub const BYTE: u16 = 1;
pub const ASCII: u16 = 2;
pub const SHORT: u16 = 3;
pub const LONG: u16 = 4;
pub const RATIONAL: u16 = 5;
pub const UNDEFINED: u16 = 7;
pub const SIGNED_RATIONAL: u16 = 10;
pub const DOUBLE: u16 = 12;

/// How many bytes a value of a kind has; 0 for kinds that TIFF does not know.
fn size(kind: u16) -> usize {
    const SIZES: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
    SIZES.get(usize::from(kind)).copied().unwrap_or(0)
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it says.
    pub tag: u16,
    /// The kind of its values.
    kind: u16,
    /// How many there are.
    count: u32,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    /// At this place of the file.
    Kept(usize),
    /// Not in the file yet, in its byte order.
    New(Vec<u8>),
}

impl Entry {
    /// An entry of bytes: text, which ends in a zero, or what has no order of bytes.
    pub fn bytes(tag: u16, kind: u16, values: Vec<u8>) -> Self {
        Self { tag, kind, count: values.len() as u32, values: Values::New(values) }
    }

    /// An entry of text.
    pub fn text(tag: u16, text: &str) -> Self {
        Self::bytes(tag, ASCII, [text.as_bytes(), &[0]].concat())
    }

    /// An entry of whole numbers of 16 bits.
    pub fn shorts(tag: u16, order: Order, values: &[u16]) -> Self {
        Self::new(tag, SHORT, values.len(), values.iter().flat_map(|v| order.short_bytes(*v)).collect())
    }

    /// An entry of whole numbers of 32 bits.
    pub fn longs(tag: u16, order: Order, values: &[u32]) -> Self {
        Self::new(tag, LONG, values.len(), values.iter().flat_map(|v| order.long_bytes(*v)).collect())
    }

    /// An entry of fractions that are not negative.
    pub fn rationals(tag: u16, order: Order, values: &[(u32, u32)]) -> Self {
        let bytes = values.iter().flat_map(|(a, b)| [order.long_bytes(*a), order.long_bytes(*b)]).flatten().collect();
        Self::new(tag, RATIONAL, values.len(), bytes)
    }

    /// An entry of fractions with a sign: the numbers, to a ten-thousandth.
    pub fn ten_thousandths(tag: u16, order: Order, values: &[f64]) -> Self {
        let bytes = values.iter().flat_map(|v| {
            let above = (v * 1e4).round().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
            [order.long_bytes(above as u32), order.long_bytes(10_000)]
        });
        Self::new(tag, SIGNED_RATIONAL, values.len(), bytes.flatten().collect())
    }

    /// An entry of floats of 64 bits.
    pub fn doubles(tag: u16, order: Order, values: &[f64]) -> Self {
        let halves = values.iter().flat_map(|v| {
            let bits = v.to_bits();
            let (high, low) = (order.long_bytes((bits >> 32) as u32), order.long_bytes(bits as u32));
            if order.is_big() { [high, low] } else { [low, high] }
        });
        Self::new(tag, DOUBLE, values.len(), halves.flatten().collect())
    }

    fn new(tag: u16, kind: u16, count: usize, values: Vec<u8>) -> Self {
        Self { tag, kind, count: count as u32, values: Values::New(values) }
    }

    /// The bytes of its values; `None` if they lie outside the file.
    pub fn values<'a>(&'a self, file: &'a [u8]) -> Option<&'a [u8]> {
        match &self.values {
            Values::Kept(at) => file.get(*at..at.checked_add(self.len()?)?),
            Values::New(values) => Some(values),
        }
    }

    /// Where its values lie in the file, unless they lie in the directory.
    pub fn place(&self) -> Option<u32> {
        match self.values {
            Values::Kept(at) => u32::try_from(at).ok(),
            Values::New(_) => None,
        }
    }

    /// Its values as numbers; none if they are no numbers or lie outside the file.
    pub fn numbers(&self, file: &[u8], order: Order) -> Vec<f64> {
        let Some(bytes) = self.values(file) else { return Vec::new() };
        let long = |i: usize| order.long(bytes, i).unwrap_or(0);
        let wide = |i: usize| {
            let (a, b) = (u64::from(long(i)), u64::from(long(i + 4)));
            if order.is_big() { a << 32 | b } else { b << 32 | a }
        };
        let number = |at: usize| match self.kind {
            1 | 7 => f64::from(bytes[at]),
            3 => f64::from(order.short(bytes, at).unwrap_or(0)),
            4 | 13 => f64::from(long(at)),
            5 => f64::from(long(at)) / f64::from(long(at + 4)),
            6 => f64::from(bytes[at] as i8),
            8 => f64::from(order.short(bytes, at).unwrap_or(0) as i16),
            9 => f64::from(long(at) as i32),
            10 => f64::from(long(at) as i32) / f64::from(long(at + 4) as i32),
            11 => f64::from(f32::from_bits(long(at))),
            12 => f64::from_bits(wide(at)),
            _ => f64::NAN,
        };
        (0..bytes.len()).step_by(size(self.kind).max(1)).map(number).collect()
    }

    /// The same with all values multiplied, as whole numbers or fractions.
    pub fn multiplied(&self, file: &[u8], order: Order, factor: u32) -> Self {
        if let (RATIONAL | SIGNED_RATIONAL, Some(bytes)) = (self.kind, self.values(file)) {
            let is_signed = self.kind == SIGNED_RATIONAL;
            let scaled = bytes.chunks_exact(8).flat_map(|fraction| {
                let part = |at| order.long(fraction, at).unwrap_or(0);
                let (above, below) = (part(0), part(4));
                let product = if is_signed {
                    (above as i32).checked_mul(factor as i32).map(|v| v as u32)
                } else {
                    above.checked_mul(factor)
                };
                // What gets too large above is divided below.
                let (above, below) = product.map_or((above, (below / factor).max(1)), |above| (above, below));
                [order.long_bytes(above), order.long_bytes(below)]
            });
            return Self::new(self.tag, self.kind, self.count as usize, scaled.flatten().collect());
        }
        let numbers = self.numbers(file, order);
        let whole: Vec<u32> = numbers.iter().map(|v| (v * f64::from(factor)).round() as u32).collect();
        Self::longs(self.tag, order, &whole)
    }

    /// How many bytes its values have.
    fn len(&self) -> Option<usize> {
        (self.count as usize).checked_mul(size(self.kind))
    }
}

/// A directory and those below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Directory {
    /// Its entries.
    entries: Vec<Entry>,
    /// The directories that SubIFDs points to.
    pub below: Vec<Directory>,
    /// Its own bytes in the file.
    place: Range<usize>,
}

impl Directory {
    /// Its entry of this tag.
    pub fn get(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// Puts an entry in, in place of one of its tag.
    pub fn set(&mut self, entry: Entry) {
        self.remove(&[entry.tag]);
        self.entries.push(entry);
    }

    /// Takes entries out.
    pub fn remove(&mut self, tags: &[u16]) {
        self.entries.retain(|entry| !tags.contains(&entry.tag));
    }

    /// The numbers of an entry; none if there is no such entry.
    pub fn numbers(&self, tag: u16, file: &[u8], order: Order) -> Vec<f64> {
        self.get(tag).map(|entry| entry.numbers(file, order)).unwrap_or_default()
    }

    /// The first number of an entry, as a whole number.
    pub fn number(&self, tag: u16, file: &[u8], order: Order) -> Option<u32> {
        self.numbers(tag, file, order).first().filter(|v| **v >= 0.0 && **v <= f64::from(u32::MAX)).map(|v| *v as u32)
    }

    /// The same with values of its own, so that it can go into another file; without directories below it.
    pub fn taken(&self, file: &[u8]) -> Self {
        let entries = self.entries.iter().filter_map(|entry| {
            let values = Values::New(entry.values(file)?.to_vec());
            Some(Entry { values, ..entry.clone() })
        });
        Self { entries: entries.collect(), ..Self::default() }
    }

    /// Leaves only these entries.
    pub fn retain(&mut self, is_wanted: impl Fn(u16) -> bool) {
        self.entries.retain(|entry| is_wanted(entry.tag));
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The places of values that do not lie in the directory itself.
    fn values(&self) -> Vec<Range<usize>> {
        let kept = self.entries.iter().filter_map(|entry| match entry.values {
            Values::Kept(at) => Some(at..at.checked_add(entry.len()?)?),
            Values::New(_) => None,
        });
        kept.collect()
    }

    fn each(&mut self, with: &mut impl FnMut(&mut Self)) {
        with(self);
        self.below.iter_mut().for_each(|directory| directory.each(with));
    }

    fn all(&self) -> Vec<&Self> {
        [self].into_iter().chain(self.below.iter().flat_map(Self::all)).collect()
    }
}

/// All directories of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The order of its bytes.
    pub order: Order,
    /// The directories of the chain; the first holds what concerns the whole file.
    pub chain: Vec<Directory>,
    /// Where directories that are not of pictures lie, and their values: EXIF, GPS.
    others: Vec<Range<usize>>,
}

impl Tree {
    /// The directories of a file.
    ///
    /// # Errors
    /// [`RawError::Damaged`] if they lie outside the file or in a circle, [`RawError::Packing`] for BigTIFF.
    pub fn read(file: &[u8]) -> Result<Self, RawError> {
        if matches!(file.first_chunk(), Some(b"II+\0" | b"MM\0+")) {
            return Err(RawError::Packing("it is a BigTIFF".into()));
        }
        let order = Order::of(file).ok_or(RawError::NotRaw)?;
        Self::read_in(order, file)
    }

    /// The directories of a file that begins in a camera's own way.
    ///
    /// # Errors
    /// As [`Tree::read`].
    pub fn read_in(order: Order, file: &[u8]) -> Result<Self, RawError> {
        let mut reader = Reader { file, order, seen: HashSet::new() };
        let mut chain = Vec::new();
        let mut at = order.long(file, 4).unwrap_or(0);
        while at != 0 {
            let (directory, next) = reader.directory(at, 0)?;
            chain.push(directory);
            at = next;
        }
        if chain.is_empty() {
            return Err(RawError::damaged("it has no directory"));
        }
        let mut tree = Self { order, chain, others: Vec::new() };
        let others: Vec<Directory> = [tags::EXIF, tags::GPS].iter().filter_map(|tag| tree.other(file, *tag)).collect();
        tree.others = others.iter().flat_map(|other| other.values().into_iter().chain([other.place.clone()])).collect();
        Ok(tree)
    }

    /// A tree of directories that are in no file yet.
    pub fn new(order: Order, chain: Vec<Directory>) -> Self {
        Self { order, chain, others: Vec::new() }
    }

    /// The directory that the first one points to by this tag: EXIF's, or GPS's.
    pub fn other(&self, file: &[u8], tag: u16) -> Option<Directory> {
        let at = self.chain[0].number(tag, file, self.order)?;
        Reader { file, order: self.order, seen: HashSet::new() }.directory(at, DEEPEST).ok().map(|(found, _)| found)
    }

    /// All directories of pictures.
    pub fn all(&self) -> Vec<&Directory> {
        self.chain.iter().flat_map(Directory::all).collect()
    }

    /// Does something with each directory of a picture.
    pub fn each(&mut self, with: &mut impl FnMut(&mut Directory)) {
        self.chain.iter_mut().for_each(|directory| directory.each(with));
    }

    /// The bytes in the file that the values of entries take, and directories that are not of pictures.
    pub fn kept_places(&self) -> Vec<Range<usize>> {
        self.all().into_iter().flat_map(Directory::values).chain(self.others.iter().cloned()).collect()
    }

    /// The places of the directories themselves, which are free once they are written anew.
    pub fn own_places(&self) -> Vec<Range<usize>> {
        self.all().into_iter().map(|directory| directory.place.clone()).collect()
    }

    /// Writes all directories at the end of a file and makes its header point to the first. Values that are kept must
    /// lie where they lay.
    ///
    /// # Errors
    /// [`RawError::FileTooLarge`].
    pub fn write_at_end_of(&self, file: &mut Vec<u8>) -> Result<(), RawError> {
        let mut next = 0;
        for directory in self.chain.iter().rev() {
            next = write(directory, next, self.order, file)?;
        }
        file[4..8].copy_from_slice(&self.order.long_bytes(next));
        Ok(())
    }
}

/// Appends bytes at a place that TIFF allows; the place.
pub fn append(file: &mut Vec<u8>, bytes: &[u8]) -> Result<u32, RawError> {
    file.resize(file.len().next_multiple_of(2), 0);
    let at = file.len();
    file.extend_from_slice(bytes);
    if u32::try_from(file.len()).is_ok() { Ok(at as u32) } else { Err(RawError::FileTooLarge) }
}

/// Appends a directory after those below it; its place.
pub fn write(directory: &Directory, next: u32, order: Order, file: &mut Vec<u8>) -> Result<u32, RawError> {
    let mut entries = directory.entries.clone();
    entries.retain(|entry| entry.tag != tags::SUB_DIRECTORIES);
    if !directory.below.is_empty() {
        let mut below = Vec::new();
        for directory in &directory.below {
            below.push(write(directory, 0, order, file)?);
        }
        entries.push(Entry::longs(tags::SUB_DIRECTORIES, order, &below));
    }
    entries.sort_by_key(|entry| entry.tag);
    let mut bytes = order.short_bytes(entries.len() as u16).to_vec();
    for entry in &entries {
        let len = entry.len().ok_or(RawError::FileTooLarge)?;
        let field = match &entry.values {
            Values::New(values) if len <= 4 => first_bytes(values),
            Values::New(values) => order.long_bytes(append(file, values)?),
            Values::Kept(at) => order.long_bytes(*at as u32),
        };
        bytes.extend([order.short_bytes(entry.tag), order.short_bytes(entry.kind)].concat());
        bytes.extend([order.long_bytes(entry.count), field].concat());
    }
    bytes.extend(order.long_bytes(next));
    append(file, &bytes)
}

/// Up to four bytes, and zeros.
fn first_bytes(values: &[u8]) -> [u8; 4] {
    std::array::from_fn(|i| values.get(i).copied().unwrap_or(0))
}

struct Reader<'a> {
    file: &'a [u8],
    order: Order,
    /// Where directories have been read.
    seen: HashSet<u32>,
}

impl Reader<'_> {
    /// The directory at a place, and where the next one is.
    fn directory(&mut self, at: u32, depth: usize) -> Result<(Directory, u32), RawError> {
        if !self.seen.insert(at) {
            return Err(RawError::damaged("its directories point to each other in a circle"));
        }
        if self.seen.len() > MOST_PICTURES || depth > DEEPEST {
            return Err(RawError::damaged("it has too many directories"));
        }
        let (file, order) = (self.file, self.order);
        let outside = || RawError::damaged("a directory lies outside the file");
        let (end, places): (usize, Vec<(u16, usize)>) =
            order.end(file, at).and_then(|end| Some((end, order.entries(file, at)?.collect()))).ok_or_else(outside)?;
        let mut entries = Vec::new();
        for (tag, place) in places {
            let (kind, count) = order.short(file, place + 2).zip(order.long(file, place + 4)).ok_or_else(outside)?;
            let at = order.long(file, place + 8).ok_or_else(outside)? as usize;
            let mut entry = Entry { tag, kind, count, values: Values::Kept(at) };
            // A kind that nobody knows cannot be kept: its values may be anywhere.
            let Some(len) = entry.len().filter(|_| size(kind) > 0) else { continue };
            if len <= 4 {
                // They lie in the directory, which is written anew.
                entry.values = Values::New(file[place + 8..place + 8 + len].to_vec());
            } else if at < HEADER || len > file.len().saturating_sub(at) {
                // A result has another header and another end, with which these values would change.
                let count = (count as usize).min(file.len().saturating_sub(at) / size(kind));
                if count == 0 {
                    continue;
                }
                entry = Entry::new(tag, kind, count, file[at..at + count * size(kind)].to_vec());
            }
            entries.push(entry);
        }
        let below = entries.iter().find(|entry| entry.tag == tags::SUB_DIRECTORIES);
        let below: Vec<u32> =
            below.map(|e| e.numbers(file, order)).unwrap_or_default().iter().map(|v| *v as u32).collect();
        let below =
            below.into_iter().map(|at| Ok(self.directory(at, depth + 1)?.0)).collect::<Result<_, RawError>>()?;
        let next = order.long(file, end).ok_or_else(outside)?;
        Ok((Directory { entries, below, place: at as usize..end + 4 }, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with two directories in the chain, and one below the first.
    fn file(order: Order) -> Vec<u8> {
        let mut first = Directory::default();
        first.set(Entry::text(271, "a maker"));
        first.set(Entry::doubles(51_041, order, &[1.5, -2.25e-9]));
        let mut below = Directory::default();
        below.set(Entry::shorts(256, order, &[7]));
        below.set(Entry::rationals(50_714, order, &[(5, 2), (u32::MAX, 3)]));
        first.below.push(below);
        let mut second = Directory::default();
        second.set(Entry::ten_thousandths(50_721, order, &[-0.5, 0.25]));
        let mut file = if order.is_big() { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        file.extend([0; 4]);
        Tree::new(order, vec![first, second]).write_at_end_of(&mut file).unwrap();
        file
    }

    fn orders() -> [Order; 2] {
        [Order::of(b"II*\0").unwrap(), Order::of(b"MM\0*").unwrap()]
    }

    #[test]
    fn what_is_written_is_read() {
        for order in orders() {
            let file = file(order);
            let tree = Tree::read(&file).unwrap();
            assert_eq!((tree.order, tree.chain.len(), tree.all().len()), (order, 2, 3));
            let [first, second] = [&tree.chain[0], &tree.chain[1]];
            assert_eq!(first.get(271).unwrap().values(&file), Some(b"a maker\0".as_slice()));
            assert_eq!(first.numbers(51_041, &file, order), [1.5, -2.25e-9]);
            assert_eq!(first.below[0].number(256, &file, order), Some(7));
            assert_eq!(second.numbers(50_721, &file, order), [-0.5, 0.25]);
            let levels = first.below[0].get(50_714).unwrap();
            assert_eq!(levels.numbers(&file, order)[0], 2.5);
            let scaled = levels.multiplied(&file, order, 4).numbers(&file, order);
            assert_eq!(scaled[0], 10.0);
            assert_eq!(scaled[1], f64::from(u32::MAX), "a denominator of 3 becomes 1");
            let whole = first.below[0].get(256).unwrap().multiplied(&file, order, 16);
            assert_eq!(whole.numbers(&file, order), [112.0]);
        }
    }

    #[test]
    fn values_that_are_kept_stay_where_they_are() {
        for order in orders() {
            let before = file(order);
            let mut tree = Tree::read(&before).unwrap();
            tree.chain[0].set(Entry::text(305, "svnr"));
            let mut after = before.clone();
            tree.write_at_end_of(&mut after).unwrap();
            assert_eq!(after[8..before.len()], before[8..]);
            let again = Tree::read(&after).unwrap();
            assert_eq!(again.chain[0].get(271), tree.chain[0].get(271));
            assert_eq!(again.chain[0].get(305).unwrap().values(&after), Some(b"svnr\0".as_slice()));
            assert_eq!(again.chain[0].below[0].number(256, &after, order), Some(7));
        }
    }

    #[test]
    fn values_in_the_header_or_beyond_the_end_are_in_a_result_what_they_were() {
        for order in orders() {
            let mut before = file(order);
            let counts = [(700, u32::MAX), (701, 100), (702, 3)];
            let mut directory = Directory::default();
            for (tag, count) in counts {
                directory.set(Entry { count, ..Entry::shorts(tag, order, &[0; 3]) });
            }
            let at = write(&directory, 0, order, &mut before).unwrap();
            before[4..8].copy_from_slice(&order.long_bytes(at));
            let len = before.len();
            // From the header on, from six bytes before the end on, and from beyond it.
            for (number, place) in [4, len - 6, len + 2].into_iter().enumerate() {
                let field = at as usize + 2 + 12 * number + 8;
                before[field..field + 4].copy_from_slice(&order.long_bytes(place as u32));
            }
            let mut tree = Tree::read(&before).unwrap();
            tree.chain[0].set(Entry::text(305, "svnr"));
            let mut after = before.clone();
            tree.write_at_end_of(&mut after).unwrap();
            let again = Tree::read(&after).unwrap();
            for ((tag, _), expected) in counts.into_iter().zip([(len - 4) / 2, 3, 0]) {
                let found = tree.chain[0].numbers(tag, &before, order);
                assert_eq!(found.len(), expected, "{tag}");
                assert_eq!(again.chain[0].numbers(tag, &after, order), found, "{tag}");
            }
        }
    }

    #[test]
    fn damaged_files_are_named_and_nothing_is_read_outside_them() {
        let whole = file(orders()[0]);
        for len in 0..whole.len() {
            if let Ok(tree) = Tree::read(&whole[..len]) {
                tree.all()
                    .iter()
                    .for_each(|d| d.entries.iter().for_each(|e| drop(e.numbers(&whole[..len], tree.order))));
            }
        }
        let mut circle = Directory::default();
        circle.set(Entry::longs(tags::SUB_DIRECTORIES, orders()[0], &[8]));
        // Written by hand: one entry, which points to its own directory.
        let mut file = b"II*\0\x08\0\0\0\x01\0\x4a\x01\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0".to_vec();
        assert!(matches!(Tree::read(&file), Err(RawError::Damaged(why)) if why.contains("circle")));
        file[4] = 200;
        assert!(matches!(Tree::read(&file), Err(RawError::Damaged(why)) if why.contains("outside")));
        assert_eq!(Tree::read(b"no TIFF at all"), Err(RawError::NotRaw));
        assert!(matches!(Tree::read(b"II+\0\x08\0\0\0"), Err(RawError::Packing(_))));
    }
}
