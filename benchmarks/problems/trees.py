"""A hierarchical space of three levels, like a choice among learning algorithms."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem

_CONDITIONS = [
    "kernel | algo == kernel",
    "shrink | algo in {kernel}",
    "degree | kernel == poly",
    "coef | kernel in {poly}",
    "gamma | kernel == rbf",
    "depth | algo == tree",
    "split | algo == tree",
    "leaf | algo in {tree}",
    "prob | split == random",
    "layers | algo == net",
    "w1 | algo == net",
    "act | algo == net",
    "w2 | layers in {2, 3}",
    "w3 | layers == 3",
    "slope | act == leaky",
]


@family("public")
def hier3(draw: Draw) -> Problem:
    """Return a problem of 17 parameters, 15 of them conditional; the best branch, a net of three layers, is deepest.

    A seed moves the best values of numeric parameters. It only reorders the lists of categories, because clauses name
    the categories.
    """
    best: dict[str, Any] = {
        "algo": "net",
        "lr": draw.power(-4, -1, -2.5),
        "layers": "3",
        "act": "leaky",
        "w1": draw.integer(8, 200, 90),
        "w2": draw.integer(8, 200, 40),
        "w3": draw.integer(6, 100, 12),
        "slope": draw.uniform(0.1, 0.9, 0.2),
    }
    rate = math.log10(best["lr"]) + 2.5
    depth, leaf, prob = draw.integer(3, 18, 6), draw.integer(2, 50, 4), draw.uniform(0.1, 0.9, 0.7)
    degree, coef = draw.integer(2, 7, 3), draw.uniform(-0.8, 0.8, 0.4)
    gamma, shrink = draw.uniform(-4, 1, -1.5), draw.uniform(-4, -1, -2)

    def tree(lr: float, x: dict[str, Any]) -> float:
        value = 0.35 + 0.02 * (x["depth"] - depth) ** 2 + 0.1 * abs(math.log10(x["leaf"] / leaf)) + 0.05 * (lr + 1) ** 2
        return value + (0.3 * (x["prob"] - prob) ** 2 if x["split"] == "random" else 0.1)

    def kernel(lr: float, x: dict[str, Any]) -> float:
        value = 0.2 + 0.1 * (math.log10(x["shrink"]) - shrink) ** 2 + 0.05 * (lr + 2) ** 2
        if x["kernel"] == "linear":
            return value + 0.5
        if x["kernel"] == "poly":
            return value + 0.15 + 0.1 * (x["degree"] - degree) ** 2 + 0.3 * (x["coef"] - coef) ** 2
        return value + 0.25 * (math.log10(x["gamma"]) - gamma - 0.3 * (lr + 2)) ** 2

    def net(lr: float, x: dict[str, Any]) -> float:
        layers = int(x["layers"])
        w1, w2, w3 = (math.log10(x[w] / best[w]) if w in x else 0.0 for w in ("w1", "w2", "w3"))
        value = {1: 0.45, 2: 0.15, 3: 0.0}[layers] + 0.4 * (lr + 2.5) ** 2 + 0.8 * (w1**2 + w2**2)
        if layers == 3:
            value += 0.8 * (w3 - 0.3 * w2) ** 2
        if x["act"] == "leaky":
            return value + 2 * (x["slope"] - best["slope"]) ** 2
        return value + {"relu": 0.1, "tanh": 0.25}[x["act"]]

    def hierarchy(algo: str, lr: float, **x: Any) -> float:
        return {"tree": tree, "kernel": kernel, "net": net}[algo](math.log10(lr) - rate, x)

    parameters: dict[str, tuple[Any, ...]] = {
        "algo": ("categorical", draw.shuffled(["tree", "kernel", "net"]), "tree"),
        "lr": ("real", [1e-5, 1.0], 0.1, "log"),
        "kernel": ("categorical", draw.shuffled(["linear", "poly", "rbf"]), "linear"),
        "degree": ("integer", [1, 8], 6),
        "coef": ("real", [-1, 1], 0.0),
        "gamma": ("real", [1e-5, 1e2], 1.0, "log"),
        "shrink": ("real", [1e-5, 1.0], 0.5, "log"),
        "depth": ("integer", [1, 20], 15),
        "split": ("categorical", draw.shuffled(["best", "random"]), "best"),
        "prob": ("real", [0, 1], 0.1),
        "leaf": ("integer", [1, 100], 30, "log"),
        "layers": ("ordinal", ["1", "2", "3"], "1"),
        "w1": ("integer", [2, 512], 16, "log"),
        "w2": ("integer", [2, 512], 16, "log"),
        "w3": ("integer", [2, 512], 64, "log"),
        "act": ("categorical", draw.shuffled(["relu", "tanh", "leaky"]), "relu"),
        "slope": ("real", [0, 1], 0.9),
    }
    return Problem("hier3", hierarchy, parameters, _CONDITIONS, optimum=0.0, best=best)
