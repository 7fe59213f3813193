"""The search: a session that uses SMAC3's ask and tell, and the parts of the session."""
