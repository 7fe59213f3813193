"""One minimisation: its processes, its runs, its result."""
