"""The cheapest can that holds a drink: what cannot be built is forbidden, so that it is never tried.

Usage: python forbidden_clauses.py [number of evaluations]
"""

import math
import sys

import pysmac_compat as pysmac

PRICES = {"tin": 3.0, "aluminium": 4.0, "plastic": 1.5}  # of a square centimetre
FINISHES = {"plain": 0, "printed": 80, "embossed": 150}

parameter_definition = {
    "radius": ("real", [1, 10], 4),
    "height": ("real", [1, 30], 8),
    "material": ("categorical", ["tin", "aluminium", "plastic"], "tin"),
    "finish": ("ordinal", ["plain", "printed", "embossed"], "printed"),
}

forbidden_clauses = [
    # classic: equations, forbidden where all of them hold
    "{material = plastic, finish = embossed}",
    # expressions: forbidden where they are true
    "{3.14159 * radius^2 * height < 330}",  # too little room
    "{height < 1.5 * radius || height > 4 * radius}",  # too flat, too slim to stand
    "{material == tin && radius > 5}",
    "{finish < printed && material != plastic}",
]


def price(radius, height, material, finish):
    """Of the material of the lids and of the wall, and of the finish."""
    surface = 2 * math.pi * radius * (radius + height)
    return surface * PRICES[material] + FINISHES[finish]


if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(price, evaluations, parameter_definition, forbidden_clauses=forbidden_clauses)
    volume = math.pi * parameters["radius"] ** 2 * parameters["height"]
    print(f"least value found: {value:.1f}")
    print(f"parameters: {parameters}")
    print(f"it holds {volume:.0f} ml")
