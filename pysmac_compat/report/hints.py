"""Suggest, from an error's message, what replaces code that Python 3 or today's scikit-learn no longer has."""

from __future__ import annotations

import re

#: imports in old scripts, and their replacements; the key for ``from a import b`` is ``a.b``
IMPORTS = {
    "sklearn.cross_validation": "sklearn.model_selection in place of sklearn.cross_validation (removed in 0.20)",
    "sklearn.grid_search": "sklearn.model_selection in place of sklearn.grid_search (removed in 0.20)",
    "sklearn.learning_curve": "sklearn.model_selection in place of sklearn.learning_curve (removed in 0.20)",
    "sklearn.externals": "import joblib (sklearn.externals was removed in 0.23)",
    "sklearn.datasets.samples_generator": "from sklearn.datasets import ...",
    "sklearn.datasets.fetch_mldata": "from sklearn.datasets import fetch_openml (fetch_mldata was removed in 0.22)",
    "sklearn.lda": "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis",
    "sklearn.qda": "from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis",
    "sklearn.preprocessing.Imputer": "from sklearn.impute import SimpleImputer",
    "imp": "use importlib instead (imp was removed in Python 3.12)",
    "distutils": "use setuptools or shutil instead (distutils was removed in Python 3.12)",
    "cPickle": "import pickle (cPickle is Python 2)",
    "StringIO": "from io import StringIO (the module StringIO is Python 2)",
    "ConfigParser": "import configparser (ConfigParser is Python 2)",
    "Queue": "import queue (Queue is Python 2)",
    "urllib2": "import urllib.request (urllib2 is Python 2)",
    "itertools.izip": "zip, which needs no import",
    "itertools.imap": "map, which needs no import",
    "itertools.ifilter": "filter, which needs no import",
}
#: old names of modules in scikit-learn's packages; these modules have been renamed and are private now
_PRIVATE = (
    "forest|bagging|gradient_boosting|weight_boosting|logistic|ridge|stochastic_gradient|coordinate_descent|"
    "classes|tree|classification|regression|unsupervised|k_means_|univariate_selection|truncated_svd"
)
#: functions of Python 2, and their replacements
NAMES = {
    "xrange": "range",
    "unicode": "str",
    "raw_input": "input",
    "basestring": "str",
    "long": "int",
    "unichr": "chr",
    "reduce": "functools.reduce, after import functools",
    "reload": "importlib.reload, after import importlib",
    "execfile": "exec(open(path).read())",
    "file": "open",
    "cmp": "(a > b) - (a < b)",
}
#: attributes that objects have in Python 2 only, and their replacements
ATTRIBUTES = {
    "has_key": "key in d in place of d.has_key(key)",
    "iteritems": "items()",
    "itervalues": "values()",
    "iterkeys": "keys()",
    "next": "next(iterator) in place of iterator.next()",
    "clock": "time.process_time() or time.perf_counter()",
    "izip": "zip",
    "imap": "map",
    "ifilter": "filter",
    "maxint": "sys.maxsize",
    "letters": "string.ascii_letters",
    "getcwdu": "os.getcwd()",
    "setdefaultencoding": "nothing: text is Unicode now",
}
PRINT_TO_HINT = "write print(x, file=stream) in place of print >>stream, x"
VIEW_HINT = "write list(...) around what was a list in Python 2"
_VIEW = r"'(?:dict_\w+|map|filter|zip|range)'"
_DIVISION = "// in place of /: Python 2 rounded the quotient of two integers down"
_PARAMETER = r"\S*Error: The '\w+' parameter of \w+ must be"
#: pairs: a pattern that matches the last line of a traceback, and the text of the hint
_ERRORS = (
    (
        rf"(?:TypeError|AttributeError): .*{_VIEW}",
        VIEW_HINT.removeprefix("write "),
    ),
    (r"TypeError: .*\bfloat'? object cannot be interpreted as an integer", _DIVISION),
    (r"TypeError: unsupported operand .* for >>: 'builtin_function_or_method'", PRINT_TO_HINT.removeprefix("write ")),
    (r"TypeError: .*indices must be integers", _DIVISION),
    (
        r"TypeError: '[<>]=?' not supported between instances of (?:'NoneType'|.* and 'NoneType')",
        "x is not None and x > 6 in place of x > 6: in Python 2, None was smaller than every number. An inactive "
        "parameter is not passed, so its argument has the default that the function gives it",
    ),
    (
        r"TypeError: .*bytes-like object is required, not 'str'",
        "text.encode(), or output.decode(): bytes are no text",
    ),
    (
        r"RuntimeError: Cannot re-initialize CUDA in forked subprocess",
        "CUDA in the function only: the script used CUDA before minimize(), and then no forked process can. "
        "smac_options['isolate'] = False calls the function in the script itself",
    ),
    (
        r"TypeError: .*unexpected keyword argument 'n_folds'",
        "KFold(n_splits=...).split(X) in place of KFold(n, n_folds=...) (scikit-learn)",
    ),
    (
        # the error comes from a class, or from a function whose arguments scikit-learn checks
        r"TypeError: (?:(?:[A-Z]\w*\.)?__init__\(\) takes .*positional argument.* (?:was|were) given"
        r"|too many positional arguments$)",
        "name=value for each argument, such as SVC(C=1.0): it takes fewer arguments by position now (scikit-learn)",
    ),
    (
        rf"{_PARAMETER} .*an instance of 'bool'.* Got ",
        "value == 'True' if the parameter's values are strings, bool(value) if they are 0 and 1; or give the parameter "
        "the values [True, False] (scikit-learn)",
    ),
    (
        rf"{_PARAMETER} an int\b.* Got '?[-+.\de]+'? instead",
        "int(value), or make the parameter an 'integer' one (scikit-learn)",
    ),
    (
        rf"{_PARAMETER} a float\b.* Got '[-+.\de]+' instead",
        "float(value), or make the parameter a 'real' one (scikit-learn)",
    ),
    (rf"{_PARAMETER} .*None.* Got 'None' instead", "None in place of 'None', also among its values (scikit-learn)"),
    (rf"{_PARAMETER} .*'log_loss'.* Got '(?:log|deviance)' instead", "'log_loss', its new name (scikit-learn)"),
    (rf"{_PARAMETER} .*'squared_error'.* Got '(?:mse|ls)' instead", "'squared_error', its new name (scikit-learn)"),
    (rf"{_PARAMETER} .*'absolute_error'.* Got '(?:mae|lad)' instead", "'absolute_error', its new name (scikit-learn)"),
    (r"TypeError: .*unexpected keyword argument 'base_estimator'", "estimator=... in place of it (scikit-learn)"),
    (
        r"TypeError: .*unexpected keyword argument 'n_iter'",
        "max_iter=... in place of n_iter=..., or n_splits=... for a ShuffleSplit (scikit-learn)",
    ),
    (r"\S*Error: The 'max_features' .* Got 'auto'", "max_features='sqrt' in place of 'auto' (scikit-learn)"),
)
#: a pattern that matches the message, one that matches the line that Python 3 cannot read, and the text of the hint
_SYNTAX = (
    (r"call to 'print'", r"^\s*print\b\s*[^\s(=]", "print(x) in place of print x"),
    (r"call to 'exec'", r"^\s*exec\b\s*[^\s(=]", 'exec("code", names) in place of exec "code" in names'),
    (r"multiple exception types", r"^\s*except\b[^:]*,\s*\w+\s*:", "except X as e: in place of except X, e:"),
    (None, r"^\s*raise\s+[\w.]+\s*,", 'raise X("text") in place of raise X, "text"'),
    (r"leading zeros", r"(?<![\w.])0[0-7]+\b(?!\.)", "0o777 in place of 0777"),
    (None, r"(?<![\w.])(\d+|0[xX][0-9a-fA-F]+)[lL]\b", "123 in place of 123L"),
    (None, r"<>", "a != b in place of a <> b"),
    (None, r"`", "repr(x) in place of `x`"),
    (None, r"\b[uU][rR][\"']", 'r"..." in place of ur"..."'),
    (
        r"cannot be parenthesized",
        r"\blambda\s*\(|^\s*def\b[^(]*\((?:.*,)?\s*\(",
        "one argument in place of (a, b), taken apart in the body",
    ),
)


def hint_for(text: str) -> str | None:
    """Return what to write in place of the code that raised an error.

    Parameters
    ----------
    text : str
        A traceback, or its last line.

    Returns
    -------
    str or None
        The hint; None if no hint is known.
    """
    if text == "the function returned None":
        return "did the function forget to return the value?"
    lines = re.findall(r"^[A-Za-z_][\w.]*: .*$", text, re.MULTILINE)
    last = lines[-1] if lines else ""
    found = re.match(r"NameError: name '(\w+)' is not defined", last)
    if found and found[1] in NAMES:
        return f"{found[1]} is Python 2: write {NAMES[found[1]]}"
    found = re.match(r"AttributeError: .* has no attribute '(\w+)'", last)
    if found and found[1] in ATTRIBUTES:
        return f"{found[1]} is Python 2: write {ATTRIBUTES[found[1]]}"
    found = re.match(r"\w+Error: (?:cannot import name '(\w+)' from|No module named) '([\w.]+)'", last)
    if found:
        name = f"{found[2]}.{found[1]}" if found[1] else found[2]
        return import_hint(name)
    found = re.match(r"AttributeError: [Mm]odule '([\w.]+)' has no attribute '(\w+)'", last)
    if found and (hint := import_hint(f"{found[1]}.{found[2]}")):
        return hint
    return next((f"write {hint}" for pattern, hint in _ERRORS if re.match(pattern, last)), None)


def import_hint(name: str) -> str | None:
    """Return what to import instead of a module or of a name in a module; None if no replacement is known."""
    if re.match(rf"sklearn\.\w+\.({_PRIVATE})\.", f"{name}."):
        return f"from {'.'.join(name.split('.')[:2])} import ... (scikit-learn's other modules became private in 0.24)"
    return next((hint for old, hint in IMPORTS.items() if f"{name}.".startswith(f"{old}.")), None)


def hint_for_syntax(error: SyntaxError) -> str:
    """Return what to write in place of a line that Python 3 cannot read."""
    if isinstance(error, TabError):
        return "indent with blanks only: Python 3 does not mix them with tabs (python -m tabnanny shows where)"
    if re.search("utf-8", error.msg or "", re.IGNORECASE):
        return "save the file as UTF-8, or name its encoding in the first line, as # -*- coding: latin-1 -*-"
    return syntax_hint(error.msg or "", error.text or "") or (
        "Python 3 cannot read this line; if the script is written for Python 2, it has to be converted first"
    )


def syntax_hint(message: str, line: str) -> str | None:
    """Return a hint from an error's message and the text of its line; None if the line does not look like Python 2."""
    for by_message, by_line, hint in _SYNTAX:
        if (by_message and re.search(by_message, message)) or re.search(by_line, line):
            return f"this looks like Python 2: write {hint}"
    return None
