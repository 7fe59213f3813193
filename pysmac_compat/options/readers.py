"""Readers that check and convert the values of ``smac_options``, both Python values and texts from a file."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from pysmac_compat.arguments import integer, limit, whole
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.space.parameters import is_number

#: how many proposals to make from one fit of the model if racing and modelling get equal time (option value 0.5)
_PROPOSALS = 1
#: the largest number of bytes in a file name, which leaves room for prefixes and suffixes
_LONGEST_NAME = 200

#: a function of the option's name, which messages show, and of the user's value
Reader = Callable[[str, Any], Any]


def choice(*choices: str) -> Reader:
    """Return a reader that accepts one of these words, in upper or lower case as in SMAC v2."""
    by_word = {choice.upper(): choice for choice in choices}

    def read(name: str, value: Any) -> Any:
        found = by_word.get(value.upper()) if isinstance(value, str) else None
        if found is None:
            raise ArgumentError(f"{name} must be one of {', '.join(map(repr, choices))}, got {shown(value)}")
        return found

    return read


def mapped(meanings: Mapping[str, Any]) -> Reader:
    """Return a reader that accepts one of the keys and returns the key's value."""
    read = choice(*meanings)
    return lambda name, value: meanings[read(name, value)]


def flag(name: str, value: Any) -> bool:
    """Read True or False, or a text for one of them, or 1 or 0."""
    try:
        word = str(value).lower()
    except Exception:  # a class of the user raised it, or an integer has too many digits
        word = ""
    if word not in ("true", "false", "0", "1"):
        raise ArgumentError(f"{name} must be True or False, got {shown(value)}")
    return word in ("true", "1")


def either(if_true: Any, if_false: Any) -> Reader:
    """Return a reader that accepts True or False and returns ``if_true`` or ``if_false``."""
    return lambda name, value: if_true if flag(name, value) else if_false


def quality(name: str, value: Any) -> float | None:
    """Read a finite number or None."""
    try:
        number = None if value is None else float(value)
    except Exception:  # a class of the user raised it, or a float cannot hold the integer
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise ArgumentError(f"{name} must be a finite number or None, got {shown(value)}")
    return number


def penalty(name: str, value: Any) -> float:
    """Read the factor by which time-outs are penalised, from words such as MEAN, MEAN10, MEAN1000 or PAR10."""
    match = re.fullmatch(r"(?:MEAN|PAR)(\d{0,6})", value.upper()) if isinstance(value, str) else None
    if match is None or match[1] == "0":
        raise ArgumentError(f"{name} must be 'MEAN', 'MEAN10', 'MEAN1000' or 'PAR10', got {shown(value)}")
    return float(match[1] or 1)


def finite(name: str, value: Any) -> float:
    """Read a finite number."""
    number = quality(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a finite number, got None")
    return number


def seconds(name: str, value: Any) -> float | None:
    """Read a positive number of seconds, or None, which means no limit."""
    return limit(name, float(value) if isinstance(value, str) and is_number(value) else value)


def positive(name: str, value: Any) -> float:
    """Read a positive number."""
    number = seconds(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a number, got {shown(value)}")
    return number


def count(least: int = 1) -> Reader:
    """Return a reader that accepts a whole number of at least ``least``."""
    return lambda name, value: integer(name, whole(value) if isinstance(value, str) else value, least=least)


def workers(name: str, value: Any) -> int:
    """Read the number of simultaneous calls."""
    if type(value) is int and value == -1:  # means all cores in scikit-learn and joblib
        raise ArgumentError(f"{name} must be at least 1, got -1; for all cores of this machine, give os.cpu_count()")
    number: int = count()(name, value)
    return number


def share(name: str, value: Any) -> float:
    """Read a positive number up to 1."""
    number = positive(name, value)
    if number > 1:
        raise ArgumentError(f"{name} must be at most 1, got {shown(value)}")
    return number


def factor(name: str, value: Any) -> float:
    """Read a number above 1."""
    number = positive(name, value)
    if number <= 1:
        raise ArgumentError(f"{name} must be more than 1, got {shown(value)}")
    return number


def span(name: str, value: Any) -> float:
    """Read a number of seconds that is not negative."""
    number = finite(name, value)
    if number < 0:
        raise ArgumentError(f"{name} must not be negative, got {shown(value)}")
    return number


def timestamp(name: str, value: Any) -> float | None:
    """Read a number of seconds that is not negative, or -1, for which the result is None."""
    return None if finite(name, value) == -1 else span(name, value)


def proposals(name: str, value: Any) -> int:
    """Read the fraction of time for racing; return how many proposals from one fit of the model correspond to it."""
    share = finite(name, value)
    if not 0 <= share < 1:
        raise ArgumentError(f"{name} must be at least 0 and less than 1, got {shown(value)}")
    return max(1, round(_PROPOSALS * share / (1 - share)))


def level(name: str, value: Any) -> int:
    """Read SMAC v2's name of a logging level; return Python's level, or 0 for OFF."""
    level: int = mapped(
        {
            "TRACE": logging.DEBUG,
            "DEBUG": logging.DEBUG,
            "INFO": logging.INFO,
            "WARN": logging.WARNING,
            "ERROR": logging.ERROR,
            "OFF": 0,
        }
    )(name, value)
    return level


def text(what: str) -> Reader:
    """Return a reader that accepts any non-empty text; ``what`` describes the text in messages."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise ArgumentError(f"{name} must be {what}, got {shown(value)}")
        return value

    return read


def file(name: str, value: Any) -> str:
    """Read the name of a file or a folder."""
    found: str = text("a file name")(name, value)
    if os.path.basename(found) in (os.curdir, os.pardir):
        raise ArgumentError(f"{name} must be a file name, got {shown(value)}")
    if len(os.fsencode(os.path.basename(found))) > _LONGEST_NAME:
        raise ArgumentError(f"{name} must be a file name of at most {_LONGEST_NAME} bytes, got {shown(value)}")
    return found


def folder(name: str, value: Any) -> str:
    """Read the path of an existing folder."""
    path: str = text("a directory")(name, os.fspath(value) if isinstance(value, os.PathLike) else value)
    if not os.path.isdir(path):
        raise ArgumentError(f"{name} must be a directory, got {shown(value)}")
    return path


def scenario(name: str, value: Any) -> str:
    """Read the name of a scenario file; return it without its extension."""
    return str(file(name, value)).rsplit(".", 1)[0] or value


def _structured(value: Any) -> Any:
    """Return the value, but parse a JSON text, which a scenario file contains in place of a list or dict."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def configuration(name: str, value: Any) -> Any:
    """Read a configuration: a text (which may be DEFAULT or RANDOM) or a dict."""
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(
            f"{name} must be DEFAULT, RANDOM, or a text such as \"-x '1.0' -y '3'\", got {shown(value)}"
        )
    return value


def subspace(name: str, value: Any) -> Any:
    """Read the values at which some parameters are fixed: a text or a dict."""
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(f'{name} must be a text such as "x=1.0, y=3", or a dict, got {shown(value)}')
    return value


def configurations(name: str, value: Any) -> tuple[Any, ...]:
    """Read one or several configurations."""
    value = _structured(value)
    if isinstance(value, (str, Mapping)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise ArgumentError(f"{name} must be a list of configurations, got {shown(value)}")
    return tuple(configuration(name, each) for each in value)


def formula(name: str, value: Any) -> Any:
    """Read a formula for one of the tae-transform options."""
    from pysmac_compat.plan.transform import parse_formula  # imported late, because it needs NumPy; see `define`

    return parse_formula(name, value)


def cluster(name: str, value: Any) -> Any:
    """Read a Dask cluster: its client, a cluster object, the address of its scheduler, or its scheduler file."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        fits = re.fullmatch(r"(\w+://)?\S+:\d+", value) is not None or os.path.isfile(value)
    else:
        fits = callable(getattr(value, "submit", None)) or hasattr(value, "scheduler_address")
    if not fits:
        no_file = isinstance(value, str) and "://" not in value
        hint = ", and there is no such file; a scheduler writes its file when it starts" if no_file else ""
        raise ArgumentError(
            f"{name} must be a client of a Dask cluster, an object such as a LocalCluster, the address of a scheduler "
            f"such as 'tcp://host:8786' or its scheduler file, got {shown(value)}{hint}"
        )
    return value
