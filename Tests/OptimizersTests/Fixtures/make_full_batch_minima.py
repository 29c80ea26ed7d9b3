"""Writes full_batch_minima.json: what SciPy's line-search methods come to, and with how much work.

Usage: python3 make_full_batch_minima.py > full_batch_minima.json     (made with SciPy 1.17.1, float64)
"""

import json

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der

rng = np.random.default_rng(3)
SIZE = 30
# 1/2 (x - center)' A (x - center) with eigenvalues from 1 to 1000.
basis, _ = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))
matrix = (basis * np.logspace(0, 3, SIZE)) @ basis.T
matrix = ((matrix + matrix.T) / 2).astype(np.float32).astype(float)
center = rng.standard_normal(SIZE).astype(np.float32).astype(float)


def quadratic(x):
    return 0.5 * (x - center) @ matrix @ (x - center)


def quadratic_der(x):
    return matrix @ (x - center)


PROBLEMS = {
    "rosenbrock": (rosen, rosen_der, [-1.2, 1.0]),
    "rosenbrock-10": (rosen, rosen_der, [-1.2, 1.0] * 5),
    "quadratic": (quadratic, quadratic_der, [0.0] * SIZE),
}


def solve(problem, method, tolerance):
    function, gradient, start = problem
    options = {"gtol": tolerance, "maxiter": 1000}
    if method == "L-BFGS-B":
        options["ftol"] = 0
    found = minimize(function, start, jac=gradient, method=method, options=options)
    return {
        "x": found.x.tolist(), "value": found.fun, "iterations": found.nit,
        "evaluations": int(found.nfev),
    }


print(
    json.dumps(
        {
            "matrix": matrix.flatten().tolist(), "center": center.tolist(),
            "minima": {
                name: {
                    "start": problem[2],
                    "lbfgs": solve(problem, "L-BFGS-B", 1e-3),
                    "cg": solve(problem, "CG", 1e-3),
                }
                for name, problem in PROBLEMS.items()
            },
        }
    )
)
