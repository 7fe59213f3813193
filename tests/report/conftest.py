from ..optimizer.conftest import *  # noqa: F403
