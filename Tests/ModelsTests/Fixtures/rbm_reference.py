"""Contrastive divergence in NumPy, written from the documentation and sharing no code.

All arithmetic is in float64. Random numbers are Philox4x32-10 with the layout of draws that
Sources/CKernels/include/philox.h documents and the keys of RandomStream.init, so that every
Bernoulli draw is the trainer's own; no draw may lie within MARGIN of its threshold, or float32
could decide otherwise. The batch is one piece here: the result must not know of shards.

Usage: python3 rbm_reference.py > rbm_reference.json
"""

import json

import numpy as np

SAMPLES, VISIBLE, HIDDEN, SEED = 23, 12, 7, 20_240_607_000_001
BATCHES = [10, 10, 3]  # of an epoch; the last one is short
EPOCHS = 2
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.1, [0.5, 0.9], 0.01
INITIALIZATION, EPOCH_ORDER, GIBBS, CHAIN_START = 1, 2, 4, 5
MARGIN = 1e-6

CASES = [
    {"name": "CD-1", "gibbsSteps": 1, "chains": 0, "positiveHidden": "probabilities",
     "negativeHidden": "probabilities", "negativeVisible": "samples"},
    {"name": "CD-3", "gibbsSteps": 3, "chains": 0, "positiveHidden": "probabilities",
     "negativeHidden": "probabilities", "negativeVisible": "samples"},
    {"name": "CD-2, other values", "gibbsSteps": 2, "chains": 0, "positiveHidden": "samples",
     "negativeHidden": "samples", "negativeVisible": "probabilities"},
    {"name": "PCD-1", "gibbsSteps": 1, "chains": 7, "positiveHidden": "probabilities",
     "negativeHidden": "probabilities", "negativeVisible": "samples"},
    {"name": "PCD-2", "gibbsSteps": 2, "chains": 17, "positiveHidden": "probabilities",
     "negativeHidden": "samples", "negativeVisible": "samples"},
]


# Philox4x32-10 (Salmon, Moraes, Dror, Shaw, 2011).

def philox(counter, key):
    c = [np.asarray(word, dtype=np.uint64) for word in np.broadcast_arrays(*counter)]
    k = [int(word) for word in key]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [
            (b >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]), b & low,
            (a >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]), a & low,
        ]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


assert [int(w) for w in philox([0] * 4, [0] * 2)] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def stream_key(purpose):
    words = philox([purpose, 0x7364742D, 0, 0], [SEED & 0xFFFFFFFF, SEED >> 32])
    return int(words[0]), int(words[1])


def uniforms(purpose, step, round, item, count):
    """Draw e: word (e % 64) / 16 of block (16 (e / 64) + e % 16, item, step, round)."""
    e = np.arange(count, dtype=np.uint64)
    sixteen, group = np.uint64(16), np.uint64(64)
    blocks = philox(
        [sixteen * (e // group) + e % sixteen, item, step, round], stream_key(purpose))
    words = np.choose((e % group // sixteen).astype(int), blocks)
    return (words >> np.uint64(8)).astype(np.float64) / 2**24


def normals(purpose, item, count):
    """Box and Muller: draws e and e + 32 of a group of 64 are a pair."""
    u = uniforms(purpose, 0, 0, item, (count + 63) // 64 * 64).reshape(-1, 2, 32)
    radius, angle = np.sqrt(-2 * np.log(1 - u[:, 0])), 2 * np.pi * u[:, 1]
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return both.reshape(-1)[:count]


# The machine.

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


margin = 1.0


def draw(means, step, round, ids):
    global margin
    u = np.stack([uniforms(GIBBS, step, round, i, means.shape[1]) for i in ids])
    margin = min(margin, np.abs(u - means).min())
    return (u < means).astype(np.float64)


def gradient(case, W, b, c, x, ids, chains, step):
    """<h x> of the negative phase - <h x> of the data, each a mean of its own; new chains; error."""
    data_h = sigmoid(b + x @ W.T)
    driver = draw(data_h, step, 0, ids)
    if case["positiveHidden"] == "samples":
        data_h = driver
    error = None
    if chains is not None:
        driver, ids = chains, range(len(chains))
    for k in range(case["gibbsSteps"]):
        last = k == case["gibbsSteps"] - 1
        means = sigmoid(c + driver @ W)
        if k == 0 and chains is None:
            error = ((x - means) ** 2).sum()
        v = draw(means, step, 1 + 2 * k, ids)
        if last and case["negativeVisible"] == "probabilities":
            v = means
        h = sigmoid(b + v @ W.T)
        if not last or chains is not None or case["negativeHidden"] == "samples":
            driver = draw(h, step, 2 + 2 * k, ids)
    if case["negativeHidden"] == "samples":
        h = driver
    n, m = len(x), len(v)
    return (
        (h.T @ v / m - data_h.T @ x / n, h.mean(0) - data_h.mean(0), v.mean(0) - x.mean(0)),
        driver if chains is not None else None,
        error,
    )


def flat(*arrays):
    return [round(float(value), 10) for array in arrays for value in np.ravel(array)]


def run(case, data, initial):
    W, b, c = [array.copy() for array in initial]
    velocity = [np.zeros_like(array) for array in (W, b, c)]
    chains = None
    if case["chains"]:
        starts = [uniforms(CHAIN_START, 0, 0, i, HIDDEN) for i in range(case["chains"])]
        chains = (np.stack(starts) < 0.5).astype(np.float64)
    updates, step = [], 0
    for epoch in range(EPOCHS):
        # Any order does for a reference; this one is not the trainer's.
        order = np.argsort(uniforms(EPOCH_ORDER, 0, 0, epoch, SAMPLES), kind="stable")
        start = 0
        for rows in BATCHES:
            ids = [int(i) for i in order[start:start + rows]]
            start += rows
            g, chains, error = gradient(case, W, b, c, data[ids], ids, chains, step)
            decays = (WEIGHT_DECAY, 0, 0)
            for w, v, dw, decay in zip((W, b, c), velocity, g, decays):
                v *= MOMENTUM[epoch]
                v -= LEARNING_RATE * (dw + decay * w)
                w += v
            update = {"step": step, "epoch": epoch, "ids": ids, "parameters": flat(W, b, c)}
            if error is not None:
                update["reconstructionError"] = round(float(error), 8)
            if chains is not None:
                update["chains"] = [int(value) for value in chains.ravel()]
            updates.append(update)
            step += 1
    return {**case, "updates": updates}


# Grey values with zeros and ones among them, all exact in float32.
data = np.stack([uniforms(6, 0, 0, i, VISIBLE) for i in range(SAMPLES)])
data = np.round(np.clip(data * 1.5 - 0.25, 0, 1) * 256) / 256
weights = np.stack([normals(INITIALIZATION, j, VISIBLE) for j in range(HIDDEN)]) * 0.5
biases = [np.round(uniforms(7, 0, 0, i, n) * 256) / 256 - 0.5
          for i, n in enumerate((HIDDEN, VISIBLE))]
initial = [weights.astype(np.float32).astype(np.float64), *biases]
result = {
    "samples": SAMPLES, "visible": VISIBLE, "hidden": HIDDEN, "seed": SEED,
    "learningRate": LEARNING_RATE, "momentum": MOMENTUM, "weightDecay": WEIGHT_DECAY,
    "deviation": 0.5, "data": flat(data), "initial": flat(*initial),
    "cases": [run(case, data, initial) for case in CASES],
}
assert margin > MARGIN, f"a draw lies within {margin} of its threshold: take another SEED"
# One update a line.
text = json.dumps(result)
print(text.replace('{"step"', '\n{"step"').replace('{"name"', '\n{"name"'))
