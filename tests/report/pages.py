"""Results for pages, and their files, made by hand."""

import dataclasses
import functools
import math

from pysmac_compat.files.checksums import checked_line
from pysmac_compat.files.journal import evaluation_line

from .small import evaluation, sampled

SPACE = {
    "algo": ("categorical", ["sgd", "tree", None], "tree"),
    "lr": ("real", [1e-6, 1.0], 0.1, "log"),
    "depth": ("integer", [1, 20], 10),
    "level": ("ordinal", ["low", "mid", "high"], "low"),
}
CLAUSES = ["lr | algo == sgd", "depth | algo == tree && level in {low, mid}"]

#: what must never be taken for markup, nor for a script
EVIL = "</script><script>window.evil=1</script><img src=x onerror=window.evil=1>\"'`&amp;javascript:alert(1)"
EVIL += "\u202e\u2028é😀"


def cost(level, algo, lr=None, depth=None, instance=0):
    if depth is not None and depth > 17:
        return "CRASHED"
    if lr is not None and lr > 0.3:
        return "TIMEOUT"
    return ((math.log10(lr) + 3) ** 2 if lr else depth or 9) + (level == "low") + instance / 10


def conditional(n=120, **about):
    return sampled(cost, n, SPACE, CLAUSES, **about)


def large(n=5000):
    """Ten parameters, as in benchmarks/page.py."""
    space = {f"x{i}": ("real", [1e-3, 1.0], 0.5, "log") for i in range(8)}
    space |= {"c": ("categorical", ["a", "b", "c"], "a"), "n": ("integer", [1, 100], 5)}

    def function(x0, x1, x3, c, n, **others):
        return "CRASHED" if x3 > 0.8 else x0 * 3 + x1 * (c == "a") + n / 50

    return sampled(function, n, space)


def run_time():
    """Capped run times on instances."""
    result = sampled(lambda x, instance: x * 8, 60, {"x": ("real", [0, 1], 0.5)}, instances=6)
    found = [
        each if each.value < 5 else dataclasses.replace(each, status="TIMEOUT", value=5.0, message="")
        for each in result.runs[0].evaluations
    ]
    result.runs[0].evaluations[:] = found
    result.search = dataclasses.replace(result.search, runtime=True, cutoff=5.0, penalty=10.0)
    return result


def everything():
    """Several runs, one of them shorter, conditions, instances, failures, and what was known before."""
    result = conditional(60, n_runs=5, early=20, instances=4)
    result.known = [dataclasses.replace(evaluation(0, 3.5), configuration={"algo": None, "level": "mid"})]
    return result


def nothing():
    return sampled(lambda x, y: "CRASHED", 5, {"x": ("real", [0, 1], 0), "y": ("real", [0, 1], 0)})


def wide():
    """Forty parameters with long names."""
    space = {f"a_parameter_with_a_long_name_{i:02d}": ("real", [0.0, 10.0**i], 0.0) for i in range(40)}
    return sampled(lambda **values: sum(v / space[n][1][1] for n, v in values.items()), 30, space)


#: what the page is made of in the tests
RESULTS = {
    "everything": everything,
    "maximize": functools.partial(conditional, maximize=True, workers=4),
    "run time": run_time,
    "nothing": nothing,
    "wide": wide,
}


def write_journal(folder, parameters, evaluations, name="0", **head):
    """A journal, as a search of these parameters has left it."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "journal": 2,
        "max_evaluations": 100,
        "seed": 0,
        "parameters": parameters,
        "conditional_clauses": [],
        "forbidden_clauses": [],
        "deterministic": True,
        "num_train_instances": None,
        "workers": 1,
        "objective": {"runtime": False, "penalty": 1.0, "cutoff": None},
        "maximize": False,
        "failure_value": 2.0**127,
        **head,
    }
    lines = [checked_line(content), *(evaluation_line(each, test=False) for each in evaluations)]
    path = folder / f"journal-run-{name}.jsonl"
    path.write_text("".join(lines))
    return path


def parameter(name, kind, values, default, log=False):
    return {name: {"name": name, "kind": kind, "values": values, "default": default, "log": log}}


def write_evil(folder):
    """A journal that somebody else has made, with markup wherever a text can be."""
    parameters = parameter(EVIL, "real", [0.0, 1.0], 0.5) | parameter("c", "categorical", [EVIL, "</td>"], EVIL)
    found = [
        dataclasses.replace(
            evaluation(i + 1, i / 10, "CRASHED" if i % 3 == 2 else "SAT"),
            configuration={EVIL: i / 10, "c": [EVIL, "</td>"][i % 2]},
            message=f"{EVIL}\n  File {EVIL}\nValueError: {EVIL}\udc80" if i % 3 == 2 else "",
            instance=i % 2,
        )
        for i in range(10)
    ]
    return write_journal(folder, parameters, found, num_train_instances=2)


def write_automax(folder):
    """What AutoMAX leaves: choices that are tuples, scores that are to be large, one trial without one."""
    parameters = parameter("x", "real", [0.0, 1.0], 0.9) | parameter("pair", "categorical", [[1, 2], [3, 4]], [3, 4])
    found = [
        dataclasses.replace(
            evaluation(i + 1, -(2.0**127) if i == 2 else 1 - (x - 0.3) ** 2, "CRASHED" if i == 2 else "SAT"),
            configuration={"x": x, "pair": [1, 2] if i % 2 else [3, 4]},
            message="Traceback (most recent call last):\nValueError: this one is broken" if i == 2 else "",
        )
        for i, x in enumerate((0.9, 0.5, 0.1, 0.4, 0.7))
    ]
    return write_journal(folder, parameters, found, maximize=True, failure_value=-(2.0**127), max_evaluations=5)
