"""A folder for ``sys.path``: its packages provide the name ``pysmac`` in spawned processes.

A spawned child process imports the main script again before this package can install its
import hook there. But multiprocessing passes ``sys.path`` on to the child process.
"""
