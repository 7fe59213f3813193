"""``smac_options``: the option names of SMAC v2, and the meanings of their values here."""
