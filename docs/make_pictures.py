"""Draws the pictures of README.md and quickstart.md: ``python docs/make_pictures.py``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("images")
README = Path(__file__).parents[1] / "README.md"


def search() -> Any:
    """The result of the example in README.md."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, README.name, "exec"), names)
    return names["opt"].result


def draw(folder: Path = FOLDER) -> None:
    """Write each picture."""
    result = search()
    folder.mkdir(exist_ok=True)
    pictures = {
        "history": result.plot.history(),
        "importance": result.plot.importance(),
        "contour": result.plot.contour("x", "n"),
    }
    for name, figure in pictures.items():
        figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw()
