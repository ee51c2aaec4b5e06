"""What people see: terminal, Markdown, progress."""
