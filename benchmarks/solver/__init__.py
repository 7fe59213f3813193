"""Tunes a real solver, MiniSat, on real run times; each method gets the same CPU seconds of the solver.

It needs ``minisat``, and the method irace needs ``irace``: ``apt-get install minisat r-cran-irace``.
"""
