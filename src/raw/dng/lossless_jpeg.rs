//! Lossless JPEG as DNG uses it: process 14 of ITU-T T.81, with components of 16 bits.
//!
//! A tile is one stream. Values of a row that are as many apart as there are components belong to the same one, so that
//! each value is predicted from the one before of the same colour: a mosaic has two in each row, and what is demosaiced
//! three.

/// How many symbols there are: the differences' numbers of bits, 0 to 16.
const SYMBOLS: usize = 17;
/// The longest code that JPEG allows.
const LONGEST: usize = 16;

/// The most components: more than a photosite has samples.
const MOST_COMPONENTS: usize = 4;

/// The stream of a tile of values, row after row, of which each has `width`.
///
/// # Panics
/// If there are no values or no whole rows, 0 or more than 4 components, rows of other than whole groups of them, or a
/// side above 65535.
pub fn encode(values: &[u16], width: usize, components: usize) -> Vec<u8> {
    assert!((1..=MOST_COMPONENTS).contains(&components) && width.is_multiple_of(components) && width > 0);
    assert!(values.len().is_multiple_of(width) && !values.is_empty());
    let (across, down) = (width / components, values.len() / width);
    assert!(across <= 0xFFFF && down <= 0xFFFF);
    let mut counts = [0; SYMBOLS];
    differences(values, width, components, |difference| counts[symbol(difference)] += 1);
    let codes = Codes::of(&counts);

    let [across, down] = [across, down].map(|side| (side as u16).to_be_bytes());
    let count = components as u8;
    let mut out = vec![0xFF, 0xD8];
    // Frame header: 16 bits, the size, and components that are sampled alike.
    out.extend([0xFF, 0xC3, 0, 8 + 3 * count, 16, down[0], down[1], across[0], across[1], count]);
    out.extend((0..count).flat_map(|component| [component, 0x11, 0]));
    // The table of codes: how many there are of each length, and their symbols.
    out.extend([0xFF, 0xC4, 0, 19 + codes.symbols.len() as u8, 0]);
    out.extend(codes.lengths);
    out.extend(&codes.symbols);
    // Scan header: all components by the one table, and predictor 1, the left neighbour.
    out.extend([0xFF, 0xDA, 0, 6 + 2 * count, count]);
    out.extend((0..count).flat_map(|component| [component, 0]));
    out.extend([1, 0, 0]);
    let mut bits = Bits { out, pending: 0, count: 0 };
    differences(values, width, components, |difference| {
        let symbol = symbol(difference);
        let (code, length) = codes.of_symbol[symbol];
        bits.put(code, length);
        // 16 bits say -32768 by themselves.
        if (1..LONGEST).contains(&symbol) {
            let below = if difference < 0 { difference - 1 } else { difference };
            bits.put(u32::from(below as u16) & ((1 << symbol) - 1), symbol as u32);
        }
    });
    let mut out = bits.finish();
    out.extend([0xFF, 0xD9]);
    out
}

/// The difference of each value to what is expected there, modulo 2^16.
fn differences(values: &[u16], width: usize, components: usize, mut each: impl FnMut(i16)) {
    // A row's first are expected to be as those above them, or half of what is possible.
    let mut above: &[u16] = &[1 << 15; MOST_COMPONENTS];
    for line in values.chunks_exact(width) {
        let firsts = std::mem::replace(&mut above, line);
        for (column, value) in line.iter().enumerate() {
            let expected = column.checked_sub(components).map_or_else(|| firsts[column], |before| line[before]);
            each(value.wrapping_sub(expected) as i16);
        }
    }
}

/// How many bits a difference has.
fn symbol(difference: i16) -> usize {
    (u16::BITS - difference.unsigned_abs().leading_zeros()) as usize
}

/// A Huffman code.
struct Codes {
    /// How many codes have 1, 2, ... 16 bits.
    lengths: [u8; LONGEST],
    /// The symbols that occur, shortest code first.
    symbols: Vec<u8>,
    /// Code and length of each symbol.
    of_symbol: [(u32, u32); SYMBOLS],
}

impl Codes {
    /// The best code for symbols that occur so often (T.81, annexes K.2 and C).
    fn of(counts: &[usize; SYMBOLS]) -> Self {
        // One more symbol, the rarest, keeps the code of ones alone free, which JPEG does not allow.
        let mut trees: Vec<(usize, Vec<usize>)> = vec![(1, vec![SYMBOLS])];
        trees.extend((0..SYMBOLS).filter(|s| counts[*s] > 0).map(|s| (counts[s] + 1, vec![s])));
        let mut depth = [0; SYMBOLS + 1];
        while trees.len() > 1 {
            // Rarest last; of equals, the reserved symbol.
            trees.sort_by_key(|(count, members)| (std::cmp::Reverse(*count), members.contains(&SYMBOLS)));
            let ((a, mut members), (b, others)) = (trees.remove(trees.len() - 1), trees.remove(trees.len() - 1));
            members.extend(others);
            members.iter().for_each(|s| depth[*s] += 1);
            trees.push((a + b, members));
        }
        let mut number = [0i32; SYMBOLS + 2];
        depth.iter().filter(|d| **d > 0).for_each(|d| number[*d] += 1);
        // Codes that are too long: a pair takes the place of its prefix and of a shorter code.
        for length in (LONGEST + 1..number.len()).rev() {
            while number[length] > 0 {
                let shorter = (1..length - 1).rev().find(|l| number[*l] > 0).expect("a tree has shorter codes");
                number[length] -= 2;
                number[length - 1] += 1;
                number[shorter + 1] += 2;
                number[shorter] -= 1;
            }
        }
        // The reserved symbol has the longest.
        let longest = (1..=LONGEST).rev().find(|l| number[*l] > 0).expect("there is the reserved symbol");
        number[longest] -= 1;

        let mut symbols: Vec<usize> = (0..SYMBOLS).filter(|s| depth[*s] > 0).collect();
        symbols.sort_by_key(|s| (depth[*s], *s));
        let (mut of_symbol, mut code, mut next) = ([(0, 0); SYMBOLS], 0, symbols.iter());
        for (length, count) in (0..).zip(number).skip(1) {
            for symbol in next.by_ref().take(count as usize) {
                of_symbol[*symbol] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        let lengths = std::array::from_fn(|i| number[i + 1] as u8);
        Self { lengths, symbols: symbols.iter().map(|s| *s as u8).collect(), of_symbol }
    }
}

/// Bits, first the highest, with a zero after each byte of ones.
struct Bits {
    out: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.pending = self.pending << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.pending >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
    }

    /// Fills the last byte with ones.
    fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.count % 8) % 8;
        self.put((1 << missing) - 1, missing);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flashraw::low_level::codecs::ljpeg::{LjpegOptions, decode_tile};

    /// By a decoder that others wrote.
    fn decoded(stream: &[u8], width: usize, height: usize) -> Vec<u16> {
        let mut values = vec![0; width * height];
        decode_tile(stream, LjpegOptions::default(), &mut values, width, width, width, height).unwrap();
        values
    }

    #[test]
    fn every_value_comes_back() {
        let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) as u16;
        let tiles: [(&str, &dyn Fn(usize) -> u16); 6] = [
            ("one value", &|_| 700),
            ("half", &|_| 1 << 15),
            ("two values as far apart as can be", &|i| if i / 2 % 2 == 0 { 0 } else { 1 << 15 }),
            ("extremes", &|i| if i / 2 % 3 == 0 { u16::MAX } else { 0 }),
            ("noise", &noise),
            ("a smooth ramp", &|i| 512 + i as u16 % 64 + noise(i) % 4),
        ];
        for (name, value) in tiles {
            for (width, height, components) in
                [(2, 1, 2), (4, 3, 2), (64, 32, 2), (3, 1, 3), (6, 4, 3), (48, 32, 3), (5, 4, 1), (8, 3, 4)]
            {
                let values: Vec<u16> = (0..width * height).map(value).collect();
                let back = decoded(&encode(&values, width, components), width, height);
                assert_eq!(back, values, "{name}, {width} x {height}, {components} components");
            }
        }
    }

    #[test]
    fn codes_are_as_long_as_jpeg_allows() {
        // Counts that double make a tree that is as deep as there are symbols.
        let counts = std::array::from_fn(|s| 1 << s);
        let codes = Codes::of(&counts);
        assert_eq!(codes.lengths.iter().map(|n| usize::from(*n)).sum::<usize>(), SYMBOLS);
        let share: f64 = codes.of_symbol.iter().map(|(_, length)| 0.5f64.powi(*length as i32)).sum();
        assert!(share < 1.0, "the code of ones alone is free: {share}");
        for (i, (a, length)) in codes.of_symbol.iter().enumerate() {
            assert!((1..=16).contains(length) && *a < (1 << length) - 1, "{i}");
            let is_prefix = |(b, other): &(u32, u32)| other >= length && b >> (other - length) == *a;
            assert_eq!(codes.of_symbol.iter().filter(|code| is_prefix(code)).count(), 1, "{i}");
        }
    }

    #[test]
    fn smooth_values_take_few_bytes() {
        let values: Vec<u16> = (0..256 * 256).map(|i| 2000 + (i / 97 % 7) as u16).collect();
        assert!(encode(&values, 256, 2).len() < 256 * 256 / 3);
    }
}
