"""Every code that a page prints: where it stands, and in which role, whether a reader took it or not."""
