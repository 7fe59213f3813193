"""Benchmarks: problem families, other optimizers, measured costs, and the report docs/performance.md.

This folder is not part of the package. benchmarks/README.md has the commands.
"""
