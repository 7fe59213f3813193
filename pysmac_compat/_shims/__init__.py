"""A folder for ``sys.path``: its packages provide the name ``pysmac`` in spawned processes.

A spawned child process imports the main script again before this package can install its
import hook in the child. But multiprocessing passes ``sys.path`` on to the child, so the
import of ``pysmac`` finds the packages in this folder.
"""
