"""Where training happens: LibAUC calls `.cuda()` whatever there is. Imports torch only where it is asked for."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any


def device() -> str:
    """'cuda' where there is a GPU, else 'cpu'."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def cuda_means_device() -> Iterator[None]:
    """Where there is no CUDA, make ``.cuda()`` of tensors and modules mean ``.to("cpu")`` inside this context.

    With optimizers of LibAUC whose default device is CUDA, that is all that LibAUC needs, and it does not depend on
    where the calls are. torch and LibAUC must have been imported before.
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
        if defaults and "cuda" in defaults:  # to them None means the device that there is
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
    """One torch thread inside this context.

    In a process that was forked after torch had used several, the next use of several hangs.
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
