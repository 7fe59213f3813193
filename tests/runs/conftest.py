import ConfigSpace  # noqa: F401 (imported here, so that the forked engines need not)
import smac  # noqa: F401 (imported here, so that the forked engines need not)
