import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automax import ArrayDataset, register_dataset
from automax.data.arrays import imbalanced_rows, split_arrays, stratified_rows
from automax.data.registry import load_dataset


def test_labels_become_columns_of_floats():
    data = ArrayDataset([[1, 2], [3, 4]], [True, False])
    assert data.targets.tolist() == [[1.0], [0.0]]
    assert data.X.dtype == data.targets.dtype == np.float32
    row, label, index = data[(1, 7)]
    assert (row.tolist(), label.tolist(), index) == ([3, 4], [0], (1, 7))


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0], [float("nan")]], [0, 1], "missing or infinite"),
        ([["a"], ["b"]], [0, 1], "X must hold numbers"),
        ([1, 2], [0, 1], "row for each example"),
        ([[1], [2]], [0, 1, 1], "for each of the 2 rows"),
        ([[1], [2]], [0, 2], "0 and 1 only, got 0, 2"),
        ([[1], [2]], [[0, 1], [1, 0]], "two columns"),
    ],
)
def test_bad_arrays(X, y, message):
    with pytest.raises(ValueError, match=message):
        ArrayDataset(X, y)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=80),
    st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1)),
    st.integers(0, 100),
)
def test_the_parts_are_a_partition_with_equal_shares(labels, weights, seed):
    y, fractions = np.array(labels), np.array(weights) / sum(weights)
    parts = stratified_rows(y, fractions, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(y)))
    for part, fraction in zip(parts, fractions, strict=True):
        for label in set(labels):
            assert abs((y[part] == label).sum() - fraction * (y == label).sum()) <= 2
    again = stratified_rows(y, fractions, seed)
    assert all((one == other).all() for one, other in zip(parts, again, strict=True))


@pytest.mark.parametrize("imratio", [0.01, 0.1, 0.5, 0.9])
def test_imratio_is_reached(imratio):
    y = np.repeat([0, 1], [300, 200])
    rows = imbalanced_rows(y, imratio, 0)
    assert abs(y[rows].mean() - imratio) < 0.005
    assert len(set(rows.tolist())) == len(rows)


@pytest.mark.parametrize("imratio", [0, 1, -1, "0.1", 1e-9])
def test_bad_imratio(imratio):
    with pytest.raises(ValueError, match="imratio"):
        imbalanced_rows(np.repeat([0, 1], 50), imratio, 0)


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "DIGITS"])
def test_built_in_data(name):
    train, (val, test) = load_dataset(name, ["val", "test"], {"imratio": 0.2, "standardize": True})
    rows = [tuple(row) for data in (val, test) for row in data.X]
    assert not {tuple(row) for row in train.X} & set(rows)
    assert abs(train.targets.mean() - 0.2) < 0.02
    assert np.abs(train.X.mean(axis=0)).max() < 1e-4


def test_the_order_of_the_splits_is_the_callers():
    _, (test, val) = load_dataset("wine", ["test", "val"], {})
    _, (val_again, test_again) = load_dataset("wine", ["val", "test"], {})
    assert (val.X == val_again.X).all()
    assert (test.X == test_again.X).all()
    assert load_dataset("wine", ["val"], {"split_seed": 1})[1][0].X.tolist() != val.X.tolist()


def test_scalers_see_the_training_rows_only():
    rng = np.random.RandomState(0)
    X, y = rng.normal(size=(200, 3)), rng.randint(2, size=200)
    train, (val, test) = split_arrays(X, y, ["val", "test"], (0.5, 0.25, 0.25))
    rows = [stratified_rows(y, (0.5, 0.25, 0.25), 0)[i] for i in (1, 2)]
    changed = X.copy()
    for part in rows:
        changed[part] = changed[part] * 100 + 7
    train_again, (val_again, _) = split_arrays(changed, y, ["val", "test"], (0.5, 0.25, 0.25))
    assert (train.X == train_again.X).all()
    mean, deviation = train_again.X.mean(), train_again.X.std()
    assert abs(mean) < 1e-5
    assert abs(deviation - 1) < 1e-3
    assert np.abs(val_again.X).max() > 50  # scaled by the training rows, not by these rows


def test_a_registered_data_set():
    data = ArrayDataset([[0.0], [1.0]], [0, 1])
    register_dataset("Mine", lambda splits, scale=1: (data, [data for _ in splits]))
    assert load_dataset("mine", ["val"], {"scale": 2}) == (data, [data])
    with pytest.raises(ValueError, match="cannot be loaded with kwargs"):
        load_dataset("mine", ["val"], {"sclae": 2})
    register_dataset("Mine", lambda splits: (data, []))
    with pytest.raises(ValueError, match="0 data sets for 1 splits"):
        load_dataset("mine", ["val"], {})


@pytest.mark.parametrize(
    ("name", "splits", "kwargs", "message"),
    [
        ("digit", ["val"], {}, "did you mean 'digits'"),
        ("cifar", ["val"], {}, "did you mean 'cifar10'"),
        ("digits", ["vla"], {}, "unknown split 'vla'; did you mean 'val'"),
        ("digits", ["val"], {"positive": 10}, "positive must be one of 0, 1"),
        ("digits", ["val"], {"imratoi": 0.1}, "imratoi"),
    ],
)
def test_bad_names(name, splits, kwargs, message):
    with pytest.raises(ValueError, match=message):
        load_dataset(name, splits, kwargs)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda data: (data, data), r"a data set for each split of \['val', 'test'\], got ArrayDataset, ArrayDataset"),
        (lambda data: data, "the training data and a list .*, got ArrayDataset"),
        (lambda data: (data, data, data), "got ArrayDataset, ArrayDataset, ArrayDataset"),
        (lambda data: ((data.X, data.targets), [data, data]), r"such as ArrayDataset\(X, y\), got a tuple"),
        (lambda data: (data, [(data.X, data.targets)]), r"such as ArrayDataset\(X, y\), got a tuple"),
        (lambda data: (data, [data]), "returned 1 data sets for 2 splits"),
        (
            lambda data: (data, [data, ArrayDataset(data.X[:, :1], [0, 1])]),
            r"examples of one shape, got \(2,\) in train and \(1,\) in test",
        ),
    ],
)
def test_a_loader_that_returns_something_else(returned, message):
    register_dataset("other", lambda splits: returned(ArrayDataset([[0.0, 1.0], [1.0, 0.0]], [0, 1])))
    with pytest.raises(ValueError, match=f"dataset 'other': the loader .*{message}"):
        load_dataset("other", ["val", "test"], {})


def test_the_arrays_of_a_data_frame_can_be_written():
    import pandas as pd

    table = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0], "y": [0, 1]}).astype("float32")
    data = ArrayDataset(table[["a", "b"]], table["y"])
    assert data.X.flags.writeable
    assert data.targets.flags.writeable
    own = np.zeros((2, 2), np.float32)
    assert ArrayDataset(own, [0, 1]).X is own  # no copy without need
