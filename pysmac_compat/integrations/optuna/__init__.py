"""`SMACSampler`: a sampler for studies of Optuna; importing this imports Optuna."""

from pysmac_compat.integrations.optuna.sampler import SMACSampler as SMACSampler

__all__ = ["SMACSampler"]
