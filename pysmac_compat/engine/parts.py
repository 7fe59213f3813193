"""The parts from which a session is built; each function makes one part for a scenario.

All parts are subclasses of SMAC3's own classes and are passed to its facade as keyword arguments.
"""

from __future__ import annotations

from typing import Any

from smac import Scenario
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction
from smac.model import AbstractModel

from pysmac_compat.engine.acquisition import FUNCTIONS
from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.coding import Coding
from pysmac_compat.engine.encoder import Encoder
from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.engine.racing import Racing
from pysmac_compat.engine.repeating import Repeating
from pysmac_compat.engine.selector import DefaultFirst, Selector
from pysmac_compat.engine.settings import AcquisitionSettings, ForestSettings, RacingSettings, SurrogateSettings

#: with more scales than this, each of which has a length, a Gaussian process takes too long to fit
MOST_SCALES = 100


def surrogate(
    scenario: Scenario,
    settings: SurrogateSettings = SurrogateSettings(),
    forest: ForestSettings = ForestSettings(),
) -> AbstractModel:
    """Return the surrogate, which predicts costs."""
    if settings.model == "gp":
        return GaussianProcess(scenario)
    small = Coding(scenario.configspace).n_scales <= MOST_SCALES
    if settings.model == "auto" and forest == ForestSettings() and small:
        return Portfolio(scenario)
    return Forest(scenario, forest)


def acquisition(
    scenario: Scenario, settings: AcquisitionSettings = AcquisitionSettings()
) -> AbstractAcquisitionFunction:
    """Return the acquisition function, whose maximum is the next configuration."""
    return FUNCTIONS[settings.function]()


def initial_design(scenario: Scenario, settings: RacingSettings = RacingSettings()) -> DefaultFirst:
    """Return the initial design: the default configuration, then a Latin hypercube."""
    most = min(scenario.n_trials, settings.max_configurations or scenario.n_trials)
    return DefaultFirst(scenario, n_configs=max(2, min(10, most // 4)))


def intensifier(
    scenario: Scenario, settings: RacingSettings = RacingSettings(), *, capping: Capping | None = None, **more: Any
) -> Racing:
    """Return the part that decides what runs next: `Repeating` if runs differ only by their seeds, else `Racing`.

    With capping, or if ``settings.first_batch`` is not 1, it is always `Racing`.
    """
    one = scenario.instances is None or len(scenario.instances) == 1
    repeats = one and not scenario.deterministic and capping is None and settings.first_batch == 1
    return (Repeating if repeats else Racing)(scenario, settings, capping=capping, **more)


#: random and local search for the largest acquisition value
maximizer = LocalAndRandomSearch
#: proposes configurations
selector = Selector
#: makes the data to which the surrogate is fitted
encoder = Encoder
