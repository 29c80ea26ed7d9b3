"""Writes optimizer_trajectories.json: what PyTorch's optimizers do with given gradients.

All cases see the same gradients. Where PyTorch has no such option (epsilon under RMSProp's root, Adam
without bias correction, decoupled decay of plain descent) the formula stands here.

Usage: python3 make_optimizer_trajectories.py > optimizer_trajectories.json
(made with PyTorch 2.15, float64)
"""

import json
import math

import torch
from torch.optim import lr_scheduler, swa_utils

STEPS, KEPT, COUNT, EPOCH = 40, (0, 1, 2, 4, 9, 19, 39), 8, 10
SHAPES = {"weights": (3, 5), "bias": (3,)}


def draw(scale=1.0):
    return [scale * torch.randn(s, dtype=torch.float64).float().double() for s in SHAPES.values()]


torch.manual_seed(2)
initial = draw()
# A sum over COUNT samples, exact in float32; its size varies, so that clipping binds at times only.
sums = [draw(2.0 ** (step % 4)) for step in range(STEPS)]


def flat(tensors):
    return [round(x, 12) for t in tensors for x in t.detach().flatten().tolist()]


class Formula:
    """An optimizer of one tensor each: state and gradient in, change out."""

    def __init__(self, change, decay=0.0):
        self.change, self.decay = change, decay

    def __call__(self, parameters):
        self.parameters, self.states, self.t = parameters, [{} for _ in parameters], 0
        return self

    def step(self):
        self.t += 1
        with torch.no_grad():
            for parameter, state in zip(self.parameters, self.states):
                decay = self.decay if parameter.dim() > 1 else 0.0
                parameter.mul_(1 - decay).add_(self.change(parameter.grad, state, self.t))


def rmsprop_inside(gradient, state, _):
    state["s"] = 0.9 * state.get("s", 0.0) + 0.1 * gradient**2
    return -0.01 * gradient / torch.sqrt(state["s"] + 1e-2)


def adam_uncorrected(gradient, state, _):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * gradient
    state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * gradient**2
    return -0.01 * state["m"] / (torch.sqrt(state["v"]) + 1e-8)


def torch_rule(kind, decay=0.0, **options):
    """Weight decay pulls weights, not biases."""
    return lambda parameters: kind(
        [
            {"params": parameters[:1], "weight_decay": decay},
            {"params": parameters[1:], "weight_decay": 0.0},
        ],
        **options,
    )


def run(rule, clip=None, schedule=None, average=None):
    parameters = [torch.nn.Parameter(t.clone()) for t in initial]
    optimizer = rule(parameters)
    schedule = schedule(optimizer) if schedule else None
    model = torch.nn.ParameterList(parameters)
    if average:
        averaged = swa_utils.AveragedModel(
            model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(average)
        )
    kept = []
    for step, drawn in enumerate(sums):
        for parameter, gradient in zip(model, drawn):
            parameter.grad = gradient / COUNT
        if clip:
            clip(list(model))
        optimizer.step()
        if average:
            averaged.update_parameters(model)
        if schedule and (schedule.per_update or (step + 1) % EPOCH == 0):
            schedule.step()
        if step in KEPT:
            kept.append(flat(averaged.module if average else model))
    return kept


def scheduled(kind, per_update, **options):
    def make(optimizer):
        schedule = kind(optimizer, **options)
        schedule.per_update = per_update
        return schedule

    return make


SGD, Adam, AdamW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
RMSprop, Adagrad = torch.optim.RMSprop, torch.optim.Adagrad
utils = torch.nn.utils


def norm(bound):
    # PyTorch adds 1e-6 to the norm; this package divides by the norm itself.
    def clip(parameters):
        total = math.sqrt(sum((p.grad**2).sum().item() for p in parameters))
        if total > bound:
            utils.clip_grad_norm_(parameters, bound * (total + 1e-6) / total)

    return clip


def value(bound):
    return lambda parameters: utils.clip_grad_value_(parameters, bound)


plain = torch_rule(SGD, lr=0.05)
adam = torch_rule(Adam, lr=0.01)
CASES = {
    "sgd": run(plain),
    "sgd-decay": run(torch_rule(SGD, lr=0.05, decay=0.01)),
    "sgd-decoupled": run(Formula(lambda gradient, *_: -0.05 * gradient, decay=0.05 * 0.1)),
    "momentum": run(torch_rule(SGD, lr=0.05, momentum=0.9, decay=0.01)),
    "nesterov": run(torch_rule(SGD, lr=0.05, momentum=0.9, nesterov=True, decay=0.01)),
    "rmsprop": run(torch_rule(RMSprop, lr=0.01, alpha=0.9, eps=1e-7)),
    "rmsprop-momentum": run(
        torch_rule(RMSprop, lr=0.003, alpha=0.95, eps=1e-7, momentum=0.5, decay=0.01)
    ),
    "rmsprop-inside": run(Formula(rmsprop_inside)),
    "adagrad": run(torch_rule(Adagrad, lr=0.1)),
    "adagrad-initial": run(
        torch_rule(Adagrad, lr=0.1, initial_accumulator_value=0.1, eps=1e-6, decay=0.01)
    ),
    "adam": run(adam),
    "adam-options": run(torch_rule(Adam, lr=0.01, betas=(0.5, 0.99), eps=1e-3, decay=0.05)),
    "adam-uncorrected": run(Formula(adam_uncorrected)),
    "adamw": run(torch_rule(AdamW, lr=0.01, decay=0.1)),
    "clip-norm": run(plain, clip=norm(2.0)),
    "clip-value": run(plain, clip=value(0.3)),
    "clip-both": run(adam, clip=lambda p: (norm(2.0)(p), value(0.3)(p))),
    "average": run(adam, average=0.9),
    "step": run(plain, schedule=scheduled(lr_scheduler.StepLR, False, step_size=2, gamma=0.5)),
    "exponential": run(plain, schedule=scheduled(lr_scheduler.ExponentialLR, False, gamma=0.5)),
    "cosine-updates": run(
        adam, schedule=scheduled(lr_scheduler.CosineAnnealingLR, True, T_max=40, eta_min=0.001)
    ),
    "linear-updates": run(
        adam,
        schedule=scheduled(
            lr_scheduler.LinearLR, True, start_factor=1.0, end_factor=0.1, total_iters=20
        ),
    ),
    "warm-up": run(
        adam,
        schedule=scheduled(
            lr_scheduler.LambdaLR, True, lr_lambda=lambda update: min((update + 1) / 8, 1)
        ),
    ),
}

print(
    json.dumps(
        {
            "count": COUNT, "stepsPerEpoch": EPOCH, "kept": KEPT, "initial": flat(initial),
            "gradientSums": [flat(drawn) for drawn in sums], "cases": CASES,
        }
    )
)
