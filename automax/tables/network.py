"""The network of a classifier for tables: its search, its files and its scores."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from automax._extra import need
from automax.commands import search_config
from automax.core import AutoMAX
from automax.data.arrays import ArrayDataset
from automax.data.registry import registered_meanwhile
from automax.file import check_settings
from automax.libauc.device import one_thread
from automax.report import best_lines
from pysmac_compat import SearchError
from pysmac_compat.errors import ArgumentError, shown

#: the name of the folder of the search in ``search_directory``
NAME = "automax"
#: the number of rows that are scored at once
_BATCH = 4096
#: keys of the settings that the user cannot give -> the argument of `AUCClassifier` that decides instead
_OURS = {
    "training": {"output_path": "search_directory", "experiment_name": "search_directory", "SEED": "random_state"},
    "automax": {
        "name": "search_directory",
        "output_directory": "search_directory",
        "output_path": "search_directory",
        "overwrite": "resume",
        "SEED": "random_state",
        "n_trials": "n_trials",
        "target": "metric",
    },
}
#: keys that need several trainings of a configuration, or another division of the rows
_NOT_HERE = ("folds", "repeats", "refit", "deterministic")


class Network:
    """A trained model, stored as the bytes of its files. The model is built when the first scores are computed.

    A network can be pickled without torch, and the same files can be written to another folder.

    Parameters
    ----------
    files : dict of str to bytes
        The files of a folder that `automax.load_model` takes. The keys are the paths in the folder.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self._model: Any = None

    @classmethod
    def read(cls, folder: Path) -> Network:
        """Read the files of a folder, except `epoch_*.pt`, LibAUC's own checkpoints of single epochs."""
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.match("epoch_*.pt")]
        return cls({str(path.relative_to(folder)): path.read_bytes() for path in paths})

    def write(self, folder: Path) -> None:
        """Write the files to a folder."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    def __call__(self, X: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the score of each row. Rows with a higher score are more likely to be positive."""
        torch = need("torch")
        with one_thread(), torch.no_grad():
            if self._model is None:
                self._model = self._load()
            parts = [
                self._model(torch.from_numpy(np.ascontiguousarray(X[i : i + _BATCH], dtype=np.float64)))
                for i in range(0, len(X), _BATCH)
            ]
        return np.concatenate([part.numpy().reshape(-1) for part in parts]).astype(np.float64)

    def _load(self) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            self.write(Path(folder))
            load_model = need("automax.libauc.checkpoints").load_model
            try:
                # in double precision a row's score does not depend on the other rows of the batch
                return load_model(folder).double()
            except ArgumentError as error:
                raise ArgumentError(str(error).replace(folder, "network")) from error

    def __getstate__(self) -> dict[str, Any]:
        return {"files": self.files, "_model": None}


def settings_of(sections: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Check the user's settings, and return a copy with all three sections.

    Raises
    ------
    ArgumentError
        If a section is unknown, if an argument of `AUCClassifier` must be used in place of a key, or if a key is not
        allowed for tables.
    """
    if sections is None:
        return {"model": {}, "training": {}, "automax": {}}
    if not isinstance(sections, Mapping):
        raise ArgumentError(
            f"settings must be a dict of the sections model, training and automax, got {shown(sections)}"
        )
    for name, content in sections.items():
        if name not in ("model", "training", "automax"):
            raise ArgumentError(f"settings: sections are model, training and automax, got {shown(name)}")
        if not isinstance(content, Mapping):
            raise ArgumentError(f"settings[{name!r}] must be a dict, got {shown(content)}")
        for key in content:
            if key in _OURS.get(name, {}):
                raise ArgumentError(f"settings[{name!r}][{key!r}]: use the argument {_OURS[name][key]}")
            if name == "automax" and key in _NOT_HERE:
                raise ArgumentError(
                    f"settings[{name!r}][{key!r}] does not go with a table: leave it out, because a table is split "
                    "once, and each trial trains once"
                )
    return {name: dict(sections.get(name, {})) for name in ("model", "training", "automax")}


def batch_size(n_positive: int, n_negative: int) -> int:
    """Return the number of rows of a batch: a power of two, at most 128 and at most an eighth of the rows.

    But it is at least 4, unless there are fewer than three negatives. Half of the rows of a batch are positive.
    """
    size = 128
    # LibAUC's sampler needs more negatives in the training rows than in a batch
    while size > 4 and size > (n_positive + n_negative) // 8 or size // 2 >= n_negative:
        size //= 2
    return size


def search_network(
    train: ArrayDataset, val: ArrayDataset, content: Mapping[str, Any], folder: Path, verbose: bool
) -> tuple[Network, AutoMAX]:
    """Search for the best network.

    Parameters
    ----------
    train, val : ArrayDataset
    content : dict
        The sections of a settings file, without the data set and without paths.
    folder : Path
        The folder for the files of the search.
    verbose : bool
        Whether to print a line for each trial.

    Raises
    ------
    ArgumentError
        Before the first trial, if a setting is not allowed.
    SearchError
        If no trial has finished.
    """
    digest = _digest(train, val)
    name = f"table-{digest}"
    content = {
        **content,
        "dataset": {"name": name, "eval_splits": ["val"]},
        "training": {
            "save_checkpoint_every": 10**9,  # the best epoch's weights are kept anyway
            "eval_batch_size": _BATCH,
            **content["training"],
            "output_path": str(folder),
            "experiment_name": "network",
        },
        "automax": {**content["automax"], "name": NAME, "output_directory": str(folder)},
    }
    settings = check_settings(content)
    with registered_meanwhile(name, lambda splits: (train, [val])):
        factory = need("automax.libauc.factory").TrainerFactory(settings)
    factory.check()
    config = search_config(settings)
    tuner = AutoMAX(factory, config, settings.target)
    with contextlib.nullcontext() if verbose else _silence():
        best = tuner.optimize()
    if tuner.best_score == float("-inf"):
        messages = [trial["message"] for trial in tuner.log if "message" in trial]
        raise SearchError(f"none of the {len(tuner.log)} trials finished: {messages[-1] if messages else ''}")
    if verbose:
        default = dict(tuner.configspace.get_default_configuration())
        print("\n".join(best_lines(tuner.log, dict(best), tuner.target, factory.metrics, default, files=False)[0]))
    return Network.read(folder / "network_best"), tuner


def _digest(*parts: ArrayDataset) -> str:
    """Return a hash of the data. A search can be resumed only with data that have the same hash."""
    found = hashlib.sha256()
    for data in parts:
        found.update(repr(data.X.shape).encode() + data.X.tobytes() + data.targets.tobytes())
    return found.hexdigest()[:16]


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
