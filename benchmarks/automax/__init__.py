"""Does tuning LibAUC models help? See `__main__`."""
