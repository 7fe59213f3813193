"""Scripts that have used threads before `minimize()`: the calls work all the same."""

import importlib.util
import subprocess
import threading
import time

import pytest

from ..functions import burn, gone, spin

#: what has run in threads; each text defines ``use``, which says whether it works
LIBRARIES = {
    "HistGradientBoosting": """
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
X, y = make_classification(100, 5, random_state=0)
def use(): return HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3).fit(X, y).score(X, y) > 0.5
""",
    "KMeans": """
import numpy as np
from sklearn.cluster import KMeans
X = np.random.RandomState(0).rand(600, 5)
def use(): return KMeans(3, max_iter=2, n_init=1, random_state=0).fit(X).inertia_ > 0
""",
    "numpy": """
import numpy as np
X = np.random.RandomState(0).rand(300, 300)
def use(): return (X @ X).sum() > 0
""",
    "scipy": """
import numpy as np
from scipy.linalg.blas import dgemm
X = np.random.RandomState(0).rand(300, 300)
def use(): return dgemm(1.0, X, X).sum() > 0
""",
    "xgboost": """
import numpy as np
from xgboost import XGBRegressor
X = np.random.RandomState(0).rand(100, 5)
def use(): return XGBRegressor(n_estimators=1, n_jobs=2).fit(X, X[:, 0]).score(X, X[:, 0]) > 0
""",
    "lightgbm": """
import numpy as np
from lightgbm import LGBMRegressor
X = np.random.RandomState(0).rand(100, 5)
def use(): return LGBMRegressor(n_estimators=1, n_jobs=2, verbose=-1).fit(X, X[:, 0]).score(X, X[:, 0]) > 0
""",
    "torch": """
import torch
X = torch.rand(700, 700)
def use(): return float((X @ X).sum()) > 0
""",
}

THREADS = {
    "threads": """
from concurrent.futures import ThreadPoolExecutor
executor = ThreadPoolExecutor(2)
def use():
    with ThreadPoolExecutor(2) as own:
        return list(own.map(abs, [-1, -2])) == [1, 2]
executor.submit(use).result()
""",
    "logging": """
import logging, threading, time
class Slow(logging.StreamHandler):
    def emit(self, record):  # which holds its lock
        time.sleep(0.01)
        super().emit(record)
logging.basicConfig(handlers=[Slow()], level=logging.INFO)
def log():
    while True:
        logging.info("in the background")
        time.sleep(0.0001)
threading.Thread(target=log, daemon=True).start()
def use():
    logging.info("in the call")
    return True
""",
    "asyncio": """
import asyncio, threading
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
async def one(): return 1
assert asyncio.run_coroutine_threadsafe(one(), loop).result() == 1
def use(): return asyncio.run(one()) == 1
""",
}

#: what the tests do not install
EXTRA = ("xgboost", "lightgbm", "torch")

#: uses all of them; the calls use each of them, without a limit, with one, and in a search
SCRIPT = """
import pysmac_compat
import threadpoolctl
from pysmac_compat.evaluation.evaluator import Evaluator

uses = {{}}
for name, text in {uses!r}.items():
    exec(text, names := {{}})
    uses[name] = names["use"]
threadpoolctl.threadpool_limits(2)  # more than one, also where the tests themselves are told to use one

def f(n):
    failed = [name for name, use in uses.items() if not use()]
    assert not failed
    return float(n)

assert f(1)
call = Evaluator(f)
print(call({{"n": 1}}).value, call({{"n": 2}}, 60).value)
call.close()
print(pysmac_compat.SMAC_optimizer().minimize(f, 1, {{"n": ("integer", [1, 9], 3)}}, t_limit_function_s=60)[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("uses", [LIBRARIES, THREADS], ids=["libraries", "threads"])
def test_what_the_script_has_used_works_in_the_calls(run_script, uses):
    there = {name: text for name, text in uses.items() if name not in EXTRA or importlib.util.find_spec(name)}
    done = run_script(SCRIPT.format(uses=there), OMP_NUM_THREADS="2")
    assert done.stdout == "1.0 2.0\n3.0\n"


@pytest.mark.slow
def test_a_runtime_that_cannot_end_its_threads_has_the_calls_forked_by_a_fresh_thread(evaluator, notes, monkeypatch):
    monkeypatch.setattr("pysmac_compat.evaluation.evaluator.release_threads", lambda: False)

    def function(x):
        assert threading.current_thread() is threading.main_thread()
        assert threading.current_thread().name == "MainThread"
        assert threading.active_count() == 1
        if x == 1:
            notes.write(subprocess.Popen(["sleep", "600"]).pid)
            spin()
        return float(x)

    call = evaluator(function)
    assert call({"x": 0}, 10).value == 0.0
    assert call({"x": 1}, 0.3).status == "TIMEOUT"
    assert call({"x": 2}).value == 2.0
    call.close()
    assert gone(int(notes.lines[0]))


@pytest.mark.slow
@pytest.mark.parametrize("uses", [True, False], ids=["OpenMP", "nothing"])
def test_a_call_that_stands_still_is_named(evaluator, monkeypatch, uses):
    for module in ("stillness", "server"):
        monkeypatch.setattr(f"pysmac_compat.evaluation.{module}.STILL", 0.4)
    import sklearn.ensemble  # noqa: F401 (loads an OpenMP runtime)

    if not uses:
        monkeypatch.setattr("pysmac_compat.evaluation.stillness.runtimes", lambda pid: set())
    notices = []
    call = evaluator(lambda seconds: time.sleep(seconds) or 1.0)
    call.notice = notices.append
    assert [call({"seconds": seconds}).value for seconds in (0.1, 1.0)] == [1.0, 1.0]
    assert call({"seconds": 0}).value == 1.0
    if not uses:
        assert notices == []
    else:
        assert "a call has used almost no CPU time for 0.4 s" in notices[0]
        assert "libgomp" in notices[0]
        assert "'seconds': 1.0" in notices[0]


@pytest.mark.slow
def test_a_busy_call_does_not_stand_still(evaluator, monkeypatch):
    for module in ("stillness", "server"):
        monkeypatch.setattr(f"pysmac_compat.evaluation.{module}.STILL", 0.4)
    monkeypatch.setattr("pysmac_compat.evaluation.stillness.runtimes", lambda pid: {"libgomp.so.1"})
    notices = []
    call = evaluator(lambda: burn(0.9) or 1.0)
    call.notice = notices.append
    assert call({}).value == 1.0
    assert notices == []
