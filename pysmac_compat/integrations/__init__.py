"""The search with the interfaces of other packages; each of them is imported only when its interface is used."""
