"""PDF becomes reading text."""
