//! DNGs that tests make.

use crate::files::Order;
use crate::image::MAX_PIXELS;
use crate::raw::dng::tree::{BYTE, Directory, Entry, Tree, UNDEFINED, append, write};
use crate::raw::dng::{lossless_jpeg, tags};
use crate::raw::layout::Layout;
use crate::raw::mosaic::{Area, Phase};
use crate::raw::x_trans::XTrans;
use crate::raw::{RawPhoto, decode};

/// How the picture's codes are packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Packing {
    /// Strips of so many rows.
    Strips(usize),
    /// Tiles of so many columns and rows.
    Tiles(usize, usize),
    /// Tiles of lossless JPEG.
    Lossless(usize, usize),
    /// Tiles of zlib's deflate, of codes or of their differences.
    Deflated(usize, usize, bool),
}

/// A DNG: a thumbnail, below it the sensor's picture and a JPEG preview, and EXIF with a maker's note.
#[derive(Debug, Clone)]
pub struct Made {
    pub width: usize,
    pub height: usize,
    pub layout: Layout,
    /// X-Trans filters in place of a mosaic's.
    pub x_trans: Option<XTrans>,
    pub bits: u16,
    pub is_big: bool,
    pub packing: Packing,
    pub black: u16,
    pub white: u16,
    /// Top, left, bottom, right.
    pub active: [usize; 4],
    pub codes: Vec<u16>,
}

/// The maker's note: a directory of one entry, as Canon has it.
pub const NOTE: &[u8] = b"\x01\0\x06\0\x02\0\x04\0\0\0img\0\0\0\0\0";
/// The data of the thumbnail and of the preview, which is no JPEG: nobody reads them.
const THUMBNAIL: [u8; 16 * 12 * 3] = [77; 16 * 12 * 3];
const PREVIEW: &[u8] = &[0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9];

impl Made {
    /// A mosaic of codes that differ from site to site, in 14 bits.
    pub fn new(width: usize, height: usize, phase: Phase) -> Self {
        Self::of_bits(width, height, phase, 14)
    }

    /// The same in so many bits.
    pub fn of_bits(width: usize, height: usize, phase: Phase, bits: u16) -> Self {
        Self::of(width, height, Layout::Bayer(phase), bits)
    }

    /// The same of any layout.
    pub fn of(width: usize, height: usize, layout: Layout, bits: u16) -> Self {
        let most = (u32::from(u16::MAX) >> (16 - bits)) as u16;
        let (black, white) = (most / 32, most - most / 16);
        let code = |i: usize| black + ((i * 7919 + i / width * 31) % usize::from(most - black)) as u16;
        let codes = (0..layout.samples() * width * height).map(code).collect();
        let active = [0, 0, height, width];
        Self {
            width,
            height,
            layout,
            x_trans: None,
            bits,
            is_big: false,
            packing: Packing::Strips(height),
            black,
            white,
            active,
            codes,
        }
    }

    /// A mosaic of X-Trans filters, with these from the first site on, in 14 bits.
    pub fn x_trans(width: usize, height: usize, pattern: XTrans) -> Self {
        Self { x_trans: Some(pattern), ..Self::new(width, height, Phase::RGGB) }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        self.changed(|_, _, _| {})
    }

    /// The file with its first directory and the picture's changed before they are written.
    pub fn changed(&self, change: impl FnOnce(&mut Directory, &mut Directory, Order)) -> Vec<u8> {
        let start: &[u8] = if self.is_big { b"MM\0*\0\0\0\0" } else { b"II*\0\0\0\0\0" };
        let order = Order::of(start).unwrap();
        let mut file = start.to_vec();
        let mut exif = Directory::default();
        exif.set(Entry::rationals(33_434, order, &[(1, 250)]));
        exif.set(Entry::bytes(tags::MAKER_NOTE, UNDEFINED, NOTE.into()));
        let exif = write(&exif, 0, order, &mut file).unwrap();

        let mut first = Directory::default();
        let thumbnail = append(&mut file, &THUMBNAIL).unwrap();
        set_picture(&mut first, order, (16, 12, 2, 1), (thumbnail, THUMBNAIL.len()));
        first.set(Entry::text(tags::MAKE, "Canon"));
        first.set(Entry::text(tags::MODEL, "Canon EOS 550D"));
        first.set(Entry::text(tags::SOFTWARE, "camera"));
        first.set(Entry::shorts(tags::ORIENTATION, order, &[6]));
        first.set(Entry::longs(tags::EXIF, order, &[exif]));
        first.set(Entry::bytes(tags::DNG_VERSION, BYTE, vec![1, 4, 0, 0]));
        first.set(Entry::bytes(tags::DNG_BACKWARD_VERSION, BYTE, vec![1, 1, 0, 0]));
        first.set(Entry::text(tags::UNIQUE_CAMERA_MODEL, "Canon EOS 550D"));
        first.set(Entry::ten_thousandths(
            tags::COLOR_MATRIX_1,
            order,
            &[0.6941, -0.1164, -0.0857, -0.3825, 1.1597, 0.2534, -0.0416, 0.1540, 0.6039],
        ));
        first.set(Entry::shorts(tags::ILLUMINANT_1, order, &[21]));
        first.set(Entry::rationals(tags::AS_SHOT_NEUTRAL, order, &[(1, 2), (1, 1), (2, 3)]));
        first.set(Entry::bytes(tags::RAW_DATA_ID, BYTE, vec![5; 16]));
        first.set(Entry::text(tags::PREVIEW_APPLICATION, "camera"));

        let mut picture = Directory::default();
        self.set_codes(&mut picture, order, &mut file);
        let preview_at = append(&mut file, PREVIEW).unwrap();
        let mut preview = Directory::default();
        set_picture(&mut preview, order, (64, 48, 6, 7), (preview_at, PREVIEW.len()));
        first.below = vec![picture, preview];
        let (mut below, preview) = (first.below.remove(0), first.below.remove(0));
        change(&mut first, &mut below, order);
        first.below.splice(0..0, [below, preview]);
        Tree::new(order, vec![first]).write_at_end_of(&mut file).unwrap();
        file
    }

    fn set_codes(&self, picture: &mut Directory, order: Order, file: &mut Vec<u8>) {
        let samples = self.layout.samples();
        let (tile_width, tile_height) = match self.packing {
            Packing::Strips(rows) => (self.width, rows),
            Packing::Tiles(width, height) | Packing::Lossless(width, height) | Packing::Deflated(width, height, _) => {
                (width, height)
            }
        };
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for row in (0..self.height).step_by(tile_height) {
            for column in (0..self.width).step_by(tile_width) {
                let is_strip = matches!(self.packing, Packing::Strips(_));
                let rows = if is_strip { tile_height.min(self.height - row) } else { tile_height };
                let sites = (row..row + rows).flat_map(|r| (column..column + tile_width).map(move |c| (r, c)));
                let site = |(r, c)| {
                    let is_there = r < self.height && c < self.width;
                    (0..samples).map(move |i| if is_there { self.codes[(r * self.width + c) * samples + i] } else { 0 })
                };
                let codes: Vec<u16> = sites.flat_map(site).collect();
                let values = samples * tile_width;
                let data = match self.packing {
                    Packing::Lossless(..) => lossless_jpeg::encode(&codes, values, samples.max(2)),
                    Packing::Deflated(.., false) => zlib(&packed(&codes, values, self.bits, order)),
                    Packing::Deflated(.., true) => {
                        zlib(&packed(&differences(&codes, values, samples), values, self.bits, order))
                    }
                    _ => packed(&codes, values, self.bits, order),
                };
                offsets.push(append(file, &data).unwrap());
                lengths.push(data.len() as u32);
            }
        }
        let (compression, predictor) = match self.packing {
            Packing::Lossless(..) => (7, 1),
            Packing::Deflated(.., differ) => (8, 1 + u16::from(differ)),
            _ => (1, 1),
        };
        let kind = if self.layout == Layout::Linear { tags::LINEAR } else { tags::MOSAIC };
        set_picture(picture, order, (self.width as u32, self.height as u32, kind as u16, compression), (0, 0));
        picture.set(Entry::longs(tags::SUBFILE_TYPE, order, &[0]));
        picture.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &vec![self.bits; samples]));
        picture.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[samples as u16]));
        picture.remove(&[tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS, tags::ROWS_PER_STRIP]);
        if predictor > 1 {
            picture.set(Entry::shorts(tags::PREDICTOR, order, &[predictor]));
        }
        if let Packing::Strips(rows) = self.packing {
            picture.set(Entry::longs(tags::ROWS_PER_STRIP, order, &[rows as u32]));
            picture.set(Entry::longs(tags::STRIP_OFFSETS, order, &offsets));
            picture.set(Entry::longs(tags::STRIP_BYTE_COUNTS, order, &lengths));
        } else {
            picture.set(Entry::longs(tags::TILE_WIDTH, order, &[tile_width as u32]));
            picture.set(Entry::longs(tags::TILE_HEIGHT, order, &[tile_height as u32]));
            picture.set(Entry::longs(tags::TILE_OFFSETS, order, &offsets));
            picture.set(Entry::longs(tags::TILE_BYTE_COUNTS, order, &lengths));
        }
        let [top, left, ..] = self.active;
        if let Some(pattern) = self.x_trans {
            let sites = (0..36).map(|i| pattern.channel_at(top + i / 6, left + i % 6) as u8);
            picture.set(Entry::shorts(tags::CFA_REPEAT_SIZE, order, &[6, 6]));
            picture.set(Entry::bytes(tags::CFA_PATTERN, BYTE, sites.collect()));
        } else if let Layout::Bayer(phase) = self.layout {
            let pattern = [(0, 0), (0, 1), (1, 0), (1, 1)];
            let pattern = pattern.map(|(row, column)| phase.color_at(top + row, left + column).channel() as u8);
            picture.set(Entry::shorts(tags::CFA_REPEAT_SIZE, order, &[2, 2]));
            picture.set(Entry::bytes(tags::CFA_PATTERN, BYTE, pattern.into()));
        }
        picture.set(Entry::shorts(tags::BLACK_LEVEL, order, &vec![self.black; samples]));
        picture.set(Entry::shorts(tags::WHITE_LEVEL, order, &vec![self.white; samples]));
        picture.set(Entry::longs(tags::ACTIVE_AREA, order, &self.active.map(|v| v as u32)));
    }
}

/// Photos of every layout with odd corners, turned in every way.
pub fn photos() -> impl Iterator<Item = RawPhoto> {
    let made = |layout| match layout {
        Layout::XTrans(pattern) => Made::x_trans(91, 72, pattern),
        _ => Made::of(91, 72, layout, 14),
    };
    let layouts = Phase::ALL.map(Layout::Bayer).into_iter().chain([Layout::Linear, Layout::XTrans(XTrans::USUAL)]);
    layouts.zip([[0, 0], [1, 0], [0, 3], [5, 1], [1, 2], [4, 3]]).flat_map(move |(layout, [top, left])| {
        let made = Made { active: [top, left, 71, 90], ..made(layout) };
        let photo = decode(&made.bytes(), MAX_PIXELS).unwrap();
        let active = photo.active;
        let crop = Area { row: active.row + 3, column: active.column + 2, width: 77, height: 58 };
        (1..=8).map(move |orientation| RawPhoto { orientation, crop, ..photo.clone() })
    })
}

/// A photo that sees this light in each channel of its sites, by row and column.
pub fn of_scene(mut photo: RawPhoto, light: impl Fn(usize, usize, usize) -> f32) -> RawPhoto {
    let samples = photo.layout.samples();
    for (row, column) in (0..photo.active.height).flat_map(|r| (0..photo.active.width).map(move |c| (r, c))) {
        for sample in 0..samples {
            let channel = match photo.layout_at(row, column) {
                Layout::Bayer(phase) => phase.color_at(0, 0).channel(),
                Layout::XTrans(pattern) => pattern.channel_at(0, 0),
                Layout::Linear => sample,
            };
            let (r, c) = (photo.active.row + row, samples * (photo.active.column + column) + sample);
            photo.codes[r * samples * photo.width + c] =
                photo.levels.code(r, c, light(channel, row, column)).round() as u16;
        }
    }
    photo
}

/// An OpcodeList of operations, each with its number and its parameters.
pub fn opcode_list(operations: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut list = (operations.len() as u32).to_be_bytes().to_vec();
    for (id, parameters) in operations {
        list.extend([*id, 0x0103_0000, 0, parameters.len() as u32].map(u32::to_be_bytes).concat());
        list.extend(parameters);
    }
    list
}

/// Each code's difference to that of the photosite before, modulo 2^16.
fn differences(codes: &[u16], width: usize, samples: usize) -> Vec<u16> {
    let row = |line: &[u16]| -> Vec<u16> {
        let before = |i: usize| i.checked_sub(samples).map_or(0, |i| line[i]);
        (0..line.len()).map(|i| line[i].wrapping_sub(before(i))).collect()
    };
    codes.chunks(width).flat_map(row).collect()
}

/// A stream of zlib in which nothing is made smaller.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    const LARGEST: usize = 0xFFFF;
    let mut out = vec![0x78, 0x01];
    let blocks = bytes.len().div_ceil(LARGEST);
    for (i, block) in bytes.chunks(LARGEST).enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(i + 1 == blocks));
        out.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        out.extend(block);
    }
    let sums = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((sums.1 << 16 | sums.0).to_be_bytes());
    out
}

/// A picture of a width, a height, a PhotometricInterpretation and a compression, whose data are at a place.
fn set_picture(
    directory: &mut Directory,
    order: Order,
    (width, height, photometric, compression): (u32, u32, u16, u16),
    (at, len): (u32, usize),
) {
    directory.set(Entry::longs(tags::SUBFILE_TYPE, order, &[tags::SMALLER]));
    directory.set(Entry::longs(tags::WIDTH, order, &[width]));
    directory.set(Entry::longs(tags::HEIGHT, order, &[height]));
    directory.set(Entry::shorts(tags::BITS_PER_SAMPLE, order, &[8; 3]));
    directory.set(Entry::shorts(tags::SAMPLES_PER_PIXEL, order, &[3]));
    directory.set(Entry::shorts(tags::COMPRESSION, order, &[compression]));
    directory.set(Entry::shorts(tags::PHOTOMETRIC, order, &[photometric]));
    directory.set(Entry::longs(tags::ROWS_PER_STRIP, order, &[height]));
    directory.set(Entry::longs(tags::STRIP_OFFSETS, order, &[at]));
    directory.set(Entry::longs(tags::STRIP_BYTE_COUNTS, order, &[len as u32]));
}

/// Codes of so many bits, rows to whole bytes.
fn packed(codes: &[u16], width: usize, bits: u16, order: Order) -> Vec<u8> {
    if bits == 16 {
        return codes.iter().flat_map(|code| order.short_bytes(*code)).collect();
    }
    let row = |line: &[u16]| {
        let (mut out, mut pending, mut count) = (Vec::new(), 0u32, 0);
        for code in line {
            pending = pending << bits | u32::from(*code);
            count += bits;
            while count >= 8 {
                count -= 8;
                out.push((pending >> count) as u8);
            }
        }
        if count > 0 {
            out.push((pending << (8 - count)) as u8);
        }
        out
    };
    codes.chunks(width).flat_map(row).collect()
}
