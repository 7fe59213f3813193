"""A simulation whose result depends on its random numbers: the mean over seeds is minimised.

Usage: python noisy_function.py [number of evaluations]
"""

import random
import sys

import pysmac_compat as pysmac


def cost_of_a_week(order_at, order_up_to, seed):
    """A shop orders up to some stock whenever it has less than another; every day customers come."""
    customers = random.Random(seed)
    stock, cost = order_up_to, 0.0
    for _ in range(7 * 12):
        demand = sum(customers.random() < 0.3 for _ in range(30))
        cost += 5.0 * max(demand - stock, 0)  # a sale that is lost
        stock = max(stock - demand, 0)
        cost += 0.3 * stock  # what is kept over night
        if stock < order_at:
            stock, cost = order_up_to, cost + 8.0
    return cost / 12


parameter_definition = {
    "order_at": ("integer", [0, 60], 0),
    "order_up_to": ("integer", [1, 100], 60),
}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(
        cost_of_a_week,
        evaluations,
        parameter_definition,
        forbidden_clauses=["{order_at > order_up_to}"],
        deterministic=False,
    )
    (run,) = opt.result.runs
    fresh = sum(cost_of_a_week(**parameters, seed=s) for s in range(10**6, 10**6 + 500)) / 500
    print(f"mean over the {run.incumbent_runs} seeds of the search, and over 500 others: {value:.2f}, {fresh:.2f}")
    print(f"least value found: {value:.4f}")
    print(f"parameters: {parameters}")
