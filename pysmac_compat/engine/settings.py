"""The settings of the engine's parts, with defaults; this module does not import SMAC3, so that a plan can use it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ForestSettings:
    """The settings of the random forest.

    Attributes
    ----------
    n_trees : int
    split_min : int
        A node with fewer rows is not split.
    ratio_features : float
        The fraction of the columns that are tried for a split.
    min_variance : float
        The least variance of a prediction, for the transformed costs (see ``log_model``).
    bootstrap : bool
        Whether each tree is fitted to a bootstrap sample; otherwise it is fitted to all rows.
    n_components : int
        If there are more instance features than this number, this many principal components replace them.
    inactive_as_default : bool
        Encode an inactive parameter as its default instead of as a separate value.
    log_model : bool or None
        What the forest is fitted to. True: logarithms of the distances of the costs to the least cost; False: the
        costs; None: normal scores of the ranks of the costs.
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
    """The settings of the surrogate, which predicts the costs.

    Attributes
    ----------
    model : {'auto', 'rf', 'gp'}
        'rf' is a random forest, 'gp' a Gaussian process. With 'auto', the forest is used if there are more than about
        100 parameters or if the forest's settings are not the defaults; otherwise the two take turns.
    """

    model: str = "auto"


@dataclass(frozen=True)
class AcquisitionSettings:
    """The settings of the acquisition function, whose maximum is the next configuration.

    Attributes
    ----------
    function : {'EI', 'EXPONENTIAL', 'LCB', 'LCBEIRR', 'SIMPLE'}
        The name of the function in SMAC v2.
    """

    function: str = "EI"


@dataclass(frozen=True)
class MaximizerSettings:
    """The settings of the search for the largest acquisition value.

    Attributes
    ----------
    n_random : int
        Number of random configurations.
    n_known_starts, n_random_starts : int
        How many climbs start from known configurations, and how many from random ones: in each case from those with
        the largest acquisition values.
    n_neighbours : int
        Number of neighbours that differ in one given numeric parameter.
    """

    n_random: int = 300
    n_known_starts: int = 3
    n_random_starts: int = 2
    n_neighbours: int = 4


@dataclass(frozen=True)
class SelectorSettings:
    """The settings for the order of the proposals.

    Attributes
    ----------
    use_model : bool
        Whether to use the surrogate; if not, random configurations follow the first configurations (ROAR).
    retrain_after : int
        Number of proposals from each fit of the surrogate while there are few evaluations; later this number grows.
    max_iterations : int or None
        The largest number of fits of the surrogate and steps of the local search together. Without a surrogate,
        ``retrain_after`` random configurations count as one fit.
    """

    use_model: bool = True
    retrain_after: int = 1
    max_iterations: int | None = None


@dataclass(frozen=True)
class EncoderSettings:
    """The settings for the data to which the surrogate is fitted.

    Attributes
    ----------
    censored : {'impute', 'keep', 'cutoff'}
        How the cost of a capped run is replaced: by the mean of the runs that took longer ('impute'), not at all
        ('keep'), or by the limit of each run ('cutoff'). Without such a limit, 'cutoff' has the effect of 'impute'.
    penalise_imputed : bool
        Whether, for the surrogate, imputed costs at or above the limit of each run are multiplied by the penalty of
        ``overall-obj``.
    """

    censored: str = "impute"
    penalise_imputed: bool = False


@dataclass(frozen=True)
class RacingSettings:
    """The settings of the racing of challengers.

    Attributes
    ----------
    max_runs : int
        The largest number of runs of an incumbent, as in SMAC v2.
    initial_runs : int
        Number of runs of the default configuration before the first challenge.
    first_batch : int
        Number of runs of a challenger before its first comparison with the incumbent.
    ordered : bool
        Whether instances are used in the order in which they are given; otherwise the order is random.
    initial_time : float
        Limit on the CPU seconds of all runs from the first challenge on. When it is reached, the remaining
        configurations of `Start.first` do not race.
    max_configurations : int or None
        The largest number of configurations that race; when it is reached, races that have begun continue to their end.
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
