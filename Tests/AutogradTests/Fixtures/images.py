"""Writes images.json: what PyTorch computes for convolutions and pooling with odd sizes.

Every case is ⟨result, g⟩ for fixed numbers g, differentiated with respect to the image, the weights and
the bias, in float64. Inputs are `numbers`, which the test makes again.

Usage: python3 images.py > images.json     (made with PyTorch 2.15)
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Scripts"))
from fixture_numbers import flat, numbers


def pair(value):
    return list(value) if isinstance(value, tuple) else [value, value]


def convolution(name, x, w, stride=1, padding=0, dilation=1, taps=None, transposed=False, output=0):
    image = numbers(1, *x).requires_grad_()
    weights = numbers(2, *w).requires_grad_()
    bias = numbers(3, w[1] if transposed else w[0]).requires_grad_()
    mask = torch.tensor(taps).double() if taps else torch.ones(w[2:]).double()
    if transposed:
        y = F.conv_transpose2d(
            image, weights * mask, bias, stride, padding, output, 1, dilation)
    else:
        y = F.conv2d(image, weights * mask, bias, stride, padding, dilation)
    (y * numbers(4, *y.shape)).sum().backward()
    return {
        "name": name, "x": x, "w": w, "stride": pair(stride), "padding": pair(padding),
        "dilation": pair(dilation), "outputPadding": pair(output), "taps": taps or [],
        "transposed": transposed, "shape": list(y.shape), "y": flat(y), "dx": flat(image.grad),
        "dw": flat(weights.grad), "db": flat(bias.grad),
    }


def pool(name, function, x, window, stride, padding):
    image = numbers(1, *x).requires_grad_()
    y = function(image, window, stride, padding)
    (y * numbers(4, *y.shape)).sum().backward()
    return {
        "name": name, "x": x, "w": pair(window), "stride": pair(stride), "padding": pair(padding),
        "shape": list(y.shape), "y": flat(y), "dx": flat(image.grad),
    }


B = [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
TAPS = [[1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 0, 0, 0, 0]]
json.dump(
    {
        "convolutions": [
            convolution("plain", [2, 3, 5, 7], [4, 3, 3, 3]),
            convolution("stride 2, padding 1", [3, 2, 6, 6], [3, 2, 4, 4], 2, 1),
            convolution("odd stride and padding", [2, 2, 8, 7], [3, 2, 3, 2], (3, 2), (2, 1)),
            convolution("windows that leave lines out", [1, 2, 8, 9], [2, 2, 3, 3], 3, 0),
            convolution("dilation", [2, 2, 9, 8], [2, 2, 3, 2], (1, 2), (2, 1), (2, 3)),
            convolution("one by one", [2, 5, 3, 4], [6, 5, 1, 1]),
            convolution("one channel", [2, 1, 6, 5], [3, 1, 5, 3], (1, 2), 2),
            convolution("as large as the image", [3, 4, 4, 5], [5, 4, 4, 5]),
            convolution("taps before the centre", [2, 3, 5, 6], [4, 3, 3, 3], 1, 1, 1, B),
            convolution("scattered taps", [2, 5, 6, 6], [3, 5, 3, 5], (2, 1), (1, 2), 1, TAPS),
            convolution("transposed", [2, 3, 4, 3], [3, 2, 4, 4], 2, 1, transposed=True),
            convolution("transposed from one pixel", [3, 5, 1, 1], [5, 2, 3, 3], transposed=True),
            convolution(
                "transposed, lines more", [2, 2, 3, 4], [2, 3, 3, 2], (3, 2), (1, 0), (1, 2),
                transposed=True, output=(2, 1)),
        ],
        "pools": [
            pool("maximum", F.max_pool2d, [2, 2, 6, 6], 2, 2, 0),
            pool("maximum of overlaps", F.max_pool2d, [2, 2, 7, 8], (3, 4), (2, 3), (1, 2)),
            pool("mean", F.avg_pool2d, [2, 2, 6, 6], 2, 2, 0),
            pool("mean of overlaps", F.avg_pool2d, [2, 2, 7, 8], (3, 4), (2, 3), (1, 2)),
        ],
    },
    sys.stdout, separators=(",", ":"))
