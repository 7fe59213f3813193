"""The files of a trained model: weights, what it takes to build it again, predictions."""

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
    """Write the weights of the best epoch, and as JSON what the model is."""
    need("torch").save(dict(weights), folder / WEIGHTS)
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n")


def save_predictions(folder: Path, predictions: Mapping[str, tuple[Any, Any]]) -> None:
    """Write labels and scores of each split, in the order of its rows, as ``val_labels``, ``val_scores``, ..."""
    arrays = {}
    for split, (labels, scores) in predictions.items():
        arrays[f"{split}_labels"], arrays[f"{split}_scores"] = labels, scores
    np.savez_compressed(folder / PREDICTIONS, **arrays)


def load_predictions(folder: str | Path) -> dict[str, Any]:
    """What `save_predictions` wrote; of an ensemble its own."""
    return ensembles.load(Path(folder))


def load_model(folder: str | Path, ensemble: bool = True) -> Any:
    """The model of the best epoch, or the ensemble that a search has returned, ready to predict; on the CPU.

    Parameters
    ----------
    folder : str or Path
        Of a training, such as ``<experiment_name>_best``; with folds, repeats or without ``deterministic`` that has
        one folder for each.
    ensemble : bool
        False: the model of the best trial alone.

    Returns
    -------
    torch.nn.Module
        Gives a logit for each label; takes what its members take, those of LibAUC's for graphs what they take there.
        An ensemble has its members as ``models``.

    Raises
    ------
    ArgumentError
        If there is no model in the folder, or it is one that was registered and is not any more.
    ImportError
        Without torch and LibAUC; it says how to install them.
    """
    folder = Path(folder)
    if not (folder / ABOUT).is_file():
        trainings = sorted(str(path.parent) for path in folder.glob(f"*/{ABOUT}"))
        if trainings:
            raise ArgumentError(f"{folder} holds the models of {len(trainings)} trainings: {', '.join(trainings)}")
        raise ArgumentError(f"{folder} holds no model: there is no {ABOUT}")
    if ensemble and (folder / ensembles.ABOUT).is_file():
        members = json.loads((folder / ensembles.ABOUT).read_text())["members"]
        return (
            need("automax.libauc.ensembles")
            .MeanOfModels(
                [load_model(folder / each["folder"], ensemble=False) for each in members],
                *([each[name] for each in members] for name in ("mean", "deviation")),
            )
            .eval()
        )
    model = need("automax.libauc.trainers").rebuilt(json.loads((folder / ABOUT).read_text()))
    load_weights(model, folder / WEIGHTS, whole=True)
    return model.eval()


def load_weights(model: Any, path: str | Path | None, whole: bool = False) -> None:
    """Copy the weights of a file to a model, wherever they were saved.

    Parameters
    ----------
    model : torch.nn.Module
    path : str or Path
        A file of ours or of LibAUC's trainer, or a state dict.
    whole : bool
        Whether every weight must fit. Without it, those of other shapes, such as a last layer for another
        number of classes, stay as they are.
    """
    if path is None:
        raise ArgumentError("model.pretrained is true: model.pretrained_path must say where the weights are")
    if not Path(path).is_file():
        raise ArgumentError(f"model.pretrained_path: there is no file {str(path)!r}")
    weights = need("torch").load(path, map_location="cpu", weights_only=True)
    weights = weights.get("model_state_dict", weights)
    if not whole:
        own = model.state_dict()
        weights = {key: value for key, value in weights.items() if key in own and own[key].shape == value.shape}
        if not weights:
            raise ArgumentError(f"model.pretrained_path: no weight in {str(path)!r} fits this model")
    model.load_state_dict(weights, strict=whole)
