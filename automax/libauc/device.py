"""Where training happens: LibAUC calls `.cuda()` whatever there is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch


def device() -> str:
    """'cuda' where there is a GPU, else 'cpu'."""
    return "cuda" if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def cuda_means_device() -> Iterator[None]:
    """Where there is no CUDA, make ``.cuda()`` of tensors and modules mean ``.to('cpu')`` inside this context.

    That is all that LibAUC's trainers need, and it does not depend on where in them the calls are.
    """
    if torch.cuda.is_available():
        yield
        return

    def stay(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.to("cpu")

    before = [(owner, owner.__dict__.get("cuda")) for owner in (torch.Tensor, torch.nn.Module)]
    for owner, _ in before:
        owner.cuda = stay
    try:
        yield
    finally:
        for owner, method in before:
            if method is None:
                del owner.cuda
            else:
                owner.cuda = method
