"""The parts of SMAC3 that a session is built of, each made for a scenario.

All of them are subclasses of SMAC3's own and go in by its facade's keywords.
"""

from __future__ import annotations

import inspect
from typing import Any

from smac import Scenario
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction
from smac.model import AbstractModel

from pysmac_compat.engine.acquisition import FUNCTIONS
from pysmac_compat.engine.coding import Coding
from pysmac_compat.engine.encoder import Encoder
from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.engine.racing import Racing
from pysmac_compat.engine.selector import DefaultFirst, Selector

#: with more lengths to find than that a Gaussian process takes too long
MOST_SCALES = 100


def surrogate(scenario: Scenario, model: str = "auto", **forest: Any) -> AbstractModel:
    """The model of the costs.

    Parameters
    ----------
    scenario : Scenario
    model : {'auto', 'rf', 'gp'}
        A random forest, a Gaussian process, or what suits: the forest where there are more than
        about 100 parameters, or it has other settings than its defaults; else both in turns.
    **forest
        Settings of the `Forest`.
    """
    defaults = inspect.signature(Forest).parameters
    forest = {name: value for name, value in forest.items() if value != defaults[name].default}
    if model == "gp":
        return GaussianProcess(scenario)
    small = Coding(scenario.configspace).n_scales <= MOST_SCALES
    if model == "auto" and not forest and small:
        return Portfolio(scenario)
    return Forest(scenario, **forest)


def acquisition(scenario: Scenario, function: str = "EI") -> AbstractAcquisitionFunction:
    """What is maximised to find the next configuration, by its name in SMAC v2."""
    return FUNCTIONS[function]()


def maximizer(scenario: Scenario, **settings: int) -> LocalAndRandomSearch:
    """Random and local search for the best acquisition value; for the settings see `LocalAndRandomSearch`."""
    return LocalAndRandomSearch(scenario, **settings)


def selector(scenario: Scenario, use_model: bool = True, **settings: Any) -> Selector:
    """Proposes configurations; for the settings see `Selector`."""
    return Selector(scenario, use_model, **settings)


def intensifier(scenario: Scenario, **settings: Any) -> Racing:
    """Decides what is evaluated next; for the settings see `Racing`."""
    return Racing(scenario, **settings)


def initial_design(scenario: Scenario) -> DefaultFirst:
    """The default configuration, then a Latin hypercube."""
    return DefaultFirst(scenario, n_configs=max(2, min(10, scenario.n_trials // 4)))


def encoder(scenario: Scenario, **settings: Any) -> Encoder:
    """What the surrogate learns from; for the settings see `Encoder`."""
    return Encoder(scenario, **settings)
