"""Writes autoencoders.json: what whole autoencoders in PyTorch compute for fixed numbers.

Every case is the loss, summed over five samples, and its derivatives by all parameters, in float64. Parameters
are in the order of the model: weights and biases of the encoder's layers, then of the decoder's; a tied decoder
has biases alone. The contraction is the Jacobian by torch.func, differentiated again; the denoising case encodes
the samples times a mask, which the program draws from seed 1 at step 0 for a share of 0.4. Of the classifier,
`error` is the percentage of samples whose likeliest class is another, and `y` are the logits.

Usage: python3 autoencoders.py > autoencoders.json     (made with PyTorch 2.15)
"""

import json
import pathlib
import sys

import torch
from torch.nn import functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Scripts"))
from fixture_numbers import flat, numbers

ROWS, WIDTH = 5, 7

# 1 where a value stays, 0 where it is masked.
KEPT = """
1111111
0111010
1111001
1111111
1111000
"""

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "none": lambda x: x}


def case(widths, activations, loss, tied=False, contraction=0.0, output="none", sparsity=None, masked=False):
    sizes = [WIDTH] + widths
    shapes = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        shapes += [(outputs, inputs), (outputs,)]
    for inputs, outputs in zip(sizes[::-1], sizes[::-1][1:]):
        shapes += [(outputs,)] if tied else [(outputs, inputs), (outputs,)]
    parameters = [numbers(10 + i, *shape).requires_grad_() for i, shape in enumerate(shapes)]
    functions = [ACTIVATIONS[name] for name in activations]
    depth = len(widths)
    x = numbers(1, ROWS, WIDTH) + 0.5

    def encode(x):
        for layer in range(depth):
            weights, bias = parameters[2 * layer : 2 * layer + 2]
            x = functions[layer](x @ weights.T + bias)
        return x

    def decode(h):
        back = [ACTIVATIONS[output]] + functions[:-1]
        for place in range(depth):
            layer = depth - 1 - place
            if tied:
                h = h @ parameters[2 * layer] + parameters[2 * depth + place]
            else:
                weights, bias = parameters[2 * (depth + place) : 2 * (depth + place) + 2]
                h = h @ weights.T + bias
            h = back[layer](h)
        return h

    kept = torch.tensor([float(bit) for bit in "".join(KEPT.split())], dtype=torch.float64).reshape(x.shape)
    code = encode(x * kept if masked else x)
    y = decode(code)
    if loss == "bernoulli":
        total = F.binary_cross_entropy_with_logits(y, x, reduction="sum")
        error = ((torch.sigmoid(y) - x) ** 2).sum()
    else:
        error = ((y - x) ** 2).sum()
        total = error / 2
    penalty = torch.func.vmap(torch.func.jacrev(encode))(x).square().sum() if contraction else torch.zeros(())
    penalty = contraction * penalty
    if sparsity:
        penalty = sparsity(code)
    return result(total + penalty, error, penalty, y, parameters)


def result(total, error, penalty, y, parameters):
    gradients = torch.autograd.grad(total, parameters)
    return {
        "loss": total.item(), "error": error.item(), "penalty": penalty.item(),
        "y": flat(y, digits=9), "gradients": [flat(gradient, digits=9) for gradient in gradients],
    }


def magnitude(code):
    return 0.4 * code.abs().sum()


def divergence(code):
    """2 KL(0.1 || mean activity), summed over units, once a sample; means kept from 0 and 1 as the program does."""
    activity = code.mean(0) * (1 - 2e-6) + 1e-6
    on = 0.1 * torch.log(0.1 / activity)
    return 2 * ROWS * (on + 0.9 * torch.log(0.9 / (1 - activity))).sum()


def convolutional():
    """Images of 4 x 4; a convolution and a dense layer, and their counterparts."""
    shapes = [(3, 1, 2, 2), (3,), (5, 12), (5,), (12, 5), (12,), (3, 1, 2, 2), (1,)]
    p = [numbers(10 + i, *shape).requires_grad_() for i, shape in enumerate(shapes)]
    x = numbers(1, ROWS, 16) + 0.5
    h = torch.tanh(F.conv2d(x.reshape(ROWS, 1, 4, 4), p[0], p[1], stride=2)).flatten(1)
    h = torch.tanh((h @ p[2].T + p[3]) @ p[4].T + p[5]).reshape(ROWS, 3, 2, 2)
    y = F.conv_transpose2d(h, p[6], p[7], stride=2).flatten(1)
    total = F.binary_cross_entropy_with_logits(y, x, reduction="sum")
    return result(total, ((torch.sigmoid(y) - x) ** 2).sum(), torch.zeros(()), y, p)


def classifier():
    """Two sigmoid layers and three classes; labels are the samples' numbers, modulo three."""
    shapes = [(6, WIDTH), (6,), (4, 6), (4,), (3, 4), (3,)]
    p = [numbers(10 + i, *shape).requires_grad_() for i, shape in enumerate(shapes)]
    x = numbers(1, ROWS, WIDTH) + 0.5
    labels = torch.arange(ROWS) % 3
    h = torch.sigmoid(torch.sigmoid(x @ p[0].T + p[1]) @ p[2].T + p[3])
    y = h @ p[4].T + p[5]
    error = 100.0 * (y.argmax(1) != labels).sum()
    return result(F.cross_entropy(y, labels, reduction="sum"), error, torch.zeros(()), y, p)


json.dump(
    {
        "deep bernoulli": case([6, 5, 3], ["sigmoid", "sigmoid", "none"], "bernoulli"),
        "deep squared": case([6, 5, 3], ["tanh", "tanh", "none"], "squared"),
        "squared sigmoid": case([6, 3], ["sigmoid", "sigmoid"], "squared", output="sigmoid"),
        "tied": case([6, 4], ["sigmoid", "sigmoid"], "bernoulli", tied=True),
        "contractive": case([9], ["sigmoid"], "bernoulli", tied=True, contraction=0.3),
        "sparse, magnitude": case([9], ["tanh"], "squared", sparsity=magnitude),
        "sparse, divergence": case([9, 6], ["tanh", "sigmoid"], "bernoulli", sparsity=divergence),
        "denoising": case([6, 4], ["sigmoid", "sigmoid"], "bernoulli", masked=True),
        "convolutional": convolutional(),
        "classifier": classifier(),
        "deep contractive": case([6, 4], ["tanh", "sigmoid"], "squared", contraction=0.2),
    },
    sys.stdout, indent=0,
)
