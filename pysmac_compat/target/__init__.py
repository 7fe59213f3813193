"""Target algorithms that are programs: the command line of a call, the program's answer, and running it."""
