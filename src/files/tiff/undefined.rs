//! Values of the type UNDEFINED with numbers in them (EXIF 3.0, 4.6.5 and 4.6.6). Readers of TIFF take them for bytes,
//! so a file of another byte order needs them turned.

use tiff::tags::ByteOrder;

const CONVERSION_FUNCTION: u16 = 0x8828;
const COMMENT: u16 = 0x9286;
const FREQUENCY_RESPONSE: u16 = 0xA20C;
const FILTER_PATTERN: u16 = 0xA302;
const DEVICE_SETTINGS: u16 = 0xA40B;
const EXPOSURES: u16 = 0xA462;
const GPS_METHOD: u16 = 0x1B;
const GPS_AREA: u16 = 0x1C;

/// What stands before a text of 16-bit characters.
const UNICODE: &[u8] = b"UNICODE\0";
/// How many ratios stand before the two counts in the times of a composite image's exposures.
const EXPOSURE_SUMS: usize = 7;

const SHORT: usize = size_of::<u16>();
const LONG: usize = size_of::<u32>();

/// Brings the numbers in a value from a byte order into the other one.
pub fn turn(tag: u16, value: &mut [u8], from: ByteOrder) {
    match tag {
        COMMENT | GPS_METHOD | GPS_AREA if value.starts_with(UNICODE) => turn_each(SHORT, &mut value[UNICODE.len()..]),
        // Columns and rows; then a byte each.
        FILTER_PATTERN => turn_each(SHORT, first(value, 2 * SHORT)),
        // Columns, rows, and texts of 16-bit characters.
        DEVICE_SETTINGS => turn_each(SHORT, value),
        CONVERSION_FUNCTION | FREQUENCY_RESPONSE => turn_table(value, from),
        EXPOSURES => {
            let (sums, rest) = value.split_at_mut(value.len().min(EXPOSURE_SUMS * 2 * LONG));
            let (counts, times) = rest.split_at_mut(rest.len().min(2 * SHORT));
            turn_each(LONG, sums);
            turn_each(SHORT, counts);
            turn_each(LONG, times);
        }
        _ => {}
    }
}

/// Columns and rows; the columns' names, each with a zero behind it; and a ratio for each field.
fn turn_table(value: &mut [u8], from: ByteOrder) {
    let Some(&[a, b, c, d]) = value.first_chunk() else { return };
    let short = |bytes| match from {
        ByteOrder::BigEndian => u16::from_be_bytes(bytes),
        ByteOrder::LittleEndian => u16::from_le_bytes(bytes),
    };
    let fields = usize::from(short([a, b])) * usize::from(short([c, d]));
    let Some(ratios) = value.len().checked_sub(fields * 2 * LONG).filter(|at| *at >= 2 * SHORT) else { return };
    turn_each(SHORT, first(value, 2 * SHORT));
    turn_each(LONG, &mut value[ratios..]);
}

fn first(value: &mut [u8], most: usize) -> &mut [u8] {
    let length = value.len().min(most);
    &mut value[..length]
}

fn turn_each(size: usize, numbers: &mut [u8]) {
    numbers.chunks_exact_mut(size).for_each(<[u8]>::reverse);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value as it is in each order.
    fn both<const N: usize>(parts: [Part; N]) -> [Vec<u8>; 2] {
        [true, false].map(|is_big| {
            let bytes = |part: &Part| match *part {
                Part::Bytes(bytes) => bytes.to_vec(),
                Part::Short(v) => if is_big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec(),
                Part::Long(v) => if is_big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec(),
            };
            parts.iter().flat_map(bytes).collect()
        })
    }

    enum Part {
        Bytes(&'static [u8]),
        Short(u16),
        Long(u32),
    }
    use Part::{Bytes, Long, Short};

    fn check(tag: u16, [big, little]: [Vec<u8>; 2]) {
        let mut turned = big.clone();
        turn(tag, &mut turned, ByteOrder::BigEndian);
        assert_eq!(turned, little, "{tag:#x}");
        turn(tag, &mut turned, ByteOrder::LittleEndian);
        assert_eq!(turned, big, "{tag:#x}");
    }

    #[test]
    fn numbers_are_turned_and_nothing_else() {
        for tag in [COMMENT, GPS_METHOD, GPS_AREA] {
            check(tag, both([Bytes(UNICODE), Short(0xFC), Short(0x6D)]));
            check(tag, both([Bytes(b"ASCII\0\0\0film")]));
        }
        check(FILTER_PATTERN, both([Short(2), Short(2), Bytes(&[0, 1, 1, 2])]));
        check(DEVICE_SETTINGS, both([Short(1), Short(1), Short(0x61), Short(0)]));
        for tag in [CONVERSION_FUNCTION, FREQUENCY_RESPONSE] {
            let numbers = [Long(1), Long(256), Long(3), Long(1)];
            let [a, b, c, d] = numbers;
            check(tag, both([Short(2), Short(1), Bytes(b"Along\0Across\0"), a, b, c, d]));
        }
        let sums = [(); EXPOSURE_SUMS].map(|()| both([Long(1), Long(250)]));
        let [big, little] = both([Short(1), Short(2), Long(1), Long(500), Long(1), Long(500)]);
        let whole = |order: usize, rest: &[u8]| {
            [sums.each_ref().map(|sum| sum[order].clone()).concat(), rest.to_vec()].concat()
        };
        check(EXPOSURES, [whole(0, &big), whole(1, &little)]);
        // Of a version and of what nobody knows.
        check(0x9000, both([Bytes(b"0232")]));
    }

    #[test]
    fn values_that_are_cut_off_are_no_reason_to_panic() {
        for tag in [CONVERSION_FUNCTION, COMMENT, FREQUENCY_RESPONSE, FILTER_PATTERN, DEVICE_SETTINGS, EXPOSURES] {
            for length in 0..80 {
                for fill in [0, 2, 255] {
                    for order in [ByteOrder::BigEndian, ByteOrder::LittleEndian] {
                        turn(tag, &mut vec![fill; length], order);
                    }
                }
            }
        }
    }
}
