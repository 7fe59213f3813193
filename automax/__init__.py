"""AUC tuning for LibAUC models on the search of `pysmac_compat`."""
