"""The command ``code-articles``: a file for each group of its commands, and how they tell what went wrong."""
