"""The part of the report on AutoMAX: paired differences that are known beforehand."""

from __future__ import annotations

import pytest

from benchmarks.automax.section import interval, section


def record(split, default, tuned, ce_default, ce_tuned):
    scores = {"auc": (default, tuned), "ce": (ce_default, ce_tuned)}
    return {"task": "digits", "split": split, "trials": 15, "date": "2026-01-02", "commit": "abc"} | {
        who: {"default": one, "tuned": other, "failed": split} for who, (one, other) in scores.items()
    }


def test_interval_of_two_values():
    assert interval([1.0, 3.0]) == pytest.approx((2.0, 2 - 12.7062, 2 + 12.7062), abs=1e-4)  # t of 1 degree of freedom
    assert interval([1.0])[1:] == (float("-inf"), float("inf"))


def test_differences_are_paired_and_the_last_record_counts():
    records = [record(0, 0.1, 0.1, 0.1, 0.1), record(0, 0.80, 0.90, 0.85, 0.95), record(1, 0.70, 0.80, 0.75, 0.85)]
    text = section(records)
    assert "### digits: AUPRC, 2 splits" in text
    assert "| APLoss | 0.7500 | 0.8500 | +0.1000 [+0.1000, +0.1000] |" in text
    assert "cross-entropy at its default: +0.0500 [+0.0500, +0.0500]" in text
    assert "minus tuned cross-entropy: -0.0500 [-0.0500, -0.0500]. Failed trials: 2." in text
    assert "breast_cancer" not in text


def test_overhead_and_nothing():
    seconds = {"bare_cpu": 1.0, "bare_wall": 2.0, "trial_cpu": 1.1, "trial_wall": 2.5, "search_wall": 3.0, "trials": 15}
    text = section([record(0, 0.1, 0.2, 0.1, 0.2)], [seconds])
    assert "takes 1.10 (1.10 to 1.10) times the CPU" in text
    assert "takes 1.50 (1.50 to 1.50) times the wall-clock time" in text
    assert "Not measured yet." in section([])


def with_rules(task, split, default, best, returned, both, **more):
    rules = {"default": default, "best": best, "returned": returned}
    searches = {"auc": rules, "ce": rules, "both": {**rules, "returned": both}, **more}
    about = {"task": task, "split": split, "trials": 15, "date": "2026-01-02", "commit": "abc"}
    scores = {k: {"default": default, "tuned": best, "failed": 1, "rules": found} for k, found in searches.items()}
    return {**about, "positives": {"val": 34, "test": 86}, **scores}


def test_what_is_returned_is_paired_with_the_default_and_the_best_trial():
    records = [
        with_rules("shuttle", 0, 0.90, 0.92, 0.93, 0.95),
        with_rules("shuttle", 1, 0.80, 0.82, 0.83, 0.85),
        with_rules("wine", 0, 0.50, 0.50, 0.50, 0.52, tpe={"default": 0.5, "best": 0.6, "returned": 0.7}),
    ]
    text = section([*records, record(0, 0.1, 0.2, 0.1, 0.2)])
    row = next(line for line in text.splitlines() if line.startswith("| shuttle"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:6] == ["AUPRC", "34", "0.8500", "0.8700", "0.8800"]
    assert cells[6:8] == ["+0.0300 [+0.0300, +0.0300]", "+0.0100 [+0.0100, +0.0100]"]
    assert cells[8:] == ["0.8700", "0.9000", "+0.0300 [+0.0300, +0.0300]"]
    overall = next(line for line in text.splitlines() if line.startswith("| mean over tasks"))
    assert overall.count("+0.0150") == overall.count("+0.0050") == 1  # tasks count alike, however many splits they have
    assert "+0.0250" in overall
    assert "2 tasks, 1 to 2 splits" in text
    assert "on 1 of the splits, and began with the default. Its best trial minus the default: +0.1000" in text
    assert "Failed trials: 10." in text
