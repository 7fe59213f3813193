"""The best configurations of a result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pysmac_compat.evaluation.outcome import FAILURES

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

#: an entry in a ranking: the mean value, the number of evaluations, the index of the run, and the first evaluation
Entry = tuple[float, int, int, "Evaluation"]


def ranking(result: Result) -> Iterator[Entry]:
    """Yield the configurations that never failed, the best first.

    The first entry is the incumbent of the result. If the function is called once for each configuration, the other
    entries are sorted by value. If configurations race over instances or seeds, configurations with more evaluations
    come first, because the search found them worth more evaluations and a mean over few evaluations may be luck.
    """
    sign = -1.0 if result.search.maximize else 1.0
    racing = not result.search.deterministic or result.search.n_instances is not None
    groups: dict[tuple[int, str], list[tuple[int, Evaluation]]] = {}
    known = [(0, evaluation) for evaluation in result.known]
    for run, evaluation in known + [(i, e) for i, each in enumerate(result.runs) for e in each.evaluations]:
        groups.setdefault((run * racing, _key(evaluation.configuration)), []).append((run, evaluation))
    entries = []
    for group in groups.values():
        evaluations = [evaluation for _, evaluation in group]
        if not any(evaluation.status in FAILURES for evaluation in evaluations):
            mean = sum(evaluation.value for evaluation in evaluations) / len(evaluations)
            entries.append((mean, len(evaluations), *group[0]))
    entries.sort(key=lambda entry: (-entry[1] * racing, sign * entry[0]))
    best = next((entry for entry in entries if entry[3].configuration == result.active_configuration), None)
    if best is not None and any(run.trajectory for run in result.runs):
        yield result.value, *best[1:]
    yield from (entry for entry in entries if entry is not best)


def _key(configuration: dict[str, Any]) -> str:
    return repr(sorted(configuration.items()))
