"""The optimizers: one module each, with ``minimise(problem, seed, evaluations)``, see `cell.search`."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks.measure import ROOT
from benchmarks.problems import Problem

_ONE_VALUE = ("public", "original", "scripts", "smooth", "noisy")
_RACED = ("instances", "runtime")


@dataclass(frozen=True)
class Peer:
    """Where an optimizer runs, and what it is run on.

    Attributes
    ----------
    environment : str
        The virtual environment below benchmarks/.venv; empty: the interpreter of the runner.
    groups : tuple of str
        Of problems.
    most : int
        The largest budget, as it is slow with more.
    without : tuple of str
        Problems that it is not run on.
    """

    environment: str = "peers"
    groups: tuple[str, ...] = _ONE_VALUE + _RACED
    most: int = 10**9
    without: tuple[str, ...] = ()


PEERS = {
    "ours": Peer(""),
    "ours_uncapped": Peer("", groups=("runtime",)),
    "random": Peer(""),
    "optuna_tpe": Peer(),
    "optuna_tpe_mvg": Peer(),
    "optuna_gp": Peer(groups=_ONE_VALUE, most=100),
    "hyperopt": Peer(groups=_ONE_VALUE),
    "nevergrad": Peer(groups=_ONE_VALUE),
    # needs an older scikit-learn, under which the same model has other errors
    "openbox": Peer("openbox", groups=_ONE_VALUE, most=100, without=("ml_svm_digits", "ml_cash_wine")),
    "smac3_stock": Peer(groups=_ONE_VALUE, most=100),
    "smac3_ac": Peer(groups=_RACED, most=200),
    "roar": Peer(groups=_RACED),
}


def takes(peer: str, problem: Problem, group: str, budget: int) -> bool:
    """Whether a peer is run on a problem of this group with this budget."""
    about = PEERS[peer]
    fits = budget <= about.most or problem.cutoff is not None  # there the reported run time ends the search
    return group in about.groups and problem.name not in about.without and fits


def interpreter(peer: str) -> str:
    """The Python that runs a peer.

    Raises
    ------
    FileNotFoundError
        If its virtual environment has not been made.
    """
    environment = PEERS[peer].environment
    if not environment:
        return sys.executable
    python = ROOT / "benchmarks" / ".venv" / environment / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(
            f"{python} does not exist; make it with: python -m benchmarks.environments {environment}"
        )
    return str(python)
