"""What is run by hand, at development time: it makes files that are then part of the project."""
