"""The command ``code-articles``."""
