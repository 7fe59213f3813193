"""What to write instead of what is gone: the errors are those of this Python and of this scikit-learn."""

import traceback

import pytest

from pysmac_compat.report.hints import hint_for, hint_for_syntax

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
    "import cPickle": "import pickle",
    "from urllib2 import urlopen": "urllib.request",
    "(lambda n_splits: 1)(n_folds=3)": "n_splits",
    # torch's words; there may be no GPU here
    "raise RuntimeError('Cannot re-initialize CUDA in forked subprocess. To ...')": "used it before minimize()",
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
    "from sklearn.ensemble import ExtraTreesClassifier as T; T(max_features='auto').fit([[0], [1]], [0, 1])": "'sqrt'",
}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(("code", "hint"), [*BROKEN.items(), *OF_SCIKIT_LEARN.items()])
def test_errors(code, hint):
    with pytest.raises(Exception, match=".") as caught:
        exec(code, {})
    text = "".join(traceback.format_exception(caught.value))
    assert hint in hint_for(text)
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


@pytest.mark.parametrize("text", ["", "the function returned None", "exit code 3"])
def test_messages_without_an_error(text):
    assert hint_for(text) is None


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
