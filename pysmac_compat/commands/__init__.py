"""The subcommands of ``pysmac-compat``."""
