"""``smac_options``: the names of SMAC v2's options, and what their values mean in this package."""
