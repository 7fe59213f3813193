"""Kills searches wherever they are, resumes them, and counts what was lost; see docs/reliability.md."""
