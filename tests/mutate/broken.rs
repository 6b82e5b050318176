//! Files that are wrong, as bad copies and bad programs make them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::pick;

/// What is behind the header seldom matters to how a file is read.
const HEADER: usize = 200;
/// Numbers at which sizes, offsets and counts go wrong.
const EXTREMES: [u32; 10] = [0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF];

/// The file with one to eight mistakes.
pub fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..=8) {
        mistake(&mut bytes, random);
    }
    // With wrong checksums a PNG is refused before anything else is looked at.
    if bytes.starts_with(b"\x89PNG") && random.random_bool(0.7) {
        mend_checksums(&mut bytes);
    }
    bytes
}

fn mistake(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    if bytes.len() < 8 {
        return bytes.push(random.random());
    }
    let end = if random.random_bool(0.6) { bytes.len().min(HEADER) } else { bytes.len() };
    let at = random.random_range(0..end - 4);
    let length = random.random_range(1..=(bytes.len() - at).min(64));
    match random.random_range(0..8) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        2 => {
            let number = pick(&EXTREMES, random);
            bytes[at..at + 4].copy_from_slice(&pick(&[number.to_be_bytes(), number.to_le_bytes()], random));
        }
        3 => {
            let number = pick(&EXTREMES, random) as u16;
            bytes[at..at + 2].copy_from_slice(&pick(&[number.to_be_bytes(), number.to_le_bytes()], random));
        }
        4 => bytes[at..at + length].iter_mut().for_each(|byte| *byte = random.random()),
        5 => drop(bytes.drain(at..at + length)),
        6 => {
            let copied = bytes[at..at + length].to_vec();
            let to = random.random_range(0..bytes.len());
            bytes.splice(to..to, copied);
        }
        _ => bytes.truncate(random.random_range(1..bytes.len())),
    }
}

/// Gives every chunk of a PNG the checksum that its contents have.
fn mend_checksums(png: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = png.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        let Some(end) = (at + 8).checked_add(length).filter(|end| end + 4 <= png.len()) else { return };
        let checksum = crc32fast::hash(&png[at + 4..end]);
        png[end..end + 4].copy_from_slice(&checksum.to_be_bytes());
        at = end + 4;
    }
}
