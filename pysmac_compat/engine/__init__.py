"""The search: a session over SMAC3's ask and tell, and the parts it is built of."""
