import pytest
from distributed import Client, LocalCluster

from .searches import outcome, search

pytestmark = pytest.mark.slow


def test_trials_on_a_cluster(tmp_path):
    """The trials are equal to those of a search with the same number of local workers."""
    here = search(tmp_path / "here", 8, workers=2)
    here.smac_options["workers-order"] = "begun"
    here.optimize()
    there = search(tmp_path / "there", 8, workers=2)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        there.smac_options.update({"dask-client": client, "workers-order": "begun"})
        best = there.optimize()
    assert sorted(map(repr, outcome(there.log))) == sorted(map(repr, outcome(here.log)))
    assert dict(best) == max(there.log, key=lambda t: t["val"])["space"]
