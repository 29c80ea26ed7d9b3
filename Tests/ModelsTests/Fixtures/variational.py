"""Writes variational.json: losses and gradients of whole variational autoencoders in PyTorch.

Layers, likelihoods and bounds are written with PyTorch's own modules and distributions, in float64. The noise is
that of the tested program: Philox4x32-10 (Salmon et al., 2011) and Box–Muller, in NumPy, counted by step, round
and sample. Batch norms also tell their running statistics after several steps of training.

Usage: python3 variational.py > variational.json     (made with PyTorch 2.15)
"""

import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.distributions import Bernoulli, Normal, kl_divergence

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Scripts"))
from fixture_numbers import flat, numbers

SEED, LATENT_PURPOSE, STEP = 5, 9, 3


def philox(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    mask = 0xFFFFFFFF
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & mask, (p0 >> 32) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c0, c1, c2, c3


def noise(rows, width, step, round):
    """Standard normal numbers of samples 0 … rows − 1, at most 32 of each."""
    key = philox((LATENT_PURPOSE, 0x7364742D, 0, 0), (SEED, 0))[:2]
    result = np.zeros((rows, width))
    for item in range(rows):
        words = np.array([philox((block, item, step, round), key) for block in range(16)]).T.flatten()
        unit = (words >> 8) * 2.0**-24
        result[item] = (np.sqrt(-2 * np.log(1 - unit[:32])) * np.cos(2 * np.pi * unit[32:]))[:width]
    return torch.tensor(result.astype(np.float32)).double()


class VAE(nn.Module):
    def __init__(self, encoder, code, latent, decoder, classes=0, likelihood="bernoulli", samples=1, variance=None):
        super().__init__()
        self.encoder = encoder
        self.mean, self.log_variance = nn.Linear(code, latent), nn.Linear(code, latent)
        self.decoder = decoder
        self.classes, self.likelihood, self.samples = classes, likelihood, samples
        self.log_likelihood_variance = nn.Parameter(torch.zeros(1)) if variance == "learned" else None
        self.variance = variance

    def labelled(self, x, labels):
        if not self.classes:
            return x
        one = nn.functional.one_hot(labels, self.classes).double()
        one = one.reshape(*one.shape, *[1] * (x.dim() - 2)).expand(*one.shape, *x.shape[2:])
        return torch.cat([x, one], 1)

    def log_likelihood(self, x, z, labels):
        y = self.decoder(self.labelled(z, labels)).reshape(len(x), -1)
        x = x.reshape(len(x), -1)
        if self.likelihood == "bernoulli":
            return Bernoulli(logits=y, validate_args=False).log_prob(x).sum(1)
        learned = self.log_likelihood_variance
        deviation = learned.exp().sqrt() if learned is not None else torch.tensor(self.variance).double().sqrt()
        return Normal(y, deviation).log_prob(x).sum(1)

    def forward(self, x, labels, step):
        code = self.encoder(self.labelled(x, labels)).flatten(1)
        q = Normal(self.mean(code), (0.5 * self.log_variance(code)).exp())
        p = Normal(torch.zeros_like(q.loc), torch.ones_like(q.loc))
        draws = [q.loc + q.scale * noise(*q.loc.shape, step, k) for k in range(self.samples)]
        if self.samples == 1:
            return (kl_divergence(q, p).sum(1) - self.log_likelihood(x, draws[0], labels)).sum()
        weights = [
            self.log_likelihood(x, z, labels) + p.log_prob(z).sum(1) - q.log_prob(z).sum(1) for z in draws
        ]
        return -(torch.logsumexp(torch.stack(weights), 0) - np.log(self.samples)).sum()


def case(model, rows, *shape, steps=1):
    model = model.double().train()
    named = sorted(model.named_parameters(), key=lambda entry: entry[0] == "log_likelihood_variance")
    parameters = [p for _, p in named]
    x = numbers(1, rows, *shape) + 0.5
    labels = torch.tensor([(i * 5 + 1) % max(model.classes, 1) for i in range(rows)])
    with torch.no_grad():
        for item, parameter in enumerate(parameters):
            parameter.copy_(numbers(10 + item, *parameter.shape))
    for step in range(steps):
        model.zero_grad()
        loss = model(x * 0.5**step, labels, STEP + step)
        loss.backward()
    return {
        "loss": loss.item(), "names": [name for name, _ in named],
        "gradients": [flat(p.grad, digits=9) for p in parameters],
        "states": [flat(b, digits=9) for b in model.buffers() if b.is_floating_point()],
    }


def dense(latent, classes=0, **options):
    return VAE(
        nn.Sequential(nn.Linear(6 + classes, 5), nn.Tanh()), 5, latent,
        nn.Sequential(nn.Linear(latent + classes, 4), nn.ReLU(), nn.Linear(4, 6)), classes, **options)


def convolutional(classes=0):
    return VAE(
        nn.Sequential(nn.Conv2d(1 + classes, 3, 4, 2, 1), nn.Tanh(), nn.Conv2d(3, 2, 3, 1, 1), nn.Tanh()), 18, 3,
        nn.Sequential(
            nn.Linear(3 + classes, 18), nn.Tanh(), nn.Unflatten(1, (2, 3, 3)),
            nn.ConvTranspose2d(2, 1, 4, 2, 1)), classes)


def normalized():
    return VAE(
        nn.Sequential(nn.Conv2d(1, 3, 4, 2, 1, bias=False), nn.BatchNorm2d(3, momentum=0.2), nn.ReLU()), 27, 3,
        nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8, eps=1e-3), nn.Tanh(), nn.Linear(8, 36)))


torch.manual_seed(0)
print(json.dumps({
    "bernoulli": case(dense(3), 7, 6),
    "gaussian": case(dense(3, likelihood="gaussian", variance=0.3), 7, 6),
    "gaussian, learned variance": case(dense(3, likelihood="gaussian", variance="learned"), 7, 6),
    "conditional": case(dense(3, classes=4), 7, 6),
    "importance-weighted": case(dense(3, samples=5), 7, 6),
    "convolutional": case(convolutional(), 5, 1, 6, 6),
    "convolutional, conditional": case(convolutional(classes=2), 5, 1, 6, 6),
    "batch norm": case(normalized(), 6, 1, 6, 6, steps=4),
}, separators=(",", ":")))
