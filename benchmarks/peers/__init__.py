"""The optimizers. Each is a module with ``minimise(problem, seed, evaluations)``; see `cell.search`."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks.measure import ROOT
from benchmarks.problems import FOREIGN, Problem
from benchmarks.problems.foreign import DEAR, LONG, OF_LONG, OF_OTHERS

_ONE_VALUE = ("public", "original", "scripts", "smooth", "noisy", "noise", *FOREIGN)
_RACED = ("instances", "runtime")
_KINDS = "real", "integer", "ordinal", "categorical"


@dataclass(frozen=True)
class Peer:
    """The environment and the problems of an optimizer.

    Attributes
    ----------
    environment : str
        The name of the virtual environment below benchmarks/.venv; if empty, the runner's interpreter is used.
    groups : tuple of str
        The groups of problems that the optimizer can run.
    most : int
        The largest budget; the optimizer is slow with larger budgets.
    without : tuple of str
        Problems that the optimizer does not run.
    dear : bool
        Whether a search takes minutes. If so, the optimizer runs only `foreign.DEAR` among the problems of other
        authors.
    kinds : tuple of str
        The kinds of parameters that the optimizer knows. If it knows all kinds, it also runs conditional parameters.
    """

    environment: str = "peers"
    groups: tuple[str, ...] = _ONE_VALUE + _RACED
    most: int = 10**9
    without: tuple[str, ...] = ()
    dear: bool = False
    kinds: tuple[str, ...] = _KINDS


PEERS = {
    "ours": Peer(""),
    "ours_uncapped": Peer("", groups=("runtime",)),
    "random": Peer(""),
    "optuna_tpe": Peer(),
    "optuna_tpe_mvg": Peer(),
    "optuna_gp": Peer(groups=_ONE_VALUE, most=100, dear=True),
    "optuna_cmaes": Peer(groups=_ONE_VALUE, kinds=("real", "integer")),
    "pycma": Peer(groups=_ONE_VALUE, kinds=("real",)),
    "hyperopt": Peer(groups=_ONE_VALUE),
    "nevergrad": Peer("nevergrad", groups=_ONE_VALUE),  # NumPy 2.4 breaks it
    # needs an older scikit-learn; the same model has other errors there
    "openbox": Peer("openbox", groups=_ONE_VALUE, most=100, dear=True, without=("ml_svm_digits", "ml_cash_wine")),
    "smac3_stock": Peer(groups=_ONE_VALUE, most=100, dear=True),
    "smac3_bb": Peer(groups=_ONE_VALUE, most=100, dear=True),
    "skopt": Peer(groups=_ONE_VALUE, most=100, dear=True),
    "ax": Peer("ax", groups=_ONE_VALUE, most=100, dear=True),
    # needs NumPy 1, and an old scikit-learn
    "hebo": Peer("hebo", groups=_ONE_VALUE, most=100, dear=True, without=("ml_svm_digits", "ml_cash_wine")),
    "smac3_ac": Peer(groups=_RACED, most=200),
    "roar": Peer(groups=_RACED),
}


def takes(peer: str, problem: Problem, group: str, budget: int) -> bool:
    """Return whether a peer runs a problem of this group with this budget."""
    about = PEERS[peer]
    if group not in about.groups or problem.name in about.without or not _knows(about, problem):
        return False
    if group in FOREIGN:
        if about.dear:
            return problem.name in DEAR and budget <= about.most
        return budget in OF_OTHERS or (budget == OF_LONG and problem.name in LONG)
    return budget <= about.most or problem.cutoff is not None  # with a cutoff the reported run time ends the search


def _knows(about: Peer, problem: Problem) -> bool:
    kinds = {spec[0] for spec in problem.parameters.values()}
    return about.kinds == _KINDS or (kinds <= {*about.kinds} and not problem.conditions)


def interpreter(peer: str) -> str:
    """Return the Python interpreter that runs a peer.

    Raises
    ------
    FileNotFoundError
        If the peer's virtual environment does not exist.
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
