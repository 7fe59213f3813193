"""Shows a search to the user: the table and the summary of a `Result`, and the progress from the search's events."""

from pysmac_compat.report.parts import Panel, Part, curves
from pysmac_compat.report.progress import Pace, say
from pysmac_compat.report.words import assignments, duration, last_line, one_line, short

__all__ = ["Pace", "Panel", "Part", "assignments", "curves", "duration", "last_line", "one_line", "say", "short"]
