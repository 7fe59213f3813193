import sys
from pathlib import Path

# imported once here, the processes of the searches, forked from this one, need not do it
import pysmac_compat.engine.session  # noqa: F401

sys.path.insert(0, str(Path(__file__).parent))  # for the helpers beside the tests
