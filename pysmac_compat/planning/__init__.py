"""Planning: it makes a plan from the user's arguments, options and files."""
