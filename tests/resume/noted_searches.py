"""What the tests of resumed searches share: a search that notes its calls, and journals with some lines gone."""

import pysmac_compat

SPACE = {
    "x": ("real", [-5, 5], 4),
    "n": ("integer", [1, 1000], 500, "log"),
    "c": ("categorical", ["p", "q", None], "p"),
    "b": ("categorical", [True, False], False),
}
CONDITIONS = ["n | c != q"]


def cost(x, c, b, n=0, instance=0, seed=0):
    return (x - instance) ** 2 + n % 7 + (c == "q") + b + seed % 100 / 100


def search(folder, n, notes=None, function=cost, options=(), resume=False, time=None, **keywords):
    """Minimise in a folder that stays; returns the optimizer. Each call is noted when it begins."""

    def noted(**arguments):
        if notes is not None:
            notes.write(sorted(arguments.items(), key=str))
        return function(**arguments)

    optimizer = pysmac_compat.SMAC_optimizer(working_directory=folder, persistent_files=True, t_limit_total_s=time)
    optimizer.smac_options.update(options)
    optimizer.minimize(noted, n, SPACE, CONDITIONS, resume=resume, **keywords)
    return optimizer


def journal_of(folder, run=0):
    return folder / "out" / "scenario" / f"journal-run-{run}.jsonl"


def cut(journal, n_lines, rest=""):
    """Leave the header and so many lines, and the beginning of another one."""
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: 1 + n_lines]) + rest)


def summary(result):
    """All of a result that does not depend on the clock."""
    return [
        (
            run.seed,
            run.value,
            run.configuration,
            run.incumbent_runs,
            run.trajectory,
            [_plain(e) for e in run.evaluations],
            [_plain(e) for e in run.test_evaluations],
        )
        for run in result.runs
    ]


def _plain(e):
    return e.index, e.configuration, e.instance, e.seed, e.status, e.value, e.quality
