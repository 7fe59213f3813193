"""The helpers of pysmac under their old names."""
