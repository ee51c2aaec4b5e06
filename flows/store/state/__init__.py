"""What is known of every document, in SQLite: the manifest and its tables."""
