"""Whether what is on disk is what was written, and how it is put right where it is not."""
