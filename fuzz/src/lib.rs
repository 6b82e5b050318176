//! What the targets share.

use std::path::{Path, PathBuf};

/// A folder for the files of this process, in memory where there is such a place.
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, made if need be.
    pub fn get() -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
        let folder = base.join(format!("svnr-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        Self(folder)
    }

    /// Where a file in it lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it with these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }
}

/// A PNG of 2 x 3 pixels with EXIF, XMP and a colour profile; each is left out when it is empty.
pub fn png_with(exif: &[u8], xmp: &[u8], profile: &[u8]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], data: &[u8]| {
        let named = [name, data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&named);
        png.extend(crc32fast::hash(&named).to_be_bytes());
    };
    // 2 x 3 pixels of 8-bit RGB.
    chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 3, 8, 2, 0, 0, 0]);
    if !profile.is_empty() {
        chunk(b"iCCP", &[b"profile\0\0".as_slice(), &stored(profile)].concat());
    }
    if !exif.is_empty() {
        chunk(b"eXIf", exif);
    }
    if !xmp.is_empty() {
        chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), xmp].concat());
    }
    let row = [0, 200, 100, 50, 20, 120, 220];
    chunk(b"IDAT", &stored(&[row, row, row].concat()));
    chunk(b"IEND", &[]);
    png
}

/// As zlib has it, not compressed.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}
