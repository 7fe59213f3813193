"""The device for training. LibAUC calls `.cuda()` even on machines without CUDA. This module imports torch lazily."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any


def device() -> str:
    """Return 'cuda' if there is a GPU, otherwise 'cpu'."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def cuda_means_device() -> Iterator[None]:
    """On a machine without CUDA, make ``.cuda()`` of tensors and modules mean ``.to("cpu")`` inside this context.

    Also let LibAUC's optimizers whose default device is 'cuda' choose an available device. LibAUC needs no other change
    to train on a CPU. torch and LibAUC must be imported before this context is entered.
    """
    torch = sys.modules.get("torch")
    if torch is None or torch.cuda.is_available():
        yield
        return

    def stay(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.to("cpu")

    before = [(owner, "cuda", owner.__dict__.get("cuda")) for owner in (torch.Tensor, torch.nn.Module)]
    for owner, _, _ in before:
        owner.cuda = stay
    optimizers = importlib.import_module("libauc.optimizers") if "libauc.trainer" in sys.modules else object
    for each in vars(optimizers).values():
        defaults = getattr(getattr(each, "__init__", None), "__defaults__", None)
        if defaults and "cuda" in defaults:  # with None the optimizer chooses an available device
            before.append((each.__init__, "__defaults__", defaults))
            each.__init__.__defaults__ = tuple(None if value == "cuda" else value for value in defaults)
    try:
        yield
    finally:
        for owner, name, value in before:
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Limit torch to one thread inside this context.

    If a process is forked after torch has used several threads, the new process hangs when it uses several threads.
    """
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    if torch is not None:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch is not None and before is not None:
            torch.set_num_threads(before)
