"""The search in the clothes of other packages, each imported where it is asked for."""
