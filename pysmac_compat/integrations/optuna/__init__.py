"""`SMACSampler`: a sampler for Optuna's studies; importing this module imports Optuna."""

from pysmac_compat.integrations.optuna.sampler import SMACSampler as SMACSampler

__all__ = ["SMACSampler"]
