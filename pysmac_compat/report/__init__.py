"""The presentation of a search: its table, its summary and its progress, made from a `Result` or from events."""

from pysmac_compat.report.parts import Panel, Part, curves
from pysmac_compat.report.progress import Pace, say
from pysmac_compat.report.words import assignments, duration, last_line, one_line, short

__all__ = ["Pace", "Panel", "Part", "assignments", "curves", "duration", "last_line", "one_line", "say", "short"]
