"""What reads a field of the record out of a section."""
