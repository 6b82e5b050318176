"""Writes the seeds: one tiny file for each variety of each format, from which the fuzzer and tests/mutate.rs begin.

python3 fuzz/seeds.py        needs numpy, pillow, tifffile, imagecodecs and OpenEXR from PyPI
"""
import io
import pathlib
import struct
import zlib

import imagecodecs
import numpy as np
import OpenEXR
import tifffile
from PIL import Image, ImageCms

OUT = pathlib.Path(__file__).parent / "seeds" / "read"
RAW = pathlib.Path(__file__).parent / "seeds" / "raw"
WIDTH, HEIGHT = 19, 13

rows, columns = np.mgrid[:HEIGHT, :WIDTH]
RGB = np.stack([rows * 17, columns * 12, (rows * columns * 5) % 200 + 20], -1).astype(np.uint8)
GREY = RGB[..., 0]
ALPHA = (255 - columns * 9).astype(np.uint8)
RGBA = np.dstack([RGB, ALPHA])
DEEP = RGB.astype(np.uint16) * 257
FLOAT = (RGB / 200.0).astype(np.float32)

# Orientation 6, a description, and a resolution of 300 dpi.
exif = Image.Exif()
exif[0x0112] = 6
exif[0x010E] = "a description"
exif[0x011A] = 300.0
EXIF = exif.tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="1"/></x:xmpmeta>'


def save(name, data):
    (OUT / name).write_bytes(data)


def pillow(name, array, mode=None, **how):
    buffer = io.BytesIO()
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF", "gif": "GIF", "bmp": "BMP", "avif": "AVIF"}
    (image.convert(mode) if mode else image).save(buffer, kind[name.rsplit(".")[-1]], **how)
    save(name, buffer.getvalue())


def tiff(name, array, **how):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **{"metadata": None, **how})
    save(name, buffer.getvalue())


def exr(name, channels, **header):
    path = OUT / name
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(header, channels).write(str(path))


def png_with(data, *chunks):
    """A PNG with chunks behind its header."""
    made = [struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks]
    return data[:33] + b"".join(made) + data[33:]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    pillow("rgb8.png", RGB, exif=EXIF, dpi=(300, 300))
    pillow("rgba8.png", RGBA)
    pillow("grey8.png", GREY)
    pillow("grey1.png", GREY, mode="1")
    pillow("palette.png", RGB, mode="P")
    pillow("palette-clear.png", Image.fromarray(RGB).convert("P"), transparency=3)
    pillow("grey-alpha.png", RGBA, mode="LA")
    pillow("grey16.png", DEEP[..., 0])
    pillow("profile.png", RGB, icc_profile=profile)
    save("rgb16.png", imagecodecs.png_encode(DEEP))
    save("rgba16.png", imagecodecs.png_encode(np.dstack([DEEP, ALPHA.astype(np.uint16) * 257])))
    frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1].copy())]
    pillow("animated.png", frames[0], save_all=True, append_images=frames[1:])
    plain = imagecodecs.png_encode(RGB)
    save("gama.png", png_with(plain, (b"gAMA", struct.pack(">I", 100000)),
                              (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000))))
    save("cicp.png", png_with(plain, (b"cICP", bytes([12, 16, 0, 1]))))

    for name, how in {
        "444.jpg": {"subsampling": 0}, "422.jpg": {"subsampling": 1}, "420.jpg": {"subsampling": 2},
        "progressive.jpg": {"progressive": True}, "restarts.jpg": {"restart_marker_blocks": 1},
        "exif.jpg": {"exif": EXIF, "dpi": (300, 300), "xmp": XMP}, "profile.jpg": {"icc_profile": profile},
    }.items():
        pillow(name, RGB, quality=80, **how)
    pillow("grey.jpg", GREY)
    pillow("cmyk.jpg", RGB, mode="CMYK")
    save("lossless.jpg", imagecodecs.ljpeg_encode(GREY))
    save("twelve.jpg", imagecodecs.jpeg8_encode((DEEP >> 4), level=90, bitspersample=12))

    pillow("lossless.webp", RGBA, lossless=True, exif=EXIF, xmp=XMP)
    pillow("lossy.webp", RGB, quality=70, icc_profile=profile)
    pillow("lossy-alpha.webp", RGBA, quality=70)
    pillow("animated.webp", frames[0], save_all=True, append_images=frames[1:])

    tiff("rgb8.tif", RGB, photometric="rgb", resolution=(300, 300), description="a description", iccprofile=profile)
    tiff("rgb16-big-endian.tif", DEEP, photometric="rgb", byteorder=">")
    tiff("rgba8.tif", RGBA, photometric="rgb", extrasamples=["unassalpha"])
    tiff("associated.tif", RGBA, photometric="rgb", extrasamples=["assocalpha"])
    tiff("grey8.tif", GREY, photometric="minisblack")
    tiff("grey-inverted.tif", GREY, photometric="miniswhite")
    tiff("grey-alpha.tif", np.dstack([GREY, ALPHA]), photometric="minisblack", extrasamples=["unassalpha"])
    tiff("palette.tif", GREY, photometric="palette", colormap=np.arange(768, dtype=np.uint16).reshape(3, 256) * 85)
    tiff("float.tif", FLOAT, photometric="rgb")
    tiff("grey-float.tif", FLOAT[..., 1].copy(), photometric="minisblack")
    tiff("half.tif", FLOAT.astype(np.float16), photometric="rgb")
    tiff("double.tif", FLOAT.astype(np.float64), photometric="rgb")
    tiff("signed.tif", RGB.astype(np.int16), photometric="rgb")
    tiff("int32.tif", DEEP.astype(np.uint32) << 16, photometric="rgb")
    tiff("planar.tif", np.moveaxis(RGB, -1, 0).copy(), photometric="rgb", planarconfig="separate")
    tiff("tiled.tif", RGB, photometric="rgb", tile=(16, 16))
    tiff("tiled-planar.tif", np.moveaxis(RGB, -1, 0).copy(), photometric="rgb", planarconfig="separate", tile=(16, 16))
    tiff("strips.tif", RGB, photometric="rgb", rowsperstrip=3)
    tiff("big.tif", RGB, photometric="rgb", bigtiff=True)
    tiff("cmyk.tif", np.dstack([255 - RGB, GREY]), photometric="separated")
    for compression in ["lzw", "deflate", "packbits", "zstd", "lzma", "jpeg", "webp", "lerc", "jpeg2000", "jpegxl"]:
        tiff(f"{compression}.tif", RGB, photometric="rgb", compression=compression)
    tiff("predictor.tif", RGB, photometric="rgb", compression="lzw", predictor=True)
    tiff("float-predictor.tif", FLOAT, photometric="rgb", compression="deflate", predictor=3)
    pages = io.BytesIO()
    with tifffile.TiffWriter(pages) as writer:
        writer.write(RGB, photometric="rgb", metadata=None)
        writer.write(RGB[::-1].copy(), photometric="rgb", metadata=None)
    save("pages.tif", pages.getvalue())
    pillow("bilevel.tif", GREY, mode="1", compression="group4")
    pillow("lab.tif", lab())

    exr("float.exr", {"RGB": FLOAT})
    exr("half.exr", {"RGBA": np.dstack([FLOAT, ALPHA / 255]).astype(np.float16)}, compression=OpenEXR.PIZ_COMPRESSION)
    exr("luminance.exr", {"Y": FLOAT[..., 1].copy()}, compression=OpenEXR.RLE_COMPRESSION)
    exr("separate.exr", {name: FLOAT[..., i].copy() for i, name in enumerate("RGB")},
        compression=OpenEXR.NO_COMPRESSION)
    exr("tiled.exr", {"RGB": FLOAT}, type=OpenEXR.tiledimage, tiles=OpenEXR.TileDescription())
    exr("chromaticities.exr", {"RGB": FLOAT}, chromaticities=(0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.322, 0.338))
    for name in ["pxr24", "b44", "dwaa"]:
        compression = getattr(OpenEXR, f"{name.upper()}_COMPRESSION")
        exr(f"{name}.exr", {"RGB": FLOAT.astype(np.float16)}, compression=compression)

    # What is refused in words.
    pillow("other.gif", RGB, mode="P")
    pillow("other.bmp", RGB)
    pillow("other.avif", RGB)
    save("other.jxl", imagecodecs.jpegxl_encode(RGB))
    save("other.jp2", imagecodecs.jpeg2k_encode(RGB))
    save("other.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")

    raw()

    print(len(list(OUT.iterdir())), "files,", sum(f.stat().st_size for f in OUT.iterdir()), "bytes")


def dng(name, pattern=(0, 1, 1, 2), codes=None, tags=(), **how):
    rational = [v for f in (0.69, -0.12, -0.09, -0.38, 1.16, 0.25, -0.04, 0.15, 0.6) for v in (round(f * 1e4), 10_000)]
    side = round(len(pattern) ** 0.5)
    extra = [
        (33421, "H", 2, (side, side), True),
        (33422, "B", len(pattern), bytes(pattern), True),
        (50706, "B", 4, bytes([1, 4, 0, 0]), True),
        (50708, "s", 0, "camera", True),
        (50714, "H", 1, 100, True),
        (50717, "H", 1, 4000, True),
        (50721, "2i", 9, rational, True),
        (51041, "d", 6, [1e-4, 1e-6] * 3, True),
        *tags,
    ]
    codes = DEEP[..., 0] // 17 + 90 if codes is None else codes
    kind = {"photometric": 32803, "extratags": extra, "metadata": None, **how}
    tifffile.imwrite(RAW / name, codes, **kind)


def raw():
    patterns = {"rggb": (0, 1, 1, 2), "grbg": (1, 0, 2, 1), "gbrg": (1, 2, 0, 1), "bggr": (2, 1, 1, 0)}
    for name, pattern in patterns.items():
        dng(f"{name}.dng", pattern)
    dng("big-endian.dng", byteorder=">")
    dng("tiles.dng", tile=(16, 16))
    dng("strips.dng", rowsperstrip=4)
    dng("deflate.dng", compression="zlib")
    dng("lossless.dng", compression="jpeg", compressionargs={"lossless": True, "bitspersample": 12})
    dng("bytes.dng", codes=GREY)
    dng("quad.dng", (0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 2, 2, 1, 1, 2, 2))
    dng("x-trans.dng", ["RGB".index(c) for c in "GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG"])
    dng("active.dng", tags=[(50829, "I", 4, (1, 3, 12, 18), True)])
    dng("opcodes.dng", tags=[(51008, "B", 28, struct.pack(">7I", 1, 4, 0x01030000, 0, 8, 1, 0), True)])
    dng("linear.dng", codes=DEEP, photometric=34892)


def lab():
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    return ImageCms.applyTransform(Image.fromarray(RGB), to_lab)


main()
