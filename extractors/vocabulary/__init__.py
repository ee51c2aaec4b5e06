"""The words that the readers know, as data."""
