"""Writes layers.json: what PyTorch's modules compute for fixed numbers.

Every case is ⟨y, g⟩ for fixed numbers g, or the module's loss where y is one number, differentiated with
respect to the samples and all parameters, in float64. Parameters are in the module's own order.

Usage: python3 layers.py > layers.json     (made with PyTorch 2.15)
"""

import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Scripts"))
from fixture_numbers import flat, numbers


def labels(count, classes):
    return torch.tensor([(i * 5 + 1) % classes for i in range(count)])


class First(nn.Module):
    """A recurrent module's states alone: all, or the last."""

    def __init__(self, module, last=False):
        super().__init__()
        self.module, self.last = module, last

    def forward(self, x):
        y, _ = self.module(x)
        return y[:, -1] if self.last else y


class Loss(nn.Module):
    def __init__(self, module, loss):
        super().__init__()
        self.module, self.loss = module, loss

    def forward(self, x):
        return self.loss(self.module(x), x)


def case(module, *shape, samples=None, train=True):
    module = module.double().train(train)
    x = numbers(1, *shape) if samples is None else samples
    x = x.requires_grad_(x.is_floating_point())
    parameters = list(module.parameters())
    with torch.no_grad():
        for item, parameter in enumerate(parameters):
            parameter.copy_(numbers(10 + item, *parameter.shape))
    y = module(x)
    (y * numbers(4, *y.shape) if y.numel() > 1 else y).sum().backward()
    states = [b for b in module.buffers() if b.is_floating_point()] if train else []
    return {
        "x": list(x.shape), "shape": list(y.shape), "y": flat(y),
        "dx": flat(x.grad) if x.is_floating_point() else [],
        "dp": [flat(p.grad) for p in parameters], "states": [flat(s) for s in states],
    }


def evaluated(module):
    with torch.no_grad():
        for item, state in enumerate(b for b in module.buffers() if b.is_floating_point()):
            state.copy_(numbers(30 + item, *state.shape) + item)
    return module


STACK = nn.Sequential(
    nn.Conv2d(2, 3, 4, 2, 1, bias=False), nn.BatchNorm2d(3), nn.LeakyReLU(0.2), nn.Flatten(),
    nn.Linear(27, 5), nn.Tanh(), nn.Linear(5, 4))
DECODER = nn.Sequential(
    nn.Linear(7, 16), nn.ReLU(), nn.Unflatten(1, (4, 2, 2)), nn.ConvTranspose2d(4, 3, 4, 2, 1),
    nn.ELU(1.5), nn.ConvTranspose2d(3, 1, 3, 2, 1, 1), nn.Sigmoid())

json.dump(
    {
        "dense": case(nn.Linear(7, 5), 4, 7),
        "dense sigmoid": case(nn.Sequential(nn.Linear(7, 5), nn.Sigmoid()), 4, 7),
        "dense softplus": case(nn.Sequential(nn.Linear(7, 5), nn.Softplus()), 4, 7),
        "convolution": case(nn.Conv2d(3, 5, (3, 2), (2, 1), 1, 2), 2, 3, 7, 6),
        "transposed convolution": case(nn.ConvTranspose2d(3, 2, 4, 2, 1), 2, 3, 3, 4),
        "batch norm": case(nn.BatchNorm1d(5), 6, 5),
        "batch norm of images": case(nn.BatchNorm2d(3), 4, 3, 3, 2),
        "batch norm evaluated": case(evaluated(nn.BatchNorm2d(3)), 4, 3, 3, 2, train=False),
        "layer norm": case(nn.LayerNorm(5), 6, 5),
        "layer norm of sequences": case(nn.LayerNorm(5), 3, 4, 5),
        "embedding": case(nn.Embedding(6, 3), samples=labels(8, 6).reshape(2, 4)),
        "max pool": case(nn.MaxPool2d(3, 2, 1), 2, 2, 7, 6),
        "average pool": case(nn.AvgPool2d((2, 3)), 2, 2, 6, 6),
        "lstm": case(First(nn.LSTM(3, 4, batch_first=True)), 2, 5, 3),
        "lstm last": case(First(nn.LSTM(3, 4, batch_first=True), True), 2, 5, 3),
        "gru": case(First(nn.GRU(3, 4, batch_first=True)), 2, 5, 3),
        "gru last": case(First(nn.GRU(3, 4, batch_first=True), True), 2, 5, 3),
        "stack with cross-entropy": case(
            Loss(STACK, lambda y, x: F.cross_entropy(y, labels(3, 4), reduction="sum")), 3, 2, 6, 6),
        "decoder": case(DECODER, 3, 7),
        "Bernoulli loss": case(
            Loss(nn.Linear(6, 6), lambda y, x: F.binary_cross_entropy_with_logits(
                y, x.detach() + 0.5, reduction="sum")), 4, 6),
        "Gaussian loss": case(
            Loss(nn.Linear(6, 6), lambda y, x: F.gaussian_nll_loss(
                y, x, torch.full_like(y, 2.0), full=True, reduction="sum")), 4, 6),
    },
    sys.stdout, separators=(",", ":"))
