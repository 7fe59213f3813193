"""`AUCClassifier`: an estimator of scikit-learn that runs a search of AutoMAX."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from automax._extra import need
from automax.data.arrays import ArrayDataset
from automax.tables import saved
from automax.tables.calibration import Calibration, best_cut, calibrate
from automax.tables.columns import Columns, is_frame, learn_columns
from automax.tables.labels import checked_labels, divided_rows, label_text, positive_class
from automax.tables.network import Network, batch_size, search_network
from automax.tables.options import sections_of
from automax.tables.preprocessing import least_rows, make_preprocessor
from pysmac_compat.errors import ArgumentError, shown

#: if a class has fewer validation rows than this, a message calls the scores noisy
_FEW = 30


class AUCClassifier(ClassifierMixin, BaseEstimator):
    """A neural network for a table with two classes, tuned for an area under a curve.

    ``fit`` divides the rows into training rows and validation rows. It fills gaps, encodes categories and scales
    numbers; what this needs is computed from the training rows. It searches with `AutoMAX` over an AUC loss and
    cross-entropy. It fits the probabilities and the threshold of ``predict`` to the validation rows.

    Parameters
    ----------
    metric : {'AUROC', 'AUPRC'}
        The metric to maximise.
    max_fpr, min_tpr : float or None
        Make AUROC partial: up to this false positive rate, from this true positive rate.
    n_trials : int
        The number of trainings.
    epochs : int
        The number of epochs of each training. The model of the best epoch is kept.
    positive : object
        The label of the positive class, or the label as text. None: the names decide (1 if the labels are 0 and 1,
        'yes' if they are 'no' and 'yes', and so on); if they do not, the class with fewer rows is positive.
    validation_fraction : float
        The share of the rows that is used for validation. The validation rows decide on the configuration, the epoch,
        the probabilities and the threshold.
    calibration : {'sigmoid', 'isotonic'} or None
        The map from scores to probabilities. None: the logistic function, although the scores of AUC losses are not
        logits of probabilities.
    threshold : {'balanced_accuracy', 'f1', 'accuracy'} or float
        The criterion for which the cut of ``predict`` is the best one on the validation rows, or the probability at the
        cut.
    preprocessor : 'auto' or transformer
        Turns the table into numbers. Your own transformer is fitted on the training rows.
    settings : dict or None
        Further settings of the search, as in a file of AutoMAX: the sections ``model``, ``training`` and ``automax``.
    workers : int
        The number of trainings at the same time.
    time_limit : float or None
        Wall-clock seconds for the search.
    search_directory : str or None
        The folder for the files of the search. None: a temporary folder.
    resume : bool
        Whether to resume the search in ``search_directory``. The rows and arguments must be the same, except
        ``n_trials``, ``calibration``, ``threshold``, ``workers``, ``time_limit`` and ``verbose``.
    random_state : int, RandomState or None
        The seed for the division of the rows, for the search and for each training. None: a new seed or, with
        ``resume=True``, the seed of the search that is resumed.
    verbose : int
        1: print lines about the table and about each trial.

    Attributes
    ----------
    classes_ : array of shape (2,)
    positive_ : object
        The label that is positive.
    n_features_in_ : int
    feature_names_in_ : array of str
        The names of the columns, if X was a DataFrame.
    target_ : str or None
        The name of y, if it has one.
    columns_ : dict of str to str
        The kind of each column: 'number', 'category', 'date' or 'left out'. Only with preprocessor='auto'.
    preprocessor_ : transformer
    best_params_ : dict
        The best configuration.
    best_score_ : float
        The score of the best configuration on the validation rows. It is too optimistic, because these rows chose the
        configuration.
    trials_ : list of dict
        ``number``, ``space``, ``status``, ``val`` and ``seconds`` of each trial.
    n_rows_ : dict of str to int
        The number of rows for 'training' and for 'validation'.

    Examples
    --------
    ::

        clf = AUCClassifier(metric="AUPRC", n_trials=20, random_state=0).fit(X, y)
        probabilities = clf.predict_proba(X_new)[:, list(clf.classes_).index(clf.positive_)]
    """

    def __init__(
        self,
        metric: str = "AUROC",
        *,
        max_fpr: float | None = None,
        min_tpr: float | None = None,
        n_trials: int = 20,
        epochs: int = 50,
        positive: Any = None,
        validation_fraction: float = 0.25,
        calibration: str | None = "sigmoid",
        threshold: str | float = "balanced_accuracy",
        preprocessor: Any = "auto",
        settings: Mapping[str, Any] | None = None,
        workers: int = 1,
        time_limit: float | None = None,
        search_directory: str | os.PathLike[str] | None = None,
        resume: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.metric = metric
        self.max_fpr = max_fpr
        self.min_tpr = min_tpr
        self.n_trials = n_trials
        self.epochs = epochs
        self.positive = positive
        self.validation_fraction = validation_fraction
        self.calibration = calibration
        self.threshold = threshold
        self.preprocessor = preprocessor
        self.settings = settings
        self.workers = workers
        self.time_limit = time_limit
        self.search_directory = search_directory
        self.resume = resume
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> AUCClassifier:
        """Search, train and calibrate.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Numbers, texts and dates. NaN and None are gaps.
        y : array of shape (n_rows,)
            Two different labels.

        Returns
        -------
        AUCClassifier
            Itself.

        Raises
        ------
        ArgumentError, ValueError
            Before any training, if the arguments or the data are not allowed.
        ImportError
            If torch or LibAUC is missing. The message says how to install both.
        SearchError
            If no training finishes.
        """
        self._train(*self._prepare(X, y))
        return self

    def _prepare(self, X: Any, y: Any) -> tuple[ArrayDataset, ArrayDataset, dict[str, Any]]:
        """Check the arguments and the data; return the training rows, the validation rows and the settings."""
        content = sections_of(self)
        for name in ("_network", "columns_"):  # of an earlier fit
            self.__dict__.pop(name, None)
        X = self._table(X, reset=True)
        labels = checked_labels(y)
        check_consistent_length(X, labels)
        self.target_ = None if getattr(y, "name", None) is None else str(y.name)
        positive = self._classes(labels)
        rows = divided_rows(positive, float(self.validation_fraction), content["automax"]["SEED"])
        self.n_rows_ = dict(zip(("training", "validation"), map(len, rows), strict=True))
        train, val = self._preprocess(X, positive, *rows)
        self._say("the settings are tested on one batch, which can take a minute; then the trials begin")
        need("automax.libauc.factory")
        n_positive = int(train.targets.sum())
        content["training"].setdefault("batch_size", batch_size(n_positive, len(train) - n_positive))
        return train, val, content

    def _train(self, train: ArrayDataset, val: ArrayDataset, content: dict[str, Any]) -> None:
        """Search, then fit the calibration and choose the cut."""
        with self._folder() as folder:
            self._network, tuner = search_network(train, val, content, folder, bool(self.verbose))
        self.best_params_ = dict(tuner.result.active_configuration) if tuner.result else dict(tuner.log[0]["space"])
        self.best_score_ = float(tuner.best_score)
        names = ("number", "space", "status", "val", "seconds")
        self.trials_ = [{name: trial[name] for name in names if name in trial} for trial in tuner.log]
        scores, positive = self._network(val.X), val.targets[:, 0] == 1
        self._calibration = calibrate(self.calibration, scores, positive)
        if isinstance(self.threshold, str):
            self._cut = best_cut(self.threshold, scores, positive)
        else:
            self._cut = self._calibration.score_at(float(self.threshold))

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Return scores. A score is above 0 if ``predict`` gives ``classes_[1]``.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)

        Returns
        -------
        array of shape (n_rows,)
        """
        sign = 1.0 if self._positive_index() == 1 else -1.0
        return sign * (self._scores(X) - self._cut)

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probabilities of the classes, in the order of ``classes_``.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)

        Returns
        -------
        array of shape (n_rows, 2)
        """
        scores = self._scores(X)
        probability = self._calibration(scores)
        both = np.column_stack([1 - probability, probability])
        return both if self._positive_index() == 1 else both[:, ::-1]

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the predicted label of each row.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)

        Returns
        -------
        array of shape (n_rows,)
        """
        above = self.decision_function(X) > 0
        return self.classes_[above.astype(int)]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the fitted classifier to a folder, for `load_classifier` and ``automax predict``.

        The weights are files of torch, and the preprocessor is a file of joblib. The description is JSON.

        Parameters
        ----------
        folder : str or path
            The folder is made if it does not exist. An earlier classifier in it is replaced.
        """
        check_is_fitted(self)
        about = {
            "params": {name: value for name, value in self.get_params(deep=False).items() if _is_plain(value)},
            "classes": self.classes_.tolist(),
            "dtype": self.classes_.dtype.str,
            "positive": self._positive_index(),
            "n_features": int(self.n_features_in_),
            "names": [str(name) for name in getattr(self, "feature_names_in_", [])],
            "columns": getattr(self, "columns_", None),
            "target": self.target_,
            "cut": self._cut,
            "calibration": {
                "method": self._calibration.method,
                "x": list(self._calibration.x),
                "y": list(self._calibration.y),
            },
            "best_params": _plain(self.best_params_),
            "best_score": self.best_score_,
            "trials": _plain(self.trials_),
            "n_rows": self.n_rows_,
        }
        saved.write(Path(folder), about, self.preprocessor_, self._network.files)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> AUCClassifier:
        """Read a classifier that ``save`` has written.

        The preprocessor is a pickle, so load only folders that you trust.

        Parameters
        ----------
        folder : str or path

        Raises
        ------
        ArgumentError
            If the folder holds no classifier.
        """
        about, preprocessor, files = saved.read(Path(folder))
        made = cls(**{name: value for name, value in about["params"].items() if name in cls._get_param_names()})
        made.classes_ = np.array(about["classes"], dtype=np.dtype(about["dtype"]))
        made.positive_ = made.classes_[about["positive"]]
        made.n_features_in_ = about["n_features"]
        if about["names"]:
            made.feature_names_in_ = np.array(about["names"], dtype=object)
        if about["columns"] is not None:
            made.columns_ = about["columns"]
        made.preprocessor_, made._network, made.target_ = preprocessor, Network(files), about["target"]
        made._cut, made._calibration = float(about["cut"]), Calibration(**about["calibration"])
        for name in ("best_params", "best_score", "trials", "n_rows"):
            setattr(made, f"{name}_", about[name])
        return made

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether ``fit`` or ``load`` has set the network."""
        return hasattr(self, "_network")

    def __sklearn_tags__(self) -> Any:
        """Return scikit-learn's tags: two classes; gaps, texts and categories are allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _table(self, X: Any, reset: bool = False) -> Any:
        """Check X and return it. A DataFrame stays a DataFrame."""
        if not is_frame(X) and hasattr(X, "to_pandas"):
            X = X.to_pandas()
        if not is_frame(X):
            return validate_data(self, X, reset=reset, dtype=None, ensure_all_finite="allow-nan", accept_sparse=False)
        validate_data(self, X, reset=reset, skip_check_array=True)
        if len(X) == 0 or X.shape[1] == 0:
            raise ArgumentError(
                f"Found array with {len(X)} sample(s) and {X.shape[1]} feature(s): at least 1 is required"
            )
        return X

    def _classes(self, labels: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Set ``classes_`` and ``positive_``, and return whether each row is positive."""
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) == 1:
            raise ArgumentError(f"y has one class only, {label_text(classes[0])!r}; two classes are needed")
        if len(classes) > 2:
            some = ", ".join(map(label_text, classes[:5])) + (", ..." if len(classes) > 5 else "")
            raise ArgumentError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(labels)}: {len(classes)} classes, {some}"
            )
        index, reason = positive_class(classes, np.bincount(codes), self.positive)
        self.classes_, self.positive_ = classes, classes[index]
        positive = codes == index
        share = 100 * positive.mean()
        self._say(
            f"positive class: {label_text(self.positive_)!r}, {reason} "
            f"({positive.sum()} of {len(labels)} rows, {share:.3g} %)"
        )
        return positive

    def _preprocess(
        self, X: Any, positive: npt.NDArray[np.bool_], train_rows: npt.NDArray[Any], val_rows: npt.NDArray[Any]
    ) -> tuple[ArrayDataset, ArrayDataset]:
        if self.preprocessor is None or (isinstance(self.preprocessor, str) and self.preprocessor != "auto"):
            raise ArgumentError(f"preprocessor must be 'auto' or a transformer, got {shown(self.preprocessor)}")
        if isinstance(self.preprocessor, str):
            names = getattr(self, "feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)])
            columns = learn_columns(X, list(map(str, names)), least_rows(len(train_rows)))
            self.columns_, self.preprocessor_ = dict(columns.kinds), make_preprocessor(columns, len(train_rows))
            X = columns.convert(X)
            self._say(f"columns: {columns}")
        else:
            self.preprocessor_ = clone(self.preprocessor)
        taken = (X.iloc if is_frame(X) else X).__getitem__
        parts = [
            _dense(self.preprocessor_.fit_transform(taken(train_rows), positive[train_rows])),
            _dense(self.preprocessor_.transform(taken(val_rows))),
        ]
        n_positive, n_inputs = int(positive[val_rows].sum()), parts[0].shape[1]
        few = ", so scores and choices are noisy" if min(n_positive, len(val_rows) - n_positive) < _FEW else ""
        text = f"{len(train_rows)} for training, {len(val_rows)} for validation ({n_positive} positive{few})"
        self._say(f"rows: {text}; {n_inputs} inputs")
        rows = (train_rows, val_rows)
        train, val = (ArrayDataset(part, positive[each]) for part, each in zip(parts, rows, strict=True))
        return train, val

    def _scores(self, X: Any) -> npt.NDArray[np.float64]:
        check_is_fitted(self)
        X = self._table(X)
        if hasattr(self, "columns_"):
            X = Columns(self.columns_).convert(X)
        # the network was trained with float32
        return self._network(_dense(self.preprocessor_.transform(X)).astype(np.float32))

    def _positive_index(self) -> int:
        check_is_fitted(self)
        return int(self.classes_[1] == self.positive_)

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        if self.search_directory is not None:
            yield Path(self.search_directory).absolute()
            return
        with tempfile.TemporaryDirectory(prefix="automax-") as folder:
            yield Path(folder)

    def _say(self, text: str) -> None:
        if self.verbose:
            print(text, flush=True)


def load_classifier(folder: str | os.PathLike[str]) -> AUCClassifier:
    """Read a classifier that `AUCClassifier.save` or ``automax fit`` has written; see `AUCClassifier.load`."""
    return AUCClassifier.load(folder)


def _dense(values: Any) -> npt.NDArray[Any]:
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: other objects become Python's own types or their repr."""
    return json.loads(json.dumps(value, default=lambda other: other.item() if hasattr(other, "item") else repr(other)))


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
