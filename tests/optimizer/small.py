"""A small function and its space, for tests of what is around them."""

from pysmac_compat import SMAC_optimizer

SPACE = {"r": ("real", [0.0, 4.0], 1.0)}


def parabola(r):
    return 13.0 + (r - 1.0) ** 2


def direct(**arguments):
    """An optimizer that makes the calls in this process: a third of the time where processes are not the question."""
    optimizer = SMAC_optimizer(**arguments)
    optimizer.smac_options["isolate"] = False
    return optimizer


def minimize(function=parabola, n=1, **kwargs):
    constructor, options = kwargs.pop("constructor", {}), kwargs.pop("options", {})
    optimizer = SMAC_optimizer(**constructor)
    for name, value in options.items():
        optimizer.smac_options[name] = value
    optimizer.minimize(function, n, SPACE, **kwargs)
    return optimizer.result
