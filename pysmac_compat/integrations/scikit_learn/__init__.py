"""`SMACSearchCV`: search for hyperparameters of a scikit-learn estimator; this module imports scikit-learn."""

from pysmac_compat.integrations.scikit_learn.search_cv import SMACSearchCV as SMACSearchCV

__all__ = ["SMACSearchCV"]
