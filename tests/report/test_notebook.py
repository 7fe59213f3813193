"""A notebook, with a kernel of its own: what its cells show."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEARCH = """
import pysmac_compat as pysmac

def cost(x, n):
    if n > 900:
        raise ValueError("too many")
    return (x - 2) ** 2 + n

opt = pysmac.SMAC_optimizer()
opt.minimize(cost, 4, {"x": ("real", [-5, 5], 0), "n": ("integer", [1, 99], 10)}, progress="auto")
"""
PICTURE = "import matplotlib.pyplot\nopt.result.plot.history()"
CELLS = [SEARCH, "opt.result", "opt.result.plot.history()", PICTURE]


@pytest.mark.slow
def test_what_cells_show(tmp_path):
    nbclient, nbformat, _ = map(pytest.importorskip, ("nbclient", "nbformat", "ipykernel"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    client = nbclient.NotebookClient(notebook, timeout=90, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})
    search, result, *pictures = (cell.outputs for cell in notebook.cells)

    *shown, value = search
    assert value["data"]["text/plain"].startswith("(")
    assert not [each for each in shown if "Warning" in each.get("text", "")]
    lines = "".join(each.get("text", "") for each in shown)
    assert "4/4" in lines or any("widget" in kind for each in shown for kind in each.get("data", {}))

    (table,) = result
    assert table["data"]["text/html"].startswith("<table>")
    for outputs in pictures:  # also where pyplot has told IPython how to show figures
        (picture,) = outputs
        assert picture["data"]["image/png"]
