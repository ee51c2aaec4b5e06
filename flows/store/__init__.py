"""The output folder, written by one process: records, texts, feed, quarantine, and the manifest behind it."""
