"""What a run has to do: which documents are read, which have left, and which only go by another name."""
