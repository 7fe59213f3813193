"""The numbers of the report, computed from values: regrets, ranks, intervals, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import stats

#: the value of each seed
Seeds = Mapping[int, float]
#: for each incumbent of a search, the time when it was found (more than 0), and its value
Incumbents = Sequence[tuple[float, float]]

#: smaller regrets are set to this; otherwise tiny distances from the optimum would dominate a geometric mean
LEAST_REGRET = 1e-3
_RESAMPLES = 1000


def regrets(runs: Seeds, best: Seeds, random: Seeds) -> dict[int, float]:
    """Return ``(value - best known) / (random's median - best known)`` for each seed.

    Parameters
    ----------
    runs : dict of int to float
        Value for each seed.
    best : dict of int to float
        The best known value for each seed.
    random : dict of int to float
        The values of random search; its median regret is the unit.
    """
    unit = float(np.median([value - best[seed] for seed, value in random.items()]))
    unit = unit if unit > 0 else 1.0
    return {seed: (value - best[seed]) / unit for seed, value in runs.items()}


def times_sooner(
    ones: Sequence[Incumbents], others: Sequence[Incumbents], factor: float
) -> tuple[float, tuple[float, float]]:
    """Return the ratio of two times to a good median value, and a 95 % bootstrap interval of the ratio.

    A search is good when its value is at most ``factor`` times the better one of the final values of the two searches
    with its seed. The time of a side is the time when at least half of its searches are good; if that never happens,
    it is the time of the side's last incumbent. The ratio is the time of ``others`` divided by the time of ``ones``.

    Parameters
    ----------
    ones, others : sequence of sequence of (float, float)
        For each seed, the incumbents of the two searches.
    factor : float
        The multiple of the better final value that counts as good.
    """
    ends = [min(one[-1][1], other[-1][1]) for one, other in zip(ones, others, strict=True)]

    def goodness(searches: Sequence[Incumbents]) -> tuple[np.ndarray, np.ndarray]:
        """Return all times, and for each search whether it is good at each time."""
        times = np.unique([time for found in searches for time, _ in found])
        good = [[_last(f, time) <= factor * end for time in times] for f, end in zip(searches, ends, strict=True)]
        return times, np.array(good)

    sides = goodness(ones), goodness(others)

    def ratio(drawn: np.ndarray) -> float:
        first, second = (_reached(times, good[drawn]) for times, good in sides)
        return float(second / first)

    n = len(ends)
    drawn = np.random.default_rng(0).integers(n, size=(_RESAMPLES, n))
    low, high = np.quantile([ratio(each) for each in drawn], [0.025, 0.975])
    return ratio(np.arange(n)), (float(low), float(high))


def _reached(times: np.ndarray, good: np.ndarray) -> float:
    """Return the first time when at least half of the searches are good, or else the last time."""
    enough = np.flatnonzero(good.mean(axis=0) >= 0.5)
    return float(times[enough[0] if len(enough) else -1])


def _last(found: Incumbents, time: float) -> float:
    """Return the value of the incumbent at a time."""
    return next((value for when, value in reversed(found) if when <= time), np.inf)


def median(values: Seeds) -> float:
    """Return the median over seeds."""
    return float(np.median(list(values.values())))


def geometric_mean(medians: Sequence[float], least: float = LEAST_REGRET) -> float:
    """Return the geometric mean of median regrets; smaller regrets count as ``least``."""
    return float(np.exp(np.mean(np.log(np.maximum(medians, least)))))


def mean_ranks(medians: np.ndarray) -> np.ndarray:
    """Return the mean rank of each peer over the problems.

    Parameters
    ----------
    medians : ndarray of shape (n_problems, n_peers)
        The least median has the first rank; equal medians share the mean of their ranks.

    Returns
    -------
    ndarray of shape (n_peers,)
    """
    rounded = np.round(medians, 9)  # the medians are regrets, and 1 is random search
    return np.asarray(stats.rankdata(rounded, axis=1).mean(axis=0))


def interval(
    statistic: Callable[[np.ndarray], np.ndarray], runs: Sequence[Sequence[Sequence[float]]], seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return a 95 % bootstrap interval of a statistic of medians; runs and problems are resampled.

    Parameters
    ----------
    statistic : callable
        Maps medians of shape (n_problems, n_peers) to an array.
    runs : nested sequence
        For each problem and peer the values of the runs.
    seed : int
        The seed of the resampling.
    """
    generator = np.random.default_rng(seed)
    n = len(runs)
    medians = np.array([[_resampled(np.asarray(values), generator) for values in row] for row in runs])
    problems = generator.integers(n, size=(_RESAMPLES, n))
    which = generator.integers(_RESAMPLES, size=(_RESAMPLES, n))  # if a problem is drawn twice, its runs are drawn anew
    drawn = [statistic(medians[problem, :, each]) for problem, each in zip(problems, which, strict=True)]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return low, high


def _resampled(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return the medians of resampled runs."""
    return np.asarray(np.median(values[generator.integers(len(values), size=(_RESAMPLES, len(values)))], axis=1))


def paired_ratio(
    problems: Sequence[Sequence[tuple[float, float]]], least: float = LEAST_REGRET, seed: int = 0
) -> tuple[float, tuple[float, float]]:
    """Return the geometric mean of the ratios of paired regrets, first to second, and a 95 % bootstrap interval.

    All problems have the same weight, even if their numbers of pairs differ. The interval resamples the problems, and
    the pairs of each problem. Smaller regrets count as ``least``.

    Parameters
    ----------
    problems : nested sequence
        For each problem the pairs of searches with the same seed.
    least : float
    seed : int
        The seed of the resampling.
    """
    generator = np.random.default_rng(seed)
    logs = [np.log(np.maximum(pairs, least)) @ (1.0, -1.0) for pairs in problems]
    means = np.array([v[generator.integers(len(v), size=(_RESAMPLES, len(v)))].mean(axis=1) for v in logs])
    n = len(problems)
    drawn = means[generator.integers(n, size=(_RESAMPLES, n)), generator.integers(_RESAMPLES, size=(_RESAMPLES, n))]
    low, high = np.exp(np.quantile(drawn.mean(axis=1), [0.025, 0.975]))
    return float(np.exp(np.mean([v.mean() for v in logs]))), (float(low), float(high))


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number by Holm's method (S. Holm, Scand. J. Statist. 6, 1979)."""
    order = np.argsort(p_values)
    corrected, largest = [1.0] * len(p_values), 0.0
    for position, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - position) * p_values[index]))
        corrected[index] = largest
    return corrected


def compare(ours: Mapping[str, Seeds], theirs: Mapping[str, Seeds]) -> tuple[int, int, int, list[str]]:
    """Compare two peers on the problems and seeds that both have run.

    Returns
    -------
    better, equal, all : int
        Number of problems with a better median of ours, with equal medians, and of all problems.
    worse : list of str
        Problems on which ours is worse by more than noise: one-sided Mann-Whitney test, Holm's correction, 5 %.
    """
    problems = sorted(problem for problem in ours if set(ours[problem]) & set(theirs.get(problem, {})))
    better = equal = 0
    p_values = []
    for problem in problems:
        seeds = sorted(set(ours[problem]) & set(theirs[problem]))
        a, b = ([runs[problem][seed] for seed in seeds] for runs in (ours, theirs))
        difference = float(np.median(a) - np.median(b))
        same = abs(difference) <= 1e-9 * max(1.0, abs(float(np.median(b))))
        better, equal = better + (difference < 0 and not same), equal + same
        p_values.append(float(stats.mannwhitneyu(a, b, alternative="greater").pvalue))
    worse = [problem for problem, p in zip(problems, holm(p_values), strict=True) if p < 0.05]
    return better, equal, len(problems), worse


def runs_needed(n_problems: int) -> int:
    """Return the least number of runs per peer with which the test can call one of ``n_problems`` problems worse."""
    for n in range(2, 100):
        values = list(range(2 * n))
        p = stats.mannwhitneyu(values[n:], values[:n], alternative="greater").pvalue
        if n_problems * p < 0.05:
            return n
    raise ValueError(f"no number of runs up to 99 is enough for {n_problems} problems")
