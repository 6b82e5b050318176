//! A frame's header: size, precision and sampling of a JPEG picture.

use crate::files::jpeg::segments::Segment;
use crate::files::refusal::Refusal;

/// What a start of frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Pixels across.
    pub width: u16,
    /// Pixels down; 0 where a later segment says it.
    pub height: u16,
    /// Bits of a value.
    pub precision: u8,
    /// (identifier, horizontal, vertical) sampling factors.
    pub components: Vec<(u8, u8, u8)>,
    /// Whether each component is whole after one scan: neither progressive nor lossless.
    pub is_sequential: bool,
}

impl Frame {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Refusal`] for one that is too short, and for codings that no browser reads, either.
    pub fn of(segment: &Segment) -> Result<Self, Refusal> {
        let coding = match segment.marker {
            0xC5..=0xC7 => Some("in several resolutions, hierarchical"),
            0xC9..=0xCB | 0xCD..=0xCF => Some("with arithmetic coding"),
            _ => None,
        };
        if let Some(coding) = coding {
            return Err(Refusal::Unsupported(format!("it is a JPEG {coding}")));
        }
        let contents = segment.contents;
        let (Some(header), Some(components)) = (contents.first_chunk::<6>(), contents.get(6..)) else {
            return Err(Refusal::damaged("its header is too short"));
        };
        let components: Vec<_> =
            components.chunks_exact(3).map(|c| (c[0], c[1] >> 4, c[1] & 0xF)).take(header[5].into()).collect();
        let is_usual = |factor: u8| (1..=4).contains(&factor);
        if components.len() != usize::from(header[5]) || !components.iter().all(|c| is_usual(c.1) && is_usual(c.2)) {
            return Err(Refusal::damaged("its header is wrong"));
        }
        let short = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let is_sequential = matches!(segment.marker, 0xC0 | 0xC1);
        Ok(Self { precision: header[0], height: short(1), width: short(3), components, is_sequential })
    }

    /// Whether the decoder counts the blocks of a component right that lies alone in a scan. It does not where the
    /// component is neither as fine as the finest nor has a sampling factor of 1.
    pub fn can_lie_apart(&self) -> bool {
        let most = |of: fn(&(u8, u8, u8)) -> u8| self.components.iter().map(of).max().unwrap_or(1);
        let (horizontal, vertical) = (most(|c| c.1), most(|c| c.2));
        self.components.iter().all(|c| (c.1 == 1 || c.1 == horizontal) && (c.2 == 1 || c.2 == vertical))
    }
}
