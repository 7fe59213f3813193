"""What the tests of resumed searches share: a search that notes its calls, and journals with some lines gone."""

from benchmarks.faults.searches import CONDITIONS as CONDITIONS
from benchmarks.faults.searches import SPACE as SPACE
from benchmarks.faults.searches import cost as cost
from benchmarks.faults.searches import journal_of as journal_of
from benchmarks.faults.searches import search as search
from benchmarks.faults.searches import summary as summary

#: without a model, which takes most of the time where what it proposes is not the question
RANDOM = {"execution-mode": "ROAR"}
#: with it, for `direct`
MODEL = {"execution-mode": "SMAC"}


def direct(folder, n, *more, options=(), **keywords):
    """A search that calls the function in this process, without a model: for most questions, in a third of the time."""
    return search(folder, n, *more, options={"isolate": False, **RANDOM, **dict(options)}, **keywords)


def cut(journal, n_lines, rest=""):
    """Leave the header and so many lines, and the beginning of another one."""
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: 1 + n_lines]) + rest)
