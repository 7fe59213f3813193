"""One run: a loop of ask, evaluate and tell around SMAC3."""

from __future__ import annotations

import logging
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace
from smac import HyperparameterOptimizationFacade, Scenario
from smac.acquisition.function import EI
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.random_design import ProbabilityRandomDesign
from smac.runhistory import StatusType, TrialInfo, TrialValue

from pysmac_compat._errors import SpaceExhaustedError
from pysmac_compat.engine import parts
from pysmac_compat.space import vectors

logger = logging.getLogger(__name__)

Part = Callable[[Scenario], Any]

#: below this share of legal configurations a model cannot be searched; see `Session`
RARE = 1e-4
#: what SMAC3 is told of a failed trial: worse than any cost; the surrogate gets another value
_FAILED_COST = 2.0**1000


class Evaluated(Protocol):
    """What an evaluator returns.

    ``learnable``: the value is a cost that the surrogate can learn from; without it
    the trial counts as failed. ``cut_short``: the total time ended it, nothing is learnt.
    """

    @property
    def value(self) -> float: ...

    @property
    def cpu_time(self) -> float: ...

    @property
    def wall_time(self) -> float: ...

    @property
    def learnable(self) -> bool: ...

    @property
    def cut_short(self) -> bool: ...


#: evaluator(configuration, instance, seed, cutoff)
Evaluator = Callable[[Configuration, "int | None", "int | None", "float | None"], Evaluated]


class Session:
    """Searches a configuration space for the configuration of least cost.

    The default configuration is evaluated first, no configuration twice. The search ends
    with the budget, or when no further legal configuration is left (in a space of at most a
    million assignments: exactly; else when 100,000 random draws brought nothing new).
    Where less than one random configuration in 10,000 is legal, no model is used: the
    default and what random draws find are evaluated.

    Parameters
    ----------
    space : ConfigurationSpace
    evaluator : callable
        ``evaluator(configuration, instance, seed, cutoff)``, see `Evaluated`.
    n_evaluations : int
        Most evaluations.
    seed : int
    deadline : float or None
        Value of ``time.monotonic()`` after which no evaluation starts.
    cutoff : float or None
        CPU limit of an evaluation in seconds, handed to the evaluator.
    surrogate, maximizer, selector, intensifier, initial_design, encoder : callable
        Each makes one part of SMAC3 for a scenario; the defaults are in `parts`.
    warn : callable
        Gets the text of a warning for the user.
    """

    def __init__(
        self,
        space: ConfigurationSpace,
        evaluator: Evaluator,
        *,
        n_evaluations: int,
        seed: int = 0,
        deadline: float | None = None,
        cutoff: float | None = None,
        surrogate: Part = parts.surrogate,
        maximizer: Part = parts.maximizer,
        selector: Part = parts.selector,
        intensifier: Part = parts.intensifier,
        initial_design: Part = parts.initial_design,
        encoder: Part = parts.encoder,
        warn: Callable[[str], None] = logger.warning,
    ) -> None:
        self.space, self.evaluator, self.warn = space, evaluator, warn
        self.n_evaluations, self.seed = n_evaluations, seed
        self.deadline, self.cutoff = deadline, cutoff
        self._parts = {
            "model": surrogate,
            "acquisition_maximizer": maximizer,
            "config_selector": selector,
            "intensifier": intensifier,
            "initial_design": initial_design,
            "runhistory_encoder": encoder,
        }
        self._tried: set[bytes] = set()
        self._random = np.random.RandomState(seed % 2**32)

    def run(self) -> str:
        """Search until the budget is spent.

        Returns
        -------
        str
            Why the search has ended.
        """
        end = math.inf if self.deadline is None else self.deadline
        with tempfile.TemporaryDirectory(prefix="pysmac-smac3-") as folder:
            proposals = self._proposals(Path(folder))
            done = 0
            proposal = next(proposals, None)
            while proposal is not None:
                outcome = self.evaluator(proposal, None, None, self.cutoff)
                done += 1
                if done >= self.n_evaluations:
                    return "max_evaluations reached"
                if outcome.cut_short or time.monotonic() >= end:
                    return "t_limit_total_s reached"
                try:
                    proposal = proposals.send(outcome)
                except StopIteration:
                    proposal = None
        self.warn(f"the search space is exhausted: no legal configuration is left after {done} evaluations")
        return "search space exhausted"

    def _proposals(self, folder: Path) -> Any:
        """A generator of configurations that is sent the outcome of each."""
        if self._legal_share() >= RARE:
            yield from self._model_based(folder)
        else:
            self.warn(
                "less than one in 10,000 configurations is legal: the default and what random draws find "
                "is evaluated, without a model"
            )
            default = self.space.get_default_configuration()
            self._tried.add(vectors.key(default.get_array()))
            yield default
        yield from self._left_over()

    def _legal_share(self) -> float:
        if vectors.assignments(self.space) <= 1 / RARE:
            return 1.0  # will be enumerated
        share = vectors.legal_share(self.space, self._random, 10_000)
        return share if share > 10 * RARE else vectors.legal_share(self.space, self._random, 200_000)

    def _model_based(self, folder: Path) -> Any:
        """Proposals of SMAC3 until it finds no new one."""
        facade = self._facade(folder)
        while True:
            try:
                info = facade.ask()
            except (StopIteration, ConfigurationSpaceExhaustedException, SpaceExhaustedError):
                logger.debug("SMAC3 proposes nothing new")
                return
            proposal = vectors.key(info.config.get_array())
            if proposal in self._tried:
                logger.debug("SMAC3 proposes a configuration twice")
                return
            self._tried.add(proposal)
            outcome = yield info.config
            self._tell(facade, info, outcome)

    def _left_over(self) -> Iterator[Configuration]:
        for vector in vectors.untried(self.space, self._tried, self._random):
            self._tried.add(vectors.key(vector))
            yield Configuration(self.space, vector=vector.copy())

    def _facade(self, folder: Path) -> HyperparameterOptimizationFacade:
        scenario = Scenario(
            self.space,
            name="run",
            output_directory=folder,
            deterministic=True,
            n_trials=self.n_evaluations,
            seed=self.seed % 2**32,
        )
        return HyperparameterOptimizationFacade(
            scenario,
            acquisition_function=EI(),
            random_design=ProbabilityRandomDesign(probability=0.2, seed=scenario.seed),
            logging_level=False,
            overwrite=True,
            **{name: make(scenario) for name, make in self._parts.items()},
        )

    @staticmethod
    def _tell(facade: HyperparameterOptimizationFacade, info: TrialInfo, outcome: Evaluated) -> None:
        value = TrialValue(
            cost=outcome.value if outcome.learnable else _FAILED_COST,
            time=outcome.wall_time,
            cpu_time=outcome.cpu_time,
            status=StatusType.SUCCESS if outcome.learnable else StatusType.CRASHED,
        )
        facade.tell(info, value, save=False)
