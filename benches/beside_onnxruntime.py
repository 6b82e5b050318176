"""Times svnr beside onnxruntime, on the same network and this processor:

    pip install numpy onnx onnxruntime safetensors
    python3 benches/beside_onnxruntime.py WEIGHTS.safetensors [--out FILE.onnx [--side N]] [MEGAPIXELS [TURNS]]

The network becomes an ONNX file of tiles of N x N pixels, 512 if nothing is said, as in a run's first step; with --out
it is written, and that is all. onnxruntime gets bare tiles, without halos. svnr denoises a whole photo (`cargo bench
--bench denoise`). The two take turns; medians of seconds per megapixel are printed.
"""

import argparse
import json
import re
import statistics
import subprocess
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open

# As in src/network: stds of noise, the knee of the inputs, the floor of a mean square.
FLOOR, LOG_MIDDLE, LOG_QUARTER, KNEE, NORM_FLOOR = 1e-3, -3.5, 1.5, 4.0, 1e-5


class Graph:
    """An ONNX graph that grows by one operation at a time. Values are known by their names."""

    def __init__(self, path, side):
        self.side = side
        with safe_open(path, "np") as file:
            self.shape = json.loads(file.metadata()["svnr"])
            self.weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}
        self.nodes, self.constants = [], {}

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        inputs = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def number(self, value):
        return self.constant(np.float32(value))

    def conv(self, name, x, **attributes):
        return self.op("Conv", x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], **attributes)

    def shuffled(self, x, before, order, after):
        x = self.op("Reshape", x, np.array(before))
        return self.op("Reshape", self.op("Transpose", x, perm=order), np.array(after))

    def to_depth(self, x, channels, side):
        half = side // 2
        return self.shuffled(x, [1, channels, half, 2, half, 2], [0, 1, 3, 5, 2, 4], [1, 4 * channels, half, half])

    def to_space(self, x, channels, side):
        return self.shuffled(x, [1, channels, 2, 2, side, side], [0, 1, 4, 2, 5, 3], [1, channels, 2 * side, 2 * side])

    def compressed(self, d):
        return self.op("Mul", self.op("Asinh", self.op("Div", d, self.number(KNEE))), self.number(KNEE))

    def halves(self, x):
        return self.op("Split", x, axis=1, num_outputs=2, outputs=2)

    def gated(self, x):
        return self.op("Mul", *self.halves(x))

    def normalised(self, x):
        square = self.op("ReduceMean", self.op("Mul", x, x), np.array([1]), keepdims=1)
        return self.op("Div", x, self.op("Sqrt", self.op("Add", square, self.number(NORM_FLOOR))))

    def block(self, name, x, embedding):
        scale, shift = self.halves(self.conv(f"{name}.steer", embedding))
        h = self.op("Mul", self.normalised(x), self.op("Add", scale, self.number(1)))
        wide = self.conv(f"{name}.widen", self.op("Add", h, shift))
        channels = self.weights[f"{name}.depthwise.weight"].shape[0]
        h = self.gated(self.conv(f"{name}.depthwise", wide, group=channels, pads=[1] * 4))
        x = self.op("Add", x, self.conv(f"{name}.narrow", h))
        h = self.gated(self.conv(f"{name}.mix_widen", self.normalised(x)))
        return self.op("Add", x, self.conv(f"{name}.mix_narrow", h))

    def blocks(self, name, count, x, embedding):
        for i in range(count):
            x = self.block(f"{name}.{i}", x, embedding)
        return x

    def network(self):
        widths, counts = self.shape["widths"], self.shape["blocks"]
        coarsest, half = len(widths) - 1, self.side // 2
        # The mean of each square of 2 x 2, and each mean four times, as convolutions.
        squares = np.kron(np.eye(3), np.full((1, 4), 0.25)).reshape(3, 12, 1, 1).astype(np.float32)
        repeats = np.kron(np.eye(3), np.ones((4, 1))).reshape(12, 3, 1, 1).astype(np.float32)
        means = lambda x: self.op("Conv", x, squares)
        sigma = self.to_depth(self.op("Max", "sigma", self.number(FLOOR)), 3, self.side)
        x = self.to_depth("x", 3, self.side)
        mean = self.op("AveragePool", means(x), kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=0)
        log = self.op("Log", means(sigma))
        level = self.op("Div", self.op("Sub", log, self.number(LOG_MIDDLE)), self.number(LOG_QUARTER))
        levels = self.op("Concat", level, level, axis=1)
        near = self.compressed(self.op("Div", self.op("Sub", x, self.op("Conv", mean, repeats)), sigma))
        root = self.op("Sqrt", self.op("Max", mean, self.number(0)))
        in_noise = self.compressed(self.op("Div", mean, means(sigma)))
        embeddings = []
        for scale in range(coarsest + 1):
            if scale > 0:
                levels = self.op("AveragePool", levels, kernel_shape=[2, 2], strides=[2, 2])
            hidden = self.op("Relu", self.conv(f"embeddings.{scale}.first", levels))
            embeddings.append(self.op("Relu", self.conv(f"embeddings.{scale}.second", hidden)))
            if scale == 0:
                seen = self.op("Concat", near, near, root, levels, in_noise, axis=1)
        x, skips = self.conv("input", seen, pads=[1] * 4), []
        for scale in range(coarsest):
            x = self.blocks(f"down_blocks.{scale}", counts[scale], x, embeddings[scale])
            skips.append(x)
            x = self.conv(f"downs.{scale}", x, strides=[2, 2])
        x = self.blocks("middle", counts[coarsest], x, embeddings[coarsest])
        for scale in reversed(range(coarsest)):
            finer = self.to_space(self.conv(f"ups.{scale}", x), widths[scale], half >> (scale + 1))
            x = self.op("Add", skips[scale], finer)
            x = self.blocks(f"up_blocks.{scale}", counts[scale], x, embeddings[scale])
        return self.to_space(self.conv("output", x, pads=[1] * 4), 3, half)

    def model(self):
        result = self.network()
        plane = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, self.side, self.side])
        self.nodes.append(helper.make_node("Identity", [result], ["eps"]))
        constants = [numpy_helper.from_array(value, name) for name, value in self.constants.items()]
        graph = helper.make_graph(self.nodes, "svnr", [plane("x"), plane("sigma")], [plane("eps")], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        onnx.checker.check_model(model)
        return model.SerializeToString()


def bench(megapixels):
    command = ["cargo", "bench", "--quiet", "--bench", "denoise", "--", str(megapixels), "1", "the default tiles"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"the default tiles +([\d.]+)", printed).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("megapixels", nargs="?", type=float, default=12)
    parser.add_argument("turns", nargs="?", type=int, default=3)
    parser.add_argument("--out")
    parser.add_argument("--side", type=int, default=512)
    options = parser.parse_args()
    side = options.side
    model = Graph(options.weights, side).model()
    if options.out:
        with open(options.out, "wb") as file:
            file.write(model)
        return
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(1)
    x = random.normal(0.4, 0.1, (1, 3, side, side)).astype(np.float32)
    inputs = {"x": x, "sigma": np.full_like(x, 0.1)}
    session.run(None, inputs)
    ours, theirs = [], []
    for _ in range(options.turns):
        begun = time.perf_counter()
        tiles = 4
        for _ in range(tiles):
            session.run(None, inputs)
        theirs.append((time.perf_counter() - begun) / tiles / side**2 * 1e6)
        ours.append(bench(options.megapixels))
    print(f"seconds per megapixel, medians of {options.turns} turns")
    print(f"svnr, a photo of {options.megapixels} megapixels  {statistics.median(ours):.2f}")
    print(f"onnxruntime {onnxruntime.__version__}, bare tiles  {statistics.median(theirs):.2f}")


if __name__ == "__main__":
    main()
