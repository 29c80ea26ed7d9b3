"""Writes sgd_trajectory.json: what torch.optim.SGD does with given gradients.

PyTorch keeps v = momentum * v + g and subtracts lr * v; this package keeps the step itself,
v = momentum * v - lr * g, and adds it. At a constant learning rate these are the same
trajectory, also when the momentum changes on the way.

Usage: python3 make_sgd_trajectory.py > sgd_trajectory.json     (made with PyTorch 2.15, float64)
"""

import json

import torch

STEPS, SWITCH, COUNT = 20, 7, 8
SHAPES = {"weights": (3, 5), "bias": (3,)}

torch.manual_seed(1)
parameters = {
    name: torch.randn(shape, dtype=torch.float64).float().double().requires_grad_()
    for name, shape in SHAPES.items()
}
# Weight decay pulls weights, not biases.
optimizer = torch.optim.SGD(
    [
        {"params": [parameters["weights"]], "weight_decay": 0.01},
        {"params": [parameters["bias"]], "weight_decay": 0.0},
    ],
    lr=0.05,
    momentum=0.5,
)


def flat(tensors):
    return [round(x, 12) for t in tensors for x in t.detach().flatten().tolist()]


initial = flat(parameters.values())
sums, trajectory = [], []
for step in range(STEPS):
    if step == SWITCH:
        for group in optimizer.param_groups:
            group["momentum"] = 0.9
    # A sum over COUNT samples, exact in float32.
    drawn = [torch.randn(shape, dtype=torch.float64).float().double() for shape in SHAPES.values()]
    for parameter, gradient in zip(parameters.values(), drawn):
        parameter.grad = gradient / COUNT
    optimizer.step()
    sums.append(flat(drawn))
    trajectory.append(flat(parameters.values()))

print(
    json.dumps(
        {
            "learningRate": 0.05, "momentum": [0.5, 0.9], "switchStep": SWITCH,
            "weightDecay": 0.01, "count": COUNT, "initial": initial, "gradientSums": sums,
            "parameters": trajectory,
        }
    )
)
