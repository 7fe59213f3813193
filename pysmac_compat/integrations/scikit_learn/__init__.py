"""`SMACSearchCV`: hyperparameters of an estimator of scikit-learn; importing this imports scikit-learn."""

from pysmac_compat.integrations.scikit_learn.search_cv import SMACSearchCV as SMACSearchCV

__all__ = ["SMACSearchCV"]
