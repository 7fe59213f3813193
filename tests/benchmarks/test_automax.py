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
    assert "less tuned cross-entropy: -0.0500 [-0.0500, -0.0500]. Trials that failed: 2." in text
    assert "breast_cancer" not in text


def test_overhead_and_nothing():
    seconds = {"bare_cpu": 1.0, "bare_wall": 2.0, "trial_cpu": 1.1, "trial_wall": 2.5, "search_wall": 3.0, "trials": 15}
    text = section([record(0, 0.1, 0.2, 0.1, 0.2)], [seconds])
    assert "takes 1.10 (1.10 to 1.10) times the CPU" in text
    assert "that is 1.50 (1.50 to 1.50) times" in text
    assert "Not measured yet." in section([])
