"""Compares `SMACSearchCV` with other searches for scikit-learn."""
