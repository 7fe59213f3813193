"""The files of a trained model: its weights, the settings from which it can be built again, and its predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from automax._extra import need
from automax.selection import ensemble as ensembles
from pysmac_compat.errors import ArgumentError

WEIGHTS, ABOUT, PREDICTIONS = "best.pt", "best.json", ensembles.PREDICTIONS


def save(folder: Path, weights: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write the weights of the best epoch, and the description of the model as JSON."""
    need("torch").save(dict(weights), folder / WEIGHTS)
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n")


def save_predictions(folder: Path, predictions: Mapping[str, tuple[Any, Any]]) -> None:
    """Write the labels and scores of each split, in the order of its rows, as ``val_labels``, ``val_scores``, ..."""
    arrays = {}
    for split, (labels, scores) in predictions.items():
        arrays[f"{split}_labels"], arrays[f"{split}_scores"] = labels, scores
    np.savez_compressed(folder / PREDICTIONS, **arrays)


def load_predictions(folder: str | Path) -> dict[str, Any]:
    """Return the arrays that `save_predictions` wrote. In an ensemble's folder they are the ensemble's."""
    return ensembles.load(Path(folder))


def load_model(folder: str | Path, ensemble: bool = True) -> Any:
    """Load the model of a training, or the ensemble that a search returned. It is on the CPU and ready to predict.

    Parameters
    ----------
    folder : str or Path
        The folder of a training, such as ``<experiment_name>_best``. With folds, with repeats or with
        ``deterministic: false``, ``<experiment_name>_best`` has one subfolder for each training.
    ensemble : bool
        If False, load the model of the best trial alone.

    Returns
    -------
    torch.nn.Module
        The model returns a logit for each label. LibAUC's models for graphs take the same inputs as in LibAUC. An
        ensemble takes the same inputs as its members, which are in its attribute ``models``.

    Raises
    ------
    ArgumentError
        If there is no model in the folder, if one of its files is damaged, or if the name of the model is not
        registered in this process.
    ImportError
        If torch or LibAUC is missing. The message says how to install both.
    """
    folder = Path(folder)
    if not (folder / ABOUT).is_file():
        trainings = sorted(str(path.parent) for path in folder.glob(f"*/{ABOUT}"))
        if trainings:
            raise ArgumentError(
                f"{folder} holds {len(trainings)} trainings, choose one of these folders: {', '.join(trainings)}"
            )
        raise ArgumentError(f"{folder} holds no model: there is no {ABOUT}")
    if ensemble and (folder / ensembles.ABOUT).is_file():
        members = _content(folder / ensembles.ABOUT)["members"]
        return (
            need("automax.libauc.ensembles")
            .MeanOfModels(
                [load_model(folder / each["folder"], ensemble=False) for each in members],
                *([each[name] for each in members] for name in ("mean", "deviation")),
            )
            .eval()
        )
    model = need("automax.libauc.trainers").rebuilt(_content(folder / ABOUT))
    load_weights(model, folder / WEIGHTS, whole=True)
    return model.eval()


def _content(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise ArgumentError(f"{path} is damaged: {error}") from error


def load_weights(model: Any, path: str | Path | None, whole: bool = False) -> None:
    """Copy the weights from a file to a model, whatever device they were saved on.

    Parameters
    ----------
    model : torch.nn.Module
    path : str or Path
        A file of AutoMAX or of LibAUC's trainer, or a file with a state dict.
    whole : bool
        Whether every weight must fit. If False, weights with another shape are not copied, for example those of a
        last layer for another number of classes.
    """
    if path is None:
        raise ArgumentError("model.pretrained is true: model.pretrained_path must say where the weights are")
    place = "" if whole else "model.pretrained_path: "
    if not Path(path).is_file():
        raise ArgumentError(f"{place}there is no file {str(path)!r}")
    torch = need("torch")
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        weights = weights.get("model_state_dict", weights)
    except Exception as error:  # torch raises errors of several types, with long messages
        raise ArgumentError(f"{place}{path} is damaged or contains no weights ({type(error).__name__})") from error
    if not whole:
        own = model.state_dict()
        weights = {key: value for key, value in weights.items() if key in own and own[key].shape == value.shape}
        if not weights:
            raise ArgumentError(f"model.pretrained_path: no weight in {str(path)!r} fits this model")
    model.load_state_dict(weights, strict=whole)
