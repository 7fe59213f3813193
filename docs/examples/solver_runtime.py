"""Run time of a search on 20 instances: slow configurations are stopped early (adaptive capping).

Usage: python solver_runtime.py [number of evaluations]
"""

import random
import sys

import pysmac_compat as pysmac


def solve(instance, restart_after, greedy, noise=1.0):
    """Local search for a satisfying assignment of random clauses; its run time is counted in steps."""
    make = random.Random(instance)
    n, m = 40, 150
    clauses = [[(make.randrange(n), make.random() < 0.5) for _ in range(3)] for _ in range(m)]
    walk = random.Random(1000 + instance)
    steps = 0
    while True:
        values = [walk.random() < 0.5 for _ in range(n)]
        for _ in range(restart_after):
            broken = [c for c in clauses if not any(values[v] == sign for v, sign in c)]
            if not broken:
                return {"status": "SAT", "runtime": steps / 1000}
            steps += 1
            if steps >= 5000:
                return {"status": "TIMEOUT", "runtime": steps / 1000}
            variables = [v for v, _ in walk.choice(broken)]
            careful = greedy and walk.random() >= noise
            chosen = min(variables, key=lambda v: breaks(clauses, values, v)) if careful else walk.choice(variables)
            values[chosen] ^= True


def breaks(clauses, values, variable):
    flipped = values[:variable] + [not values[variable]] + values[variable + 1 :]
    return sum(not any(flipped[v] == sign for v, sign in c) for c in clauses)


parameter_definition = {
    "noise": ("real", [0, 1], 0.9),
    "restart_after": ("integer", [10, 5000], 100, "log"),
    "greedy": ("categorical", [False, True], False),
}

if __name__ == "__main__":
    opt = pysmac.SMAC_optimizer()
    opt.smac_options["run-obj"] = "RUNTIME"
    opt.smac_options["overall-obj"] = "MEAN10"
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    value, parameters = opt.minimize(
        solve,
        evaluations,
        parameter_definition,
        ["noise | greedy == True"],
        num_train_instances=20,
        t_limit_function_s=5,
    )
    print(f"least value found: {value:.4f} thousand steps, time-outs counted ten times")
    print(f"parameters: {parameters}")
