"""Turn columns with gaps and categories into numbers for a network, with scikit-learn's transformers."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from automax.tables.columns import Columns

#: the largest number of categories of a column
_MOST_CATEGORIES = 50


def least_rows(n_rows: int) -> int:
    """Return how many rows a category needs if it is not to be rare: a hundredth of the rows, from 2 to 10."""
    return min(10, max(2, n_rows // 100))


def make_preprocessor(columns: Columns, n_rows: int) -> ColumnTransformer:
    """Return the transformer that fills gaps, encodes categories and scales numbers. It is not yet fitted.

    A gap in a column of numbers is filled with the median, and a further column marks the gaps. A gap in a column of
    categories becomes a category. All rare categories, and all that occur only in new rows, are merged into one.

    Parameters
    ----------
    columns : Columns
    n_rows : int
        The number of training rows.
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
