//! Files that are right, of a kind that is seldom met: read or not, they are not damaged.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::pick;

/// The file made unusual, and in what.
pub fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    match bytes {
        [b'I', b'I', 42, 0, ..] => tiff(bytes, random),
        [0xFF, 0xD8, ..] => jpeg(bytes, random),
        _ => (pick(&OTHERS, random).to_vec(), "another format"),
    }
}

/// How files of other formats begin.
const OTHERS: [&[u8]; 9] = [
    b"GIF89a\x01\0\x01\0\0\0\0;",
    b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1A",
    b"\xFF\x0A\xFA\x1F\x01\x00\x08",
    b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl ",
    b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 ",
    b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\x08\0\x03",
    b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n",
];

/// A compression, a kind of number or a kind of colour that few programs know.
fn tiff(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    const COMPRESSION: u16 = 259;
    const PHOTOMETRIC: u16 = 262;
    let (tag, values, what): (_, &[u16], _) = match random.random_range(0..2) {
        // Group 3 fax, old JPEG, LZMA, Zstandard, JPEG XL, one of nobody's.
        0 => (COMPRESSION, &[3, 6, 34_676, 34_712, 34_887, 50_002, 61_000], "compression"),
        // CIELab, ICCLab, LogLuv, a mosaic, linear RAW, one of nobody's.
        _ => (PHOTOMETRIC, &[9, 10, 32_844, 32_845, 32_803, 34_892, 61_000], "colours"),
    };
    let mut file = bytes.to_vec();
    let at = u32::from_le_bytes(bytes[4..8].try_into().expect("four bytes")) as usize;
    let count = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    for entry in (0..count).map(|index| at + 2 + 12 * index) {
        if file[entry..entry + 2] == tag.to_le_bytes() {
            file[entry + 8..entry + 10].copy_from_slice(&pick(values, random).to_le_bytes());
        }
    }
    (file, what)
}

/// A process of coding that few programs know: hierarchical, arithmetic. A lossless file would be known, and found to
/// be damaged.
fn jpeg(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    let mut file = bytes.to_vec();
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        if (0xC0..=0xC3).contains(&marker) {
            file[at + 1] = pick(&[0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF], random);
            break;
        }
        at += 2 + (usize::from(high) << 8 | usize::from(low));
    }
    (file, "process")
}
