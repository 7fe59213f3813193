"""Benchmarks: problem families, other optimizers, measured costs, and the report docs/performance.md.

Not part of the package; see benchmarks/README.md for the commands.
"""
