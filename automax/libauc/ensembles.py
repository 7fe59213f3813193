"""A model that is the mean of several models. This module needs torch: import it with `automax._extra.need`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


class MeanOfModels(torch.nn.Module):
    """The mean of the logits of several models on a common scale; see `automax.selection.rules.mean_of`.

    Parameters
    ----------
    models : sequence of torch.nn.Module
    means, deviations : sequence of sequence of float
        The mean and the deviation of the logits of each model on the validation rows, for each label.

    Attributes
    ----------
    models : torch.nn.ModuleList
    """

    means: torch.Tensor
    deviations: torch.Tensor

    def __init__(
        self, models: Sequence[Any], means: Sequence[Sequence[float]], deviations: Sequence[Sequence[float]]
    ) -> None:
        super().__init__()
        self.models = torch.nn.ModuleList(models)
        self.register_buffer("means", torch.tensor(means))
        self.register_buffer("deviations", torch.tensor(deviations))

    def forward(self, *inputs: Any) -> Any:
        """Return a logit for each label. The inputs are passed to each member."""
        parts = [
            (model(*inputs) - mean) / deviation
            for model, mean, deviation in zip(self.models, self.means, self.deviations, strict=True)
        ]
        return torch.stack(parts).mean(0) * self.deviations.mean(0) + self.means.mean(0)
