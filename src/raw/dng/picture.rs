//! The pictures of a DNG: the codes of its photosites in tiles, and previews.

use std::ops::Range;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::files::Order;
use crate::raw::dng::lossless_jpeg;
use crate::raw::dng::tags;
use crate::raw::dng::tree::{Directory, Entry, append};
use crate::raw::error::RawError;
use crate::raw::layout::Layout;

/// The side of a tile.
const TILE: usize = 256;
/// The quality of previews.
const QUALITY: u8 = 90;
/// Compression: none, and JPEG, which is lossless for photosites.
const NONE: u16 = 1;
const JPEG: u16 = 7;
/// PhotometricInterpretation.
const RGB: u16 = 2;
const YCBCR: u16 = 6;

/// What says where a picture's data are and how they are packed.
const PACKING: [u16; 18] = [
    // One sample after another is what it means where it is not.
    tags::PLANAR_CONFIGURATION,
    tags::STRIP_OFFSETS,
    tags::STRIP_BYTE_COUNTS,
    tags::ROWS_PER_STRIP,
    tags::TILE_WIDTH,
    tags::TILE_HEIGHT,
    tags::TILE_OFFSETS,
    tags::TILE_BYTE_COUNTS,
    tags::FILL_ORDER,
    tags::PREDICTOR,
    tags::SAMPLE_FORMAT,
    tags::JPEG_TABLES,
    tags::SUB_TILE_BLOCK,
    tags::ROW_INTERLEAVE,
    tags::COLUMN_INTERLEAVE,
    // JPEG XL's distance, effort and speed.
    52_553,
    52_554,
    52_555,
];

/// A file that pictures are put into: where old ones were, then at its end.
pub struct Space {
    /// Its bytes so far.
    pub file: Vec<u8>,
    free: Vec<Range<usize>>,
}

impl Space {
    /// A file in which places are free, but for what is kept; the free bytes are set to 0.
    pub fn new(mut file: Vec<u8>, free: Vec<Range<usize>>, kept: &[Range<usize>]) -> Self {
        let mut free = without(free, kept, file.len());
        for place in &free {
            file[place.clone()].fill(0);
        }
        // What is free at the end is not needed.
        while let Some(last) = free.last().filter(|last| last.end == file.len()) {
            file.truncate(last.start);
            free.pop();
        }
        Self { file, free }
    }

    /// Puts bytes into the first place that is large enough, or at the end; where they are.
    pub fn put(&mut self, bytes: &[u8]) -> Result<u32, RawError> {
        let start = |place: &Range<usize>| place.start.next_multiple_of(2);
        let fits = |place: &Range<usize>| start(place) + bytes.len() <= place.end;
        match self.free.iter_mut().find(|place| fits(place)) {
            Some(place) => {
                let at = start(place);
                self.file[at..at + bytes.len()].copy_from_slice(bytes);
                place.start = at + bytes.len();
                u32::try_from(at).map_err(|_| RawError::FileTooLarge)
            }
            None => append(&mut self.file, bytes),
        }
    }
}

/// Places within so many bytes, in order and without those that are kept.
fn without(mut places: Vec<Range<usize>>, kept: &[Range<usize>], len: usize) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = kept.iter().filter(|kept| !kept.is_empty()).cloned().collect();
    kept.sort_by_key(|kept| kept.start);
    // The header is no place for anything.
    places.iter_mut().for_each(|place| *place = place.start.clamp(8, len.max(8))..place.end.min(len));
    places.sort_by_key(|place| place.start);
    let (mut free, mut from) = (Vec::<Range<usize>>::new(), 0);
    for place in places {
        let mut start = place.start.max(from);
        for kept in kept.iter().filter(|kept| kept.start < place.end) {
            if kept.start > start {
                free.push(start..kept.start);
            }
            start = start.max(kept.end);
        }
        if start < place.end {
            free.push(start..place.end);
        }
        from = from.max(place.end);
    }
    let mut joined = Vec::<Range<usize>>::new();
    for place in free {
        match joined.last_mut() {
            Some(last) if last.end == place.start => last.end = place.end,
            _ => joined.push(place),
        }
    }
    joined
}

/// Where in the file the data of a directory's picture are.
pub fn data(directory: &Directory, file: &[u8], order: Order) -> Vec<Range<usize>> {
    let pairs = [
        (tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS),
        (tags::TILE_OFFSETS, tags::TILE_BYTE_COUNTS),
        (tags::JPEG_OFFSET, tags::JPEG_LENGTH),
    ];
    let numbers = |tag| directory.numbers(tag, file, order).into_iter().map(|v| v as usize);
    let places = pairs.into_iter().flat_map(|(at, len)| numbers(at).zip(numbers(len)));
    places.map(|(at, len)| at..at.saturating_add(len)).collect()
}

/// Puts the codes of a picture's photosites into the file and says in the directory where they are.
pub fn put_codes(
    directory: &mut Directory,
    space: &mut Space,
    order: Order,
    (codes, width, height): (&[u16], usize, usize),
    layout: Layout,
) -> Result<(), RawError> {
    let samples = layout.samples();
    // Each colour of a row is predicted from the one before: a mosaic's rows have two.
    let (components, kind) = match layout {
        Layout::Bayer(_) | Layout::XTrans(_) => (2, tags::MOSAIC),
        Layout::Linear => (samples, tags::LINEAR),
    };
    let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
    let mut tile = vec![0; TILE * TILE * samples];
    for row in (0..height).step_by(TILE) {
        for column in (0..width).step_by(TILE) {
            for (r, line) in tile.chunks_exact_mut(TILE * samples).enumerate() {
                // What lies outside repeats the nearest of its colour, which takes few bytes.
                let from = &codes[inside(row + r, height) * width * samples..][..width * samples];
                let there = TILE.min(width - column);
                line[..there * samples].copy_from_slice(&from[column * samples..][..there * samples]);
                for (c, site) in line.chunks_exact_mut(samples).enumerate().skip(there) {
                    site.copy_from_slice(&from[inside(column + c, width) * samples..][..samples]);
                }
            }
            let stream = lossless_jpeg::encode(&tile, TILE * samples, components);
            offsets.push(space.put(&stream)?);
            lengths.push(stream.len() as u32);
        }
    }
    directory.remove(&PACKING);
    directory.set(Entry::longs(tags::WIDTH, order, &[width as u32]));
    directory.set(Entry::longs(tags::HEIGHT, order, &[height as u32]));
    directory.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &vec![16; samples]));
    directory.set(Entry::shorts(tags::COMPRESSION, order, &[JPEG]));
    directory.set(Entry::shorts(tags::PHOTOMETRIC, order, &[kind as u16]));
    directory.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[samples as u16]));
    directory.set(Entry::longs(tags::TILE_WIDTH, order, &[TILE as u32]));
    directory.set(Entry::longs(tags::TILE_HEIGHT, order, &[TILE as u32]));
    directory.set(Entry::longs(tags::TILE_OFFSETS, order, &offsets));
    directory.set(Entry::longs(tags::TILE_BYTE_COUNTS, order, &lengths));
    Ok(())
}

/// A row or column within so many, of the same parity if there is one.
fn inside(at: usize, sites: usize) -> usize {
    if at < sites { at } else { (sites - 1).checked_sub((at - sites + 1) % 2).unwrap_or(sites - 1) }
}

/// Whether a directory is of a smaller, finished picture that can be drawn anew: no mask, no depth, nothing of the
/// sensor.
pub fn is_preview(directory: &Directory, file: &[u8], order: Order) -> bool {
    let number = |tag| directory.number(tag, file, order);
    let is_alternative = 0x1_0000;
    let kind = number(tags::SUBFILE_TYPE).unwrap_or(0);
    let has_thumbnail = directory.get(tags::JPEG_OFFSET).is_some();
    let is_finished = matches!(number(tags::PHOTOMETRIC).map(|v| v as u16), Some(RGB | YCBCR));
    kind & !is_alternative == tags::SMALLER && is_finished || has_thumbnail
}

/// Puts a preview into the file, of the size that the directory says, or of `size`, and packed as it says.
pub fn put_preview(
    directory: &mut Directory,
    space: &mut Space,
    order: Order,
    original: &[u8],
    size: (u32, u32),
    draw: &dyn Fn(u32, u32) -> RgbImage,
) -> Result<(), RawError> {
    let number = |tag| directory.number(tag, original, order);
    let said = number(tags::WIDTH).zip(number(tags::HEIGHT));
    let (width, height) = said.filter(|(w, h)| (1..=0xFFFF).contains(w) && (1..=0xFFFF).contains(h)).unwrap_or(size);
    let picture = draw(width, height);
    if directory.get(tags::JPEG_OFFSET).is_some() {
        let stream = jpeg(&picture);
        let at = space.put(&stream)?;
        directory.set(Entry::longs(tags::JPEG_OFFSET, order, &[at]));
        directory.set(Entry::longs(tags::JPEG_LENGTH, order, &[stream.len() as u32]));
        return Ok(());
    }
    let is_plain = number(tags::COMPRESSION) == Some(NONE.into()) && number(tags::PHOTOMETRIC) == Some(RGB.into());
    let bytes = if is_plain { picture.as_raw().clone() } else { jpeg(&picture) };
    let at = space.put(&bytes)?;
    directory.remove(&PACKING);
    directory.set(Entry::longs(tags::WIDTH, order, &[width]));
    directory.set(Entry::longs(tags::HEIGHT, order, &[height]));
    directory.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &[8; 3]));
    directory.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[3]));
    directory.set(Entry::longs(tags::ROWS_PER_STRIP, order, &[height]));
    directory.set(Entry::longs(tags::STRIP_OFFSETS, order, &[at]));
    directory.set(Entry::longs(tags::STRIP_BYTE_COUNTS, order, &[bytes.len() as u32]));
    directory.set(Entry::shorts(tags::COMPRESSION, order, &[if is_plain { NONE } else { JPEG }]));
    directory.set(Entry::shorts(tags::PHOTOMETRIC, order, &[if is_plain { RGB } else { YCBCR }]));
    if !is_plain {
        directory.set(Entry::rationals(tags::YCBCR_COEFFICIENTS, order, &[(299, 1000), (587, 1000), (114, 1000)]));
        directory.set(Entry::shorts(tags::YCBCR_SUBSAMPLING, order, &[1, 1]));
        directory.set(Entry::shorts(tags::YCBCR_POSITIONING, order, &[1]));
        let range = [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)];
        directory.set(Entry::rationals(tags::REFERENCE_BLACK_WHITE, order, &range));
    }
    Ok(())
}

/// A JPEG stream, whose colours are as fine as its brightness.
fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut stream = Vec::new();
    let (width, height) = picture.dimensions();
    let encoder = JpegEncoder::new_with_quality(&mut stream, QUALITY);
    encoder.write_image(picture, width, height, ExtendedColorType::Rgb8).expect("JPEG takes up to 65535 pixels a side");
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_places_leave_out_what_is_kept() {
        let free = |places: &[(usize, usize)], kept: &[(usize, usize)]| {
            let kept: Vec<_> = kept.iter().map(|&(from, to)| from..to).collect();
            let free = without(places.iter().map(|&(from, to)| from..to).collect(), &kept, 100);
            free.into_iter().map(|place| (place.start, place.end)).collect::<Vec<_>>()
        };
        assert_eq!(free(&[(20, 40)], &[]), [(20, 40)]);
        assert_eq!(free(&[(0, 40), (90, 400)], &[]), [(8, 40), (90, 100)]);
        assert_eq!(free(&[(30, 50), (20, 30), (25, 45)], &[]), [(20, 50)], "what touches is one");
        assert_eq!(free(&[(20, 60)], &[(10, 22), (30, 35), (33, 40), (55, 70)]), [(22, 30), (40, 55)]);
        assert_eq!(free(&[(20, 60)], &[(10, 70)]), []);
        assert_eq!(free(&[(200, 260), (50, 40)], &[]), []);
    }

    #[test]
    fn bytes_go_where_others_were_and_then_to_the_end() {
        let mut space = Space::new(vec![1; 100], vec![21..40, 80..100], &[]);
        assert_eq!((space.file.len(), &space.file[20..41]), (80, [&[1][..], &[0; 19], &[1]].concat().as_slice()));
        let puts: Vec<u32> = [10, 12, 8, 1].into_iter().map(|len| space.put(&vec![7; len]).unwrap()).collect();
        assert_eq!(puts, [22, 80, 32, 92]);
        assert_eq!(space.file[22..40], [7; 18]);
        assert_eq!(space.file[40..80], [1; 40]);
    }

    #[test]
    fn beyond_the_border_lies_the_nearest_of_the_same_parity() {
        assert_eq!((4..9).map(|at| inside(at, 6)).collect::<Vec<_>>(), [4, 5, 4, 5, 4]);
        assert_eq!((4..9).map(|at| inside(at, 5)).collect::<Vec<_>>(), [4, 3, 4, 3, 4]);
        assert_eq!((0..4).map(|at| inside(at, 1)).collect::<Vec<_>>(), [0; 4]);
    }
}
