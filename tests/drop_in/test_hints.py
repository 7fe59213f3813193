"""What to write instead of what is gone: the errors are those of this Python and of this scikit-learn."""

import ast
import subprocess
import sys
import traceback

import pytest

from pysmac_compat.report.divisions import divisions
from pysmac_compat.report.hints import hint_for, hint_for_syntax
from pysmac_compat.report.python2 import all_changes

BROKEN = {
    "xrange(3)": "write range",
    "unicode('x')": "write str",
    "raw_input()": "write input",
    "isinstance('', basestring)": "write str",
    "long(3)": "write int",
    "unichr(3)": "write chr",
    "reduce(max, [1])": "functools.reduce",
    "reload(sys)": "importlib.reload",
    "execfile('x.py')": "exec(open(path).read())",
    "{}.has_key(1)": "key in d",
    "{}.iteritems()": "items()",
    "{}.itervalues()": "values()",
    "{}.iterkeys()": "keys()",
    "iter([]).next()": "next(iterator)",
    "import time; time.clock()": "time.perf_counter()",
    "import sys; sys.maxint": "sys.maxsize",
    "import itertools; itertools.izip([], [])": "write zip",
    "from itertools import imap": "map",
    "{}.keys()[0]": "list(...)",
    "{}.keys().sort()": "list(...)",
    "map(len, [])[0]": "list(...)",
    "len(filter(None, []))": "list(...)",
    "range(3) + [1]": "list(...)",
    "range(4)[0] = 1": "list(...)",
    "range(4 / 2)": "//",
    "[1, 2][2 / 2]": "//",
    "[1, 2][:2 / 2]": "//",
    "b'a'.split('a')": ".decode()",
    "None > 6": "is not None and",
    "3 <= None": "is not None and",
    "import sys; print >>sys.stderr, 'x'": "file=stream",
    "import cPickle": "import pickle",
    "from urllib2 import urlopen": "urllib.request",
    "(lambda n_splits: 1)(n_folds=3)": "n_splits",
    # torch's words; there may be no GPU here
    "raise RuntimeError('Cannot re-initialize CUDA in forked subprocess. To ...')": "used CUDA before minimize()",
}
OF_SCIKIT_LEARN = {
    "from sklearn.cross_validation import KFold": "sklearn.model_selection",
    "import sklearn.cross_validation": "sklearn.model_selection",
    "from sklearn import cross_validation": "sklearn.model_selection",
    "from sklearn.grid_search import GridSearchCV": "sklearn.model_selection",
    "from sklearn.externals import joblib": "import joblib",
    "from sklearn.preprocessing import Imputer": "SimpleImputer",
    "from sklearn.lda import LDA": "LinearDiscriminantAnalysis",
    "from sklearn.model_selection import KFold; KFold(n_folds=3)": "n_splits",
    "from sklearn.svm import SVC; SVC(1.0, 'rbf')": "name=value",
    "from sklearn.linear_model import Ridge; Ridge(1.0, True)": "name=value",
    "from sklearn.ensemble import RandomForestClassifier; RandomForestClassifier(10, 'gini')": "name=value",
    "from sklearn.datasets import load_digits; load_digits(10)": "name=value",
    "from sklearn.svm import SVC; SVC(shrinking='True').fit([[0], [1]], [0, 1])": "== 'True'",
    "from sklearn.ensemble import ExtraTreesClassifier as T; T(bootstrap=1).fit([[0], [1]], [0, 1])": "bool(value)",
    "from sklearn.model_selection import cross_val_score as c; from sklearn.svm import SVC; "
    "c(SVC(shrinking='True'), [[0], [1], [0], [1]], [0, 1, 0, 1], cv=2)": "== 'True'",
    "from sklearn.model_selection import cross_val_score as c; c(None, [[0]], [1], None, None)": "name=value",
    "from sklearn.svm import SVC; SVC(C='1.0').fit([[0], [1]], [0, 1])": "float(value)",
    "from sklearn.svm import SVC; SVC(degree=3.0).fit([[0], [1]], [0, 1])": "int(value)",
    "from sklearn.tree import DecisionTreeClassifier as T; T(max_depth='5').fit([[0], [1]], [0, 1])": "int(value)",
    "from sklearn.tree import DecisionTreeClassifier as T; T(max_depth='None').fit([[0], [1]], [0, 1])": "write None",
    "from sklearn.linear_model import SGDClassifier as T; T(loss='log').fit([[0], [1]], [0, 1])": "'log_loss'",
    "from sklearn.tree import DecisionTreeRegressor as T; T(criterion='mse').fit([[0], [1]], [0, 1])": "squared_",
    "from sklearn.tree import DecisionTreeRegressor as T; T(criterion='mae').fit([[0], [1]], [0, 1])": "absolute_",
    "from sklearn.ensemble import AdaBoostClassifier as T; T(base_estimator=None)": "estimator=",
    "from sklearn.linear_model import SGDClassifier as T; T(n_iter=3)": "max_iter",
    "from sklearn.ensemble.forest import RandomForestClassifier": "from sklearn.ensemble import",
    "import sklearn.linear_model.logistic": "from sklearn.linear_model import",
    "from sklearn.ensemble import ExtraTreesClassifier as T; T(max_features='auto').fit([[0], [1]], [0, 1])": "'sqrt'",
}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(("code", "hint"), [*BROKEN.items(), *OF_SCIKIT_LEARN.items()])
def test_errors(code, hint):
    with pytest.raises(Exception, match=".") as caught:
        exec(code, {})
    text = "".join(traceback.format_exception(caught.value))
    assert hint in hint_for(text)
    if "All the" not in text:  # fits that failed, whose errors stand in the text of another one
        assert hint in hint_for(text.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "no_such_name",
        "{}['key']",
        "{}.no_such_method()",
        "import no_such_module",
        "1 / 0",
        "int('x')",
        "len(3)",
        "range('x')",
        "(lambda x: x)(1, 2)",
    ],
)
def test_no_hint_where_none_is_known(code):
    with pytest.raises(Exception, match=".") as caught:
        exec(code, {})
    assert hint_for("".join(traceback.format_exception(caught.value))) is None


@pytest.mark.parametrize("text", ["", "the function returned inf", "exit code 3"])
def test_messages_without_an_error(text):
    assert hint_for(text) is None


def test_a_function_that_returns_nothing():
    assert hint_for("the function returned None") == "did the function forget to return the value?"


def test_an_error_that_was_handled_on_the_way():
    with pytest.raises(KeyError) as caught:
        exec("try:\n    xrange(3)\nexcept NameError:\n    {}['key']", {})
    text = "".join(traceback.format_exception(caught.value))
    assert "xrange" in text
    assert hint_for(text) is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("print 'x'", "print(x)"),
        ("print x", "print(x)"),
        ('exec "x = 1"', 'exec("code"'),
        ("exec code in names", 'exec("code"'),
        ("x = `3`", "repr(x)"),
        ("if 3 <> 4:\n    pass", "!="),
        ("os.chmod(path, 0777)", "0o777"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass", "except X as e"),
        ("try:\n    pass\nexcept (ValueError, KeyError), e:\n    pass", "except X as e"),
        ("raise ValueError, 'text'", 'raise X("text")'),
        ("x = 123L", "123L"),
        ("x = ur'text'", 'ur"..."'),
        ("f = lambda (a, b): a", "taken apart"),
        ("def f((a, b)):\n    pass", "taken apart"),
    ],
)
def test_syntax(code, hint):
    with pytest.raises(SyntaxError) as caught:
        compile(code, "script.py", "exec")
    assert hint in hint_for_syntax(caught.value)
    assert "Python 2" in hint_for_syntax(caught.value)


@pytest.mark.parametrize("code", ["x = (", "def f:", "x = = 3", "f(a b)", "'text"])
def test_errors_that_are_not_of_python_2(code):
    with pytest.raises(SyntaxError) as caught:
        compile(code, "script.py", "exec")
    assert "looks like" not in hint_for_syntax(caught.value)


#: a script of Python 2; what the hint for each line says
OF_PYTHON_2 = """\
import cPickle, sys, helper          # import pickle
from sklearn.cross_validation import KFold  # sklearn.model_selection
import urllib2                       # urllib.request
try:
    import ConfigParser
except ImportError:
    import configparser as ConfigParser
def f((a, b), x):                    # taken apart
    print "value %s, %s" % \\         # print(x)
        (a, x.has_key(3))            # key in d
    print >>sys.stderr, "to <> stderr"  # print(x, file
    if x <> 3:                       # a != b
        raise ValueError, "text"     # raise X
    try:
        y = 0777 + 0xFFL             # 0o777 | 123L
    except (ValueError, KeyError), e:  # except X as e
        print e, `y`                 # print(x) | repr(x)
    for i in xrange(3): print i,     # range | print(x)
    for k, v in x.iteritems():       # items()
        exec "x = 1" in x            # exec("code"
    print ("%s") % x                 # print("..." % x)
    print ("a"), x                   # print(x, y)
    print                            # print()
    return map(lambda (p, q): p, x.items())[0], ur"text"  # taken apart | list(...) | r"..."
keys = f.keys()
keys.sort()
f.keys().sort()                      # list(...)
unicode = str
print(unicode(1), sys.maxint, iter([]).next())  # sys.maxsize | next(iterator)
if sys.version_info[0] == 2:
    range = xrange
class Clock(object):
    letters = maxint = 3
    def last(self, file):
        return self.letters, self.clock, file
"""


OF_ITS_OWN = """
class Walk:
    def next(self):
        return self.step.next()
    def has_key(self, key):
        return self.has_key(key)
"""


def test_all_lines_of_a_script_of_python_2(tmp_path):
    script = tmp_path / "script.py"
    # in a line that goes on there is no comment
    script.write_text("".join(line.partition("# ")[0].rstrip() + "\n" for line in OF_PYTHON_2.splitlines()))
    (tmp_path / "helper.py").write_text("import script\nx = long(3)\n")
    (tmp_path / "of_nobody.py").write_text("print 3\n")
    found = {}
    for change in all_changes(str(script)):
        found.setdefault((change.file, change.line), []).append(change.hint)
    assert found.pop((str(tmp_path / "helper.py"), 2)) == ["long is Python 2: write int"]
    expected = {
        (str(script), number): sorted(comment.strip().split(" | "))
        for number, line in enumerate(OF_PYTHON_2.splitlines(), 1)
        if (comment := line.partition("# ")[2])
    }
    assert found.keys() == expected.keys()
    for place, hints in expected.items():
        assert len(found[place]) == len(hints), (place, found[place])
        for hint in hints:
            assert any(hint in each for each in found[place]), (place, hint, found[place])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = a / 2\ny = n / m + 1\nz = 7 / 2\nx /= 2\n", [1, 2, 3, 4]),
        ("x = a / 2.0\ny = (n + 0.5) / m\nz = float(7) / 2\nw = -math.pi / k\nv = np.log(x) / 3\n", []),
        ("x = a // 2\nx = len(a) / 2 / 3\n", [2]),
        ("x = f(1.5) / 2\n", [1]),
        ("from __future__ import print_function, division\nx = a / 2\n", []),
    ],
)
def test_divisions_of_python_2(text, lines):
    assert divisions(ast.parse(text)) == lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "print('x')\n",
        "x = (\n",
        "x = = 3\n",
        "def f:\n  pass\n",
        "class A:\n\tdef f(self):\n\t\tpass\n",
        "\0",
        OF_ITS_OWN,
    ],
)
def test_nothing_to_change(tmp_path, text):
    (tmp_path / "script.py").write_text(text)
    assert all_changes(str(tmp_path / "script.py")) == []


def test_tabs_and_other_encodings(tmp_path):
    script = tmp_path / "script.py"
    script.write_bytes(b"# -*- coding: latin-1 -*-\nif True:\n        x = '\xe4'\n\tprint x\n")
    assert [(change.line, change.hint[:10]) for change in all_changes(str(script))] == [
        (4, "indent wit"),
        (4, "this looks"),
    ]
    script.write_bytes(b"x = '\xe4'\n")
    assert all_changes(str(script)) == []
    with pytest.raises(SyntaxError) as caught:
        compile(script.read_bytes(), "script.py", "exec")
    assert "UTF-8" in hint_for_syntax(caught.value)


@pytest.mark.slow
def test_the_tool_that_is_named(tmp_path):
    """It makes all that is Python 2 Python 3; what is scikit-learn's is left."""
    pytest.importorskip("fissix", exc_type=ImportError)
    script = tmp_path / "script.py"
    script.write_text("".join(line.partition("# ")[0].rstrip() + "\n" for line in OF_PYTHON_2.splitlines()))
    subprocess.run([sys.executable, "-m", "fissix", "-w", script], check=True, capture_output=True)
    assert (tmp_path / "script.py.bak").exists()
    ast.parse(script.read_text())
    assert [change.of_python_2 for change in all_changes(str(script))].count(False) == 1


@pytest.mark.slow
def test_the_first_failure_is_shown_with_its_hint(run_script):
    done = run_script(
        """
        import pysmac_compat
        pysmac_compat.SMAC_optimizer().minimize(lambda x: sum(xrange(3)), 3, {"x": ("real", [0, 1], 0.5)})
        """
    )
    assert done.stderr.count("NameError: name 'xrange' is not defined\nhint: xrange is Python 2: write range\n") == 1
    assert done.stderr.count("hint") == 1


#: a script for an old scikit-learn; what the hint for each line says
OF_OLD_SCIKIT_LEARN = """\
import sklearn.datasets, sklearn.cross_validation  # model_selection in place
from sklearn import cross_validation as cv  # model_selection in place
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, StratifiedShuffleSplit as Split
from . import sklearn as ours
digits = sklearn.datasets.load_digits(10)  # name=value
train = sklearn.cross_validation.train_test_split(digits)  # model_selection in place
RandomForestClassifier(10, "gini")  # name=value
RandomForestClassifier(*digits)
RandomForestClassifier(10, **digits)
KFold(len(digits), n_folds=3)  # KFold(n_splits=...).split(X)
cv.KFold(10, 3)  # name=value
Split(digits, n_iter=3)  # n_splits
ours.cross_validation(1, 2, 3)
sklearn.nothing.at_all(1)
"""


def test_calls_that_todays_scikit_learn_refuses(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(OF_OLD_SCIKIT_LEARN)
    found = {change.line: change.hint for change in all_changes(str(script))}
    lines = enumerate(OF_OLD_SCIKIT_LEARN.splitlines(), 1)
    expected = {number: hint for number, line in lines if (hint := line.partition("# ")[2])}
    assert found.keys() == expected.keys()
    assert [line for line, hint in expected.items() if hint not in found[line]] == []


@pytest.mark.parametrize("name", ["cross_validation", "grid_search"])
def test_a_module_that_scikit_learn_no_longer_has(name):
    import sklearn

    with pytest.raises(AttributeError) as caught:
        getattr(sklearn, name)
    assert "sklearn.model_selection" in hint_for(f"AttributeError: {caught.value}")
