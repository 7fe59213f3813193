"""The search behind the interfaces of other packages; each package is imported only when its interface is used."""
