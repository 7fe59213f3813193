"""Rosenbrock's valley in four dimensions, with one parameter of each type.

Usage: python rosenbrock_4d.py [number of evaluations]
"""

import sys
from itertools import pairwise

import pysmac_compat as pysmac

NUMBERS = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]


def rosenbrock(x1, x2, x3, x4):
    """The least value, 0, is at x1 = x2 = x3 = x4 = 1."""
    x = [x1, x2, x3, x4]
    return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in pairwise(x))


parameter_definition = {
    "x1": ("real", [-5, 5], 5),
    "x2": ("integer", [-5, 5], 5),
    "x3": ("categorical", [5, 2, 0, 1, -1, -2, 4, -3, 3, -5, -4], 5),  # no order
    "x4": ("ordinal", NUMBERS, 5),  # the order of the list
}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(rosenbrock, evaluations, parameter_definition)
    print(f"least value found: {value:.4f} (there is none below {rosenbrock(1, 1, 1, 1)}, where all parameters are 1)")
    print(f"parameters: {parameters}")
