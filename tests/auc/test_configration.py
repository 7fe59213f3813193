import pytest

from automax import AutoMAXConfigration, AutoMAXConfiguration


def test_the_documented_settings():
    config = AutoMAXConfigration(
        name="my_search", n_trials=10, SEED=42, output_directory="./out", overwrite=False, deterministic=True
    )
    assert (config.name, config.n_trials, config.SEED, config.overwrite) == ("my_search", 10, 42, False)
    assert config.folder == "./out/my_search"


def test_defaults():
    config = AutoMAXConfigration()
    assert (config.SEED, config.output_directory, config.overwrite) == (0, "./automax_output", True)
    assert config.deterministic is True


def test_both_spellings_are_one_class():
    assert AutoMAXConfiguration is AutoMAXConfigration


def test_keywords_only():
    with pytest.raises(TypeError):
        AutoMAXConfigration(True)


def test_n_configs_warns():
    with pytest.warns(UserWarning, match="n_configs has no effect"):
        assert AutoMAXConfigration(n_configs=1).n_configs == 1


def test_output_path_is_an_alias():
    with pytest.warns(DeprecationWarning, match="output_path is deprecated: use output_directory"):
        assert AutoMAXConfigration(output_path="x").output_directory == "x"
    with pytest.raises(ValueError, match="give only output_directory"):
        AutoMAXConfigration(output_path="x", output_directory="x")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ntrials": 3}, "did you mean 'n_trials'"),
        ({"n_trials": 0}, "n_trials must be at least 1"),
        ({"n_trials": 2.5}, "n_trials must be an integer"),
        ({"SEED": -1}, "SEED"),
        ({"SEED": 2**31}, "SEED must be at most"),
        ({"name": "a/b"}, "name must be the name of a folder"),
        ({"name": ""}, "name must be"),
        ({"output_directory": 3}, "output_directory must be a path"),
        ({"overwrite": "no"}, "overwrite must be true or false"),
        ({"workers": 0}, "workers"),
        ({"trial_time_limit": -1}, "trial_time_limit"),
        ({"trial_memory_limit": "1GB"}, "trial_memory_limit"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        AutoMAXConfigration(**settings)
