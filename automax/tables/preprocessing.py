"""From columns with gaps and categories to numbers for a network, with scikit-learn's transformers."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from automax.tables.columns import Columns

#: values of one column of categories that are told apart
_MOST_CATEGORIES = 50


def least_rows(n_rows: int) -> int:
    """Rows that a value of a category needs to be told apart from other rare ones: a hundredth, but 2 to 10."""
    return min(10, max(2, n_rows // 100))


def make_preprocessor(columns: Columns, n_rows: int) -> ColumnTransformer:
    """What fills gaps, encodes categories and scales numbers, not yet fitted.

    Gaps in numbers are filled with the median, and a further column says where they were. A gap in a category is a
    category. Categories that are rare, or that come only in new rows, are one category together.

    Parameters
    ----------
    columns : Columns
    n_rows : int
        Rows for training.
    """
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    categories = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="(missing)", keep_empty_features=True),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=least_rows(n_rows),
            max_categories=_MOST_CATEGORIES,
            sparse_output=False,
        ),
    )
    parts = [("numbers", numbers, columns.numeric), ("categories", categories, columns.categories)]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0.0, verbose_feature_names_out=False)
