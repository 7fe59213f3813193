"""Branin's function, whose three valleys are equally deep, and an integer that tells them apart.

Usage: python branin_integer.py [number of evaluations]
"""

import math
import sys

import pysmac_compat as pysmac


def branin(x, y):
    """Has its least value, about 0.3979, three times: near x = -3.14, 3.14 and 9.42."""
    bend = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bend**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def branin_integer(x, y, n):
    """With n = 3 as Branin's own; the further n is from 3, the more its valleys are tilted."""
    tilt = abs(n - 3)
    return branin(x, y) + tilt * (1 + abs(x) / 10)


parameter_definition = {
    "x": ("real", [-5, 10], 0),
    "y": ("real", [0, 15], 7.5),
    "n": ("integer", [0, 10], 8),
}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(branin_integer, evaluations, parameter_definition, seed=1)
    print(f"least value found: {value:.4f} (the least there is: 0.3979)")
    print(f"parameters: {parameters}")
