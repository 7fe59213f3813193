"""Tuning a real solver, MiniSat, on real run times: at the same CPU seconds of the solver for each method.

Needs ``minisat``, and ``irace`` for that method: ``apt-get install minisat r-cran-irace``.
"""
