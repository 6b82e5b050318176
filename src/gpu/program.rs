//! A program's text, put together.

use std::fmt::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use crate::error::Error;
use crate::gpu::Limits;

/// Pixels of a row that a thread works on. Each weight that it reads serves all of them; with 8, the sums alone would
/// take all registers of an integrated GPU.
pub const SEGMENT: usize = 4;
/// The most groups along an axis that WebGPU promises.
pub const MOST_GROUPS: usize = 65_535;

/// Tells a group its number, of which there may be too many for one axis.
const NUMBER_WGSL: &str = include_str!("number.wgsl");

/// Groups along the first two axes, of which so many are needed in all.
pub fn groups(count: usize) -> [usize; 2] {
    let across = count.clamp(1, MOST_GROUPS);
    [across, count.div_ceil(across)]
}

/// A program ready to be compiled, and how many threads a group has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Program {
    pub name: &'static str,
    pub text: Arc<str>,
    pub threads: usize,
}

/// The numbers that programs multiply and keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits.
    Single,
    /// 16 bits. Sums still have 32.
    Half,
}

impl Precision {
    /// Every precision, the faster one first.
    pub const ALL: [Self; 2] = [Self::Half, Self::Single];

    /// Bytes of a number.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Half => 2,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Single => "f32",
            Self::Half => "f16",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Precision {
    type Err = Error;

    /// `f32` or `f16`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|precision| precision.name() == text);
        found.ok_or_else(|| Error::BadOption { name: "precision", value: text.into(), range: "f32 or f16" })
    }
}

/// How a program's text is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// How buffers that are only read are declared, see [`Limits::access`].
    pub access: &'static str,
    /// What is multiplied: four of it are `H4`, 4 x 4 `H44`.
    pub factors: Precision,
    /// What is kept: four of it are `R4`.
    pub results: Precision,
}

impl Dialect {
    /// Numbers of 32 bits everywhere.
    pub fn single(limits: Limits) -> Self {
        Self { access: limits.access(), factors: Precision::Single, results: Precision::Single }
    }
}

impl Program {
    /// The parts one after the other, with these constants before them.
    pub fn new(
        name: &'static str,
        parts: &[&str],
        constants: &[(&str, usize)],
        more: &str,
        threads: usize,
        Dialect { access, factors, results }: Dialect,
    ) -> Self {
        let mut text = String::new();
        if [factors, results].contains(&Precision::Half) {
            text += "enable f16;\n";
        }
        for (alias, of) in [
            ("H4", format!("vec4<{}>", factors.name())),
            ("H44", format!("mat4x4<{}>", factors.name())),
            ("R4", format!("vec4<{}>", results.name())),
        ] {
            writeln!(text, "alias {alias} = {of};").expect("a string takes all");
        }
        for (name, value) in constants.iter().chain(&[("T", SEGMENT), ("THREADS", threads)]) {
            writeln!(text, "const {name}: u32 = {value}u;").expect("a string takes all");
        }
        text += more;
        for part in [NUMBER_WGSL].iter().chain(parts) {
            for line in part.lines() {
                text += &unrolled(&line.replace("ACCESS", access));
            }
        }
        Self { name, text: text.into(), threads }
    }
}

/// A line with `$i`, `$j` or `$k` once for every pixel of a segment, where they are the pixel's number, the next one
/// and the one after that: compilers do not unroll loops over arrays of registers reliably.
fn unrolled(line: &str) -> String {
    if !line.contains('$') {
        return format!("{line}\n");
    }
    let of_pixel = |i: usize| {
        let numbered = line.replace("$i", &i.to_string()).replace("$j", &(i + 1).to_string());
        numbered.replace("$k", &(i + 2).to_string()) + "\n"
    };
    (0..SEGMENT).map(of_pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_repeated_for_every_pixel_of_a_segment() {
        assert_eq!(unrolled("let a = 1u;"), "let a = 1u;\n");
        let lines = unrolled("let c$k = $iu;");
        assert_eq!(lines.lines().count(), SEGMENT);
        assert!(lines.starts_with("let c2 = 0u;\nlet c3 = 1u;\n"), "{lines}");
    }
}
