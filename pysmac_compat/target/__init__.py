"""Target algorithms that are programs: the command line of a call, the run of the program, and its answer."""
