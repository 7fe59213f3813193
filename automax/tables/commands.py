"""The commands ``automax fit`` and ``automax predict``, for a table in a file and a classifier in a folder."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from automax.commands import Parser
from automax.progress import plain_warnings
from automax.tables.saved import ABOUT, SEARCH
from pysmac_compat.errors import ArgumentError, PysmacError, shown

FIT, PREDICT = "fit", "predict"
NAMES = (FIT, PREDICT)


def main(argv: Sequence[str]) -> int:
    """Run one of the commands.

    Parameters
    ----------
    argv : sequence of str
        The name of the command and its arguments.

    Returns
    -------
    int
        The exit status: 0 for success; 2 for a mistake of the user, with a line on stderr; 130 for Ctrl-C; 1 for other
        errors, for example if no training has finished.
    """
    name, *words = argv
    parser, run = _COMMANDS[name]
    if any(word.partition("=")[0] in ("--config_file", "--recipe") for word in words):
        end = "use automax --config_file FILE or automax --recipe NAME"
        print(f"automax {name}: error: {name} takes no settings file and no recipe: {end}", file=sys.stderr)
        return 2
    arguments = parser().parse_args(words)
    try:
        with plain_warnings():
            return run(arguments)
    except (ArgumentError, ImportError) as error:
        print(f"automax {name}: error: {error}", file=sys.stderr)
        return 2
    except PysmacError as error:
        print(f"automax {name}: error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # for example with `| head`
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        end = "; the finished trials are kept, and --resume continues the search" if name == FIT else ""
        print(f"automax {name}: interrupted{end}", file=sys.stderr)
        return 130


def _fit_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="automax fit", description="Tune and train a classifier for a table.")
    parser.add_argument("data", help="a CSV or Parquet file")
    parser.add_argument("--target", required=True, metavar="COLUMN", help="the column with the two classes")
    parser.add_argument(
        "--positive", metavar="LABEL", help="the positive class (default: chosen by its name, or else the rarer class)"
    )
    parser.add_argument("--drop", nargs="+", default=[], metavar="COLUMN", help="columns to leave out")
    parser.add_argument("--metric", default="AUROC", help="metric to maximise: AUROC (default) or AUPRC")
    parser.add_argument(
        "--max_fpr", type=float, metavar="SHARE", help="make AUROC partial: false positive rate at most SHARE"
    )
    parser.add_argument(
        "--min_tpr", type=float, metavar="SHARE", help="make AUROC partial: true positive rate at least SHARE"
    )
    parser.add_argument("--n_trials", type=int, default=20, help="number of trainings (20)")
    parser.add_argument("--epochs", type=int, default=50, help="epochs of each training (50)")
    parser.add_argument("--workers", type=int, default=1, help="trainings at the same time (1)")
    parser.add_argument("--time_limit", type=float, metavar="SECONDS", help="wall-clock limit for the search")
    parser.add_argument("--test", metavar="FILE", help="file with the test rows; default: a share of the data")
    parser.add_argument(
        "--test_fraction",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="share of the rows to keep for the test (0.2); 0: no test",
    )
    parser.add_argument(
        "--validation_fraction",
        type=float,
        default=0.25,
        metavar="SHARE",
        help="share of the other rows to keep for validation (0.25)",
    )
    parser.add_argument(
        "--calibration", default="sigmoid", help="map from scores to probabilities: sigmoid (default), isotonic or none"
    )
    parser.add_argument(
        "--threshold",
        default="balanced_accuracy",
        help="criterion for the cut of the predictions: balanced_accuracy (default), f1 or accuracy; or a probability "
        "such as 0.3",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", metavar="FOLDER", help="folder for the classifier and the search (NAME-model)")
    parser.add_argument("--resume", action="store_true", help="resume the search in that folder")
    parser.add_argument("--progress", action="store_true", help="show a progress bar; needs tqdm")
    return parser


def _fit(arguments: argparse.Namespace) -> int:
    from automax.tables.reading import check_columns, read_table, take_target, without_names

    table = read_table(arguments.data)
    check_columns(table, arguments.drop, arguments.data, "--drop")
    X, y = take_target(table, arguments.target, arguments.data)
    unnamed = [name for name in without_names(X) if name not in arguments.drop]
    if unnamed:
        print(f"columns without a name are left out: {', '.join(unnamed)}", flush=True)
    X = X.drop(columns=[name for name in (*arguments.drop, *unnamed) if name in X.columns])
    if X.shape[1] == 0:
        raise ArgumentError("no column is left to train on: all columns but the target are in --drop or have no name")
    X, y, X_test, y_test = _divided(arguments, X, y)
    folder = Path(arguments.output or f"{Path(arguments.data).name.partition('.')[0]}-model")
    classifier = _classifier(arguments, folder)
    print(f"{arguments.data}: {len(table)} rows, {len(y_test)} of them for the test", flush=True)
    prepared = classifier._prepare(X, y)
    _make_room(folder, arguments.resume)
    classifier._train(*prepared)
    classifier.save(folder)
    report = {"validation": classifier.best_score_, "n_rows": {**classifier.n_rows_, "test": len(y_test)}}
    if len(y_test):
        text, report["test"] = _tested(classifier, X_test, y_test, folder)
        print(text)
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"classifier: {folder}; for new rows: automax predict {folder} FILE", flush=True)
    return 0


def _divided(arguments: argparse.Namespace, X: Any, y: Any) -> tuple[Any, Any, Any, Any]:
    """Return the columns and the labels of the rows to learn from, then the columns and the labels of the test rows."""
    import numpy as np

    from automax.data.arrays import stratified_rows
    from automax.tables.labels import label_text
    from automax.tables.reading import check_columns, read_table, take_target

    if arguments.test is not None:
        X_test, y_test = take_target(read_table(arguments.test), arguments.target, arguments.test)
        check_columns(X_test, list(X.columns), arguments.test)
        others = sorted(set(map(label_text, y_test)) - set(map(label_text, y)))
        if others:
            raise ArgumentError(f"{arguments.test}: the target has other values than in {arguments.data}: {others}")
        return X, y, X_test[list(X.columns)], y_test
    share = arguments.test_fraction
    if not 0 <= share < 1:
        raise ArgumentError(f"--test_fraction must be at least 0 and below 1, got {share}")
    codes = np.unique(y.astype(str), return_inverse=True)[1]
    rows, test = stratified_rows(codes, (1 - share, share), arguments.seed)
    if share and len(set(codes[test])) < 2:
        raise ArgumentError(
            f"--test_fraction {share}: the {len(test)} test rows (of {len(codes)} rows) do not contain both classes; "
            "use a larger share, or 0 for no test"
        )
    return X.iloc[rows], y.iloc[rows], X.iloc[test], y.iloc[test]


def _classifier(arguments: argparse.Namespace, folder: Path) -> Any:
    from automax.tables.classifier import AUCClassifier

    threshold: Any = arguments.threshold
    with contextlib.suppress(ValueError):
        threshold = float(threshold)
    same = ("metric", "max_fpr", "min_tpr", "n_trials", "epochs", "positive", "validation_fraction", "workers")
    return AUCClassifier(
        **{name: getattr(arguments, name) for name in same},
        time_limit=arguments.time_limit,
        calibration=None if arguments.calibration == "none" else arguments.calibration,
        threshold=threshold,
        settings={"automax": {"progress": True}} if arguments.progress else None,
        search_directory=str(folder / SEARCH),
        resume=arguments.resume,
        random_state=arguments.seed,
        verbose=1,
    )


def _make_room(folder: Path, resume: bool) -> None:
    """Move an earlier classifier aside, unless it is resumed; raise an error if the folder holds anything else."""
    from automax.core.record import move_aside

    if not folder.exists() or resume:
        return
    ours = (folder / ABOUT).is_file() or (folder / SEARCH).is_dir()
    if not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise ArgumentError(f"--output: {folder} exists and holds no classifier; choose another folder")
    move_aside(folder)


def _tested(classifier: Any, X: Any, y: Any, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the scores on the test rows, as text and as data."""
    from sklearn.metrics import balanced_accuracy_score

    from automax.libauc.checkpoints import save_predictions
    from automax.libauc.metrics import Metrics
    from automax.report import interval

    bounds = {k: v for k in ("max_fpr", "min_tpr") if (v := getattr(classifier, k)) is not None}
    names = [classifier.metric.upper(), *({"AUROC", "AUPRC"} - {classifier.metric.upper()})]
    metrics = Metrics(names, [bounds, {}])
    positive = (y.to_numpy() == classifier.positive_).astype(float)
    sign = 1 if classifier.classes_[1] == classifier.positive_ else -1
    save_predictions(folder, {"test": (positive[:, None], sign * classifier.decision_function(X)[:, None])})
    scores = metrics(positive, sign * classifier.decision_function(X))
    found: dict[str, Any] = {
        name: {"score": score, "interval": interval(str(folder), "test", name, metrics)}
        for name, score in scores.items()
    }
    parts = [f"{n} {f['score']:.4f} [{f['interval'][0]:.4f}, {f['interval'][1]:.4f}]" for n, f in found.items()]
    found["balanced_accuracy"] = float(balanced_accuracy_score(y, classifier.predict(X)))
    return f"test: {', '.join(parts)}; balanced accuracy {found['balanced_accuracy']:.4f}", found


def _predict_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="automax predict", description="Score the rows of a table.")
    parser.add_argument("model", help="the folder of a classifier")
    parser.add_argument("data", help="a CSV or Parquet file with the columns that the classifier was fitted with")
    parser.add_argument("--keep", nargs="+", default=[], metavar="COLUMN", help="columns of the data to write, too")
    parser.add_argument("--output", metavar="FILE", help="a CSV file; else the rows are printed")
    return parser


def _predict(arguments: argparse.Namespace) -> int:
    from automax.libauc.metrics import Metrics
    from automax.tables.classifier import AUCClassifier
    from automax.tables.labels import label_text
    from automax.tables.reading import check_columns, read_table

    classifier = AUCClassifier.load(arguments.model)
    table = read_table(arguments.data)
    names = [str(name) for name in getattr(classifier, "feature_names_in_", [])]
    if not names:
        raise ArgumentError(
            f"{arguments.model} was fitted with an array, whose columns have no names; fit it with a table"
        )
    check_columns(table, names, arguments.data)
    check_columns(table, arguments.keep, arguments.data, "--keep")
    X = table[names]
    index = list(classifier.classes_).index(classifier.positive_)
    scored = table[arguments.keep].copy()
    for name in ("probability", "predicted"):
        if name in scored:
            raise ArgumentError(f"--keep: {shown(name)} is the name of a column that automax predict adds")
    scored["probability"] = classifier.predict_proba(X)[:, index]
    scored["predicted"] = classifier.predict(X)
    target = classifier.target_
    try:
        scored.to_csv(arguments.output or sys.stdout, index=False)
    except OSError as error:
        if arguments.output is None:
            raise
        raise ArgumentError(f"--output: {arguments.output} cannot be written: {error.strerror}") from error
    lines = [
        f"{len(table)} rows; the column probability holds the probability of {target or 'the class'} = "
        f"{label_text(classifier.positive_)}"
    ]
    if target in table.columns and set(map(label_text, table[target].dropna())) == set(
        map(label_text, classifier.classes_)
    ):
        known = table[target].notna().to_numpy()
        positive = table[target][known].map(label_text).to_numpy() == label_text(classifier.positive_)
        scores = Metrics(["AUROC", "AUPRC"])(positive.astype(float), scored["probability"].to_numpy()[known])
        lines.append(
            f"of {int(known.sum())} rows with {target}: " + ", ".join(f"{n} {s:.4f}" for n, s in scores.items())
        )
    print("\n".join(lines), file=sys.stderr)
    return 0


_COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], int]]] = {
    FIT: (_fit_parser, _fit),
    PREDICT: (_predict_parser, _predict),
}
