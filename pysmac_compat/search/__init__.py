"""One minimisation: its processes, its runs and its result."""
