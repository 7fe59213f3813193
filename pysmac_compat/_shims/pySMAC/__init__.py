"""A stand-in with a name of the original pysmac; its import replaces it in ``sys.modules`` by this package."""

import sys

from pysmac_compat.drop_in import install_as_pysmac

install_as_pysmac()  # removes this module, so that the next import finds pysmac_compat
sys.modules["pySMAC"] = __import__("pySMAC")
