"""Data sets of graphs with labels, and synthetic graphs that need no download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from automax.data.arrays import check_labels, check_splits, imbalanced_rows, stratified_rows
from pysmac_compat.errors import ArgumentError

_DEGREES = 16


class GraphArrayDataset:
    """A data set of graphs, each with one label.

    Parameters
    ----------
    graphs : list of torch_geometric.data.Data
        Each graph has integer features ``x`` of shape (n_nodes, n_features), ``edge_index``, and integer
        ``edge_attr`` if the model uses it.
    y : array of shape (n,) or (n, 1)
        Labels 0 and 1.
    node_dims, edge_dims : list of int
        How many values each feature of a node, and each feature of an edge, can have.
    """

    def __init__(self, graphs: Sequence[Any], y: Any, node_dims: Sequence[int], edge_dims: Sequence[int] = ()) -> None:
        self.graphs = list(graphs)
        self.targets = check_labels(y, len(self.graphs))
        self.node_dims, self.edge_dims = list(node_dims), list(edge_dims)

    def __len__(self) -> int:
        return len(self.graphs)

    def __getitem__(self, index: int) -> tuple[Any, Any, int]:
        return self.graphs[index], self.targets[index], index

    def take(self, rows: Any) -> GraphArrayDataset:
        """Return a data set of some of the graphs."""
        return GraphArrayDataset([self.graphs[i] for i in rows], self.targets[rows], self.node_dims, self.edge_dims)


def synthetic_graphs(
    splits: Sequence[str], n: int = 300, imratio: float | None = None, data_seed: int = 0, split_seed: int = 0
) -> tuple[GraphArrayDataset, list[GraphArrayDataset]]:
    """Return random graphs of 8 to 15 nodes. A third of them, the positives, have a clique of four nodes.

    Parameters
    ----------
    splits : sequence of {'val', 'test'}
    n : int
        The number of graphs: 60 % are training graphs, and each of the two splits has 20 %.
    imratio : float or None
        The share of positives among the training graphs.
    data_seed, split_seed : int
    """
    check_splits(splits)
    if isinstance(n, bool) or not isinstance(n, int) or n < 30:
        raise ArgumentError(f"dataset.kwargs.n, the number of graphs, must be an integer of at least 30, got {n!r}")
    rng = np.random.RandomState(data_seed)
    y = (np.arange(n) % 3 == 0).astype(np.float32)
    whole = GraphArrayDataset([_graph(rng, bool(label)) for label in y], y, [_DEGREES], [2])
    train_rows, *eval_rows = stratified_rows(y, (0.6, 0.2, 0.2), split_seed)
    if imratio is not None:
        train_rows = train_rows[imbalanced_rows(y[train_rows], imratio, split_seed)]
    by_name = dict(zip(("val", "test"), eval_rows, strict=True))
    return whole.take(train_rows), [whole.take(by_name[name]) for name in splits]


def _graph(rng: np.random.RandomState, clique: bool) -> Any:
    """Return a random tree with more edges: those of a clique of four nodes if ``clique``, otherwise random ones."""
    import torch
    from torch_geometric.data import Data

    nodes = rng.randint(8, 16)
    edges = {(int(rng.randint(i)), i) for i in range(1, nodes)}
    if clique:
        chosen = sorted(map(int, rng.permutation(nodes)[:4]))
        edges |= {(a, b) for a in chosen for b in chosen if a < b}
    else:
        while len(edges) < nodes + 4:
            a, b = sorted(map(int, rng.permutation(nodes)[:2]))
            edges.add((a, b))
    both = np.array(sorted(edges | {(b, a) for a, b in edges})).T
    degrees = np.bincount(both[0], minlength=nodes).clip(max=_DEGREES - 1)
    return Data(
        x=torch.from_numpy(degrees[:, None].astype(np.int64)),
        edge_index=torch.from_numpy(both.astype(np.int64)),
        edge_attr=torch.zeros((both.shape[1], 1), dtype=torch.int64),
        num_nodes=nodes,
    )
