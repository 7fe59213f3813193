"""Problem families: `make(name, seed)` gives a member, `names(words)` the names."""

from benchmarks.problems import instances, ml, noisy, public, scripts, smooth, solvers, trees  # noqa: F401 (fill the register)
from benchmarks.problems.families import ORIGINAL, group_of, make, names
from benchmarks.problems.problem import Configuration, Problem, is_log

__all__ = ["ORIGINAL", "Configuration", "Problem", "group_of", "is_log", "make", "names"]
