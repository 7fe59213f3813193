"""Planning: the conversion of the user's arguments, options and files to a plan."""
