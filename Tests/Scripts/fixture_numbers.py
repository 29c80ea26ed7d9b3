"""What the scripts of the fixtures share: the numbers that the tests make again, and how results are written.

A script finds it with `sys.path.append(str(pathlib.Path(__file__).parents[2] / "Scripts"))`.
"""

import math

import torch


def numbers(item, *shape):
    """Numbers in −½ … ½, as float32 has them; `numbers` in Tests/TestSupport makes the same."""
    count = math.prod(shape)
    values = [((i + 1) * (7919 + 2 * item) % 1009) / 1009 - 0.5 for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape)


def flat(tensor, digits=8):
    return [float("%.*g" % (digits, x)) for x in tensor.detach().flatten().tolist()]
