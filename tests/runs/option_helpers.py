"""What the tests of the options share."""

from __future__ import annotations

import warnings

import pysmac_compat

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


def quadratic(x, y):
    return (x - 1) ** 2 + y


def minimise(options, function=quadratic, n=12, **keywords):
    optimizer = pysmac_compat.SMAC_optimizer()
    for name, value in options:
        optimizer.smac_options[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.minimize(function, n, PARAMETERS, **keywords)
    return optimizer.result


def configurations(result):
    return [e.configuration for e in result.runs[0].evaluations]
