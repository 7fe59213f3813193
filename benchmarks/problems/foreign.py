"""Lists of problems of other authors: one to choose between variants of the search, two to report its results.

`draw` drew the lists before any of their problems was run, and they are unchanged since then. Only `CHOOSING` decides
about a change of the search. `REPORTING` and, for long searches, `LONG` measure the effect. These three lists have no
problem in common.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

#: group -> number of problems for choosing, number of problems for reporting, and how many of these slow peers run
_COUNTS = {
    "smooth-few": (2, 4, 2),
    "smooth-many": (3, 6, 2),
    "ill-conditioned": (3, 6, 2),
    "multimodal": (3, 6, 2),
    "steps": (1, 3, 1),
    "mixed-integer": (3, 6, 2),
    "bits": (2, 4, 1),
    "categories": (2, 3, 2),
    "conditional": (1, 2, 1),
}
#: smooth real functions of at most 5 parameters, and of 10 to 40; of a large condition number; of many local
#: optima; plateaus; integers and reals; bit strings; a few values for each parameter, mostly tables of trained
#: networks; and conditional parameters
FOREIGN = tuple(_COUNTS)
#: the group and the number of the problems for long searches
_LONG = "multimodal", 10
#: bbob problems that are on no other list, but whose results were known when the problems for long searches were drawn
_KNOWN = {
    *("f3-d2", "f3-d5", "f4-d5", "f15-d10", "f16-d5", "f17-d5", "f18-d10", "f19-d5", "f20-d5"),
    *("f21-d2", "f21-d5", "f22-d5", "f23-d5", "f24-d2", "f24-d10"),
}
Names = tuple[str, ...]


def draw(members: Mapping[str, Sequence[str]], seed: int = 1) -> tuple[Names, Names, Names, Names]:
    """Draw the lists: each group is sorted and shuffled, and the lists take problems from the top.

    Parameters
    ----------
    members : dict of str to sequence of str
        The problems of each group.
    seed : int
        The seed of the shuffling, together with the name of the group.

    Returns
    -------
    choosing, reporting, dear, long : tuple of str
        ``dear`` is a part of ``reporting``. ``long`` takes the next problems of one group, after those for
        reporting, whose results were not known.
    """
    lists: tuple[list[str], list[str], list[str], list[str]] = [], [], [], []
    for group, (n_choosing, n_reporting, n_dear) in _COUNTS.items():
        names = sorted(members[group])
        random.Random(f"{seed} {group}").shuffle(names)
        reported, rest = names[n_choosing:][:n_reporting], names[n_choosing + n_reporting :]
        unknown = [name for name in rest if name.removeprefix("bbob-") not in _KNOWN]
        for_long = unknown[: _LONG[1]] if group == _LONG[0] else []
        for found, new in zip(lists, (names[:n_choosing], reported, reported[:n_dear], for_long), strict=True):
            found += new
    choosing, reporting, dear, long = map(tuple, lists)
    return choosing, reporting, dear, long


CHOOSING: Names = (
    "bbob-f9-d2",
    "bbob-f8-d5",
    "bbob-f9-d20",
    "bbob-f6-d20",
    "bbob-f5-d20",
    "bbob-f10-d5",
    "bbob-f2-d20",
    "bbob-f13-d20",
    "bbob-f22-d10",
    "bbob-f24-d5",
    "bbob-f15-d2",
    "mixint-f7-d5",
    "mixint-f19-d40",
    "mixint-f1-d20",
    "mixint-f18-d20",
    "pbo-f17-d64",
    "pbo-f10-d64",
    "hpo-fcnet-parkinsons",
    "hpo-nas201-cifar10",
    "tree-network",
)
REPORTING: Names = (
    "bbob-f5-d2",
    "bbob-f1-d5",
    "bbob-f6-d2",
    "bbob-f9-d5",
    "bbob-f1-d10",
    "bbob-f8-d10",
    "bbob-f5-d40",
    "bbob-f9-d10",
    "bbob-f5-d10",
    "bbob-f8-d40",
    "bbob-f14-d5",
    "bbob-f2-d2",
    "bbob-f10-d40",
    "bbob-f11-d5",
    "bbob-f13-d10",
    "bbob-f11-d2",
    "bbob-f3-d10",
    "bbob-f16-d10",
    "bbob-f22-d40",
    "bbob-f20-d10",
    "bbob-f17-d10",
    "bbob-f15-d5",
    "bbob-f7-d10",
    "mixint-f7-d20",
    "bbob-f7-d20",
    "mixint-f13-d5",
    "mixint-f10-d10",
    "mixint-f17-d5",
    "mixint-f22-d5",
    "mixint-f9-d10",
    "mixint-f20-d20",
    "pbo-f24-d100",
    "pbo-f16-d25",
    "pbo-f16-d50",
    "pbo-f14-d100",
    "hpo-bench-phoneme",
    "hpo-bench-car",
    "hpo-bench-vehicle",
    "tree-rosenbrock",
    "tree-jenatton",
)
#: a part of the problems for reporting: for peers that need minutes for a search
DEAR: Names = (
    "bbob-f5-d2",
    "bbob-f1-d5",
    "bbob-f1-d10",
    "bbob-f8-d10",
    "bbob-f14-d5",
    "bbob-f2-d2",
    "bbob-f3-d10",
    "bbob-f16-d10",
    "bbob-f7-d10",
    "mixint-f13-d5",
    "mixint-f10-d10",
    "pbo-f24-d100",
    "hpo-bench-phoneme",
    "hpo-bench-car",
    "tree-rosenbrock",
)
#: for searches of `OF_LONG` evaluations
LONG: Names = (
    "bbob-f4-d40",
    "bbob-f4-d2",
    "bbob-f17-d2",
    "bbob-f3-d40",
    "bbob-f18-d20",
    "bbob-f20-d40",
    "bbob-f20-d2",
    "photonics-bragg-d20",
    "bbob-f16-d20",
    "bbob-f23-d40",
)
#: numbers of evaluations: of slow optimizers; of the other ones; and of these on `LONG`
OF_DEAR, OF_OTHERS, OF_LONG = 100, (300, 1000), 2000
BUDGETS = OF_DEAR, *OF_OTHERS, OF_LONG
LISTS = {"choosing": CHOOSING, "reporting": REPORTING, "dear": DEAR, "long": LONG}
