"""The sections of the report: Markdown tables of the numbers from `statistics`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from benchmarks import statistics
from benchmarks.calls import MODULES
from benchmarks.results import Record
from benchmarks.selection import Values, best_known, main_peers, matched, n_seeds, values_at

BUDGETS = 50, 100, 500
_EXACT = "public", "scripts"
_COMPARED = "optuna_tpe", "optuna_tpe_mvg", "optuna_gp", "openbox", "smac3_stock"
_NOTHING = "Not measured yet.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]
    return "\n".join(lines) + "\n"


def quality(cells: Sequence[Record]) -> str:
    """Return the section with ranks, regrets and comparisons on functions without noise."""
    parts = [
        "## Best value found\n",
        "There are ten public problems, and four problems that are like real scripts for pysmac: 36 categorical "
        "parameters with integer values; 24 parameters of several types with three `{a < b}` clauses; 60 switches; an "
        "accuracy with plateaus. *Regret* is (value - best known) / (random search's median - best known): 0 is the "
        "best known value, and 1 is random search. The best known value is the optimum or, if the optimum is unknown, "
        "the best value of all searches. For each problem we take the median regret over the seeds, but at least "
        f"{statistics.LEAST_REGRET}; the tables have the geometric mean of these medians over the problems. Numbers in "
        "brackets are 95 % bootstrap intervals over seeds and problems.\n",
    ]
    best = best_known(cells, _EXACT)
    for budget in BUDGETS:
        parts += [f"### {budget} evaluations\n", _ranks(values_at(cells, budget, _EXACT), best)]
    parts += ["### One against one\n", _against(cells), "### Each problem\n", _each(cells)]
    return "\n".join(parts)


Best = dict[str, dict[int, float]]


def regret_runs(values: Values, peers: Sequence[str], best: Best) -> list[list[list[float]]]:
    """Return the regrets of the runs for each problem and each peer, from matched values."""
    rows = []
    for problem, unit in values["random"].items():
        runs = [statistics.regrets(values[peer][problem], best[problem], unit) for peer in peers]
        rows.append([list(regrets.values()) for regrets in runs])
    return rows


def medians_of(runs: Sequence[Sequence[Sequence[float]]]) -> np.ndarray:
    """Return the median for each problem and peer."""
    return np.array([[float(np.median(values)) for values in row] for row in runs])


def _ranks(values: Values, best: Best) -> str:
    peers = main_peers(values)
    shared = matched(values, peers)
    if not shared.get("random"):
        return _NOTHING
    runs = regret_runs(shared, peers, best)
    medians = medians_of(runs)
    numbers: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for statistic in (statistics.mean_ranks, geometric_means):
        numbers.append((statistic(medians), *statistics.interval(statistic, runs)))
    seeds = n_seeds(list(shared["random"].values()))
    rows = []
    for i in np.argsort(numbers[1][0]):
        rows.append([peers[i], *(with_interval(*(n[i] for n in number)) for number in numbers), seeds])
    header = ["", f"mean rank ({len(runs)} problems)", "geometric mean of regrets", "seeds"]
    return table(header, rows) + on_fewer(values, peers, best)


def geometric_means(medians: np.ndarray) -> np.ndarray:
    """Return `statistics.geometric_mean` of each column."""
    return np.array([statistics.geometric_mean(column) for column in medians.T])


def with_interval(value: float, low: float, high: float, digits: str = ".2f") -> str:
    """Write a number with its interval in brackets."""
    return f"{value:{digits}} [{low:{digits}}, {high:{digits}}]"


def on_fewer(values: Values, main: Sequence[str], best: Best) -> str:
    """Compare each minor peer with ours, on the runs that both have made; return a table or an empty text."""
    rows = []
    for peer in sorted(set(values) - set(main)):
        shared = matched(values, [peer, "ours", "random"])
        if shared["random"]:
            regrets = geometric_means(medians_of(regret_runs(shared, [peer, "ours"], best)))
            seeds = n_seeds(list(shared["random"].values()))
            rows.append([peer, str(len(shared["random"])), f"{regrets[0]:.2f}", f"{regrets[1]:.2f}", seeds])
    if not rows:
        return ""
    header = ["run on fewer problems", "problems", "geometric mean of regrets", "ours on the same", "seeds"]
    return "\n" + table(header, rows)


def _against(cells: Sequence[Record]) -> str:
    rows = []
    most = 0
    for budget in BUDGETS:
        values = values_at(cells, budget, _EXACT)
        for peer in _COMPARED:
            better, equal, n, worse = statistics.compare(values.get("ours", {}), values.get(peer, {}))
            if n:
                seeds = n_seeds(list(matched(values, ["ours", peer])["ours"].values()))
                share = f"{better} of {n} ({better / n:.0%})"
                rows.append([str(budget), peer, share, str(equal), ", ".join(worse) or "none", seeds])
                most = max(most, n)
    if not rows:
        return _NOTHING
    header = ["evaluations", "against", "ours has the better median", "equal", "ours worse by more than noise", "seeds"]
    return table(header, rows) + (
        "\n*Worse by more than noise* means a one-sided Mann-Whitney test with Holm's correction over the problems, at "
        f"5 %. With {most} problems, the test needs at least {statistics.runs_needed(most)} seeds of each optimizer to "
        "show a difference.\n"
    )


def _each(cells: Sequence[Record]) -> str:
    parts = ["The tables have medians over the seeds that all listed optimizers have run; the best one is bold.\n"]
    for budget in (*BUDGETS[1:], 1000):
        values = values_at(cells, budget, _EXACT)
        parts += _median_table(matched(values, main_peers(values)), f"{budget} evaluations")
    return "\n".join(parts)


def _median_table(values: Values, corner: str) -> list[str]:
    peers = sorted(values, key=lambda peer: (peer != "ours", peer))
    problems = sorted({problem for runs in values.values() for problem in runs})
    rows = []
    for problem in problems:
        medians = {peer: statistics.median(values[peer][problem]) for peer in peers if problem in values[peer]}
        rows.append([problem, *(_marked(medians.get(peer), min(medians.values())) for peer in peers)])
    return [table([corner, *peers], rows)] if len(peers) > 1 else []


def _marked(value: float | None, best: float) -> str:
    if value is None:
        return ""
    return f"**{value:.4g}**" if value <= best + 1e-9 * max(1.0, abs(best)) else f"{value:.4g}"


def single_values(cells: Sequence[Record], group: str, title: str, text: str) -> str:
    """Return the section on a group of problems that compares the true values of the returned configurations."""
    parts = [f"## {title}\n", text + "\n"]
    tables = []
    for budget in sorted({cell["budget"] for cell in cells}):
        found = values_at(cells, budget, (group,), final=True)
        values = matched(found, main_peers(found))
        seeds = n_seeds([run for runs in values.values() for run in runs.values()])
        corner = f"seeds: {seeds}" if group == "runtime" else f"{budget} calls; seeds: {seeds}"
        if values.get("ours"):
            tables += _median_table(values, corner)
            for peer in sorted(set(found) - set(values)):
                pair = matched(found, ["ours", peer])
                seeds = n_seeds(list(pair["ours"].values()))
                tables += _median_table(pair, f"only {peer}, seeds: {seeds}") if pair["ours"] else []
    return "\n".join([*parts, *(tables or [_NOTHING])])


_LEVELS = 1.05, 1.1, 1.2, 1.5, 2.0


def capping(cells: Sequence[Record]) -> str:
    """Return how much sooner our search finds a good configuration with adaptive capping than without it."""
    found: dict[str, dict[tuple[str, int], list[tuple[float, float]]]] = {"ours": {}, "ours_uncapped": {}}
    for cell in cells:
        if cell["peer"] in found and cell.get("incumbents"):
            found[cell["peer"]][cell["problem"], cell["seed"]] = cell["incumbents"]
    capped, uncapped = found.values()
    shared = sorted(capped.keys() & uncapped.keys())
    rows = []
    for problem in sorted({problem for problem, _ in shared}):
        keys = [key for key in shared if key[0] == problem]
        ones, others = [capped[key] for key in keys], [uncapped[key] for key in keys]
        numbers = [statistics.times_sooner(ones, others, level) for level in _LEVELS]
        rows.append([problem, *(f"{n:.2g} [{low:.2g}, {high:.2g}]" for n, (low, high) in numbers), str(len(keys))])
    text = (
        "The next table shows how much sooner a search reaches a test PAR10 with adaptive capping: the reported "
        "seconds until half of the searches of *ours_uncapped* have reached it, divided by the same seconds of *ours*. "
        "The PAR10 to reach is a multiple of the final PAR10 of the better one of the two searches with the same seed. "
        "The heading of a column gives this multiple. Numbers in brackets are 95 % bootstrap intervals over the "
        "seeds.\n"
    )
    header = ["capping", *(f"{level:g} times the better end" for level in _LEVELS), "seeds"]
    return "\n".join([text, table(header, rows)]) if rows else ""


def costs(measured: Sequence[Record]) -> str:
    """Return the section on the cost of the search, with ratios to the cost of the comparison."""
    text = (
        "Each measurement of our search has a partner, which we measured right before or after it: a measurement of "
        "Optuna's TPE or, for calls, of a bare fork. The partners are in the column *beside it*. Other programs used "
        "the machine at the same time, so the ratios are more reliable than the times. This load slows Optuna more "
        "than our search. The table has medians; numbers in brackets are the least and the greatest ratio.\n"
    )
    rows = []
    for cost, n in sorted(
        {(r["cost"], r["n"]) for r in measured}, key=lambda pair: (list(_COSTS).index(pair[0]), pair[1])
    ):
        names = sorted({r["name"] for r in measured if (r["cost"], r["n"]) == (cost, n)})
        groups = [names] if cost == "own" else [[name] for name in names]
        for group in groups:
            records = [r for r in measured if (r["cost"], r["n"]) == (cost, n) and r["name"] in group]
            for quantity in ("cpu", "wall", "memory"):
                if quantity in records[0]["ours"]:
                    rows.append(_cost(cost, n, group, quantity, records))
    header = ["what", "", "ours", "beside it", "ratio", "pairs"]
    return "\n".join(["## Cost\n", text, table(header, rows) if rows else _NOTHING])


_COSTS: dict[str, Callable[[int, list[str]], str]] = {
    "own": lambda n, names: f"the search alone, per evaluation, {n} evaluations (problems: {len(names)}; no imports)",
    "script": lambda n, names: f"script of {n} isolated evaluations, all processes, with imports",
    "call": lambda n, names: f"isolated call of an empty function, {_beside(*names[0].split(', '))}",
    "memory": lambda n, names: f"script of {n} isolated evaluations, peak of the sum of PSS",
}


def _beside(limits: str, process: str = "") -> str:
    what = ", ".join(MODULES) if process else "nothing"
    return f"{limits}, beside a bare fork of a process that has imported {what}"


def _cost(cost: str, n: int, names: list[str], quantity: str, records: Sequence[Record]) -> list[str]:
    (other,) = {"optuna_tpe", "fork"} & set(records[0])
    ours, theirs = ([float(r[who][quantity]) for r in records] for who in ("ours", other))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True) if b > 0]
    scale, unit = {"memory": (1.0, "MB")}.get(quantity, (1e3, "ms") if cost in ("own", "call") else (1.0, "s"))
    ratio = f"{np.median(ratios):.2f} [{min(ratios):.2f}, {max(ratios):.2f}]" if ratios else ""
    shown = [f"{scale * float(np.median(v)):.3g} {unit}" for v in (ours, theirs)]
    label = {"cpu": "CPU", "wall": "wall clock", "memory": "memory"}[quantity]
    return [_COSTS[cost](n, names), label, *shown, ratio, str(len(records))]


def original(cells: Sequence[Record], recorded: Sequence[Record]) -> str:
    """Return the section that compares our search with recorded runs of the original on the published problems."""
    text = (
        "The original pysmac needs Java and an old Python, so its runs were recorded only once, together with runs of "
        "random search and Optuna's TPE. The problems are the public problems as they were published, without a shift "
        "of the optimum. The tables have medians over seeds; the best one is bold.\n"
    )
    tables = []
    for budget in BUDGETS[1:]:
        values = values_at(recorded, budget, ("original",))
        ours = values_at(cells, budget, ("original",)).get("ours")
        named = {f"{peer} (recorded)": runs for peer, runs in values.items()}
        if ours:
            named["ours"] = ours
        counts = f"{budget} evaluations; seeds {n_seeds([r for runs in named.values() for r in runs.values()])}"
        short = {who: {p.removeprefix("original/"): r for p, r in runs.items()} for who, runs in named.items()}
        tables += _median_table(short, counts)
    return "\n".join(["## Beside the original\n", text, *(tables or [_NOTHING])])
