from ..optimizer.conftest import *  # noqa: F403 (forks of this process have SMAC3 already)
