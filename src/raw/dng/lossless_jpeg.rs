//! Lossless JPEG as DNG uses it: process 14 of ITU-T T.81, with two components of 16 bits.
//!
//! A tile of a mosaic is one stream. Its even columns are the first component and its odd columns the second, so that
//! each value is predicted from its left neighbour of the same colour.

/// How many symbols there are: the differences' numbers of bits, 0 to 16.
const SYMBOLS: usize = 17;
/// The longest code that JPEG allows.
const LONGEST: usize = 16;

/// The stream of a tile of values, row after row.
///
/// # Panics
/// If the width is 0 or odd, a side is above 65535, or the number of values is another.
pub fn encode(values: &[u16], width: usize, height: usize) -> Vec<u8> {
    assert!(width.is_multiple_of(2) && width > 0 && width / 2 <= 0xFFFF && height <= 0xFFFF);
    assert_eq!(values.len(), width * height);
    let mut counts = [0; SYMBOLS];
    differences(values, width, |difference| counts[symbol(difference)] += 1);
    let codes = Codes::of(&counts);

    let [across, down] = [width / 2, height].map(|side| (side as u16).to_be_bytes());
    let mut out = vec![0xFF, 0xD8];
    // Frame header: 16 bits, the size, and two components that are sampled alike.
    out.extend([0xFF, 0xC3, 0, 14, 16, down[0], down[1], across[0], across[1], 2, 0, 0x11, 0, 1, 0x11, 0]);
    // The table of codes: how many there are of each length, and their symbols.
    out.extend([0xFF, 0xC4, 0, 19 + codes.symbols.len() as u8, 0]);
    out.extend(codes.lengths);
    out.extend(&codes.symbols);
    // Scan header: predictor 1, the left neighbour.
    out.extend([0xFF, 0xDA, 0, 10, 2, 0, 0, 1, 0, 1, 0, 0]);
    let mut bits = Bits { out, pending: 0, count: 0 };
    differences(values, width, |difference| {
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
fn differences(values: &[u16], width: usize, mut each: impl FnMut(i16)) {
    for (row, line) in values.chunks_exact(width).enumerate() {
        // A row's first two are expected to be as those above them, or half of what is possible.
        let above = if row == 0 { [1 << 15; 2] } else { [0, 1].map(|i| values[(row - 1) * width + i]) };
        for (column, value) in line.iter().enumerate() {
            let expected = if column < 2 { above[column] } else { line[column - 2] };
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
            for (width, height) in [(2, 1), (4, 3), (64, 32)] {
                let values: Vec<u16> = (0..width * height).map(value).collect();
                assert_eq!(
                    decoded(&encode(&values, width, height), width, height),
                    values,
                    "{name}, {width} x {height}"
                );
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
        assert!(encode(&values, 256, 256).len() < 256 * 256 / 3);
    }
}
