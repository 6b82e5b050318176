"""Makes the files that tests/formats.rs reads, and the values that the reference decoders give for them.

python3 tests/formats/make.py

Needs numpy, pillow, tifffile and OpenEXR from PyPI, and cjpeg and djpeg of libjpeg-turbo (Debian: libjpeg-turbo-progs).
JPEGs are decoded by libjpeg-turbo (those in TIFF through tifffile), profiles are applied by Little CMS through Pillow.
"""
import io
import itertools
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import OpenEXR
import tifffile
from PIL import Image, ImageCms

OUT = pathlib.Path(__file__).parent
# Neither is a multiple of a block, and each sampling leaves another remainder.
WIDTH, HEIGHT = 35, 19

# Horizontal and vertical sampling factors of luma, blue and red difference.
USUAL = {"444": "1x1,1x1,1x1", "422": "2x1,1x1,1x1", "420": "2x2,1x1,1x1", "440": "1x2,1x1,1x1", "411": "4x1,1x1,1x1"}
ODD = {
    "410": "4x2,1x1,1x1",
    "441": "1x4,1x1,1x1",
    "44-11": "4x4,1x1,1x1",
    "3x1": "3x1,1x1,1x1",
    "3x3": "3x3,1x1,1x1",
    "4x1-2x1": "4x1,2x1,2x1",
    "unequal-chroma": "2x2,2x1,1x2",
    "one-chroma-full": "2x2,2x2,1x1",
    "all-2x2": "2x2,2x2,2x2",
    "chroma-finer": "1x1,2x2,2x2",
    "chroma-finer-across": "1x1,2x1,2x1",
    "chroma-finer-down": "1x1,1x2,1x2",
    "chroma-crosswise": "2x1,1x2,1x2",
    "one-chroma-finer": "1x1,2x2,1x1",
}
APART = "0;1;2;"
HALF_APART = "0;1 2;"
# Spectral selection and successive approximation, each component by itself.
PROGRESSIVE_APART = (
    "0: 0-0,0,1;1: 0-0,0,1;2: 0-0,0,1;0: 1-5,0,2;2: 1-63,0,1;1: 1-63,0,1;0: 6-63,0,2;0: 1-63,2,1;"
    "0: 0-0,1,0;1: 0-0,1,0;2: 0-0,1,0;2: 1-63,1,0;1: 1-63,1,0;0: 1-63,1,0;"
)
SCANS = {"": [], "apart": APART, "half-apart": HALF_APART, "progressive": ["-progressive"], "progressive-apart": PROGRESSIVE_APART}
RESTARTS = {"": [], "restart-1": ["-restart", "1B"], "restart-3": ["-restart", "3B"]}


def main():
    jpegs()
    profiles()
    exrs()
    files = [f for f in OUT.rglob("*") if f.is_file()]
    print(len(files), "files,", sum(f.stat().st_size for f in files), "bytes")


def picture():
    """Smooth enough to survive compression, with colours that no two rows or columns share."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    red = 128 + 90 * np.sin(x / 7) * np.cos(y / 9)
    green = 128 + 80 * np.cos(x / 11 + y / 5)
    blue = 128 + 90 * np.sin(y / 6 - x / 13)
    return np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)


def blocks(factors):
    return sum(int(across) * int(down) for across, down in (factor.split("x") for factor in factors.split(",")))


def jpegs():
    folder = OUT / "jpeg"
    folder.mkdir(exist_ok=True)
    # A scan of several components holds at most ten blocks in a unit (T.81, B.2.3).
    table = [(s, "" if blocks(factors) <= 10 else "apart", "") for s, factors in (USUAL | ODD).items()]
    table += [(s, scans, "") for s, scans in itertools.product(["420", "411", "chroma-finer"], list(SCANS)[1:])]
    table += [("420", scans, restart) for scans, restart in itertools.product(SCANS, list(RESTARTS)[1:])]
    with tempfile.TemporaryDirectory() as temporary:
        source, script = f"{temporary}/source.ppm", f"{temporary}/script"
        Image.fromarray(picture()).save(source)
        for sampling, scans, restart in table:
            name = "-".join(filter(None, [sampling, scans, restart]))
            how = ["-sample", (USUAL | ODD)[sampling], *RESTARTS[restart]]
            if isinstance(SCANS[scans], str):
                pathlib.Path(script).write_text(SCANS[scans])
                how += ["-scans", script]
            else:
                how += SCANS[scans]
            out = folder / f"{name}.jpg"
            subprocess.run(["cjpeg", "-quality", "85", "-optimize", *how, "-outfile", out, source], check=True)
        subprocess.run(["cjpeg", "-grayscale", "-optimize", "-outfile", folder / "grey.jpg", source], check=True)
        Image.fromarray(picture()).save(folder / "rgb.jpg", quality=85, keep_rgb=True)
    for name, how in {
        "tiff-rgb": {"photometric": "rgb"},
        "tiff-ycbcr": {"photometric": "ycbcr", "subsampling": (2, 2), "rowsperstrip": 16},
        "tiff-tiles": {"photometric": "ycbcr", "subsampling": (2, 1), "tile": (16, 16)},
    }.items():
        tifffile.imwrite(folder / f"{name}.tif", picture(), compression="jpeg", metadata=None, **how)
    files = sorted(folder.iterdir())
    decoded = [tifffile.imread(f) if f.suffix == ".tif" else djpeg(f) for f in files]
    # One below the other, in the order of the files' names.
    Image.fromarray(np.concatenate(decoded)).save(OUT / "jpeg.png", optimize=True)


def djpeg(file):
    decoded = subprocess.run(["djpeg", file], check=True, capture_output=True).stdout
    return np.asarray(Image.open(io.BytesIO(decoded)).convert("RGB"))


def tag(kind, data):
    return kind + b"\0\0\0\0" + data


def profile(colours, pcs, version, a_to_b):
    """An ICC profile of tables, and of nothing else that matters."""
    text = tag(b"desc", struct.pack(">I", 6) + b"table\0" + bytes(78)) if version == 2 else tag(
        b"mluc", struct.pack(">II2s2sII", 1, 12, b"en", b"US", 10, 28) + "table".encode("utf-16-be"))
    white = tag(b"XYZ ", struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D))
    tags = [(b"desc", text), (b"wtpt", white), (b"A2B0", a_to_b)]
    at, heads, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, contents in tags:
        heads += name + struct.pack(">II", at + len(data), len(contents))
        data += contents + bytes(-len(contents) % 4)
    size = at + len(data)
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    header = struct.pack(">I4xI4s4s4s", size, version << 24, b"prtr" if colours == b"CMYK" else b"scnr", colours, pcs)
    header += date + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return header + bytes(128 - len(header)) + struct.pack(">I", len(tags)) + heads + data


def grid(inputs, points, to_rgb):
    """CIE L*a*b* of a grid's nodes, the last input the quickest to change."""
    nodes = np.array(list(itertools.product(np.linspace(0, 1, points), repeat=inputs)))
    rgb = np.clip(to_rgb(nodes), 0, 1)
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(Image.fromarray((rgb[None] * 255 + 0.5).astype(np.uint8)), to_lab)
    lightness, a, b = (np.asarray(lab).reshape(-1, 3).astype(float)).T
    # Pillow's a and b are signed bytes.
    signed = [np.where(v > 127, v - 256, v) for v in (a, b)]
    return np.stack([lightness / 2.55, *signed], -1)


def lut16(inputs, points, lab):
    """lut16Type (ICC.1:2022, 10.10), whose L*a*b* has 0xFF00 at 100."""
    codes = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], -1)
    head = struct.pack(">BBBx9iHH", inputs, 3, points, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000, 2, 2)
    straight = struct.pack(">2H", 0, 0xFFFF)
    return tag(b"mft2", head + straight * inputs + codes.round().astype(">u2").tobytes() + straight * 3)


def lut_a_to_b(inputs, points, lab):
    """lutAToBType (ICC.1:2022, 10.12) of 16 bits, whose L*a*b* has 0xFFFF at 100."""
    codes = np.stack([lab[:, 0] * 655.35, (lab[:, 1] + 128) * 257, (lab[:, 2] + 128) * 257], -1)
    straight = tag(b"curv", struct.pack(">I", 0))
    clut = bytes([points] * inputs + [0] * (16 - inputs)) + b"\2\0\0\0" + codes.round().astype(">u2").tobytes()
    clut += bytes(-len(clut) % 4)
    b_at = 32
    clut_at = b_at + 12 * 3
    a_at = clut_at + len(clut)
    head = struct.pack(">BBxx5I", inputs, 3, b_at, 0, 0, clut_at, a_at)
    return tag(b"mAB ", head + straight * 3 + clut + straight * inputs)


def profiles():
    folder = OUT / "profiles"
    folder.mkdir(exist_ok=True)
    to_lit = lambda rgb: rgb @ np.array([[0.7, 0.1, 0.1], [0.2, 0.7, 0.2], [0.1, 0.1, 0.6]]) + 0.05
    inks = lambda cmyk: (1 - 0.85 * cmyk[:, :3]) * (1 - 0.9 * cmyk[:, 3:])
    made = {
        "rgb-lut16": (b"RGB ", profile(b"RGB ", b"Lab ", 2, lut16(3, 5, grid(3, 5, to_lit)))),
        "rgb-lut-a-to-b": (b"RGB ", profile(b"RGB ", b"Lab ", 4, lut_a_to_b(3, 5, grid(3, 5, to_lit)))),
        "cmyk-lut16": (b"CMYK", profile(b"CMYK", b"Lab ", 2, lut16(4, 5, grid(4, 5, inks)))),
    }
    y, x = np.mgrid[:16, :24]
    # What lies at the grid's nodes, in fields of 8 x 8 pixels, so that no program's interpolation matters.
    node = lambda v: (v % 5 * 63.75).round().astype(np.uint8)
    fields = [node(x // 8 + 1), node(y // 8 * 2 + x // 8), node(4 - x // 8), node(y // 8 + x // 16)]
    references = []

    def keep(name, shown):
        references.append((name, shown))

    for name, (colours, icc) in made.items():
        srgb = ImageCms.createProfile("sRGB")
        own = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = {b"RGB ": "RGB", b"CMYK": "CMYK"}[colours]
        image = Image.fromarray(np.stack(fields[: len(mode)], -1), mode)
        shown = np.asarray(ImageCms.profileToProfile(image, own, srgb, renderingIntent=0, outputMode="RGB"))
        if mode == "CMYK":
            keep("cmyk.jpg", shown)
            image.save(folder / "cmyk.jpg", quality=100, icc_profile=icc)
            keep("cmyk.tif", shown)
            tifffile.imwrite(folder / "cmyk.tif", np.asarray(image), photometric="separated", iccprofile=icc, metadata=None,
                             compression="deflate")
            keep("cmyk16.tif", shown)
            tifffile.imwrite(folder / "cmyk16.tif", np.asarray(image).astype(np.uint16) * 257, photometric="separated",
                             iccprofile=icc, metadata=None, compression="deflate")
            keep("ycck.jpg", shown)
            save_ycck(folder / "ycck.jpg", image, icc)
        else:
            keep(f"{name}.png", shown)
            image.save(folder / f"{name}.png", icc_profile=icc)
    files = sorted(references)
    Image.fromarray(np.concatenate([shown for _, shown in files])).save(OUT / "profiles.png", optimize=True)


def save_ycck(path, image, icc):
    """As Photoshop does: cyan, magenta and yellow, inverted, as JFIF's luma and differences; Adobe's transform is 2."""
    import imagecodecs

    data = imagecodecs.jpeg8_encode(255 - np.asarray(image), level=100, colorspace="CMYK", outcolorspace="YCCK", subsampling="444")
    segment = b"ICC_PROFILE\0\1\1" + icc
    path.write_bytes(data[:2] + b"\xff\xe2" + struct.pack(">H", len(segment) + 2) + segment + data[2:])


def exrs():
    """What OpenEXR has and svnr refuses."""
    folder = OUT / "exr"
    folder.mkdir(exist_ok=True)
    deep = np.empty((2, 3), dtype=object)
    for at in np.ndindex(deep.shape):
        deep[at] = np.array([0.5] * (1 + sum(at)), dtype=np.float32)
    header = {"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}
    with OpenEXR.File(header, {name: deep for name in ["R", "G", "B", "A", "Z"]}) as file:
        file.write(str(folder / "deep.exr"))
    (folder / "luminance-chroma.exr").write_bytes(luminance_chroma(6, 4))


def luminance_chroma(width, height):
    """Uncompressed halves of 0.25, the chroma at every other pixel of every other row."""
    attribute = lambda name, kind, data: name + b"\0" + kind + b"\0" + struct.pack("<I", len(data)) + data
    channel = lambda name, every: name + b"\0" + struct.pack("<iBxxxii", 1, 0, every, every)
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    head = b"\x76\x2f\x31\x01\x02\0\0\0" + b"".join([
        attribute(b"channels", b"chlist", channel(b"BY", 2) + channel(b"RY", 2) + channel(b"Y", 1) + b"\0"),
        attribute(b"compression", b"compression", b"\0"),
        attribute(b"dataWindow", b"box2i", window),
        attribute(b"displayWindow", b"box2i", window),
        attribute(b"lineOrder", b"lineOrder", b"\0"),
        attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        attribute(b"screenWindowCenter", b"v2f", bytes(8)),
        attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    ]) + b"\0"
    lines = []
    for y in range(height):
        data = np.full(width + (2 * (width // 2) if y % 2 == 0 else 0), 0.25, dtype="<f2").tobytes()
        lines.append(struct.pack("<ii", y, len(data)) + data)
    at = len(head) + 8 * height
    offsets = [at + sum(map(len, lines[:y])) for y in range(height)]
    return head + struct.pack(f"<{height}Q", *offsets) + b"".join(lines)


main()
