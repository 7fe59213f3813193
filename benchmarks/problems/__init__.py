"""Problem families: `make(name, seed)` returns a member of a family, and `names(words)` returns names."""

from benchmarks.problems import (  # noqa: F401 (fill the register)
    bbob,
    conditional,
    instances,
    ml,
    noisy,
    pbo,
    photonics,
    public,
    scripts,
    smooth,
    solvers,
    tables,
    trees,
)
from benchmarks.problems.families import ORIGINAL, group_of, make, members_of, names
from benchmarks.problems.foreign import FOREIGN
from benchmarks.problems.problem import Configuration, Problem, is_log

__all__ = ["FOREIGN", "ORIGINAL", "Configuration", "Problem", "group_of", "is_log", "make", "members_of", "names"]
