import optuna
import pytest


@pytest.fixture(autouse=True)
def quiet():
    """Optuna tells of each trial on stderr."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(level)
