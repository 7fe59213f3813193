"""The settings of the engine's parts, with defaults; they do not import SMAC3, so that a plan can hold them."""

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
        Share of the columns that are tried for a split.
    min_variance : float
        The least variance of a prediction, in units of the (normal scored) costs.
    bootstrap : bool
        Whether each tree is grown on a bootstrap sample; if not, on all rows.
    n_components : int
        Instance features beyond this number are replaced by this many principal components.
    inactive_as_default : bool
        Encode an inactive parameter as its default instead of as a separate value.
    log_model : bool or None
        Whether the forest learns logarithms of the costs, or the costs; None: normal scores of their ranks.
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
    """The settings of the model of the costs.

    Attributes
    ----------
    model : {'auto', 'rf', 'gp'}
        A random forest, a Gaussian process, or an automatic choice: the forest if there are more than about 100
        parameters or if the forest's settings are not the defaults; otherwise both in turns.
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
        The number of the best known configurations, and of the best random ones, from which climbs start.
    n_neighbours : int
        Number of neighbours of a numeric value.
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
        Whether to use the model; if not, random configurations follow the first configurations (ROAR).
    retrain_after : int
        Number of proposals from each fit of the surrogate while there are few evaluations; later it grows.
    max_iterations : int or None
        The largest number of fits of the surrogate; without a model, a fit is ``retrain_after`` random configurations.
    """

    use_model: bool = True
    retrain_after: int = 1
    max_iterations: int | None = None


@dataclass(frozen=True)
class EncoderSettings:
    """The settings for the data of the surrogate.

    Attributes
    ----------
    censored : {'impute', 'keep', 'cutoff'}
        How the cost of a capped run is replaced: by the mean of the runs that took longer ('impute'), not at all
        ('keep'), or by the limit, if there is a limit ('cutoff').
    penalise_imputed : bool
        Whether the model applies the penalty of ``overall-obj`` to imputed costs as well.
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
        Whether instances have their own order instead of a random order.
    initial_time : float
        Limit on the CPU seconds of all runs from the first challenge on; after it, no further initial challenger races.
    max_configurations : int or None
        The largest number of configurations that race; races that have begun continue to their end.
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
