"""A program as the function, made of a template of its command."""

import os
import pickle
import re
import signal
import time

import ConfigSpace  # noqa: F401 (forks of this process inherit it)
import pytest
import smac  # noqa: F401 (forks of this process inherit it)

from pysmac_compat import SMAC_optimizer, program
from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.outcome import Report

SAT = {10: "SAT", 20: "UNSAT"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Four files, one of which has a blank in its name; the current folder is theirs."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.cnf", "a.cnf", "one more.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


# -- the command ----------------------------------------------------------------------------------------------------


def test_the_words_of_a_call(files):
    solver = program(
        "env -i ./x{{}} --file={instance} --cpu={cutoff} -w {whole_cutoff} -s {seed} -x{x.1[0]} {flags} 'last one'",
        instances="*.cnf",
        test_instances=["one more.txt"],
        flags={
            "luby": {True: "-luby", False: "-no-luby"},
            "mode": "--mode {value}",
            "kind": {"a": "", "b": "-b {name}"},
        },
    )
    a, b, more = (os.path.join(files, name) for name in ("a.cnf", "b.cnf", "one more.txt"))
    values = {"x.1[0]": 0.5, "luby": False, "mode": "a b", "kind": "b", "depth": 3}
    assert solver.words({"instance": 1, "seed": 7, **values}, 1.25) == [
        *("env", "-i", "./x{}", f"--file={b}", "--cpu=1.25", "-w", "2", "-s", "7", "-x0.5"),
        *("-no-luby", "--mode", "a b", "-b", "kind", "-depth=3", "last one"),
    ]
    assert solver.words({"instance": 2, "luby": True, "kind": "a"}, 2) == [
        *("env", "-i", "./x{}", f"--file={more}", "--cpu=2", "-w", "2", "-s", "-1", "-luby", "last one"),
    ]
    assert solver.command_line(cutoff=1, instance=0, **values).startswith(f"env -i './x{{}}' --file={a} --cpu=1 -w 1")
    assert (solver.instances, solver.test_instances) == ([a, b], [more])
    assert repr(program("true {flags}")) == "program('true {flags}')"


def test_what_a_command_line_needs(files):
    solver = program("true {instance} {cutoff}", instances="*.cnf")
    for given, missing in (({"instance": 0}, "cutoff"), ({"cutoff": 1}, "instance")):
        with pytest.raises(ValueError, match=f"the command has {{{missing}}}: give {missing}="):
            solver.command_line(**given)
    assert program("./a.cnf", folder=_executable(files / "a.cnf").parent).command_line() == f"cd {files} && ./a.cnf"


def _executable(path):
    path.chmod(0o755)
    return path


# -- the answer -----------------------------------------------------------------------------------------------------


def call(text, *, values=None, **keywords):
    """The report of a program, which is a script for sh."""
    report = program(["sh", "-c", text, "sh", "{flags}"], flag="{value}", **keywords)(**(values or {}))
    assert isinstance(report, Report)
    return report


@pytest.mark.parametrize(
    ("text", "keywords", "status", "value"),
    [
        ("exit 10", {"exit_codes": SAT}, "SAT", None),
        ("exit 20", {"exit_codes": SAT}, "UNSAT", None),
        ("exit 0", {"exit_codes": {**SAT, 0: "TIMEOUT"}}, "TIMEOUT", None),
        ("exit 0", {"exit_codes": SAT}, "CRASHED", None),
        ("kill -9 $$", {"exit_codes": {-9: "ABORT"}}, "ABORT", None),
        ("echo cost: 3; echo cost: 2.5e1", {"quality": r"^cost: (.*)$"}, "SAT", 25.0),
        ("echo 17", {"quality": r"\d+"}, "SAT", 17.0),
        ("echo 'best 4 (opt)'; echo end", {"quality": r"(?i)BEST (\d+) (?=\(opt)"}, "SAT", 4.0),
        ("echo 17; exit 20", {"quality": r"\d+", "exit_codes": SAT}, "UNSAT", 17.0),
        ("echo 17; exit 1", {"quality": r"\d+"}, "CRASHED", None),
        ("echo none", {"quality": r"\d+"}, "CRASHED", None),
        ("echo cost: inf", {"quality": r"cost: (.*)"}, "CRASHED", None),
        ("echo cost: x", {"quality": r"cost: (.*)"}, "CRASHED", None),
        ("seq 100000; echo end", {"quality": r"^\d+$"}, "SAT", 100000.0),
        ("echo Result for SMAC: UNSAT, 1.5, 0, 17.25, -1", {}, "UNSAT", 17.25),
        ("echo Result for SMAC: SAT, 1.5, 0, 17.25, -1 >&2; exit 3", {}, "CRASHED", None),
        ("echo Result for SMAC: FINE, 1.5, 0, 17.25, -1", {}, "CRASHED", None),
    ],
)
def test_what_a_program_says(text, keywords, status, value):
    report = call(text, **keywords)
    assert (report.status, report.value) == (status, value)
    if status == "CRASHED":
        assert f"\nthe command was: sh -c {text.split()[0] if ' ' not in text else chr(39)}" in report.message


@pytest.mark.parametrize(
    ("text", "keywords", "message"),
    [
        (
            "echo out; echo err >&2; exit 3",
            {"exit_codes": SAT},
            "exit code 3; expected the code 10 or 20\n.*out\n.*err",
        ),
        ("kill -9 $$", {"exit_codes": SAT}, "the signal SIGKILL"),
        ("echo none", {"quality": r"\d+"}, r"nothing that matches '\\\\d\+'\n.*\nstdout: none"),
        ("echo cost: x", {"quality": r"cost: (.*)"}, "finds 'x', which is not a number"),
        ("true", {}, "no line that begins with 'Result for SMAC:'"),
    ],
)
def test_what_a_failure_says(text, keywords, message):
    assert re.search(message, call(text, **keywords).message, re.DOTALL)


def test_what_cannot_be_started():
    report = call("true", values={"x": "\0"}, exit_codes=SAT)
    assert report.status == "CRASHED"
    assert report.flaw == report.message != ""


def test_it_can_be_pickled(files):
    solver = program(
        "sh -c 'echo $0 $1 $2' {instance} {cutoff} {x}", instances="*.cnf", quality=r"(\S+)$", exit_codes={0: "SAT"}
    )
    again = pickle.loads(pickle.dumps(solver))
    assert again.command_line(cutoff=1.0, instance=1, x=3) == solver.command_line(cutoff=1.0, instance=1, x=3)
    assert again(instance=1, x=3) == Report("SAT", 3.0)


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "keywords", "message"),
    [
        ("no-such-solver {flags}", {}, "there is no program 'no-such-solver'"),
        ("./c.txt {flags}", {}, "there is no program './c.txt'; './c.txt' cannot be executed"),
        ("", {}, "expected the command"),
        ([], {}, "expected the command"),
        ("true 'x", {}, "cannot be split into words: No closing quotation"),
        ("true | cat", {}, "needs a shell: write it as \\['sh', '-c', ...\\]"),
        ("true $HOME", {}, "needs a shell"),
        ("true {", {}, "command: .*write {{ and }} for braces"),
        ("true {cutoff:.0f}", {}, "expected a name in each pair of braces"),
        ("true {}", {}, "expected a name in each pair of braces"),
        ("true --x={flags}", {}, "{flags} must be a word of its own, got '--x={flags}'"),
        ("true {instance}", {}, "give the files as instances="),
        ("true {flags}", {"instances": "*.cnf"}, "instances: write {instance} in the command"),
        ("true {instance}", {"instances": "*.none"}, "instances: no file matches '\\*.none'"),
        ("true {instance}", {"instances": ["a.cnf", "d.cnf"]}, "instances: there is no file 'd.cnf'"),
        ("true {instance}", {"instances": "*.cnf", "test_instances": ["d"]}, "test_instances: there is no file 'd'"),
        ("true {instance}", {"instances": 3}, "instances: expected paths, or a pattern"),
        ("true {flags}", {"flag": "-{nam}={value}"}, "flag: the only placeholders .* {name} and {value}; found {nam}"),
        ("true {flags}", {"flag": None}, "flag: expected a text"),
        ("true {flags}", {"flags": {"x": {True: "-x {v}"}}}, "flags\\['x'\\]: the only placeholders"),
        ("true {flags}", {"exit_codes": {10: "Timeout"}}, "exit_codes\\[10\\]: expected one of SAT, .*did you mean"),
        ("true {flags}", {"exit_codes": {"10": "SAT"}}, "exit_codes: expected numbers as keys, got '10'"),
        ("true {flags}", {"quality": "("}, "quality: expected a regular expression, got '\\('"),
        ("true {flags}", {"folder": "none"}, "there is no folder"),
    ],
)
def test_refused_when_it_is_made(files, command, keywords, message):
    with pytest.raises(ValueError, match=message):
        program(command, **keywords)


PARAMETERS = {"x": ("real", [0, 1], 0.5), "luby": ("categorical", [True, False], True)}


@pytest.mark.parametrize(
    ("command", "of_program", "of_search", "message"),
    [
        ("true {y} {flags}", {}, {}, "the command has {y} is not a parameter"),
        ("true {lubi} {flags}", {}, {}, "did you mean 'luby'"),
        ("true {x}", {}, {}, "the command lacks the parameter 'luby': write {luby} or {flags}"),
        ("true {flags}", {"flags": {"y": "-y"}}, {}, "flags: 'y' is not a parameter"),
        (
            "true {flags}",
            {"flags": {"x": {0.5: "-x"}}},
            {},
            "flags\\['x'\\]: expected one template, because 'x' is a range",
        ),
        (
            "true {flags}",
            {"flags": {"luby": {True: "-luby"}}},
            {},
            "flags\\['luby'\\] has no template for the value 'False'",
        ),
        ("true {flags} {cutoff}", {}, {}, "the command has {cutoff} or {whole_cutoff}: give t_limit_function_s=..."),
        ("true {flags} {seed}", {}, {}, "the command has {seed}: pass deterministic=False"),
        (
            "true {flags}",
            {},
            {"parameter_dict": {"seed": PARAMETERS["x"]}},
            "'seed': {seed} is the seed; rename the parameter",
        ),
        (
            "true {flags} {instance}",
            {"instances": "*.cnf"},
            {"num_train_instances": 3},
            "num_train_instances=3, .*has 2",
        ),
        ("true {flags} {instance}", {"instances": "*.cnf"}, {"num_test_instances": 1}, "num_test_instances=1, but"),
        ("true {flags}", {"exit_codes": SAT}, {}, "exit codes give no value to minimise: give quality=..., or set"),
    ],
)
def test_refused_before_the_first_call(files, command, of_program, of_search, message):
    optimizer = SMAC_optimizer()
    with pytest.raises(ValueError, match=message):
        optimizer.minimize(
            program(command, **of_program), 1, of_search.get("parameter_dict", PARAMETERS),
            **{name: value for name, value in of_search.items() if name != "parameter_dict"},
        )  # fmt: skip
    assert optimizer.result is None


# -- searches -------------------------------------------------------------------------------------------------------

#: never ends on 'slow'; else it notes its arguments, and says 10
SOLVER = """
case $1 in *slow*) while :; do :; done & wait;; esac
echo "$@" >> {notes}
exit 10
"""


@pytest.mark.slow
def test_a_search(tmp_path):
    """Files for training, then for tests; the cutoff is handed over; nothing is left of a tree that is stopped."""
    notes = tmp_path / "notes"
    for name in ("a", "b", "slow", "test"):
        (tmp_path / name).touch()
    (tmp_path / "solver").write_text(SOLVER.format(notes=notes))
    solver = program(
        "sh solver {instance} {cutoff} {flags}",
        instances=[tmp_path / name for name in ("a", "b", "slow")],
        test_instances=[tmp_path / "test"],
        exit_codes=SAT,
        folder=tmp_path,
    )
    folder = tmp_path / "wd"

    def search(n, **keywords):
        optimizer = SMAC_optimizer(working_directory=str(folder), persistent_files=True)
        optimizer.smac_options["run-obj"] = "RUNTIME"
        optimizer.minimize(solver, n, PARAMETERS, t_limit_function_s=0.3, **keywords)
        return optimizer.result.runs[0]

    first = search(4)
    assert len(first.evaluations) == 4
    assert {e.status for e in first.evaluations if e.instance != 2} == {"SAT"}
    assert {e.status for e in first.evaluations if e.instance == 2} <= {"TIMEOUT"}
    assert [(e.instance, e.status) for e in first.test_evaluations] == [(3, "SAT")]
    lines = notes.read_text().splitlines()
    called = [e for e in (*first.evaluations, *first.test_evaluations) if e.status == "SAT"]
    assert len(lines) == len(called)
    for line, e in zip(lines, called, strict=True):
        path, cutoff, *flags = line.split()
        assert path == str(tmp_path / ("a", "b", "slow", "test")[e.instance])
        assert float(cutoff) == pytest.approx(e.cutoff)
        assert flags == [f"-{name}={value}" for name, value in e.configuration.items()]
    again = search(6, resume=True)
    assert again.evaluations[:4] == first.evaluations
    assert len(again.evaluations) == 6


@pytest.mark.slow
def test_a_tree_is_stopped_at_the_limit(tmp_path):
    """What the program has started ends with it."""
    pid = tmp_path / "pid"
    script = f"while :; do :; done & echo $! > {pid}; wait"
    solver = program(["sh", "-c", script, "{flags}"], exit_codes=SAT)
    optimizer = SMAC_optimizer()
    optimizer.smac_options["run-obj"] = "RUNTIME"
    optimizer.minimize(solver, 1, PARAMETERS, t_limit_function_s=0.1)
    (evaluation,) = optimizer.result.runs[0].evaluations
    assert (evaluation.status, evaluation.value) == ("TIMEOUT", 0.1)
    process = int(pid.read_text())
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            break
        time.sleep(0.01)
    else:
        os.kill(process, signal.SIGKILL)
        raise AssertionError("it goes on")


@pytest.mark.slow
def test_seeds_and_the_line_of_smac():
    """A wrapper of 2012, called by a template."""
    text = "echo Result for SMAC: SAT, 0.1, 0, $1, $2"
    solver = program(["sh", "-c", text, "wrapper", "{x}", "{seed}", "{flags}"])
    optimizer = SMAC_optimizer()
    value, best = optimizer.minimize(solver, 2, PARAMETERS, deterministic=False)
    evaluations = optimizer.result.runs[0].evaluations
    assert [e.value for e in evaluations] == [e.configuration["x"] for e in evaluations]
    assert {e.message for e in evaluations} == {""}  # it has answered for the right seed
    assert value == best["x"]


def test_the_limit_of_the_call(monkeypatch):
    monkeypatch.setattr(current, "cutoff", 7.5)
    assert program("echo {x} {cutoff} {whole_cutoff}", quality="2 7.5 (8)")(x=2) == Report("SAT", 8.0)
