"""Target algorithms that are programs: make the command line of a call, run the program, and read its answer."""
