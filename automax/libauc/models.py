"""The network for tables, and the registry of models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

if TYPE_CHECKING:
    import torch

#: builder(input_shape, num_classes, **kwargs) -> torch.nn.Module
Builder = Callable[..., Any]

_BUILDERS: dict[str, Builder] = {}
_ACTIVATIONS = ("relu", "elu", "tanh", "gelu")

#: keys of the section `model` that are not passed to a registered builder
COMMON_KEYS = ("name", "pretrained", "pretrained_path", "pretrained_remote", "num_classes", "in_channels")


def register_model(name: str, builder: Builder) -> None:
    """Register a model under a name for ``model.name``.

    Parameters
    ----------
    name : str
        Case does not matter.
    builder : callable
        It is called as ``builder(input_shape, num_classes, **kwargs)`` with the shape of one example, the number of
        outputs, and the other keys of the section ``model``. It returns a torch module that gives a logit for each
        output.
    """
    if not callable(builder):
        raise ArgumentError(f"register_model({name!r}): the builder must be callable, got {builder!r}")
    _BUILDERS[name.lower()] = builder


def registered(name: str) -> Builder | None:
    """Return the builder with this name, or None."""
    return _BUILDERS.get(name.lower())


def registered_names() -> list[str]:
    """Return the names of all builders."""
    return list(_BUILDERS)


def check_keys(name: str, cfg: Mapping[str, Any]) -> None:
    """Raise an ``ArgumentError`` for a key that a registered builder does not take."""
    builder = _BUILDERS[name.lower()]
    parameters = list(inspect.signature(builder).parameters.values())
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    known = [p.name for p in parameters if p.name not in ("input_shape", "num_classes")]
    for key in cfg:
        if key not in known and key not in COMMON_KEYS:
            raise ArgumentError(f"model.{key}: the model {name!r} has no such key{nearest(key, known)}")


def build(name: str, cfg: Mapping[str, Any], input_shape: Sequence[int], num_classes: int) -> torch.nn.Module:
    """Build a registered model."""
    check_keys(name, cfg)
    kwargs = {key: value for key, value in cfg.items() if key not in COMMON_KEYS}
    return _BUILDERS[name.lower()](tuple(input_shape), num_classes, **kwargs)


def mlp(
    input_shape: Sequence[int],
    num_classes: int,
    hidden_sizes: Sequence[int] | None = None,
    width: int = 64,
    depth: int = 2,
    dropout: float = 0.0,
    activation: str = "relu",
) -> torch.nn.Module:
    """Build a multi-layer perceptron with an activation after each hidden layer.

    (LibAUC's own MLP has no activation after its first layer, so with one hidden layer it is an affine function.)

    Parameters
    ----------
    input_shape : sequence of int
        The shape of one example, which is flattened.
    num_classes : int
        The number of outputs.
    hidden_sizes : sequence of int or None
        The units of each hidden layer. None: ``depth`` layers of ``width`` units. Empty: a linear model.
    width, depth : int
    dropout : float
        The share of the units that each hidden layer drops in training.
    activation : {'relu', 'elu', 'tanh', 'gelu'}
    """
    import torch

    for key, value, least in (("width", width, 1), ("depth", depth, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ArgumentError(f"model.{key} must be an integer of at least {least}, got {value!r}")
    sizes: Any = [width] * depth if hidden_sizes is None else hidden_sizes
    if not isinstance(sizes, (list, tuple)) or not all(type(size) is int and size >= 1 for size in sizes):
        raise ArgumentError(f"model.hidden_sizes must be a list of positive integers, such as [64, 64], got {sizes!r}")
    if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout < 1:
        raise ArgumentError(f"model.dropout must be in [0, 1), got {dropout!r}")
    if activation not in _ACTIVATIONS:
        raise ArgumentError(f"model.activation: unknown {activation!r}{nearest(activation, _ACTIVATIONS)}")
    kinds = {"relu": torch.nn.ReLU, "elu": torch.nn.ELU, "tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}
    n_inputs = 1
    for size in input_shape:
        n_inputs *= size
    layers: list[torch.nn.Module] = [torch.nn.Flatten()]
    for before, after in zip([n_inputs, *sizes], sizes, strict=False):
        layers += [torch.nn.Linear(before, after), kinds[activation]()]
        if dropout:
            layers.append(torch.nn.Dropout(dropout))
    layers.append(torch.nn.Linear(sizes[-1] if sizes else n_inputs, num_classes))
    return torch.nn.Sequential(*layers)


register_model("mlp", mlp)
