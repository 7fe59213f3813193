"""`Result.plot`: what each picture shows."""

import dataclasses
import functools
import importlib
import math
from pathlib import Path
from typing import get_args

import pytest

from pysmac_compat import ArgumentError, load_result

from .drawn import drawn_texts, overlaps
from .small import evaluation, handmade, sampled

SPACE = {
    "algo": ("categorical", ["sgd", "tree", None], "tree"),
    "lr": ("real", [1e-6, 1.0], 0.1, "log"),
    "depth": ("integer", [1, 20], 10),
    "level": ("ordinal", ["low", "mid", "high"], "low"),
}
CLAUSES = ["lr | algo == sgd", "depth | algo == tree"]
TWENTY = {f"parameter_{i:02d}_of_{'ab' * (i % 5)}": ("real", [0.0, 10.0**i], 0.0) for i in range(10)}
TWENTY |= {f"choice_{i}": ("categorical", [f"number {j}" for j in range(i + 2)], "number 0") for i in range(10)}
PICTURES = [
    "history",
    "compare_runs",
    "edf",
    "importance",
    "slice",
    "contour",
    "parallel_coordinates",
    "status_map",
    "timeline",
    "instances",
]


def cost(level, algo, lr=None, depth=None, instance=0):
    if depth is not None and depth > 17:
        return "CRASHED"
    if lr is not None and lr > 0.3:
        return "TIMEOUT"
    about = (math.log10(lr) + 3) ** 2 if lr else depth or 9
    return about + (level == "low") + instance / 10


def many(**values):
    if values["choice_9"] == "number 3":
        return "CRASHED"
    return sum(value / TWENTY[name][1][1] for name, value in values.items() if name.startswith("parameter"))


def conditional(n=60, **about):
    return sampled(cost, n, SPACE, CLAUSES, **about)


RESULTS = {
    "conditional": lambda: conditional(n_runs=3, instances=4, early=5),
    "twenty": lambda: sampled(many, 2, TWENTY, n_runs=9),
    "one parameter": lambda: sampled(lambda x: "ABORT" if x > 0.9 else x, 9, {"x": ("real", [0, 1], 0.5)}, n_runs=2),
}


#: pictures of what is crowded, and those that look otherwise where little is drawn or parameters are inactive
CASES = [
    *(pytest.param("twenty", name, marks=pytest.mark.slow) for name in PICTURES if name != "instances"),
    pytest.param("conditional", "slice", marks=pytest.mark.slow),
    *(("conditional", name) for name in ("contour", "parallel_coordinates", "status_map", "instances")),
    *(("one parameter", name) for name in ("history", "importance", "slice", "parallel_coordinates", "timeline")),
]


@functools.cache
def made(name):
    return RESULTS[name]()


@pytest.mark.slow
@pytest.mark.parametrize(("searched", "name"), CASES)
def test_no_text_covers_another(searched, name):
    result = made(searched)
    figure = getattr(result.plot, name)()
    assert isinstance(figure, importlib.import_module("matplotlib.figure").Figure)
    assert not overlaps(figure)
    named = {axes for axes in figure.axes if axes.get_xlabel() or axes.get_ylabel()}
    assert len(named) >= len(figure.axes) - (name == "parallel_coordinates")  # whose axes have their names as ticks


def line(figure, label, axes=0):
    (found,) = (each for each in figure.axes[axes].lines if each.get_label() == label)
    return [tuple(point) for point in found.get_xydata()]


def crosses(figure):
    """The lines of marks for CRASHED, without those of the legend."""
    return [each for each in figure.axes[0].lines if each.get_marker() == "x" and len(each.get_xydata())]


def labels(ticks):
    return [text.get_text() for text in ticks]


def test_the_history_goes_on_to_the_end_of_the_budget():
    result = handmade()
    figure = result.plot.history()
    assert line(figure, "run 0") == [(1, 4.0), (2, 3.0), (3, 3.0)]
    assert line(figure, "run 1") == [(1, 4.0), (2, 1.5), (2, 1.5)]
    (rest,) = (each for each in figure.axes[0].lines if each.is_dashed())
    assert [tuple(point) for point in rest.get_xydata()] == [(2, 1.5), (3, 1.5)]
    (crashed,) = crosses(figure)
    ((x, y),) = crashed.get_xydata()
    assert x == 3
    assert y > 0.9
    (of_run,) = (each for each in figure.axes[0].lines if each.get_label() == "run 0")
    assert crashed.get_color() == of_run.get_color()
    assert line(figure, "CRASHED") == []  # for the legend, in grey
    assert figure.axes[0].get_xlabel() == "evaluation"
    assert figure.axes[0].get_ylabel() == "value (less is better)"


def test_the_history_over_time():
    result = handmade()
    assert line(result.plot.history("time"), "run 0") == [(1.0, 4.0), (2.0, 3.0), (3.0, 3.0)]
    with pytest.raises(ArgumentError, match="over must be 'evaluations' or 'time', got 'runs'"):
        result.plot.history("runs")


def test_known_values_stand_before_the_first_evaluation():
    result = handmade()
    result.known = [evaluation(0, 2.0, x=1.0, c="b", n=2, seed=0.0)]
    assert line(result.plot.history(), "known before") == [(0, 2.0)]


def test_where_the_largest_value_is_the_best():
    result = conditional(maximize=True)
    figure = result.plot.history()
    steps = [y for _, y in line(figure, "best so far")]
    assert steps == sorted(steps)
    assert steps[-1] == result.value == max(each.value for each in result if each.succeeded)
    (crashed,) = crosses(figure)
    assert {y < 0.1 for _, y in crashed.get_xydata()} == {True}
    figure = result.plot.edf()
    found, shares = only_line(figure)
    assert shares == sorted(shares)
    assert found == sorted(found, reverse=True)
    assert found[0] == result.value
    assert figure.axes[0].get_xlabel() == "value (more is better)"


def only_line(figure):
    (only,) = figure.axes[0].lines
    return [list(each) for each in only.get_data()]


def test_values_of_different_sizes_are_on_a_logarithmic_scale():
    space = {"x": ("real", [0.0, 3.0], 0.0)}
    assert sampled(lambda x: 10**x, 30, space).plot.history().axes[0].get_yscale() == "log"
    assert sampled(lambda x: 10**x - 2, 30, space).plot.history().axes[0].get_yscale() == "linear"


def test_the_distribution_counts_failures():
    result = conditional()
    x, shares = only_line(result.plot.edf())
    good = sorted(each.value for each in result if each.succeeded)
    assert x[1:-1] == good
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(len(good) / len(result))
    assert shares[-1] < 1
    failed = len(result) - len(good)
    assert result.plot.edf().axes[0].get_title() == f"{failed} of 60 evaluations have failed or reached a limit"


def test_the_median_of_runs_and_those_that_end_early():
    result = handmade()
    figure = result.plot.compare_runs()
    assert line(figure, "this search: median") == [(1, 4.0), (2, 2.25), (3, 2.25)]
    (band,) = figure.axes[0].collections[0].get_paths()
    assert set(band.vertices[:, 1]) == {1.875, 2.625, 4.0}
    result.runs.append(dataclasses.replace(result.runs[0], trajectory=[], evaluations=[]))
    assert line(result.plot.compare_runs(), "this search: median") == [(1, 4.0), (2, 3.0), (3, 3.0)]
    with pytest.raises(ArgumentError, match="compare_runs needs several runs"):
        conditional(3).plot.compare_runs()


def test_other_results_stand_beside():
    result, other = handmade(), handmade()
    figure = result.plot.compare_runs({"the $other": other}, name="mine")
    assert line(figure, "mine: median") == line(figure, r"the \$other: median")
    with pytest.raises(ArgumentError, match="the same objective"):
        result.plot.compare_runs({"other": handmade(maximize=True)})


@pytest.mark.slow
def test_importances_are_sorted_and_pairs_have_met():
    result = sampled(
        lambda a, b, c: 9 * a + 4 * ((b > 0.5) != (c > 0.5)), 200, {name: ("real", [0, 1], 0) for name in "abc"}
    )
    alone, together = result.plot.importance(pairs=2).axes
    assert labels(alone.get_yticklabels())[0] == "a"
    shares = [bar.get_width() for bar in alone.patches]
    assert shares == sorted(shares, reverse=True)
    assert labels(together.get_yticklabels())[0] in ("b × c", "c × b")
    assert len(together.patches) == 2
    (alone,) = result.plot.importance(pairs=0).axes
    assert len(alone.patches) == 3
    _, together = conditional().plot.importance().axes
    assert not {"lr × depth", "depth × lr"} & set(labels(together.get_yticklabels()))


def test_slices_leave_out_what_is_inactive():
    result = conditional()
    figure = result.plot.slice()
    axes = {each.get_xlabel(): each for each in figure.axes}
    assert set(axes) >= {"algo", "lr (log)", "depth", "level"}
    used = [each for each in result if each.succeeded]
    active = [each for each in used if "lr" in each.configuration]
    points = axes["lr (log)"].collections[0].get_offsets()
    assert [tuple(point) for point in points] == [(each.configuration["lr"], each.value) for each in active]
    assert axes["lr (log)"].get_xscale() == "log"
    assert axes["lr (log)"].get_title("right") == f"inactive in {len(used) - len(active)} of {len(used)}"
    assert labels(axes["algo"].get_xticklabels()) == ["sgd", "tree", "None"]
    assert labels(axes["level"].get_xticklabels()) == ["low", "mid", "high"]
    (best,) = axes["level"].lines
    assert best.get_ydata()[0] == result.value
    (only,) = (each for each in result.plot.slice("depth").axes if each.get_xlabel() == "depth")
    assert all(tick == int(tick) for tick in only.get_xticks())


def test_names_that_are_none():
    plot = conditional(5).plot
    for call in (lambda: plot.slice(["algo", "dept"]), lambda: plot.contour("dept"), lambda: plot.status_map("dept")):
        with pytest.raises(ArgumentError, match="'dept' is not a parameter of the search space; did you mean 'depth'"):
            call()
    with pytest.raises(ArgumentError, match="x and y must be different"):
        plot.contour("algo", "algo")
    with pytest.raises(ArgumentError, match="at least one name"):
        plot.slice([])


@pytest.mark.slow
def test_a_contour_shows_what_the_forest_expects():
    space = {"x": ("real", [1e-3, 1], 1, "log"), "c": ("categorical", ["a", "b", "c"], "a"), "z": ("real", [0, 1], 0)}
    result = sampled(lambda x, c, z: {"a": 2.0, "b": 0.0, "c": 1.0}[c] + (x > 0.03), 200, space)
    axes, bar = result.plot.contour("x", "c").axes
    (mesh,) = (each for each in axes.collections if each.get_array() is not None)
    means = mesh.get_array().reshape(3, -1)
    assert means[:, 3].tolist() == pytest.approx([2.0, 0.0, 1.0], abs=0.15)
    assert means[:, -3].tolist() == pytest.approx([3.0, 1.0, 2.0], abs=0.15)
    assert axes.get_xscale() == "log"
    assert labels(axes.get_yticklabels()) == ["a", "b", "c"]
    assert bar.get_ylabel() == "model: mean value (less is better)"
    chosen = result.plot.contour().axes[0]
    assert {chosen.get_xlabel(), chosen.get_ylabel()} == {"x (log)", "c"}
    assert len(axes.lines[0].get_xdata()) == 200


@pytest.mark.slow
def test_a_contour_of_parameters_that_have_met():
    axes = conditional().plot.contour("lr").axes[0]
    assert axes.get_ylabel() in ("algo", "level")
    assert conditional().plot.contour(y="lr").axes[0].get_ylabel() == "lr (log)"


def test_parallel_coordinates():
    result = conditional()
    figure = result.plot.parallel_coordinates(n=20)
    lines = figure.axes[0].collections[0].get_segments()
    best = sorted((each for each in result if each.succeeded), key=lambda each: each.value)[:20]
    assert len(lines) == 20
    assert list(figure.axes[0].collections[0].get_array()) == [each.value for each in reversed(best)]
    assert (lines[-1][1][1] == -0.1) == ("lr" not in best[0].configuration)
    assert "inactive" in labels(figure.axes[0].get_yticklabels())
    assert figure.axes[1].get_ylabel() == "value (less is better), the best 20"
    figure = result.plot.parallel_coordinates(["level", "algo"])
    assert labels(figure.axes[0].get_xticklabels()) == ["level", "algo"]
    assert figure.axes[1].get_ylabel() == "value (less is better)"


@pytest.mark.slow
def test_the_map_of_statuses_finds_where_calls_fail():
    space = {name: ("real", [0, 1], 0.1) for name in ("a", "b", "c", "d")}
    result = sampled(lambda a, b, c, d: "CRASHED" if b > 0.6 and d > 0.4 else a, 80, space)
    figure = result.plot.status_map()
    assert {figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()} == {"b", "d"}
    figure = result.plot.status_map("d", "b")
    crashed = [(e.configuration["d"], e.configuration["b"]) for e in result if e.status == "CRASHED"]
    assert line(figure, f"CRASHED ({len(crashed)})") == crashed


def test_the_map_of_statuses_has_a_place_for_what_is_inactive():
    result = conditional()
    axes = result.plot.status_map("lr", "level").axes[0]
    drawn = sum(len(each.get_xdata()) for each in axes.lines)
    assert drawn == len(result)
    aside = [each for each in axes.lines if set(each.get_xdata()) == {-0.04}]
    assert sum(len(each.get_xdata()) for each in aside) == sum("lr" not in each.configuration for each in result)
    assert "inactive" in [text for text, _ in drawn_texts(axes.figure)[0]]


def test_calls_of_the_same_worker_do_not_overlap():
    result = handmade(workers=2)
    for i, each in enumerate(result.runs[0].evaluations):
        result.runs[0].evaluations[i] = dataclasses.replace(each, wall_time=[3.0, 1.0, 1.5][i])
    figure = result.plot.timeline()
    bars = sorted((round(b.get_y() + 0.4), b.get_x(), b.get_width()) for b in figure.axes[0].patches)
    assert bars == [(0, 0.0, 3.0), (1, 0.0, 1.0), (1, 1.0, 1.5), (2, 0.0, 1.0), (3, 0.0, 1.0)]
    assert labels(figure.axes[0].get_yticklabels())[:2] == ["run 0, worker 0", "run 0, worker 1"]
    assert "(s)" in figure.axes[0].get_xlabel()


def test_run_times_that_reach_the_limit_count_ten_times_on_instances():
    result = sampled(lambda x, instance: x, 12, {"x": ("real", [0, 1], 0.5)}, instances=3)
    about = {"runtime": True, "cutoff": 5.0, "penalty": 10.0}
    result.search = dataclasses.replace(result.search, **about)
    result.active_configuration = {"x": 0.125}
    evaluations = result.runs[0].evaluations
    for i in range(3):
        same = {"configuration": result.active_configuration, "instance": i, "status": "SAT", "value": 1.0 + i}
        late = {"status": "TIMEOUT", "value": 5.0} if i == 2 else {}
        evaluations[i] = dataclasses.replace(evaluations[i], **{**same, **late})
    figure = result.plot.instances()
    cells = figure.axes[0].images[0].get_array()
    assert list(cells[0].filled(math.nan)[:2]) == [1.0, 2.0]
    assert cells[0][2] == 50.0
    assert cells.mask[1:].sum() > 0
    assert figure.axes[1].get_ylabel() == "mean PAR10 run time (s)"
    assert labels(figure.axes[0].get_yticklabels())[0] == "the best: evaluation 1"
    assert labels(figure.axes[0].get_xticklabels()) == ["0", "1", "2"]
    figure = result.plot.history()
    assert figure.axes[0].get_ylabel() == "run time (s); lines: mean PAR10"
    with pytest.raises(ArgumentError, match="instances needs a search with instances"):
        handmade().plot.instances()


@pytest.mark.slow
def test_names_are_never_formulas():
    space = {"a$x_1$": ("real", [0, 1], 0.5), "b": ("categorical", ["$y^$", "two lines"], "$y^$")}
    result = sampled(lambda **v: v["a$x_1$"], 6, space)
    for name in ("slice", "contour", "parallel_coordinates", "importance", "status_map"):
        texts = [text for text, _ in drawn_texts(getattr(result.plot, name)())[0]]
        assert any("a$x_1$" in text for text in texts), name


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("timeline", "status_map", "instances")])
def test_without_a_success_there_is_nothing_to_draw(name):
    result = sampled(lambda x, y: "CRASHED", 5, {"x": ("real", [0, 1], 0), "y": ("real", [0, 1], 0)}, n_runs=2)
    with pytest.raises(ArgumentError, match="there is nothing to draw: none of 10 evaluations has succeeded"):
        getattr(result.plot, name)()


@pytest.mark.slow
def test_a_folder_of_the_java_program(java_runs):
    plot = load_result(java_runs / "conditional" / "wd").plot
    for name in ("history", "contour"):
        assert not overlaps(getattr(plot, name)()), name
    steps = [x for x, _ in line(plot.history(), "best so far")]
    assert steps == sorted(steps)


@pytest.mark.slow
def test_odd_values_and_spaces():
    space = {
        "wide": ("real", [1e-150, 1e150], 1.0, "log"),
        "long": ("real", [-8e307, 8e307], 0.0),
        "narrow": ("real", [1e6, 1e6 + 1e-3], 1e6),
        "whole": ("integer", [0, 2**53], 5),
        "two": ("integer", [1, 2], 1, "log"),
        "only": ("categorical", ["only"], "only"),
        "sixty": ("categorical", list(range(60)), 3),
    }
    plot = sampled(lambda **values: 3.0, 5, space).plot
    for name in ("history", "edf", "slice", "contour", "parallel_coordinates", "status_map"):
        assert not overlaps(getattr(plot, name)()), name
    first = sampled(lambda x, y: x, 1, {"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)}).plot
    for name in ("history", "edf", "slice", "status_map", "timeline"):
        assert not overlaps(getattr(first, name)()), name


@pytest.mark.slow
def test_matplotlib_comes_with_the_first_picture(run_script):
    script = """
        import sys
        sys.path.insert(0, {root!r})
        from tests.report.small import handmade
        result = handmade()
        plot = result.plot
        assert "matplotlib" not in sys.modules
        plot.history().savefig("history.svg")
        assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
        ours = "pysmac_compat.report.plots.figure"
        for name in [each for each in sys.modules if each == ours or each.split(".")[0] == "matplotlib"]:
            sys.modules[name] = None
        for name in ("history", "slice", "parallel_coordinates", "timeline", "contour", "status_map"):
            try:
                getattr(plot, name)()
            except ImportError as error:
                print(error)
        """
    done = run_script(script.format(root=str(Path(__file__).parents[2])))
    assert done.stdout.splitlines() == ["plots need matplotlib: pip install 'pysmac-compat[plot]'"] * 6, done.stderr


def test_every_status_has_a_colour_and_a_marker_of_its_own():
    from pysmac_compat.evaluation.outcome import Status
    from pysmac_compat.report.plots.style import STATUSES

    assert STATUSES.keys() == set(get_args(Status))
    assert len(set(STATUSES.values())) == len(STATUSES)
