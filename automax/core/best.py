"""Which trials speak for a search, and the folder ``<experiment_name>_best``: a copy of theirs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.keys import digest, key
from automax.core.record import TrialRecord, move_aside
from automax.selection.folder import marked, replace, strip, tidy


def leading(record: TrialRecord) -> list[dict[str, Any]]:
    """The trials whose mean score is the best one.

    Those of the configuration that the search has returned. If it has not come to its end, those with the best mean
    among the configurations with the most trials: one that was dropped after a lucky fold does not count. Before a
    search has begun, the same among those trained by hand, where a configuration with another seed is another. One
    that is trained by hand after the search takes its place if it is better in as many trainings.
    """
    trials, returned = record.trials(), record.returned
    searched = [t for t in trials if not t.get("by_hand")]
    since = record.description["returned"].get("at", math.inf) if returned is not None else -math.inf
    by_hand = _grouped(t for t in trials if t.get("by_hand") and t["began"] > since)
    if returned is not None:
        best = _grouped(searched).get(key(returned, 0, None), [])
        return max([best, *(group for group in by_hand.values() if len(group) >= len(best))], key=mean_score)
    groups = _grouped(searched) if searched else by_hand
    return max(groups.values(), key=lambda group: (len(group), mean_score(group)), default=[])


def _grouped(trials: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Those that have a score, by their configuration and, where they were trained by hand, seed."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for t in trials:
        if t["val"] is not None:
            groups.setdefault(key(t["space"], t["seed"] if t.get("by_hand") else 0, None), []).append(t)
    return groups


def mean_score(trials: Sequence[Mapping[str, Any]]) -> float:
    """Their mean validation score; minus infinity without any."""
    return sum(t["val"] for t in trials) / len(trials) if trials else float("-inf")


def keep_best(
    record: TrialRecord, trial: Mapping[str, Any] | None = None, members: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Copy the folder of the leading trials.

    Parameters
    ----------
    record : TrialRecord
    trial : dict or None
        One that has just ended: nothing is done unless it is among the leading. None: at the end of a search, puts
        right what a kill between two steps, or the mean over several trainings, has left to do.
    members : sequence of dict
        Trials that are returned as one ensemble, the leading one first.
    """
    best = leading(record)
    if not best or "directory" not in best[0] or (trial is not None and trial["key"] not in [t["key"] for t in best]):
        return
    directory = Path(best[0]["directory"])
    if not best[0].get("by_hand"):
        directory = folder_of(directory)
    elif best[0]["instance"] is not None:
        directory = directory.parent
    about = {
        "key": best[0]["key"] if len(best) == 1 else key(best[0]["space"], 0, None),
        "val": mean_score(best),
        **({"members": [each["key"] for each in members]} if members else {}),
        **mark_of(record),
    }
    kept = beside(directory, "best")
    if not directory.is_dir():
        return
    if trial is None:
        tidy(kept, mark_of(record), move_aside)
    if not (trial is None and len(best) == 1 and marked(kept) == about):
        replace(kept, directory, about, mark_of(record), members, move_aside)


def remove_weights(record: TrialRecord, returned: Sequence[Mapping[str, Any]]) -> None:
    """Leave the predictions of the trials that the search does not return, and the models of the others."""
    if returned and "directory" in returned[0]:
        others = [
            t for t in record.trials() if not t.get("by_hand") and t["key"] not in [each["key"] for each in returned]
        ]
        experiment = folder_of(Path(returned[0]["directory"])).parent
        strip([experiment / trial_folder(record, trial["space"]) for trial in others])


def trial_folder(record: TrialRecord, values: Mapping[str, Any]) -> str:
    """The folder of a configuration: of this search, as another may train the same below the same experiment_name."""
    return f"trial-{digest(str(record.folder), key(values, 0, None))}"


def folder_of(directory: Path) -> Path:
    """The folder of a configuration, from that of one of its trainings."""
    return next(path for path in (directory, *directory.parents) if path.name.startswith("trial-"))


def beside(directory: Path, name: str) -> Path:
    """``<experiment_name>_<name>``, from the folder of a training."""
    experiment = folder_of(directory).parent
    return experiment.with_name(f"{experiment.name}_{name}")


def mark_of(record: TrialRecord) -> dict[str, Any]:
    """What tells a search from others, also from earlier ones in the same folder."""
    return {"search": str(record.folder), "begun": record.description.get("begun")}
