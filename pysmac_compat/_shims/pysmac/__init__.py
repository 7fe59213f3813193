"""Stands for the original's package; gives way to ours at once."""

import sys

from pysmac_compat.drop_in import install_as_pysmac

install_as_pysmac()  # forgets this module, so that the next import finds ours
sys.modules["pysmac"] = __import__("pysmac")
