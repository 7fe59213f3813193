"""Small data, an estimator that fails as it is told, and a small search."""

import os
import signal
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.neighbors import KNeighborsClassifier

from pysmac_compat import SMACSearchCV

X, Y = make_classification(90, 5, flip_y=0.2, random_state=0)
KNN = KNeighborsClassifier()


class Fragile(ClassifierMixin, BaseEstimator):
    """Its score is ``level``; it fails in the way that ``how`` says, unless it is not ``broken``."""

    broken = True

    def __init__(self, level=0.5, how=""):
        self.level, self.how = level, how

    def fit(self, X, y, sample_weight=None):
        if self.how == "raise" and self.broken:
            raise ZeroDivisionError("not today")
        if self.how == "die":
            os._exit(3)
        if self.how == "loop":
            while True:
                pass
        if self.how == "sleep":
            time.sleep(600)
        if self.how == "eat":
            self.meal_ = np.ones(2**24)
        self.classes_, self.weight_, self.pid_ = np.unique(y), sample_weight, os.getpid()
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y, sample_weight=None):
        return self.level + (0 if sample_weight is None else sample_weight.mean())


class Interrupting(Fragile):
    """Presses Ctrl-C in the process of the search, or kills it, if its level is 0.7 and this process is ``pressed``."""

    pressed, signal = 0, signal.SIGINT

    def fit(self, X, y):
        if self.level == 0.7 and self.pressed:
            os.kill(self.pressed, self.signal)
            time.sleep(60)
        return super().fit(X, y)


def small(how, levels=(0.5,), **more):
    space = {"how": list(how), "level": list(levels)}
    return SMACSearchCV(Fragile(), space, **{"cv": 2, "n_iter": 10, "random_state": 0, **more})
