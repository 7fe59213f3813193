"""Measures the gain from tuning LibAUC models; see `__main__`."""
