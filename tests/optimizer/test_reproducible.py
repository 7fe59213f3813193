"""The same seed gives the same calls and the same result."""

import pytest

_SEEDED = """
    import json, sys
    from pysmac_compat import SMAC_optimizer

    def function(**kwargs):
        print(json.dumps(kwargs, sort_keys=True), flush=True)
        return kwargs["x"] ** 2 + len(kwargs)

    space = {"x": ("real", [-5, 5], 4), "b": ({"u", "v", "w"}, "v"), "a": ("categorical", ["p", "q"], "p")}
    optimizer = SMAC_optimizer()
    print(optimizer.minimize(function, 14, space, ["b | a == q"], ["{a = q, b = w}"], seed=int(sys.argv[1])))
"""


@pytest.mark.slow
def test_same_seed_same_calls_whatever_the_hash_seed(run_script):
    one, two = (run_script(_SEEDED, "5", PYTHONHASHSEED=h).stdout for h in ("1", "2"))
    assert len(one.splitlines()) == 15
    assert one == two
