"""Write a fitted classifier to a folder, and read it back.

::

    model.json            classes, columns, calibration, threshold, scores, versions
    preprocessor.joblib   objects of scikit-learn
    network/              the files of the network, in the form that `automax.load_model` takes
"""

from __future__ import annotations

import json
import platform
import shutil
import warnings
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from pysmac_compat.errors import ArgumentError, warn

ABOUT, PREPROCESSOR, NETWORK = "model.json", "preprocessor.joblib", "network"
#: the folder of the search of ``automax fit``
SEARCH = "search"
_FORMAT = 1
_PACKAGES = ("pysmac-compat", "scikit-learn", "numpy", "torch", "libauc")


def write(folder: Path, about: Mapping[str, Any], preprocessor: Any, files: Mapping[str, bytes]) -> None:
    """Write a classifier. `ABOUT` is written last, so a folder with this file is complete.

    Parameters
    ----------
    folder : Path
    about : dict
        The content of `ABOUT`.
    preprocessor : transformer
    files : dict of str to bytes
        The files of the network.

    Raises
    ------
    ArgumentError
        If the folder contains a folder `NETWORK`, but no classifier.
    """
    import joblib

    ours = any((folder / name).is_file() for name in (ABOUT, PREPROCESSOR))
    if not ours and (folder / NETWORK).exists():
        raise ArgumentError(f"{folder / NETWORK} exists and belongs to no classifier: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ABOUT).unlink(missing_ok=True)
    shutil.rmtree(folder / NETWORK, ignore_errors=True)
    for name, content in files.items():
        path = folder / NETWORK / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    joblib.dump(preprocessor, folder / PREPROCESSOR)
    (folder / ABOUT).write_text(json.dumps({"format": _FORMAT, "versions": versions(), **about}, indent=2) + "\n")


def read(folder: Path) -> tuple[dict[str, Any], Any, dict[str, bytes]]:
    """Read a classifier that `write` wrote. Warn if Python or a package now has another version.

    Raises
    ------
    ArgumentError
        If the folder holds no classifier, or a classifier in another format.
    """
    import joblib

    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text())
    except OSError as error:
        if not (folder / ABOUT).exists() and (folder / SEARCH).is_dir():
            raise ArgumentError(
                f"{folder} holds no classifier yet, because its search has not ended; the same command automax fit ... "
                "with --resume completes the search"
            ) from None
        raise ArgumentError(f"{folder} holds no classifier: {ABOUT} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ArgumentError(f"{folder / ABOUT} is broken: {error}") from None
    if about.get("format") != _FORMAT:
        raise ArgumentError(
            f"{folder / ABOUT} has the format {about.get('format')!r}, this version of pysmac-compat reads {_FORMAT}"
        )
    now = versions()
    others = [
        f"{name} {then} (here {now.get(name, 'none')})"
        for name, then in about["versions"].items()
        if now.get(name) != then
    ]
    if others:
        warn(f"{folder} was written with {', '.join(others)}; if it fails or its scores differ, fit it again")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn's own warning about versions
            preprocessor = joblib.load(folder / PREPROCESSOR)
    except Exception as error:
        raise ArgumentError(f"{folder / PREPROCESSOR} cannot be read: {type(error).__name__}: {error}") from error
    root = folder / NETWORK
    files = {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    return about, preprocessor, files


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a classifier depends on, if they are installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
