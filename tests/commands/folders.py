"""Folders of scenarios, as solver engineers have them."""

from tests.target import wrappers

SCENARIO = """\
# a scenario of 2014

algo = sh ./wrapper.sh --mem-limit 1024
execdir = .
deterministic = 0
run_obj = runtime
overall_obj = mean10
cutoff_time = 5   # seconds
cutoff_length = max
tunerTimeout = 172800
paramfile = params.pcs
outdir = out
instance_file = train.txt
test_instance_file = test.txt
feature_file = features.csv
"""
PCS = """\
# parameters of a solver
alpha [0.1, 10] [1.0]l
n [1,100] [10]i   # whole
heur {a,b,1e-05} [a]
@1:depth [1,9] [3]i

Conditionals:
@1:depth | heur in {b}   # only there
Forbidden:
{heur=a,n=7}
"""
#: reports a run time of n / 10, half of that with heur = b
WRAPPER = """\
echo "$@" >> calls
shift 2; seed=$5; shift 5
while [ $# -gt 1 ]; do case "$1" in -n) n=$2;; -heur) h=$2;; esac; shift 2; done
t=$((n * 100)); [ "$h" = b ] && t=$((t / 2))
echo "Result for SMAC: SAT, $((t / 1000)).$(printf %03d $((t % 1000))), 0, 1, $seed"
"""
#: the quality is x, whatever else there is
QUALITY = """\
#!/bin/sh
echo "$@" >> calls
echo "Result for SMAC: SUCCESS, 0.01, 0, $7, $5"
"""


def make(folder, wrapper=WRAPPER, scenario=SCENARIO, **files):
    """A folder with all that a scenario needs; ``files`` are others, with ``__`` for the dot."""
    (folder / "inst" / "sub dir").mkdir(parents=True)
    (folder / "inst" / "sub dir" / "a b.cnf").touch()
    texts = {
        "scenario.txt": scenario,
        "params.pcs": PCS,
        "train.txt": 'inst/sub dir/a b.cnf\n./inst/c.cnf 17 sat\n"inst/d e.cnf"\n',
        "test.txt": "inst/t1.cnf\n\ninst/t2.cnf\n",
        "features.csv": "name,f1,f2\n./inst/sub dir/a b.cnf,1,2\ninst/c.cnf,2,3\nd e.cnf,3,4\n",
        **{name.replace("__", "."): text for name, text in files.items()},
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    wrappers.write(folder / "wrapper.sh", wrapper)
    return folder


def small(folder, *lines, wrapper=QUALITY):
    """A folder with a parameter x, no instances, and a wrapper whose quality it is."""
    text = "\n".join(("algo = ./wrapper.sh", "run_obj = quality", "paramfile = x.pcs", "deterministic = 1", *lines))
    (folder / "s.txt").write_text(text + "\n")
    (folder / "x.pcs").write_text("x [0, 9] [5]i\n")
    wrappers.write(folder / "wrapper.sh", wrapper)
    return folder
