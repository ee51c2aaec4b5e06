"""The reading text, its way back to the raw input, and the form in which words are compared."""
