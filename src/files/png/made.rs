//! Files for tests, made chunk by chunk.

use image::DynamicImage;
use img_parts::png::PngChunk;

/// Pixels across and down: few, and in every pass of an interlaced file.
pub const SIZE: (usize, usize) = (9, 7);
/// First column and row of each pass, and how far their columns and rows lie apart (PNG, 8.1).
const PASSES: [[usize; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const PALETTE: u8 = 3;

/// How the pixels are stored.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Bits of a value.
    pub bits: u8,
    /// PNG's colour type.
    pub colors: u8,
    pub is_interlaced: bool,
}

pub const RGB: Kind = Kind { bits: 8, colors: 2, is_interlaced: false };
pub const INDEXED: Kind = Kind { bits: 4, colors: PALETTE, is_interlaced: false };

/// One of each.
pub fn kinds() -> impl Iterator<Item = Kind> {
    let all = [(1, 0), (2, 0), (8, 0), (16, 0), (8, 2), (16, 2), (4, PALETTE), (8, 4), (16, 4), (8, 6), (16, 6)];
    let of = |is_interlaced| all.into_iter().map(move |(bits, colors)| Kind { bits, colors, is_interlaced });
    of(false).chain(of(true))
}

impl Kind {
    fn channels(self) -> usize {
        [1, 0, 3, 1, 2, 0, 4][usize::from(self.colors)]
    }

    fn code(self, x: usize, y: usize, channel: usize) -> u32 {
        let scattered = ((y * SIZE.0 + x) * 4 + channel + 1) as u32;
        scattered.wrapping_mul(0x9E37_79B1) >> (32 - u32::from(self.bits))
    }

    pub fn header(self) -> Vec<u8> {
        let (width, height) = (SIZE.0 as u32, SIZE.1 as u32);
        let rest = [self.bits, self.colors, 0, 0, u8::from(self.is_interlaced)];
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat()
    }

    /// The chunks up to the picture.
    pub fn start(self) -> Vec<Vec<u8>> {
        let mut start = vec![chunk(b"IHDR", &self.header())];
        if self.colors == PALETTE {
            start.push(chunk(b"PLTE", &(0..16).flat_map(color).collect::<Vec<_>>()));
        }
        start
    }

    /// The rows before they are compressed, none of them filtered.
    pub fn rows(self) -> Vec<u8> {
        let mut rows = Vec::new();
        let passes = if self.is_interlaced { &PASSES[..] } else { &[[0, 0, 1, 1]] };
        for &[left, top, across, down] in passes {
            for y in (top..SIZE.1).step_by(down) {
                let codes = (left..SIZE.0).step_by(across).flat_map(|x| (0..self.channels()).map(move |c| (x, c)));
                let bits = codes.flat_map(|(x, c)| {
                    let code = self.code(x, y, c);
                    (0..self.bits).rev().map(move |bit| code >> bit & 1 == 1)
                });
                let bits: Vec<bool> = bits.collect();
                rows.push(0);
                rows.extend(
                    bits.chunks(8).map(|byte| {
                        (0..8).fold(0, |sum, i| sum << 1 | u8::from(byte.get(i).copied().unwrap_or(false)))
                    }),
                );
            }
        }
        rows
    }

    /// Whether these are the pixels, to the code.
    pub fn is_in(self, pixels: &DynamicImage) -> bool {
        let pixels = pixels.to_rgba16();
        let scale = 65_535 / ((1 << self.bits) - 1);
        let light = |x, y, c| (self.code(x, y, c) * scale) as u16;
        let expected = |x, y| match self.colors {
            0 => [light(x, y, 0), light(x, y, 0), light(x, y, 0), 65_535],
            2 => [light(x, y, 0), light(x, y, 1), light(x, y, 2), 65_535],
            4 => [light(x, y, 0), light(x, y, 0), light(x, y, 0), light(x, y, 1)],
            6 => [light(x, y, 0), light(x, y, 1), light(x, y, 2), light(x, y, 3)],
            _ => {
                let [r, g, b] = color(self.code(x, y, 0) as u8).map(|v| u16::from(v) * 257);
                [r, g, b, 65_535]
            }
        };
        (pixels.width() as usize, pixels.height() as usize) == SIZE
            && pixels.enumerate_pixels().all(|(x, y, pixel)| pixel.0 == expected(x as usize, y as usize))
    }
}

/// A colour of the palette.
fn color(index: u8) -> [u8; 3] {
    [index * 16 + 1, index * 5, 255 - index]
}

pub fn chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    PngChunk::new(*name, contents.to_vec().into()).encoder().bytes().to_vec()
}

/// The chunk with another checksum.
pub fn with_wrong_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    *chunk.last_mut().unwrap() ^= 1;
    chunk
}

pub fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n", chunks.concat().as_slice()].concat()
}

/// How many bytes lie before the contents in [`stored`], and behind them.
pub const STORED: (usize, usize) = (7, 4);

/// As zlib has it, not compressed.
pub fn stored(contents: &[u8]) -> Vec<u8> {
    let length = contents.len() as u16;
    let (a, b) = contents.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let head = [[0x78, 1, 1].as_slice(), &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [head.as_slice(), contents, &(b << 16 | a).to_be_bytes()].concat()
}
