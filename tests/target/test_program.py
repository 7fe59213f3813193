"""Programs as the function: six styles, limits, failures, the log; all with real processes."""

import contextlib
import os
import re
import time
import warnings

import psutil
import pytest

import pysmac_compat as pysmac
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.target.command import Command
from pysmac_compat.target.program import Program

from . import wrappers

INSTANCES = [("dir/a b.cnf", ""), ("c.cnf", "one two")]


def call(program, arguments, cutoff=None, **rules):
    with contextlib.closing(Evaluator(program, Rules(cutoff=cutoff, **rules))) as evaluator:
        return evaluator(arguments, cutoff)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "begin", "form", "seen"),
    [
        (wrappers.SHELL, "./wrapper", "smac", "dir/a b.cnf 0 4.5 2147483647 12 -x 3 -y 4"),
        (wrappers.OLD_PYTHON, f"{wrappers.PYTHON} ./wrapper", "smac", "dir/a b.cnf 0 4.5 2147483647 12 -x 3 -y 4"),
        (wrappers.PARAMILS, "sh ./wrapper", "smac3", "dir/a b.cnf 0 4.5 0 12 -x 3 -y 4"),
        (wrappers.ACLIB, "./wrapper", "aclib", "--instance dir/a b.cnf --cutoff 4.5 --seed 12 --config -x 3 -y 4"),
    ],
)
def test_styles(text, begin, form, seen, tmp_path):
    wrappers.write(tmp_path / "wrapper", text)
    program = Program(Command(begin, form), INSTANCES, deterministic=False, folder=str(tmp_path))
    with contextlib.closing(Evaluator(program, Rules(cutoff=4.5))) as evaluator:
        outcome = evaluator({"x": 3, "y": 4, "instance": 0, "seed": 12}, 4.5)
        evaluator({"x": 3, "instance": 1, "seed": 13}, 0.75)  # an inactive parameter, a cutoff that is capped
    assert (outcome.status, outcome.value, outcome.runtime, outcome.message) == ("SAT", 7.0, 0.25, "")
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert first == seen
    assert second.startswith(("c.cnf one two 0.75", "--instance c.cnf --cutoff 0.75"))
    assert "-y" not in second


@pytest.mark.slow
@pytest.mark.parametrize("text", [wrappers.STUBBORN, wrappers.FORKING])
def test_programs_that_ignore_their_limit_are_ended_with_all_they_have_started(text, tmp_path):
    wrappers.write(tmp_path / "wrapper", text)
    outcome = call(Program(Command("./wrapper"), folder=str(tmp_path)), {"x": 1}, 0.2)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time >= 0.2
    end = time.monotonic() + 10
    while _alive(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _alive(tmp_path)


def _alive(folder):
    """The processes that work in a folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.mark.slow
def test_what_stays_in_the_background_is_not_waited_for(tmp_path):
    wrappers.write(
        tmp_path / "wrapper", "#!/bin/sh\nsleep 50 &\necho $! > pid\necho Result for SMAC: SAT, 1, 0, 5, -1\n"
    )
    start = time.monotonic()
    assert call(Program(Command("./wrapper"), folder=str(tmp_path)), {}).value == 5
    assert time.monotonic() - start < 40
    os.kill(int((tmp_path / "pid").read_text()), 9)


@pytest.mark.slow
def test_a_lot_of_output(tmp_path):
    text = "#!/bin/sh\necho Result for SMAC: SAT, 1, 0, 5, -1\nyes | head -c 300000\nyes | head -c 300000 >&2\n"
    wrappers.write(tmp_path / "wrapper", text)
    assert call(Program(Command("./wrapper"), folder=str(tmp_path)), {}).value == 5


def test_the_last_answer_counts_and_bytes_that_are_no_text_do_no_harm(tmp_path):
    text = "#!/bin/sh\nfor i in 1 2 3; do echo Result for SMAC: SAT, 1, 0, $i, -1; done; printf '\\377\\n'; exit 20\n"
    wrappers.write(tmp_path / "wrapper", text)
    assert call(Program(Command("./wrapper"), folder=str(tmp_path)), {}).value == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exit 20", "no line that begins with 'Result for SMAC:', .* ended with exit code 20 and printed nothing"),
        ("echo out; echo error >&2; exit 3", "exit code 3, and its last line of output was: error"),
        ("kill -SEGV $$", "was ended by the signal SIGSEGV"),
        ("echo Result for SMAC: SAT, 1, 0, 1, -1 >&2", "Such a line is on stderr"),
        ("echo 'Result for SMAC: {\"status\": '", "not a JSON object"),
        ("echo Result for SMAC: SAT, 1, 0, many, -1", "'many' as its quality"),
        ("echo Result for SMAC: CRASHED, 1, 0, 1, -1, core dumped", "reported CRASHED: core dumped"),
    ],
)
def test_failures_have_a_message_and_are_logged(text, message, tmp_path):
    wrappers.write(
        tmp_path / "wrapper",
        f"#!/bin/sh\necho what it said\n{text}\n" if "nothing" not in message else f"#!/bin/sh\n{text}\n",
    )
    log = tmp_path / "failed.log"
    outcome = call(Program(Command("./wrapper"), folder=str(tmp_path), log=str(log)), {"x": 1})
    assert outcome.status == "CRASHED"
    assert outcome.value == 2.0**127
    assert re.search(message, outcome.message)
    logged = log.read_text()
    assert logged.startswith(f"$ cd {tmp_path} && ./wrapper no_instance")
    assert outcome.message in logged
    assert "what it said" in logged or "nothing" in message


def test_a_success_is_not_logged(tmp_path):
    wrappers.write(tmp_path / "wrapper", wrappers.SHELL)
    call(Program(Command("./wrapper"), folder=str(tmp_path), log=str(tmp_path / "log")), {"x": 1})
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("begin", "prepare", "message"),
    [
        ("./missing", None, "No such file"),
        ("no-such-program-anywhere", None, "No such file"),
        ("./wrapper", lambda path: path.write_text("echo"), "Permission denied"),
        ("./wrapper", lambda path: wrappers.write(path, "#!/no/such/interpreter\n"), "No such file"),
    ],
)
def test_programs_that_cannot_be_started(begin, prepare, message, tmp_path):
    if prepare is not None:
        prepare(tmp_path / "wrapper")
    outcome = call(Program(Command(begin), folder=str(tmp_path)), {"x": 1})
    assert outcome.status == "CRASHED"
    assert outcome.message.startswith(f"the program cannot be started in {tmp_path}: ")
    assert message in outcome.message
    assert outcome.flaw == outcome.message  # ten of them end a search


@pytest.mark.parametrize("begin", ["./wrapper", "wrapper"])
def test_a_script_without_a_first_line_and_without_a_slash(begin, tmp_path):
    wrappers.write(tmp_path / "wrapper", "echo Result for SMAC: SAT, 1, 0, 5, -1\n")
    assert call(Program(Command(begin), folder=str(tmp_path)), {}).value == 5


def test_a_shell_where_one_is_needed(tmp_path):
    wrappers.write(tmp_path / "wrapper", wrappers.SHELL)
    command = Command("FACTOR=2 ./wrapper 2>/dev/null")
    outcome = call(Program(command, INSTANCES, folder=str(tmp_path)), {"x": 3, "instance": 0})
    assert outcome.value == 3
    assert (tmp_path / "calls").read_text().startswith("dir/a b.cnf 0 1.79")


@pytest.mark.slow
def test_memory_of_the_whole_tree(tmp_path):
    hungry = f"#!/bin/sh\n{wrappers.PYTHON} -c 'import time; x = bytearray(200_000_000); time.sleep(60)'\n"
    wrappers.write(tmp_path / "wrapper", hungry)
    outcome = call(Program(Command("./wrapper"), folder=str(tmp_path)), {}, memory_mb=60.0)
    assert outcome.status == "MEMOUT"


@pytest.mark.slow
def test_a_search(tmp_path):
    wrappers.write(tmp_path / "wrapper", '#!/bin/sh\necho "$@" >> calls\necho Result for SMAC: SAT, 1, 0, $9, $5\n')
    opt = pysmac.SMAC_optimizer()
    space = {"x": ("integer", [0, 5], 3), "y": ("integer", [0, 5], 1), "seed": ("categorical", ["a"], "a")}
    program = Program(Command("./wrapper"), INSTANCES, folder=str(tmp_path))
    value, best = opt.minimize(program, 5, space, ["y | x > 2"], num_train_instances=2)
    assert value == min(e.value for e in opt.result)
    lines = (tmp_path / "calls").read_text().splitlines()
    assert len(lines) == 5
    assert lines[0].endswith("2147483647 -1 -seed a -x 3 -y 1")


def test_abort_ends_a_search_unless_the_user_says_otherwise(tmp_path):
    wrappers.write(tmp_path / "wrapper", "#!/bin/sh\necho Result for SMAC: ABORT, 1, 0, 0, -1, no licence\n")
    program, space = Program(Command("./wrapper"), folder=str(tmp_path)), {"x": ("integer", [0, 5], 3)}
    opt = pysmac.SMAC_optimizer()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        opt.minimize(program, 3, space)
    assert len(opt.result) == 1
    assert any("the program reported ABORT: no licence" in str(each.message) for each in caught)
    assert not resolve({"stop-on-abort": False}, program.default_options).objective.stop_on_abort


@pytest.mark.parametrize(
    ("instances", "arguments", "message"),
    [
        (None, {"deterministic": False}, "deterministic=False in this search, but True in Program"),
        (None, {"num_train_instances": 2}, "num_train_instances=2, num_test_instances=0, but Program(...) has 0"),
        (INSTANCES, {}, "num_train_instances=None, num_test_instances=0, but Program(...) has 2"),
        (
            INSTANCES,
            {"num_train_instances": 2, "num_test_instances": 1},
            "num_test_instances=1, but Program",
        ),
    ],
)
def test_what_would_reach_the_program_as_a_parameter_is_refused(instances, arguments, message):
    program = Program(Command("./wrapper"), instances)
    with pytest.raises(ValueError, match=re.escape(message)):
        pysmac.SMAC_optimizer().minimize(program, 3, {"x": ("integer", [0, 5], 3)}, **arguments)
