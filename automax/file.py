"""Read the YAML file with the settings of a search, check each key, and fill in the defaults."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automax.core.helpers import is_search
from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

_NUMBER = (int, float)
_TABLE = re.compile(r"\.(csv|tsv|parquet|pq)(\.\w+)?$", re.I)
#: key -> (default, allowed types); if both a number and a dict are allowed, the dict is a search specification
TRAINING: dict[str, tuple[Any, tuple[type, ...]]] = {
    "loss": ("AUCMLoss", (str, list)),
    "loss_kwargs": ({}, (dict,)),
    "optimizer": (None, (str, type(None))),
    "optimizer_kwargs": ({}, (dict,)),
    "SEED": (42, (int,)),
    "epochs": (50, (int, dict)),
    "batch_size": (128, (int, dict)),
    "eval_batch_size": (128, (int,)),
    "sampling_rate": (0.5, (*_NUMBER, dict)),
    "decay_epochs": ([], (list,)),
    "decay_factor": (10, _NUMBER),
    "num_workers": (0, (int,)),
    "output_path": ("./output", (str,)),
    "resume_from_checkpoint": (False, (bool,)),
    "save_checkpoint_every": (5, (int,)),
    "project_name": ("libauc", (str,)),
    "experiment_name": ("run", (str,)),
    "verbose": (0, (int,)),
    "pretrain_epochs": (0, (int, dict)),
}
DATASET: dict[str, tuple[Any, tuple[type, ...]]] = {
    "name": (None, (str,)),
    "kwargs": ({}, (dict,)),
    "eval_splits": (["val"], (list,)),
}
AUTOMAX: dict[str, tuple[Any, tuple[type, ...]]] = {
    "target": (None, (str, type(None))),
    "deterministic": (True, (bool,)),
    "n_trials": (10, (int,)),
    "n_configs": (None, (int, type(None))),
    "SEED": (0, (int,)),
    "name": ("automax", (str,)),
    "output_directory": ("./automax_output", (str,)),
    "output_path": (None, (str, type(None))),
    "overwrite": (True, (bool,)),
    "workers": (1, (int,)),
    "trial_time_limit": (None, (*_NUMBER, type(None))),
    "trial_wall_limit": (None, (*_NUMBER, type(None))),
    "trial_memory_limit": (None, (*_NUMBER, type(None))),
    "total_time_limit": (None, (*_NUMBER, type(None))),
    "progress": (False, (bool,)),
    "ensemble": (None, (int, type(None))),
    "keep": ("all", (str,)),
    "prune": (False, (bool,)),
    "folds": (None, (int, type(None))),
    "repeats": (1, (int,)),
    "refit": (None, (str, type(None))),
}
_CALLED = {
    str: "text",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a section",
}
_SECTIONS = ("dataset", "model", "metrics", "metric_kwargs", "training", "automax")
_LEAST = {
    "epochs": 1,
    "batch_size": 2,
    "eval_batch_size": 1,
    "num_workers": 0,
    "save_checkpoint_every": 1,
    "pretrain_epochs": 0,
    "SEED": 0,
    "verbose": 0,
}


@dataclass
class Settings:
    """The checked content of a settings file. A key that the file leaves out has its default.

    Attributes
    ----------
    dataset, model, training, automax : dict
    metrics : list of str
    metric_kwargs : list of dict
    """

    dataset: dict[str, Any]
    model: dict[str, Any]
    metrics: list[str]
    metric_kwargs: list[dict[str, Any]]
    training: dict[str, Any]
    automax: dict[str, Any]

    @property
    def target(self) -> str:
        """The name of the metric to maximise: ``automax.target``, or the first metric if there is no target."""
        return self.automax["target"] or self.metrics[0]


def load_settings(path: str | Path) -> Settings:
    """Read and check a settings file.

    Raises
    ------
    ArgumentError
        If the file cannot be read or is not valid. This error is a ``ValueError``; its message names the file and the
        place in the file.
    """
    import yaml

    if _TABLE.search(str(path)):
        raise ArgumentError(f"{path} is a table, not a configuration: use automax fit {path} --target COLUMN")
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ArgumentError(f"the configuration file {str(path)!r:.200} cannot be read: {error}") from None
    try:
        return check_settings(yaml.load(data.decode("utf-8-sig"), Loader=_loader(yaml)))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ArgumentError(
            f"{path}, line {line}: expected text in UTF-8, found the byte {data[error.start]:#x}"
        ) from None
    except RecursionError:
        raise ArgumentError(f"{path}: lists or sections are nested too deeply") from None
    except ArgumentError as error:
        raise ArgumentError(f"{path}: {error}") from None
    except (yaml.YAMLError, ValueError) as error:  # a ValueError if a date or a number is not valid
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        place = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1},"
        raise ArgumentError(f"{path}{place} is not valid YAML: {problem or error}") from None


def _loader(yaml: Any) -> Any:
    """Return a safe loader that reads 1e-4 as a number, as YAML 1.2 does; PyYAML's own loader reads it as text."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
    )
    return Loader


def check_settings(content: Any) -> Settings:
    """Check the content of a file, and return it with the defaults filled in."""
    content = copy.deepcopy(content)
    if not isinstance(content, Mapping):
        raise ArgumentError(f"expected the sections {', '.join(_SECTIONS)}, got {content!r:.100}")
    _check_keys("", content, _SECTIONS)
    for name in ("dataset", "model"):
        if name not in content:
            raise ArgumentError(f"the section {name!r} is missing")
    dataset = _section("dataset", content["dataset"], DATASET)
    training = _section("training", content.get("training"), TRAINING)
    automax = _section("automax", content.get("automax"), AUTOMAX)
    model = content["model"]
    if not isinstance(model, dict):
        raise ArgumentError(f"model must be a section, got {model!r:.100}")
    for section, owner in ((dataset, "dataset"), (model, "model")):
        if not isinstance(section.get("name"), str) or not section["name"]:
            raise ArgumentError(f"{owner}.name is missing" if not section.get("name") else f"{owner}.name must be text")
    _check_training(training)
    for name, least in (("folds", 2), ("repeats", 1)):
        if automax[name] is not None and automax[name] < least:
            raise ArgumentError(f"automax.{name} must be at least {least}, got {automax[name]}")
    if automax["refit"] not in (None, "train+val"):
        raise ArgumentError(f"automax.refit must be train+val, or left out, got {automax['refit']!r}")
    splits = dataset["eval_splits"]
    if "val" not in splits:
        raise ArgumentError(f"dataset.eval_splits must have 'val', by which configurations are chosen, got {splits!r}")
    if len(set(map(str, splits))) < len(splits):
        raise ArgumentError(f"dataset.eval_splits names a split twice: {splits!r}")
    settings = Settings(
        dataset,
        model,
        _list("metrics", content.get("metrics", ["AUROC"]), str),
        _list("metric_kwargs", content.get("metric_kwargs", []), dict),
        training,
        automax,
    )
    if not settings.metrics:
        raise ArgumentError("metrics must name at least one metric")
    return settings


def _section(name: str, content: Any, keys: Mapping[str, tuple[Any, tuple[type, ...]]]) -> dict[str, Any]:
    content = {} if content is None else content
    if not isinstance(content, dict):
        raise ArgumentError(f"{name} must be a section of keys and values, got {content!r:.100}")
    _check_keys(f"{name}.", content, keys)
    found = {}
    for key, (default, types) in keys.items():
        value = content.get(key, copy.deepcopy(default))
        if value is None and default == {}:  # an empty section
            value = {}
        _check_type(f"{name}.{key}", value, types, missing=key not in content)
        found[key] = value
    return found


def _check_keys(prefix: str, content: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any]) -> None:
    for key in content:
        if key not in known:
            raise ArgumentError(f"unknown key {prefix}{key}{nearest(key, known)}")


def _check_type(path: str, value: Any, types: tuple[type, ...], missing: bool) -> None:
    fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
    if fits and isinstance(value, dict) and int in types and not is_search(value):
        fits = False
    if fits:
        return
    if missing:
        raise ArgumentError(f"{path} is missing")
    wanted = [_CALLED[t] for t in types if t in _CALLED and not (t is int and float in types)]
    if dict in types and int in types:
        wanted[-1] = "a search specification with 'val'"
    raise ArgumentError(f"{path} must be {' or '.join(wanted)}, got {value!r:.100} ({type(value).__name__})")


def _list(path: str, value: Any, kind: type) -> list[Any]:
    if not isinstance(value, list):
        raise ArgumentError(f"{path} must be a list, got {value!r:.100}")
    value = [{} if v is None and kind is dict else v for v in value]
    for i, each in enumerate(value):
        if not isinstance(each, kind):
            raise ArgumentError(f"{path}[{i}] must be {'text' if kind is str else 'a section'}, got {each!r:.100}")
    return value


def _check_searched(path: str, specification: Mapping[str, Any], least: float | None) -> None:
    """Raise an error if a search specification has a value below ``least``, or, if that is None, outside (0, 1)."""
    values = specification["val"]
    for value in values if isinstance(values, (list, tuple)) else [values]:
        if isinstance(value, bool) or not isinstance(value, _NUMBER):
            raise ArgumentError(f"{path}.val must hold numbers, got {value!r}")
        if not (0 < value < 1 if least is None else value >= least):
            wanted = "lie between 0 and 1" if least is None else f"be at least {least}"
            raise ArgumentError(f"{path}.val: values must {wanted}, got {value!r}")


def _check_training(training: Mapping[str, Any]) -> None:
    for key, least in _LEAST.items():
        value = training[key]
        if isinstance(value, int) and value < least:
            raise ArgumentError(f"training.{key} must be at least {least}, got {value}")
    for key in (*_LEAST, "sampling_rate"):
        if isinstance(training[key], dict):
            _check_searched(f"training.{key}", training[key], _LEAST.get(key))
    if training["SEED"] > arguments.LARGEST:
        raise ArgumentError(f"training.SEED must be at most {arguments.LARGEST}, got {training['SEED']}")
    if not training["decay_factor"] > 1:
        raise ArgumentError(f"training.decay_factor must be more than 1, got {training['decay_factor']}")
    name = training["experiment_name"]
    if not Path(name).parts or ".." in Path(name).parts or Path(name).is_absolute():
        raise ArgumentError(f"training.experiment_name must name a folder below training.output_path, got {name!r}")
    rate = training["sampling_rate"]
    if isinstance(rate, (int, float)) and not 0 < rate < 1:
        raise ArgumentError(f"training.sampling_rate must lie between 0 and 1, got {rate}")
    for i, epoch in enumerate(training["decay_epochs"]):
        whole = isinstance(epoch, int) and not isinstance(epoch, bool) and epoch >= 0
        if not whole and not (isinstance(epoch, float) and 0 < epoch < 1):
            raise ArgumentError(
                f"training.decay_epochs[{i}] must be an epoch, or a share of the epochs between 0 and 1, got {epoch!r}"
            )
    for i, loss in enumerate(training["loss"] if isinstance(training["loss"], list) else []):
        if not isinstance(loss, str):
            raise ArgumentError(f"training.loss[{i}] must be text, got {loss!r}")
