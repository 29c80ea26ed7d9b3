"""Writes autoencoders.json: what whole autoencoders in PyTorch compute for fixed numbers.

Every case is the loss, summed over five samples, and its derivatives by all parameters, in float64. Parameters
are in the order of the model: weights and biases of the encoder's layers, then of the decoder's; a tied decoder
has biases alone. The contraction is the Jacobian by torch.func, differentiated again.

Usage: python3 autoencoders.py > autoencoders.json     (made with PyTorch 2.15)
"""

import json
import sys

import torch
from torch.nn import functional as F

ROWS, WIDTH = 5, 7


def numbers(item, *shape):
    count = 1
    for size in shape:
        count *= size
    values = [((i + 1) * (7919 + 2 * item) % 1009) / 1009 - 0.5 for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


def flat(tensor):
    return [float("%.9g" % x) for x in tensor.detach().flatten().tolist()]


ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "none": lambda x: x}


def case(widths, activations, loss, tied=False, contraction=0.0, output="none"):
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

    y = decode(encode(x))
    if loss == "bernoulli":
        total = F.binary_cross_entropy_with_logits(y, x, reduction="sum")
        error = ((torch.sigmoid(y) - x) ** 2).sum()
    else:
        error = ((y - x) ** 2).sum()
        total = error / 2
    penalty = torch.func.vmap(torch.func.jacrev(encode))(x).square().sum() if contraction else torch.zeros(())
    total = total + contraction * penalty
    gradients = torch.autograd.grad(total, parameters)
    return {
        "loss": total.item(), "error": error.item(), "contraction": contraction * penalty.item(),
        "y": flat(y), "gradients": [flat(gradient) for gradient in gradients],
    }


json.dump(
    {
        "deep bernoulli": case([6, 5, 3], ["sigmoid", "sigmoid", "none"], "bernoulli"),
        "deep squared": case([6, 5, 3], ["tanh", "tanh", "none"], "squared"),
        "squared sigmoid": case([6, 3], ["sigmoid", "sigmoid"], "squared", output="sigmoid"),
        "tied": case([6, 4], ["sigmoid", "sigmoid"], "bernoulli", tied=True),
        "contractive": case([9], ["sigmoid"], "bernoulli", tied=True, contraction=0.3),
        "deep contractive": case([6, 4], ["tanh", "sigmoid"], "squared", contraction=0.2),
    },
    sys.stdout, indent=0,
)
