"""A list or a table of codes becomes entries."""
