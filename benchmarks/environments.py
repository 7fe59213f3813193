"""Makes the virtual environments of the peers: ``python -m benchmarks.environments [peers] [nevergrad] [ax] ...``.

The environment `peers` gets the versions of NumPy, SciPy and scikit-learn of the running interpreter, so that all peers
minimise the same functions. All environments get the problems of other authors.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.metadata import version

from benchmarks.measure import ROOT

_SAME = {"peers": ("numpy", "scipy", "scikit-learn", "smac")}
_NAMES = ["peers", "nevergrad", "openbox", "ax", "hebo"]


def create(name: str) -> None:
    """Make benchmarks/.venv/NAME from benchmarks/requirements-NAME.txt."""
    folder = ROOT / "benchmarks"
    home = folder / ".venv" / name
    venv.create(home, with_pip=True)
    same = [f"{package}=={version(package)}" for package in _SAME.get(name, ())]
    files = [word for kind in (name, "problems") for word in ("-r", str(folder / f"requirements-{kind}.txt"))]
    subprocess.run([str(home / "bin" / "pip"), "install", *files, *same], check=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or _NAMES:
        create(chosen)
