"""The leading trials of a search, and the folder ``<experiment_name>_best``, a copy of the folder of these trials."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.keys import digest, key
from automax.core.record import TrialRecord, move_aside
from automax.selection.folder import marked, replace, strip, tidy


def leading(record: TrialRecord) -> list[dict[str, Any]]:
    """Return the leading trials: all trials of the leading configuration.

    If the search has returned a configuration, that configuration leads, unless a configuration was trained by hand
    afterwards, at least as often and with a better mean score. If the search has not ended, the leading configuration
    is the one with the best mean score among those with the most trials, so that a configuration that was dropped after
    one lucky fold cannot lead. If no search has begun, the same rule applies to the trials that were trained by hand,
    but then trials of a configuration with different seeds are not taken together.
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
    """Group the trials that have a score by configuration, and those that were trained by hand also by seed."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for t in trials:
        if t["val"] is not None:
            groups.setdefault(key(t["space"], t["seed"] if t.get("by_hand") else 0, None), []).append(t)
    return groups


def mean_score(trials: Sequence[Mapping[str, Any]]) -> float:
    """Return the mean validation score of the trials, or minus infinity if there are none."""
    return sum(t["val"] for t in trials) / len(trials) if trials else float("-inf")


def keep_best(
    record: TrialRecord, trial: Mapping[str, Any] | None = None, members: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Copy the folder of the leading trials to ``<experiment_name>_best``.

    Parameters
    ----------
    record : TrialRecord
    trial : dict or None
        A trial that has just ended; nothing is done if it is not one of the leading trials. None: the search has ended.
        Then the temporary folders of killed processes are removed, and the copy is made again unless it is known to be
        up to date.
    members : sequence of dict
        The trials that are returned as one ensemble; the leading trial is the first.
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
    """Remove all files but the predictions from the folders of the trials that the search does not return."""
    if returned and "directory" in returned[0]:
        others = [
            t for t in record.trials() if not t.get("by_hand") and t["key"] not in [each["key"] for each in returned]
        ]
        experiment = folder_of(Path(returned[0]["directory"])).parent
        strip([experiment / trial_folder(record, trial["space"]) for trial in others])


def trial_folder(record: TrialRecord, values: Mapping[str, Any]) -> str:
    """Return the name of a configuration's folder, which differs between searches with the same experiment_name."""
    return f"trial-{digest(str(record.folder), key(values, 0, None))}"


def folder_of(directory: Path) -> Path:
    """Return the folder of a configuration, given the folder of one of its trainings."""
    return next(path for path in (directory, *directory.parents) if path.name.startswith("trial-"))


def beside(directory: Path, name: str) -> Path:
    """Return the folder ``<experiment_name>_<name>``, given the folder of a training."""
    experiment = folder_of(directory).parent
    return experiment.with_name(f"{experiment.name}_{name}")


def mark_of(record: TrialRecord) -> dict[str, Any]:
    """Return the entries that identify a search; they differ from those of an earlier search in the same folder."""
    return {"search": str(record.folder), "begun": record.description.get("begun")}
