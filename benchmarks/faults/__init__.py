"""Kills searches at random moments, resumes them, and counts the damage; see docs/reliability.md."""
