import numpy as np
import pytest

from automax.libauc.checks import check_evaluation_data, check_training_data


@pytest.mark.parametrize(
    ("positives", "negatives", "batch_size", "rate", "message"),
    [
        (0, 50, 8, 0.5, "no positive row"),
        (50, 0, 8, 0.5, "no negative row"),
        (50, 10, 64, 0.5, "takes 32 negatives, the training data have 10: lower training.batch_size"),
        (5, 50, 1, 0.5, "batch_size must be at least 2"),
        (5, 50, 8, 1.0, "sampling_rate must lie between 0 and 1"),
    ],
)
def test_one_label(positives, negatives, batch_size, rate, message):
    y = np.repeat([1, 0], [positives, negatives])
    with pytest.raises(ValueError, match=message):
        check_training_data(y, len(y), batch_size, rate)


def test_several_labels_need_a_batch_each():
    y = np.tile([[0, 1, 0], [1, 0, 1]], (40, 1))
    assert check_training_data(y, 80, 26, 0.5).shape == (80, 3)
    with pytest.raises(ValueError, match="one batch of 27 for each of the 3 labels.*most 26"):
        check_training_data(y, 80, 27, 0.5)
    y[:, 1] = 1
    with pytest.raises(ValueError, match="label 1: the training data have no negative row"):
        check_training_data(y, 80, 8, 0.5)


def test_evaluation_data():
    with pytest.raises(ValueError, match="the split 'test' has rows of one class only"):
        check_evaluation_data(np.ones(4), 4, "test")
    assert check_evaluation_data([0, 1], 2, "val").shape == (2, 1)
