"""The search itself. It works with any trainer, and needs neither torch nor LibAUC."""

from automax.core.automax import AutoMAX
from automax.core.automax_configration import AutoMAXConfigration, AutoMAXConfiguration
from automax.core.autopartial import autopartial
from automax.core.helpers import parse_hyperparameters_from_dict

__all__ = [
    "AutoMAX",
    "AutoMAXConfigration",
    "AutoMAXConfiguration",
    "autopartial",
    "parse_hyperparameters_from_dict",
]
