"""What another package, such as AutoMAX, builds on: the folder, the lock, the numbers, one call alone."""

import os
import time

import pytest

from pysmac_compat import ArgumentError, ParameterError, ResumeError, SMAC_optimizer
from pysmac_compat.isolated import call_isolated

from ..functions import end
from .small import SPACE, direct, parabola


@pytest.mark.slow
def test_another_working_directory(tmp_path):
    optimizer = direct()
    temporary = optimizer.working_directory
    optimizer.set_working_directory(str(tmp_path / "wd"), persistent_files=True)
    assert not os.path.exists(temporary)
    assert optimizer.working_directory == str(tmp_path / "wd")
    found = optimizer.minimize(parabola, 2, SPACE)
    assert optimizer.minimize(lambda r: 1 / 0, 2, SPACE, resume=True) == found
    optimizer.set_working_directory(str(tmp_path / "wd"))
    del optimizer
    assert list((tmp_path / "wd" / "out").rglob("journal-run-0.jsonl"))


def test_what_was_made_in_the_place_before_is_removed(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "a"))
    optimizer.set_working_directory(str(tmp_path / "a"))
    assert (tmp_path / "a" / "exec").is_dir()
    optimizer.set_working_directory(str(tmp_path / "b"))
    assert os.listdir(tmp_path) == ["b"]
    with pytest.raises(ArgumentError, match="working_directory must be a path, got 3"):
        optimizer.set_working_directory(3)


@pytest.mark.slow
def test_a_lock_before_and_after_a_search(tmp_path, run_script):
    script = """
        from pysmac_compat import ArgumentError, SMAC_optimizer
        try:
            optimizer = SMAC_optimizer(working_directory=".", persistent_files=True)
            optimizer.minimize(lambda x: x, 1, {"x": ("real", [0, 1], 0.5)})
            print("done")
        except ArgumentError as error:
            print(error)
        """

    def other():
        return run_script(script).stdout

    folder = str(tmp_path)
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=True)
    with optimizer.locked():
        refused = f"another process ({os.getpid()}) is working on this run"
        assert refused in other()
        with optimizer.locked():
            optimizer.minimize(parabola, 1, SPACE)
        assert refused in other()
    assert other() == "done\n"


@pytest.mark.slow
def test_a_call_does_not_inherit_a_lock_that_was_there_before_the_search(tmp_path):
    left = tmp_path / "left"

    def function(r):
        if os.fork() == 0:
            os.setsid()
            left.write_text(str(os.getpid()))
            time.sleep(600)
            os._exit(0)
        return parabola(r)

    optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)
    with optimizer.locked():
        optimizer.minimize(function, 1, SPACE)
    optimizer.smac_options["isolate"] = False
    try:
        assert optimizer.minimize(parabola, 1, SPACE) == (13.0, {"r": 1.0})  # at once: without resume it does not wait
    finally:
        if left.exists():
            end(int(left.read_text()))


@pytest.mark.slow
def test_a_function_that_gets_its_number(tmp_path):
    seen = tmp_path / "seen"

    def function(r, seed, instance, evaluation_index):
        with open(seen, "a") as file:
            file.write(f"{evaluation_index} {r!r} {seed} {instance}\n")
        return parabola(r)

    optimizer = SMAC_optimizer()
    optimizer.minimize(function, 3, SPACE, deterministic=False, num_train_instances=2, numbered=True)
    (run,) = optimizer.result.runs
    expected = [f"{e.index} {e.configuration['r']!r} {e.seed} {e.instance}" for e in run.evaluations]
    assert seen.read_text().splitlines() == expected
    assert [e.configuration.keys() for e in run.evaluations] == [{"r"}] * 3


def test_numbers_are_refused_where_they_cannot_be_given():
    with pytest.raises(ArgumentError, match=r"no argument 'evaluation_index', .* because of numbered=True"):
        SMAC_optimizer().minimize(parabola, 1, SPACE, numbered=True)
    with pytest.raises(ArgumentError, match="numbered=True passes 'evaluation_index'"):
        SMAC_optimizer().minimize(lambda r, evaluation_index: r, 1, SPACE)
    with pytest.raises(ParameterError, match="'evaluation_index': the search itself passes"):
        SMAC_optimizer().minimize(
            lambda evaluation_index: 0, 1, {"evaluation_index": ("real", [0, 1], 0)}, numbered=True
        )


def test_the_journal_of_another_search_has_an_error_of_its_own(tmp_path):
    def minimize(options=(), **more):
        optimizer = direct(working_directory=str(tmp_path), persistent_files=True)
        optimizer.smac_options.update(options)
        optimizer.minimize(parabola, 1, SPACE, **more)

    minimize()
    with pytest.raises(ResumeError, match=r"smac_options\['seed-offset'\] was 0, now it is 1"):
        minimize({"seed-offset": 1}, resume=True)


@pytest.mark.slow
def test_one_call_alone():
    place = os.getpid()
    assert call_isolated(lambda: int(os.getpid() != place)).value == 1.0
    solved = call_isolated(lambda: {"status": "UNSAT", "runtime": 0.25}, runtime=True)
    assert (solved.status, solved.runtime) == ("UNSAT", 0.25)
    failed = call_isolated(lambda: 1 / 0)
    assert (failed.status, "ZeroDivisionError" in failed.message) == ("CRASHED", True)

    def endless():
        while True:
            pass

    assert call_isolated(endless, cutoff=0.1).status == "TIMEOUT"
    assert call_isolated(lambda: len(bytearray(2**29)), memory_mb=100).status == "MEMOUT"
