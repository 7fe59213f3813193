"""Writes smac_options.md from the package's data: ``python docs/make_smac_options.py``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from pysmac_compat.options.table import options

PAGE = Path(__file__).with_name("smac_options.md")
_MARKS = {"effect": "yes", "none": "no"}
_INTRODUCTION = """# Options of SMAC v2

<!-- made by docs/make_smac_options.py: do not edit -->

`SMAC_optimizer.smac_options` takes every option of SMAC v2, by its name or by an alias. An option with an effect is
marked *yes*. An option without an effect is marked *no*, because the thing that it sets does not exist here; if you
assign such an option, you get a warning. Of the {count} options, {effect} have an effect and {none} have none. The
initial entries of the dict do not count as assigned. If you assign two aliases of one option, the last assignment is
used. pysmac's own options, for example `timeout_quality`, are not listed here.

The table has the defaults of SMAC v2. If the default is different here, the last column says so.
"""


def page() -> str:
    """Return the whole page."""
    found = list(options().values())
    counts = {category: sum(option.category == category for option in found) for category in _MARKS}
    lines = [_INTRODUCTION.format(count=len(found), effect=counts["effect"], none=counts["none"])]
    groups = groupby(sorted(found, key=lambda option: _order(option.group)), key=lambda option: option.group)
    for group, members in groups:
        lines += [f"## {group}", "", "| option | values | default | here | |", "| --- | --- | --- | --- | --- |"]
        for option in members:
            names = ", ".join(f"`{name}`" for name in option.names)
            cells = [names, _cell(option.domain), _cell(option.default), _MARKS[option.category], _cell(option.text)]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _order(group: str) -> int:
    return list(dict.fromkeys(option.group for option in options().values())).index(group)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
