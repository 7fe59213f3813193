"""Makes the virtual environments of the peers: ``python -m benchmarks.environments [peers] [openbox]``.

The one called peers gets the NumPy, SciPy and scikit-learn of the running interpreter, so that all peers
minimise the very same functions.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.metadata import version

from benchmarks.measure import ROOT

_SAME = ("numpy", "scipy", "scikit-learn", "smac")


def create(name: str) -> None:
    """Make benchmarks/.venv/NAME from benchmarks/requirements-NAME.txt."""
    folder = ROOT / "benchmarks"
    home = folder / ".venv" / name
    venv.create(home, with_pip=True)
    same = [f"{package}=={version(package)}" for package in _SAME] if name == "peers" else []
    requirements = str(folder / f"requirements-{name}.txt")
    subprocess.run([str(home / "bin" / "pip"), "install", "-r", requirements, *same], check=True)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ["peers", "openbox"]:
        create(chosen)
