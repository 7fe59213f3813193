"""The options for the parts of the search engine."""

from __future__ import annotations

from typing import Any

from pysmac_compat.options import readers as r
from pysmac_compat.options.row import NoEffect, Row

ROWS: dict[str, Row[Any]] = {
    # selector
    "iteration-limit": Row(
        lambda o: o.engine.selector.max_iterations,
        r.count(),
        "number of rounds after the initial design; a round fits the model and races the proposals",
    ),
    "execution-mode": Row(
        lambda o: o.engine.selector.use_model,
        r.mapped({"SMAC": True, "ROAR": False}),
        "ROAR: after the first configurations, all configurations are random, without a model; PSEL is refused",
    ),
    "intensification-percentage": Row(
        lambda o: o.engine.selector.retrain_after,
        r.proposals,
        "a share p: the model is fitted after each p / (1 - p) proposals, at least one, and more from 100 "
        "evaluations on; the old program counted time",
    ),
    # racing
    "deterministic-instance-ordering": Row(
        lambda o: o.engine.racing.ordered,
        r.flag,
        "True: instances are used in their given order, not in a random order",
    ),
    "max-incumbent-runs": Row(
        lambda o: o.engine.racing.max_runs,
        r.count(),
        "largest number of runs (instances and seeds) of the best configuration",
    ),
    "initial-incumbent-runs": Row(
        lambda o: o.engine.racing.initial_runs, r.count(), "runs of the first configuration before the first challenge"
    ),
    "max-configurations": Row(lambda o: o.engine.racing.max_configurations, r.count()),
    "initial-challenger-runs": Row(
        lambda o: o.engine.racing.first_batch,
        r.count(),
        "runs of a challenger before it is first compared with the incumbent",
    ),
    "initial-challengers-intensification-time": Row(
        lambda o: o.engine.racing.initial_time,
        r.span,
        "after this many CPU seconds of all runs, the remaining initial challengers no longer race",
    ),
    # encoder
    "treat-censored-data-as-uncensored": Row(
        lambda o: o.engine.encoder.censored,
        r.either("keep", "impute"),
        "True: to the model, the limit of a capped run is its cost",
    ),
    "mask-censored-data-as-kappa-max": Row(
        lambda o: o.engine.encoder.censored,
        r.either("cutoff", "impute"),
        "True: to the model, a capped run counts as a run that reached the limit of a call",
    ),
    "rf-penalize-imputed-values": Row(
        lambda o: o.engine.encoder.penalise_imputed,
        r.flag,
        "True: to the model, an imputed cost above the limit of a call counts 10 or 1000 times, as in overall-obj",
    ),
    # surrogate
    "model": Row(lambda o: o.engine.surrogate.model, r.choice("auto", "rf", "gp")),
    # forest
    "rf-num-trees": Row(
        lambda o: o.engine.forest.n_trees,
        r.count(),
        "number of trees of the model (default here: 10); another number selects the forest as the model, see `model`",
    ),
    "rf-log-model": Row(
        lambda o: o.engine.forest.log_model,
        r.flag,
        "True: the forest is fitted to logarithms of the costs; False: to the costs; default here: to normal "
        "scores of their ranks",
    ),
    "rf-split-min": Row(
        lambda o: o.engine.forest.split_min,
        r.count(0),
        "a node of a tree with fewer data than this is not split (default here: 2)",
    ),
    "rf-ratio-features": Row(
        lambda o: o.engine.forest.ratio_features,
        r.share,
        "share of the parameters and features that are tried for each split (default here: 1)",
    ),
    "rf-min-variance": Row(
        lambda o: o.engine.forest.min_variance,
        r.positive,
        "least variance of a prediction, in units of normal scores (default here: 1e-6)",
    ),
    "rf-full-tree-bootstrap": Row(
        lambda o: o.engine.forest.bootstrap,
        r.either(False, True),
        "True: each tree is grown on all data, not on a bootstrap sample",
    ),
    "rf-ignore-conditionality": Row(
        lambda o: o.engine.forest.inactive_as_default,
        r.flag,
        "True: the model encodes an inactive parameter as its default; default here: as a separate value",
    ),
    "mask-inactive-conditional-parameters-as-default-value": Row(
        lambda o: o.engine.forest.inactive_as_default,
        r.flag,
        "True: the model encodes an inactive parameter as its default; default here: as a separate value",
    ),
    "num-pca": Row(
        lambda o: o.engine.forest.n_components,
        r.count(),
        "if there are more instance features than this number, this number of principal components replaces them",
    ),
    # acquisition
    "acq-func": Row(
        lambda o: o.engine.acquisition.function,
        r.choice("EXPONENTIAL", "SIMPLE", "LCB", "EI", "LCBEIRR"),
        "EI (default); EXPONENTIAL: EI of the exponential; LCB: lower confidence bound; LCBEIRR: both in turns; "
        "SIMPLE: least mean",
    ),
    # maximizer
    "num-ei-random": Row(
        lambda o: o.engine.maximizer.n_random,
        r.count(0),
        "number of random configurations whose acquisition value is computed at each fit (default here: 300)",
    ),
    "num-challengers": Row(
        lambda o: o.engine.maximizer.n_known_starts,
        r.count(),
        "the local search starts from this many of the best known configurations (default here: 3)",
    ),
    "num-ls-random": Row(
        lambda o: o.engine.maximizer.n_random_starts,
        r.count(0),
        "the local search also starts from this many of the best random configurations (default here: 2)",
    ),
    "continous-neighbours": Row(
        lambda o: o.engine.maximizer.n_neighbours,
        r.count(),
        "number of neighbours for each numeric value in the local search",
    ),
}
NO_EFFECT: dict[str, NoEffect] = {
    **dict.fromkeys(
        (
            "doubling-capping-challengers",
            "doubling-capping-runs-per-challenger",
            "iterativeCappingBreakOnFirstCompletion",
            "iterativeCappingK",
            "unbiased-capping-challengers",
            "unbiased-capping-cpulimit",
            "unbiased-capping-runs-per-challenger",
        ),
        NoEffect("it has an effect only with an init-mode other than CLASSIC; here the only init-mode is CLASSIC"),
    ),
    "imputation-iterations": NoEffect(
        "costs are imputed from those that are known, not from the model, so that there is nothing to iterate"
    ),
    "init-mode": NoEffect(
        "there is only CLASSIC: the first configuration, the initial challengers, then the initial design", "CLASSIC"
    ),
    "rf-impute-mean": NoEffect("the cost of a capped run is always imputed as a mean", "true"),
    "rf-shuffle-imputed-values": NoEffect(
        "no imputed cost is drawn at random, so there is nothing to shuffle", "false"
    ),
    "rf-preprocess-marginal": NoEffect(
        "it chose between two ways in which the Java program computed the same predictions"
    ),
    "rf-store-data": NoEffect("it concerned the memory of the Java program"),
    **dict.fromkeys(
        ("rf-subsample-memory-percentage", "rf-subsample-values-when-low-on-memory"),
        NoEffect("there is no Java heap that could run full"),
    ),
    "rf-subsample-percentage": NoEffect("it applied only when the Java heap was full"),
    "max-norun-challenge-limit": NoEffect(
        "it guessed when no new configuration is left; here this is computed exactly for up to a million configurations"
    ),
}
