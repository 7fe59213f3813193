"""How the values of ``smac_options`` are read and checked, whether they are Python's or texts of a file."""

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

#: proposals of one fit of the model where racing and modelling are in balance (intensification-percentage 0.5)
_PROPOSALS = 1
#: bytes of the name of a file, with room for what is put before and behind it
_LONGEST_NAME = 200

#: gets the name of the option for messages, and the value
Reader = Callable[[str, Any], Any]


def choice(*choices: str) -> Reader:
    """One of some words, in any case, as in SMAC v2."""
    by_word = {choice.upper(): choice for choice in choices}

    def read(name: str, value: Any) -> Any:
        found = by_word.get(value.upper()) if isinstance(value, str) else None
        if found is None:
            raise ArgumentError(f"{name} must be one of {', '.join(map(repr, choices))}, got {shown(value)}")
        return found

    return read


def mapped(meanings: Mapping[str, Any]) -> Reader:
    """One of some words; returns what it stands for."""
    read = choice(*meanings)
    return lambda name, value: meanings[read(name, value)]


def flag(name: str, value: Any) -> bool:
    """True or False, also as a text or as 1 and 0."""
    try:
        word = str(value).lower()
    except Exception:  # of a class of the user's, or an integer with too many digits to be printed
        word = ""
    if word not in ("true", "false", "0", "1"):
        raise ArgumentError(f"{name} must be True or False, got {shown(value)}")
    return word in ("true", "1")


def either(if_true: Any, if_false: Any) -> Reader:
    """True or False; returns what it stands for."""
    return lambda name, value: if_true if flag(name, value) else if_false


def quality(name: str, value: Any) -> float | None:
    """A finite number, or None."""
    try:
        number = None if value is None else float(value)
    except Exception:  # of a class of the user's, too, and of integers that a float cannot hold
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise ArgumentError(f"{name} must be a finite number or None, got {shown(value)}")
    return number


def penalty(name: str, value: Any) -> float:
    """By how much a time-out counts more than the limit: MEAN, MEAN10, MEAN1000, or PAR10 and the like."""
    match = re.fullmatch(r"(?:MEAN|PAR)(\d{0,6})", value.upper()) if isinstance(value, str) else None
    if match is None or match[1] == "0":
        raise ArgumentError(f"{name} must be 'MEAN', 'MEAN10', 'MEAN1000' or 'PAR10', got {shown(value)}")
    return float(match[1] or 1)


def finite(name: str, value: Any) -> float:
    """A finite number."""
    number = quality(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a finite number, got None")
    return number


def seconds(name: str, value: Any) -> float | None:
    """A positive number of seconds, or None for no limit."""
    return limit(name, float(value) if isinstance(value, str) and is_number(value) else value)


def positive(name: str, value: Any) -> float:
    """A positive number."""
    number = seconds(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a number, got {shown(value)}")
    return number


def count(least: int = 1) -> Reader:
    """A whole number from ``least``."""
    return lambda name, value: integer(name, whole(value) if isinstance(value, str) else value, least=least)


def share(name: str, value: Any) -> float:
    """A positive number up to 1."""
    number = positive(name, value)
    if number > 1:
        raise ArgumentError(f"{name} must be at most 1, got {shown(value)}")
    return number


def factor(name: str, value: Any) -> float:
    """A number above 1."""
    number = positive(name, value)
    if number <= 1:
        raise ArgumentError(f"{name} must be more than 1, got {shown(value)}")
    return number


def span(name: str, value: Any) -> float:
    """Seconds, from 0."""
    number = finite(name, value)
    if number < 0:
        raise ArgumentError(f"{name} must not be negative, got {shown(value)}")
    return number


def timestamp(name: str, value: Any) -> float | None:
    """Seconds, or None for -1."""
    return None if finite(name, value) == -1 else span(name, value)


def proposals(name: str, value: Any) -> int:
    """The proposals of one fit of the model that stand for a share of the time given to racing."""
    share = finite(name, value)
    if not 0 <= share < 1:
        raise ArgumentError(f"{name} must be at least 0 and less than 1, got {shown(value)}")
    return max(1, round(_PROPOSALS * share / (1 - share)))


def level(name: str, value: Any) -> int:
    """A logging level by its name in SMAC v2; 0 for OFF."""
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
    """A text that is not empty; ``what`` it is, for the message."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise ArgumentError(f"{name} must be {what}, got {shown(value)}")
        return value

    return read


def file(name: str, value: Any) -> str:
    """The name of a file or a folder."""
    found: str = text("a file name")(name, value)
    if os.path.basename(found) in (os.curdir, os.pardir):
        raise ArgumentError(f"{name} must be a file name, got {shown(value)}")
    if len(os.fsencode(os.path.basename(found))) > _LONGEST_NAME:
        raise ArgumentError(f"{name} must be a file name of at most {_LONGEST_NAME} bytes, got {shown(value)}")
    return found


def folder(name: str, value: Any) -> str:
    """The path of a folder that is there."""
    path: str = text("a directory")(name, os.fspath(value) if isinstance(value, os.PathLike) else value)
    if not os.path.isdir(path):
        raise ArgumentError(f"{name} must be a directory, got {shown(value)}")
    return path


def scenario(name: str, value: Any) -> str:
    """The name of a scenario file, without its extension."""
    return str(file(name, value)).rsplit(".", 1)[0] or value


def _structured(value: Any) -> Any:
    """The value, parsed from JSON if it was read back from a scenario file."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def configuration(name: str, value: Any) -> Any:
    """A configuration as a text or a dict, or DEFAULT or RANDOM."""
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(
            f"{name} must be DEFAULT, RANDOM, or a text such as \"-x '1.0' -y '3'\", got {shown(value)}"
        )
    return value


def subspace(name: str, value: Any) -> Any:
    """Values of some parameters as a text or a dict."""
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(f'{name} must be a text such as "x=1.0, y=3", or a dict, got {shown(value)}')
    return value


def configurations(name: str, value: Any) -> tuple[Any, ...]:
    """Several configurations."""
    value = _structured(value)
    if isinstance(value, (str, Mapping)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise ArgumentError(f"{name} must be a list of configurations, got {shown(value)}")
    return tuple(configuration(name, each) for each in value)


def formula(name: str, value: Any) -> Any:
    """A formula of tae-transform."""
    from pysmac_compat.plan.transform import parse_formula  # needs NumPy, see `define`

    return parse_formula(name, value)


def cluster(name: str, value: Any) -> Any:
    """A Dask cluster: a client of it, an object that has one, the address of its scheduler, or its scheduler file."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        fits = re.fullmatch(r"(\w+://)?\S+:\d+", value) is not None or os.path.isfile(value)
    else:
        fits = callable(getattr(value, "submit", None)) or hasattr(value, "scheduler_address")
    if not fits:
        raise ArgumentError(
            f"{name} must be a client of a Dask cluster, an object such as a LocalCluster, the address of a scheduler "
            f"such as 'tcp://host:8786' or its scheduler file, got {shown(value)}"
        )
    return value
