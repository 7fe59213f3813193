"""From what the user hands in to a plan; may read files."""
