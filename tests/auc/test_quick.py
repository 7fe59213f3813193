"""The benchmarks' steps in NumPy are LibAUC's."""

import pytest

from .training import needs_libauc, seed_all, trainer_of

pytestmark = [*needs_libauc, pytest.mark.slow]


@pytest.mark.parametrize("names", [("APLoss", "SOAP"), ("AUCMLoss", "PESG"), ("CrossEntropyLoss", "Adam")])
def test_the_same_scores(names, tmp_path):
    from automax import load_predictions
    from automax.data.registry import load_dataset
    from automax.spaces import find_pair
    from benchmarks.automax.quick import quick_steps

    train, evals = load_dataset("wine", ["val", "test"], {"imratio": 0.2})
    data, scores = (train, dict(zip(("val", "test"), evals, strict=True))), []

    def run(folder):
        trainer = trainer_of(find_pair(*names), data, tmp_path / folder, epochs=4)
        seed_all(1)
        trainer.train()
        saved = load_predictions(tmp_path / folder / "trial")
        scores.append([trainer.state.train_summary["curve"], saved["val_scores"].ravel().tolist()])

    run("theirs")
    with quick_steps():
        run("ours")
    for theirs, ours in zip(*scores, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)
