"""Records against gold facts."""
