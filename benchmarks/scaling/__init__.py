"""Searches with many workers: how busy they are, what is found, what a thousand need."""
