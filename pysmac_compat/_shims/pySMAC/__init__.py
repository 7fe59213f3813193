"""A module with the name of the original, which replaces itself by this package when it is imported."""

import sys

from pysmac_compat.drop_in import install_as_pysmac

install_as_pysmac()  # forgets this module, so that the next import finds ours
sys.modules["pySMAC"] = __import__("pySMAC")
