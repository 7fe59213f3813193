"""``pysmac-compat smac``: searches with real programs, and what is left behind."""

import csv
import json
import os
import re
import signal
import subprocess
import time

import pytest

import pysmac_compat as pysmac
from pysmac_compat.analyzer import SMAC_analyzer
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.target.command import Command
from pysmac_compat.target.program import Program
from pysmac_compat.utils.smac_input_readers import read_scenario_file
from pysmac_compat.utils.state_merge import read_sate_run_folder
from tests.target import wrappers

from . import folders

#: evaluations of the search that most tests look at
N = 14


@pytest.fixture(scope="module")
def searched(tmp_path_factory, prepared):
    """A scenario of 2014 after a search, and what was printed."""
    folder = folders.make(tmp_path_factory.mktemp("search"))
    command = ("-m", "pysmac_compat", "smac", "--scenario-file", "scenario.txt", "--seed", "3")
    more = ("--runcount-limit", str(N), "--verbose")
    return folder, prepared.run((*command, *more), folder, os.environ, 100)


@pytest.mark.slow
def test_a_folder_of_2014_runs_by_one_command(searched):
    folder, done = searched
    assert (done.returncode, done.stderr) == (0, "")
    assert f"seed 3, results in {folder}/out/scenario" in done.stdout
    assert f"{N} of {N}" in done.stdout
    assert done.stdout.count("run 0, evaluation") == N
    names = {path.name for path in (folder / "out" / "scenario").iterdir()}
    assert {"traj-run-3.txt", "state-run3", "journal-run-3.jsonl", "live-rundata-3.json"} <= names
    assert "validationResults-traj-run-3-walltime.csv" in names


@pytest.mark.slow
def test_the_calls_are_those_of_smac_v2_with_capped_limits(searched):
    folder, _ = searched
    calls = (folder / "calls").read_text().splitlines()
    line = re.compile(
        r"--mem-limit 1024 (inst/sub dir/a b.cnf 0|./inst/c.cnf 17 sat|inst/(?:d e|t[12]).cnf 0) "
        r"(\S+) 2147483647 (\d+) "
        r"(-@1:depth \d )?-alpha [\d.e-]+ -heur (?:a|b|1e-05) -n \d+"
    )
    matches = [line.fullmatch(call) for call in calls]
    assert all(matches)
    assert len(calls) == N + 4
    limits = [float(match[2]) for match in matches]
    assert max(limits) == 5.0
    assert min(limits) < 5.0
    assert all(bool(match[4]) == ("-heur b" in match[0]) for match in matches)
    assert not any("-heur a -n 7" in call for call in calls)


@pytest.mark.slow
def test_minimize_makes_the_same_calls(searched, tmp_path):
    there, _ = searched
    folder = folders.make(tmp_path)
    opt = pysmac.SMAC_optimizer()
    opt.smac_options["run-obj"] = "RUNTIME"
    opt.smac_options["overall-obj"] = "MEAN10"
    command = Command("sh ./wrapper.sh --mem-limit 1024")
    instances = [("inst/sub dir/a b.cnf", ""), ("./inst/c.cnf", "17 sat"), ("inst/d e.cnf", "")]
    opt.minimize(
        Program(command, instances, deterministic=False, folder=str(folder)),
        N,
        *read_pcs(folder / "params.pcs"),
        deterministic=False,
        num_train_instances=3,
        train_instance_features=[[1, 2], [2, 3], [3, 4]],
        t_limit_function_s=5,
        seed=3,
    )
    assert (folder / "calls").read_text().splitlines() == (there / "calls").read_text().splitlines()[:N]


@pytest.mark.slow
def test_default_and_incumbent_side_by_side(searched):
    folder, done = searched
    with open(folder / "out" / "scenario" / "comparison-run-3.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["instance"] for row in rows] == ["inst/t1.cnf", "inst/t2.cnf"]
    default, incumbent = (sum(float(row[f"{name} PAR10"]) for row in rows) / 2 for name in ("default", "incumbent"))
    assert default == 1.0
    assert incumbent < default
    table = dict(re.findall(r"^(calls|PAR10 \(s\)|time-outs|crashed|speed-up) +(.*)$", done.stdout, re.MULTILINE))
    assert table["calls"].split() == ["2", "2"]
    assert [float(cell) for cell in table["PAR10 (s)"].split()] == pytest.approx([default, incumbent], rel=1e-3)
    assert float(table["speed-up"].split()[1]) == pytest.approx(default / incumbent, rel=0.01)
    assert re.search(rf"^on test instances +{incumbent:.4g}", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_the_line_of_the_incumbent_can_be_pasted(searched):
    folder, done = searched
    line = done.stdout.rstrip().splitlines()[-1]
    again = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=True)
    value = float(re.search(r"^value +(\S+),", done.stdout, re.MULTILINE)[1])
    assert float(again.stdout.split(",")[1]) == pytest.approx(value)


@pytest.mark.slow
def test_the_files_are_read_back(searched):
    folder, done = searched
    result = pysmac.load_result(folder / "out" / "scenario")
    assert result.n_evaluations == N
    assert result.active_configuration == pysmac.load_result(folder / "out").active_configuration
    scenario = (folder / "out" / "scenario" / "state-run3" / "scenario.txt").read_text()
    assert "algo-exec = sh ./wrapper.sh --mem-limit 1024\n" in scenario
    assert (folder / "out" / "scenario" / "state-run3" / "instances.txt").read_text().splitlines() == [
        '"inst/sub dir/a b.cnf"',
        "./inst/c.cnf 17 sat",
        '"inst/d e.cnf"',
    ]
    assert len(read_sate_run_folder(str(folder / "out" / "scenario" / "state-run3"))[3]) == N
    performances = SMAC_analyzer(folder / "scenario.txt").data[3]["test_performances"]
    assert {name: len(values) for name, values in performances.items()} == {"inst/t1.cnf": 2, "inst/t2.cnf": 2}
    assert all(default == 1.0 > incumbent for default, incumbent in performances.values())
    options = read_scenario_file(folder / "scenario.txt")
    assert (options["cutoff_time"], options["algo"]) == ("5", "sh ./wrapper.sh --mem-limit 1024")


@pytest.mark.slow
def test_a_state_run_folder_is_a_start_for_another_run(searched, command, tmp_path):
    there, _ = searched
    folder = folders.make(tmp_path)
    words = ("--scenario-file", "scenario.txt", "--seed", 4, "--runcount-limit", 2, "--validation", "false")
    state = there / "out" / "scenario" / "state-run3"
    done = command(folder, "smac", *words, "--restore_state", state)
    assert (done.code, done.err) == (0, "")
    assert re.search(f"known before +{N} evaluations", done.out)
    (folder / "train.txt").write_text("inst/c.cnf\n")
    (folder / "features.csv").write_text("name,f1\ninst/c.cnf,2\n")
    done = command(folder, "smac", *words, "--warmstart", state)
    assert done.code == 2
    assert "which this search does not have" in done.err


@pytest.mark.slow
def test_a_wrapper_of_aclib(tmp_path, command):
    folders.small(tmp_path, "tae = aclib", wrapper=wrappers.ACLIB)
    done = command(tmp_path, "smac", "--scenario", "s.txt", "--runcount-limit", 4)
    assert (done.code, done.err) == (0, "")
    result = pysmac.load_result(tmp_path / "smac-output" / "s")
    assert [e.value for e in result] == [e.configuration["x"] for e in result]
    assert result.value == min(e.configuration["x"] for e in result)
    assert len((tmp_path / "calls").read_text().splitlines()) == 4


def test_abort_ends_the_search(tmp_path, command):
    text = '#!/bin/sh\necho "$@" >> calls\n[ $(wc -l < calls) = 3 ] && s=ABORT || s=SAT\n'
    text += "echo Result for SMAC: $s, 1, 0, $7, $5\n"
    folders.small(tmp_path, "instance_file = i.txt", "test_instance_file = i.txt", wrapper=text)
    (tmp_path / "i.txt").write_text("a\nb\n")
    done = command(tmp_path, "smac", "--scenario", "s.txt", "--runcount-limit", 9)
    assert done.code == 1
    assert "evaluation 3: the program reported ABORT" in done.err
    assert len((tmp_path / "calls").read_text().splitlines()) == 3


def test_a_first_call_that_crashes_ends_the_search_and_the_log_says_why(tmp_path, command):
    folders.small(tmp_path, wrapper='#!/bin/sh\necho "$@" >> calls\necho no solver >&2\nexit 127\n')
    done = command(tmp_path, "smac", "--scenario", "s.txt", "--runcount-limit", 9)
    assert done.code == 1
    assert "ended with exit code 127, and its last line of output was: no solver" in done.err
    log = tmp_path / "smac-output" / "s" / "failed-calls-run-1.log"
    assert f"the output of failed calls is in {log}" in done.out
    assert "--- stderr:\nno solver\n" in log.read_text()
    assert len((tmp_path / "calls").read_text().splitlines()) == 1
    assert log.read_text().startswith(f"$ cd {tmp_path} && ./wrapper.sh no_instance 0 1.79")


def test_wrong_options_cost_no_call(tmp_path, command):
    folders.small(tmp_path)
    for words, message in (
        (["--cutof-time", 1], "unknown option 'cutof-time'; did you mean"),
        (["--cutoff-time", "abc"], "error: --cutoff-time must be a number or None, got 'abc'"),
        (["--wallclock-limit", "-1"], "--wallclock-limit must"),
        (["--pcs-file", "no"], "there is no file"),
    ):
        done = command(tmp_path, "smac", "--scenario", "s.txt", *words)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
        assert len(done.err.splitlines()) == 1
    (tmp_path / "s.txt").write_text((tmp_path / "s.txt").read_text() + "cutoff_time = abc\n")
    assert "error: cutoff_time (s.txt, line 5) must be a number" in command(tmp_path, "smac", "--scenario", "s.txt").err
    assert not (tmp_path / "calls").exists()
    assert not (tmp_path / "smac-output").exists()


@pytest.mark.slow
def test_resume(tmp_path, command):
    folders.small(tmp_path)
    words = ("smac", "--scenario", "s.txt", "--seed", 5)
    command(tmp_path, *words, "--runcount-limit", 3)
    first = (tmp_path / "calls").read_text().splitlines()
    done = command(tmp_path, *words, "--runcount-limit", 4, "--resume")
    assert "4 of 4" in done.out
    assert "incumbent after 1 call: 5  -x '5'\n" in done.out
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[:3] == first
    assert len(set(calls)) == 4
    results = tmp_path / "smac-output" / "s"
    done = command(tmp_path, *words, "--runcount-limit", 5, "--restore_state", results)  # as SMAC3 says it
    assert len((tmp_path / "calls").read_text().splitlines()) == 5


@pytest.mark.slow
def test_workers(tmp_path, command):
    folders.small(tmp_path)
    done = command(tmp_path, "smac", "--scenario", "s.txt", "--workers", 2, "--runcount-limit", 4)
    assert done.code == 0
    assert len((tmp_path / "calls").read_text().splitlines()) == 4


def test_another_seed_in_the_answer_is_warned_of_once(tmp_path, command):
    folders.small(tmp_path, "deterministic = 0", wrapper="#!/bin/sh\necho Result for SMAC: SAT, 1, 0, $7, 5\n")
    done = command(tmp_path, "smac", "--scenario", "s.txt", "--runcount-limit", 2)
    (line,) = done.err.splitlines()
    assert "warning: evaluation 1: the program's answer names the seed '5', but the program was" in line


@pytest.mark.slow
def test_smac3(tmp_path, command):
    text = "algo = ./wrapper.sh\npcs_fn = x.pcs\nrun_obj = quality\ndeterministic = 1\nta_run_limit = 4\nminR = 1\n"
    folders.small(tmp_path)
    (tmp_path / "s.txt").write_text(text + "output_dir = o\n")
    words = ("--scenario", "s.txt", "--seed", 5, "--mode", "ROAR", "--verbose", "INFO")
    assert command(tmp_path, "smac", *words).code == 0
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 4
    assert calls[0] == "0 0 99999999999999 0 0 -x 5"
    assert (tmp_path / "o" / "s" / "traj-run-5.txt").exists()


@pytest.mark.slow
def test_ctrl_c(tmp_path, prepared):
    folders.small(
        tmp_path, wrapper='#!/bin/sh\necho "$@" >> calls\nsleep 0.2\necho Result for SMAC: SAT, 1, 0, $7, $5\n'
    )
    process = prepared.start(("-m", "pysmac_compat", "smac", "--scenario", "s.txt"), tmp_path)
    end = time.monotonic() + 60
    while not (tmp_path / "calls").exists() or len((tmp_path / "calls").read_text().splitlines()) < 3:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    with process.stdout, process.stderr:
        out, err = process.stdout.read(), process.stderr.read()
    assert process.wait() == 130
    assert "interrupted" in err
    assert out.rstrip().endswith("--resume continues this search")
    assert "Traceback" not in err
    assert "the command of the best configuration:\n./wrapper.sh" in out
    header = json.loads((tmp_path / "smac-output" / "s" / "journal-run-1.jsonl").read_text().splitlines()[0])
    assert header


def test_help_and_version(tmp_path, command):
    done = command(tmp_path, "smac", "--help")
    assert done.code == 0
    assert done.out.startswith("usage: pysmac-compat smac --scenario-file FILE")
    assert "exit codes: 0 done" in done.out
    assert command(tmp_path, "smac", "--version").out.strip() == pysmac.__version__
    assert "smac " in command_help(command, tmp_path)


def command_help(command, folder):
    with pytest.raises(SystemExit):
        command(folder, "--help")
    return "smac "


@pytest.mark.slow
def test_run_before_a_script(run_prepared):
    files = {"script.py": "import sys, pysmac\nprint(sys.argv, pysmac.__name__)\n"}
    done = run_prepared("-m", "pysmac_compat", "run", "script.py", "a", "--b", files=files)
    assert done.stdout == "['script.py', 'a', '--b'] pysmac_compat\n"
