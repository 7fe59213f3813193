# imported once here, the processes of the searches, forked from this one, need not do it
import pysmac_compat.engine.session  # noqa: F401
