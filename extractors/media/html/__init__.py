"""HTML becomes reading text."""
