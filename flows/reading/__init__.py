"""Documents are read in processes of our own, each held to its limits."""
