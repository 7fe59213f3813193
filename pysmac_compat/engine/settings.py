"""What can be set on the parts of the engine, each with its default; without SMAC3, so that a plan can hold it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ForestSettings:
    """The random forest.

    Attributes
    ----------
    n_trees : int
    split_min : int
        A node with fewer rows is not split.
    ratio_features : float
        Share of the columns that are tried for a split.
    min_variance : float
        That every prediction has at least, in units of the (normal scored) costs.
    bootstrap : bool
        Without it each tree is grown on all rows.
    n_components : int
        Instance features beyond this number are replaced by this many principal components.
    inactive_as_default : bool
        Encode an inactive parameter as its default instead of as a separate value.
    log_model : bool or None
        Whether it learns logarithms of the costs, or the costs as they are; None: normal scores of their ranks.
    """

    n_trees: int = 10
    split_min: int = 2
    ratio_features: float = 1.0
    min_variance: float = 1e-6
    bootstrap: bool = True
    n_components: int = 7
    inactive_as_default: bool = False
    log_model: bool | None = None


@dataclass(frozen=True)
class SurrogateSettings:
    """The model of the costs.

    Attributes
    ----------
    model : {'auto', 'rf', 'gp'}
        A random forest, a Gaussian process, or what suits: the forest where there are more than
        about 100 parameters, or it has other settings than its defaults; else both in turns.
    """

    model: str = "auto"


@dataclass(frozen=True)
class AcquisitionSettings:
    """What is maximised to find the next configuration.

    Attributes
    ----------
    function : {'EI', 'EXPONENTIAL', 'LCB', 'LCBEIRR', 'SIMPLE'}
        By its name in SMAC v2.
    """

    function: str = "EI"


@dataclass(frozen=True)
class MaximizerSettings:
    """The search for the best acquisition value.

    Attributes
    ----------
    n_random : int
        Configurations drawn at random.
    n_known_starts, n_random_starts : int
        The number of the best known configurations, and of the best random ones, from which climbs start.
    n_neighbours : int
        Neighbours of a numeric value.
    """

    n_random: int = 300
    n_known_starts: int = 3
    n_random_starts: int = 2
    n_neighbours: int = 4


@dataclass(frozen=True)
class SelectorSettings:
    """The order of the proposals.

    Attributes
    ----------
    use_model : bool
        Without it the first configurations are followed by random ones (ROAR).
    retrain_after : int
        Proposals of one fit of the surrogate, as long as there are few evaluations; later more.
    max_iterations : int or None
        Most fits of the surrogate; without it, ``retrain_after`` times as many random configurations.
    """

    use_model: bool = True
    retrain_after: int = 1
    max_iterations: int | None = None


@dataclass(frozen=True)
class EncoderSettings:
    """What the surrogate learns from.

    Attributes
    ----------
    censored : {'impute', 'keep', 'cutoff'}
        What the cost of a capped run becomes: the mean of the runs that took longer; itself; the limit, if there
        is one.
    penalise_imputed : bool
        Whether the model applies the penalty of ``overall-obj`` to imputed costs as well.
    """

    censored: str = "impute"
    penalise_imputed: bool = False


@dataclass(frozen=True)
class RacingSettings:
    """The racing of challengers.

    Attributes
    ----------
    max_runs : int
        Most runs of an incumbent, as in SMAC v2.
    initial_runs : int
        Runs of the default configuration before the first challenge.
    first_batch : int
        Runs of a challenger before it is first compared with the incumbent.
    ordered : bool
        Instances in their own order, not in a random one.
    initial_time : float
        CPU seconds of all runs from the first challenge on, after which no further initial challenger is raced.
    max_configurations : int or None
        After so many configurations no further one is raced; what has been begun comes to its end.
    """

    max_runs: int = 2000
    initial_runs: int = 1
    first_batch: int = 1
    ordered: bool = False
    initial_time: float = math.inf
    max_configurations: int | None = None


@dataclass(frozen=True)
class EngineSettings:
    """The settings of all parts of the engine."""

    forest: ForestSettings = field(default_factory=ForestSettings)
    surrogate: SurrogateSettings = field(default_factory=SurrogateSettings)
    acquisition: AcquisitionSettings = field(default_factory=AcquisitionSettings)
    maximizer: MaximizerSettings = field(default_factory=MaximizerSettings)
    selector: SelectorSettings = field(default_factory=SelectorSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    racing: RacingSettings = field(default_factory=RacingSettings)
