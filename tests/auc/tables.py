"""A small table for the tests, with gaps, categories, dates and names."""

import numpy as np
import pandas as pd


def customers(n=240, seed=0):
    """Return a table of customers, of whom some leave. The label depends on age, plan and date, with some noise."""
    rng = np.random.RandomState(seed)
    age = rng.normal(50, 12, n).round(1)
    plan = rng.choice(["basic", "plus", "pro"], n, p=[0.6, 0.3, 0.1]).astype(object)
    since = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.randint(0, 2000, n), unit="D")
    logit = (age - 50) / 6 + 2.0 * (plan == "pro") - (since.year - 2022) - 1.5
    table = pd.DataFrame(
        {
            "name": [f"customer {i}" for i in range(n)],
            "age": age,
            "plan": plan,
            "since": since.strftime("%Y-%m-%d"),
            "calls": rng.poisson(3, n),
            "left": np.where(rng.rand(n) < 1 / (1 + np.exp(-logit)), "yes", "no"),
        }
    )
    table.loc[rng.rand(n) < 0.1, "age"] = np.nan
    table.loc[rng.rand(n) < 0.1, "plan"] = None
    return table


def features(table):
    return table.drop(columns="left")
