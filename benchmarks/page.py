"""Measures the cost of the HTML page about a search: ``python -m benchmarks.page --evaluations 5000``.

For each number of evaluations it prints the time to write the page, the size of the page, and the time from the
moment when the browser begins to load the page until the pictures are drawn. It needs Chromium and selenium.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from pysmac_compat import Evaluation, Incumbent, Result, RunResult, Searched
from pysmac_compat.space.definition import define

_SPACE = {f"x{i}": ("real", [1e-3, 1.0], 0.5, "log") for i in range(8)} | {
    "kind": ("categorical", ["a", "b", "c"], "a"),
    "n": ("integer", [1, 100], 5),
}


def result(n: int) -> Result:
    """Return a result of random evaluations in a space of ten parameters; some evaluations fail."""
    space, rng = define(_SPACE), random.Random(0)
    evaluations: list[Evaluation] = []
    steps: list[Incumbent] = []
    for index in range(1, n + 1):
        found = {name: 10 ** rng.uniform(-3, 0) for name in space.parameters if name.startswith("x")}
        kind, n_of = rng.choice("abc"), rng.randint(1, 100)
        values = {**found, "kind": kind, "n": n_of}
        failed = found["x3"] > 0.8
        value = 2.0**127 if failed else 3 * found["x0"] + found["x1"] * (kind == "a") + n_of / 50
        message = f"Traceback (most recent call last):\nValueError: x3 is {found['x3']}" if failed else ""
        status = "CRASHED" if failed else "SAT"
        evaluations.append(Evaluation(index, values, None, None, status, value, None, 0.5, 0.5, message))  # type: ignore[arg-type]
        if not failed and (not steps or value < steps[-1].value):
            steps.append(Incumbent(index, value, values))
    best = steps[-1].active_configuration
    run = RunResult(0, steps[-1].value, best, best, steps, evaluations, [], 1)
    about = Searched(space=space, max_evaluations=n)
    return Result(run.value, best, best, [run], run.n_crashed, "max_evaluations reached", about)


def load_times(path: Path, times: int) -> list[float]:
    """Load the page several times in one Chromium; return the seconds until all pictures are drawn, for each load."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    names = ("chromium", "chromium-browser", "google-chrome")
    options.binary_location = next(filter(None, map(shutil.which, names)), "")
    for each in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1280,900"):
        options.add_argument(f"--{each}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    found = []
    try:
        for _ in range(times):
            browser.get("about:blank")
            browser.get(path.as_uri())
            # the script of the page runs first; two frames later the browser has painted its drawings
            milliseconds = browser.execute_async_script(
                "const done = arguments[0];"
                "requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));"
            )
            assert browser.execute_script("return document.documentElement.dataset.ready")
            found.append(milliseconds / 1000)
    finally:
        browser.quit()
    return found


def main() -> None:
    """Measure and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluations", type=int, nargs="*", default=[100, 1000, 5000, 20000])
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    result(50).report()  # this imports all modules
    print("evaluations  written (s)  size (MB)  drawn (s), median and range")
    with tempfile.TemporaryDirectory() as folder:
        for n in options.evaluations:
            path, made = Path(folder, f"{n}.html"), result(n)
            start = time.perf_counter()
            made.report(path)
            written = time.perf_counter() - start
            drawn = load_times(path, options.times)
            size = path.stat().st_size / 1e6
            print(
                f"{n:11,}  {written:11.2f}  {size:9.2f}  "
                f"{statistics.median(drawn):.2f}  ({min(drawn):.2f} to {max(drawn):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
