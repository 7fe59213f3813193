"""Calls of the user's function: in a child process, under limits, watched from outside."""
