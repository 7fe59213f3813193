"""``smac_options``: the names of SMAC v2, and what their values mean here."""
