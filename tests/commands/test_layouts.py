"""Folders as ParamILS and AClib lay them out, with wrappers in the languages of their time."""

import shutil

import pytest

from pysmac_compat import load_result
from tests.target import wrappers

#: starts a solver in the shell and reads its output from a file, as the wrappers of 2008 to 2012 do
RUBY = """\
if ARGV.length < 5
  puts "too few arguments"
  exit -1
end
instance, specifics = ARGV[0], ARGV[1]
cutoff = ARGV[2].to_f
most, seed = ARGV[3].to_i, ARGV[4].to_i
params = ARGV[5..-1].each_slice(2).map { |name, value| "#{name.sub(/^-/, '')}=#{value}" }
out = "out#{rand}.txt"
begin
  system "sh ./solver.sh #{instance} #{most} #{params.join(' ')} > #{out} 2>&1"
  status, steps, runtime = "CRASHED", 0, cutoff
  File.open(out) do |file|
    while line = file.gets
      status = "SAT" if line =~ /^SOLVED/
      status = "TIMEOUT" if line =~ /^GAVE UP/
      steps = $1.to_i if line =~ /steps = (\\d+)/
      runtime = $1.to_f if line =~ /seconds = ([\\d.]+)/
    end
  end
ensure
  File.delete(out) if File.exist?(out)
end
puts "Result for ParamILS: #{status}, #{runtime}, #{steps}, 0, #{seed}"
"""
SOLVER = """\
[ -f "$1" ] || { echo "no such file: $1"; exit 1; }
[ "$2" = 2147483647 ] || { echo "odd number of steps: $2"; exit 1; }
shift 2
for each; do eval "$each"; done
[ "$alpha" = 1.4 ] && { echo "GAVE UP"; exit; }
case $ps in 0) n=5;; 0.05) n=4;; *) n=2;; esac
echo SOLVED; echo "steps = ${n}000"; echo "seconds = 0.$n"
"""
PARAMILS = {
    "example/scenario-example.txt": """\
algo = ruby wrapper.rb
execdir = example
deterministic = 0
run_obj = runtime
overall_obj = mean
cutoff_time = 5
cutoff_length = max
tunerTimeout = 300
paramfile = example/params.txt
outdir = example/paramils-out
instance_file = example/train.txt
test_instance_file = example/test.txt
""",
    "example/params.txt": """\
alpha {1.01, 1.189, 1.256, 1.4}[1.189]
ps {0, 0.05, 0.1}[0.05]
restart {0,1}[0]
tries {1,2,4,8}[1]

Conditionals:
tries|restart in {1}

Forbidden:
{alpha=1.01, ps=0}
""",
    "example/train.txt": "instances/train/a.cnf\ninstances/train/b.cnf\n",
    "example/test.txt": "instances/test/c.cnf\n",
    "example/instances/train/a.cnf": "",
    "example/instances/train/b.cnf": "",
    "example/instances/test/c.cnf": "",
    "example/wrapper.rb": RUBY,
    "example/solver.sh": SOLVER,
}

#: a class for each solver, and what is common in another file
WRAPPER = """\
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from generic import Wrapper

class Own(Wrapper):
    def command(self, instance, seed, params):
        return ["sh", os.path.join("target_algorithms", "own", "solver"), instance] + sorted(params)

    def answer(self, text):
        return ("SAT", float(text.split()[-1])) if "s SATISFIABLE" in text else ("CRASHED", 0)

Own().main(sys.argv[1:])
"""
GENERIC = """\
import subprocess
class Wrapper(object):
    def main(self, words):
        if words[0] == "--mem-limit":
            words = words[2:]
        instance, specifics, cutoff, length, seed = words[:5]
        params = [name[1:] + "=" + value for name, value in zip(words[5::2], words[6::2])]
        output = subprocess.run(self.command(instance, seed, params), stdout=subprocess.PIPE).stdout.decode()
        status, seconds = self.answer(output)
        print("Result for SMAC: %s, %s, 0, 0, %s, %s" % (status, seconds, seed, specifics))
"""
ACLIB = {
    "scenarios/sat/own/small/scenario.txt": """\
algo = PYTHON ./target_algorithms/own/wrapper.py --mem-limit 1024
execdir = .
deterministic = 0
run_obj = runtime
overall_obj = PAR10
cutoff_time = 5
cutoff_length = max
tunerTimeout = 172800
wallclock-limit = 172800
paramfile = ./target_algorithms/own/params.pcs
outdir = .
instance_file = ./instances/sat/sets/small/training.txt
test_instance_file = ./instances/sat/sets/small/test.txt
feature_file = ./instances/sat/sets/small/features.csv
""",
    "target_algorithms/own/params.pcs": "ps {0, 0.05, 0.1}[0.05]\nr [1, 9] [3]il\nr | ps in {0.1}\n",
    "target_algorithms/own/wrapper.py": WRAPPER,
    "target_algorithms/own/solver": """\
[ -f "$1" ] || exit 1
shift
for each; do eval "$each"; done
case $ps in 0.1) n=2;; *) n=4;; esac
echo "s SATISFIABLE"; echo "c seconds 0.$n"
""",
    "target_algorithms/generic.py": GENERIC,
    "instances/sat/sets/small/training.txt": "./instances/sat/data/a.cnf\n./instances/sat/data/b.cnf\n",
    "instances/sat/sets/small/test.txt": "./instances/sat/data/c.cnf\n",
    "instances/sat/sets/small/features.csv": (
        "INSTANCE_NAME,nvars,ratio\ninstances/sat/data/a.cnf,1,4.2\ninstances/sat/data/b.cnf,2,4.3\n"
        "instances/sat/data/c.cnf,3,4.1\n"
    ),
    "instances/sat/data/a.cnf": "",
    "instances/sat/data/b.cnf": "",
    "instances/sat/data/c.cnf": "",
}


def lay_out(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("PYTHON", wrappers.PYTHON))
    return folder


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ruby") is None, reason="needs ruby")
def test_paramils_with_a_wrapper_in_ruby(tmp_path, command):
    lay_out(tmp_path, PARAMILS)
    done = command(
        tmp_path, "smac", "--scenario-file", "example/scenario-example.txt", "--seed", 4, "--runcount-limit", 8
    )
    assert (done.code, done.err) == (0, "")
    result = load_result(tmp_path / "example" / "paramils-out" / "scenario-example")
    assert (len(result), result.n_crashed) == (8, 0)
    seconds = {"0": 0.5, "0.05": 0.4, "0.1": 0.2}
    for each in result:
        values, gives_up = each.configuration, each.configuration["alpha"] == "1.4"
        assert each.status == ("TIMEOUT" if gives_up else "SAT")
        assert gives_up or each.value == seconds[values["ps"]]
    assert sorted(path.name for path in (tmp_path / "example").glob("out*")) == []
    assert "cd " in done.out.splitlines()[-1]
    assert "example && ruby wrapper.rb instances/train/" in done.out.splitlines()[-1]


@pytest.mark.slow
def test_aclib(tmp_path, command):
    lay_out(tmp_path, ACLIB)
    scenario = "scenarios/sat/own/small/scenario.txt"
    done = command(tmp_path, "smac", "--scenario-file", scenario, "--seed", 4, "--runcount-limit", 6)
    assert (done.code, done.err) == (0, "")
    result = load_result(tmp_path / "scenario")
    assert (len(result), result.n_crashed, result.value) == (6, 0, pytest.approx(0.2))
    assert result.active_configuration["ps"] == "0.1"
    # from another folder the paths do not lead anywhere: nothing is called, and it says what is missing
    done = command(tmp_path / "scenarios", "verify-scenario", "--scenario-file", "sat/own/small/scenario.txt")
    assert done.code == 2
    assert "params.pcs" in done.err
