"""Searches with many workers: how busy the workers are, the results, and the needs of a thousand workers."""
