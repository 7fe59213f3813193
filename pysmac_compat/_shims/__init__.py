"""A folder for ``sys.path``: its packages provide the name ``pysmac`` in spawned processes.

A child process that is spawned imports the main script again, and has no import hook of
ours before that; ``sys.path`` is what multiprocessing hands on.
"""
