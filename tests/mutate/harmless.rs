//! Files that other programs could have written so, and that show the same.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The file with additions that every reader passes over, and what they are.
pub fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    let kind = random.random_range(0..4);
    match bytes {
        [0x89, b'P', b'N', b'G', ..] if kind > 0 => png(bytes, kind, random),
        [0xFF, 0xD8, ..] if kind > 0 => jpeg(bytes, kind, random),
        [b'R', b'I', b'F', b'F', ..] if kind > 0 => webp(bytes, random),
        [b'I', b'I', 42, 0, ..] if kind > 0 => tiff(bytes, random),
        _ => ([bytes, &noise(random)].concat(), "more behind the end"),
    }
}

/// A PNG's last chunk, which is empty, and the checksums of the picture before it.
const PNG_END: usize = 12 + 4 + 4;
/// A JPEG's last marker.
const JPEG_END: usize = 2;

/// The file without all or some of its end, where nothing of the picture is.
fn without_end(bytes: &[u8], most: usize, random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    (bytes[..bytes.len() - random.random_range(1..=most)].to_vec(), "no end")
}

/// Up to 300 bytes of anything.
fn noise(random: &mut ChaCha8Rng) -> Vec<u8> {
    (0..random.random_range(1..300)).map(|_| random.random()).collect()
}

/// A chunk that nobody knows, one of the pixels' that is cut in two, or no end.
fn png(bytes: &[u8], kind: u32, random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    let chunk = |name: &[u8], data: &[u8]| {
        let named = [name, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
    };
    let length = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    if kind == 1 {
        // Behind the header, before all else.
        return ([&bytes[..33], &chunk(b"svNr", &noise(random)), &bytes[33..]].concat(), "unknown chunk");
    }
    if kind == 2 {
        return without_end(bytes, PNG_END, random);
    }
    let mut at = 8;
    while &bytes[at + 4..at + 8] != b"IDAT" {
        at += 12 + length(at);
    }
    let data = &bytes[at + 8..at + 8 + length(at)];
    let (first, second) = data.split_at(random.random_range(0..=data.len()));
    let rest = &bytes[at + 12 + length(at)..];
    ([&bytes[..at], &chunk(b"IDAT", first), &chunk(b"IDAT", second), rest].concat(), "split chunk")
}

/// A segment that nobody knows, bytes that fill up before a marker, or no end.
fn jpeg(bytes: &[u8], kind: u32, random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    if kind == 2 {
        return without_end(bytes, JPEG_END, random);
    }
    // Between the segments before the first frame.
    let mut places = vec![2];
    while let Some(&[0xFF, marker @ (0xDB..=0xFE), high, low]) =
        bytes.get(places[places.len() - 1]..).and_then(|b| b.first_chunk())
    {
        if marker == 0xDA {
            break;
        }
        places.push(places[places.len() - 1] + 2 + (usize::from(high) << 8 | usize::from(low)));
    }
    let at = places[random.random_range(0..places.len())];
    let (added, what) = if kind == 1 {
        let data = noise(random);
        // APP5 to APP9, and a comment.
        let marker = [0xE5, 0xE6, 0xE9, 0xFE][random.random_range(0..4)];
        ([&[0xFF, marker][..], &(data.len() as u16 + 2).to_be_bytes(), &data].concat(), "unknown segment")
    } else {
        (vec![0xFF; random.random_range(1..20)], "fill bytes")
    };
    ([&bytes[..at], &added, &bytes[at..]].concat(), what)
}

/// A chunk that nobody knows at the end, for which there is room in files with a header of their own alone.
fn webp(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    if &bytes[12..16] != b"VP8X" {
        return ([bytes, &noise(random)].concat(), "more behind the end");
    }
    let mut data = noise(random);
    let length = data.len() as u32;
    data.resize(data.len().next_multiple_of(2), 0);
    let mut file = [bytes, b"svnr", &length.to_le_bytes(), &data].concat();
    let size = file.len() as u32 - 8;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    (file, "unknown chunk")
}

/// The directory at the end of the file, with a tag more that nobody knows.
fn tiff(bytes: &[u8], random: &mut ChaCha8Rng) -> (Vec<u8>, &'static str) {
    let at = u32::from_le_bytes(bytes[4..8].try_into().expect("four bytes")) as usize;
    let count = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let entries = &bytes[at + 2..at + 2 + 12 * count];
    let next = &bytes[at + 2 + 12 * count..at + 6 + 12 * count];
    let mut file = bytes.to_vec();
    file.resize(file.len().next_multiple_of(2), 0);
    let place = file.len() as u32;
    file[4..8].copy_from_slice(&place.to_le_bytes());
    file.extend((count as u16 + 1).to_le_bytes());
    file.extend(entries);
    // Tags are in order, and those of private use are the last. One number of 32 bits.
    file.extend(65_000u16.to_le_bytes());
    file.extend(4u16.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    file.extend(random.random::<u32>().to_le_bytes());
    file.extend(next);
    (file, "unknown tag")
}
